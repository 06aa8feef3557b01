"""Services that people stopped: what balance and Home say of them, and the button that lets them go on."""

import pytest

from bot.playground.people import MANAGER, MEMBER, OWNER
from handlers import ids
from store.account import Stop
from store.outcomes import Done
from store.roles import Operator
from tests.handlers.driver import appoint_both, keys_said, press, state, told_next
from tests.world import REF, World, texts_in, usd


async def set_service(world: World, service: str = "toll-free", *, open_: bool = False, reason: str = "") -> None:
    """An operator stops a service, or lets it go on."""
    await world.services.ledger.open_account(REF, "USD")
    outcome = await world.services.policies.set_service_state(
        Operator("anna"), REF, service, open=open_, operation_id=world.operation(), reason=reason
    )
    assert outcome == Done("changed")


async def stopped(world: World) -> Stop:
    """The service that is stopped."""
    [stop] = (await world.account()).stops
    return stop


def value(stop: Stop) -> str:
    """What its button says."""
    return f"{stop.at_ms}:{stop.service}"


async def test_the_balance_says_which_services_are_stopped(world: World) -> None:
    """Who, when and why to everybody; to managers the button as well."""
    await set_service(world, reason="A loop of <calls>")
    stop = await stopped(world)

    mine, theirs = await world.answer(MANAGER, "/credits balance"), await world.answer(OWNER, "/credits balance")

    for each in (mine, theirs):
        assert "*Toll-free* is stopped: Somebody, <!date^" in texts_in(each)
        assert "A loop of &lt;calls&gt;" in texts_in(each)
    rows = [[block["elements"] for block in each["blocks"] if block["type"] == "actions"] for each in (mine, theirs)]
    found = [[each for row in own for each in row if each["action_id"] == ids.RESUME_SERVICE] for own in rows]
    assert [[each["value"] for each in own] for own in found] == [[value(stop)], []]


async def test_home_says_which_services_are_stopped(world: World) -> None:
    """The Home tab says the same, in the person's language."""
    await set_service(world)

    await world.playground.open_home(MEMBER)
    home = await world.playground.wait_for(lambda: world.playground.home(MEMBER))

    assert home is not None
    assert "*Gebührenfrei* ist angehalten: Jemand" in texts_in(home.to_slack()["blocks"])


async def test_a_used_up_account_says_that_no_new_calls_are_allowed(world: World) -> None:
    """Until an overdraft lets them go on."""
    await world.services.ledger.open_account(REF, "USD")
    await world.spend(1)
    assert "Used up: no new calls are allowed." in texts_in(await world.answer(MANAGER, "/credits balance"))

    await world.services.policies.set_overdraft(Operator("anna"), REF, usd(5), operation_id="overdraft")

    assert "Used up: calls go on" in texts_in(await world.answer(MANAGER, "/credits balance"))


@pytest.mark.parametrize(
    ("user", "done", "late"),
    [
        (MANAGER, "Toll-free goes on.", "This has already been dealt with: that stop of Toll-free is over."),
        (MEMBER, "Gebührenfrei geht weiter.", "Das ist schon erledigt: Gebührenfrei ist nicht mehr so angehalten."),
    ],
)
async def test_a_press_lets_the_service_go_on(world: World, user: str, done: str, late: str) -> None:
    """Once; the second press says that it is dealt with."""
    await appoint_both(world)
    await set_service(world)
    pressed = press(world, user, ids.RESUME_SERVICE, value=value(await stopped(world)))

    assert (await told_next(world, user, pressed)).startswith(done)
    assert (await world.account()).stops == ()
    assert (await told_next(world, user, pressed)).startswith(late)


async def test_a_button_ends_no_later_stop(world: World) -> None:
    """It was shown for another, with another reason."""
    await set_service(world)
    old = await stopped(world)
    await set_service(world, open_=True)
    await set_service(world)
    before = await state(world)

    for each in (f"{old.at_ms - 1}:toll-free", "toll-free", "", f"{old.at_ms}:"):
        told = await told_next(world, MANAGER, press(world, MANAGER, ids.RESUME_SERVICE, value=each))
        assert told.startswith("This has already been dealt with")

    assert await state(world) == before


async def test_members_resume_no_service(world: World) -> None:
    """Who is no credit manager is refused in their language, and the service stays stopped."""
    await set_service(world)
    before = await state(world)

    told = await told_next(world, MEMBER, press(world, MEMBER, ids.RESUME_SERVICE, value=value(await stopped(world))))

    assert "refused-not_a_manager" in keys_said(told.splitlines()[0], "de")
    assert await state(world) == before
