"""Adding credit: typed as people type, confirmed, paid once, told to the one who asked."""

import pytest

from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, direct_message
from bot.playground.server import View
from store import keys
from tests.handlers.driver import appoint_both, deliver, keys_said, press, said, state, submission, told_next
from tests.world import ADMIN, REF, World, texts_in, usd

TYPED = [
    ("50", "$50.00"),
    ("50.00", "$50.00"),
    ("50,00", "$50.00"),
    ("$50", "$50.00"),
    ("50$", "$50.00"),
    ("$ 50", "$50.00"),
    ("US$50", "$50.00"),
    ("50 USD", "$50.00"),
    ("usd 50", "$50.00"),
    ("+50", "$50.00"),
    ("1,234.50", "$1,234.50"),
    ("1.234,50 $", "$1,234.50"),
    ("1 234,50", "$1,234.50"),
    ("1'234.50", "$1,234.50"),
    ("1234.5", "$1,234.50"),
    ("5", "$5.00"),
    ("5000", "$5,000.00"),
]
CARDS = {
    "sandbox_ok": ":white_check_mark: $50.00 arrived. The balance is $50.00.",
    "sandbox_declines": "could not be charged to Visa •••• 9995: not enough money on the card.",
    "sandbox_lost": "could not be charged to Visa •••• 9987: reported lost.",
    "sandbox_timeout": "The payment provider has not answered yet about your $50.00.",
    "sandbox_confirm": "Your bank wants $50.00 with Visa •••• 3155 (asks the bank) to be confirmed.",
}


async def _payments(world: World) -> list[dict[str, str]]:
    return [record for key, record in (await state(world)).items() if ":payment:" in key]


async def _confirmation(world: World, typed: str = "50", user: str = MANAGER) -> View:
    return await world.modal(user, f"/credits add {typed}", "add_confirm")


async def test_amounts_as_people_type_them(world: World, subtests: pytest.Subtests) -> None:
    """The confirmation says what will be added, what it costs, and what the balance will be."""
    for typed, amount in TYPED:
        with subtests.test(typed=typed):
            view = await _confirmation(world, typed)
            assert f"*{amount}* will be added" in texts_in(view.body)
            assert f"You pay {amount}" in texts_in(view.body)
            assert f"The balance will be {amount}." in texts_in(view.body)
            await world.playground.close(MANAGER, view.id)


async def test_confirmed_is_requested_once(world: World) -> None:
    """Confirming requests one payment of what was shown; the modal goes, the person is told where they typed."""
    view = await _confirmation(world)
    chosen = await world.submit(MANAGER, view, method="sandbox_declines")
    again = await deliver(world, submission(world, MANAGER, view))

    assert chosen.response_action == "clear"
    (payment,) = await _payments(world)
    assert (payment["amount_micros"], payment["method"]) == ("50000000", "sandbox_declines")
    assert again[0] == 200
    assert world.playground.open_view(MANAGER) is None
    await world.playground.wait_for(lambda: "Charging $50.00" in texts_in(world.told(channel=GENERAL)))


async def test_confirmed_twice(world: World) -> None:
    """The same confirmation submitted again is the same payment, and the person is told so."""
    view = await _confirmation(world)
    await world.submit(MANAGER, view)

    _, acknowledged = await deliver(world, submission(world, MANAGER, view))

    assert acknowledged == {"response_action": "clear"}
    assert len(await _payments(world)) == 1
    await world.playground.wait_for(lambda: "already on its way" in texts_in(world.told(channel=GENERAL)))


@pytest.mark.parametrize(("card", "text"), CARDS.items())
async def test_what_became_of_it_is_told_to_the_one_who_asked(living: World, card: str, text: str) -> None:
    """Where the person asked, and to them alone, it is told whether the money came."""
    await living.submit(MANAGER, await _confirmation(living), method=card)

    await living.playground.wait_for(lambda: text in texts_in(living.told(channel=GENERAL)), 10)

    assert text not in texts_in(living.told(MEMBER, GENERAL))
    if card == "sandbox_ok":
        assert (await living.account()).balance == usd(50)


async def test_confirmed_with_the_bank(living: World) -> None:
    """A payment that the bank wants confirmed goes on when the person says that it is."""
    await living.submit(MANAGER, await _confirmation(living), method="sandbox_confirm")
    await living.playground.wait_for(lambda: "Your bank wants" in texts_in(living.told(channel=GENERAL)), 10)
    asked = next(each for each in living.told(channel=GENERAL) if "Your bank wants" in texts_in(each))

    await living.press(MANAGER, asked, "retry_payment")

    await living.playground.wait_for(lambda: "arrived. The balance" in texts_in(living.told(channel=GENERAL)), 10)
    assert (await living.account()).balance == usd(50)


async def test_the_amount_is_asked_for_behind_the_button(world: World) -> None:
    """The button asks for the amount, the same modal then for the confirmation."""
    message = await world.answer(MANAGER, "/credits balance")
    await world.press(MANAGER, message, "open_add")
    ask = await world.view(MANAGER, "add_amount")

    assert "From $5.00 to $5,000.00" in str(ask.body)
    assert (await world.submit(MANAGER, ask, amount="1.234,50 $")).response_action == "update"
    confirm = await world.view(MANAGER, "add_confirm")
    assert (await world.submit(MANAGER, confirm)).response_action == "clear"
    assert [each["amount_micros"] for each in await _payments(world)] == ["1234500000"]


async def test_from_the_home_tab(living: World) -> None:
    """What is added from the Home tab is told in a direct message."""
    await living.playground.open_home(MANAGER)
    home = await living.playground.wait_for(lambda: living.playground.home(MANAGER))
    assert home is not None
    block = next(each for each in home.blocks if each["type"] == "actions")
    action = {"type": "button", "block_id": block["block_id"], "action_id": "open_add"}
    await living.playground.action(MANAGER, {"type": "view", "view_id": home.id}, action)
    await living.submit(MANAGER, await living.view(MANAGER, "add_amount"), amount="50")
    await living.submit(MANAGER, await living.view(MANAGER, "add_confirm"))

    direct = direct_message(MANAGER)
    await living.playground.wait_for(lambda: "arrived. The balance" in texts_in(living.told(channel=direct)), 10)


async def test_an_expired_draft(world: World) -> None:
    """A confirmation that was left open for too long pays nothing and says to start again."""
    view = await _confirmation(world)
    await world.redis.delete(keys.draft(REF.tenant, view.body["private_metadata"]))

    delivery = await world.submit(MANAGER, view)

    assert delivery.response_action == "update"
    assert "This has expired" in texts_in((await world.view(MANAGER, "notice")).body)
    assert await _payments(world) == []


async def test_the_whole_in_german(living: World) -> None:
    """A German manager adds credit in German."""
    await appoint_both(living)
    view = await living.modal(MEMBER, "/credits aufladen 1.234,50 $", "add_confirm")

    assert "Sie zahlen 1.234,50\u00a0$" in texts_in(view.body)
    await living.submit(MEMBER, view)
    await living.playground.wait_for(lambda: "sind eingegangen" in texts_in(living.told(MEMBER, GENERAL)), 10)


@pytest.mark.parametrize(
    ("text", "callback_id", "entered"),
    [
        ("add 50", "add_confirm", {}),
        ("add", "add_amount", {"amount": "50"}),
        ("alerts", "alerts", {"level_1": "20", "channel": ALERTS}),
        ("recharge", "recharge", {"switch": "on", "amount": "50", "below": "20", "cap": "200", "channel": ALERTS}),
    ],
)
async def test_a_role_lost_meanwhile(world: World, text: str, callback_id: str, entered: dict[str, str]) -> None:
    """Who was dismissed between opening a modal and submitting it changes nothing, and is told why."""
    view = await world.modal(MANAGER, f"/credits {text}", callback_id)
    await world.services.roles.change_managers(ADMIN, appoint=[], dismiss=[MANAGER], operation_id="dismiss")
    before = await state(world)

    await world.submit(MANAGER, view, **entered)

    notice = await world.view(MANAGER, "notice")
    assert "refused-not_a_manager" in keys_said(texts_in(notice.body["blocks"]).strip(), "en")
    assert await state(world) == before


async def test_a_role_lost_before_the_recharge_is_confirmed(world: World) -> None:
    """The same at the confirmation of auto-recharge."""
    view = await world.modal(MANAGER, "/credits recharge", "recharge")
    entered = {"switch": "on", "amount": "50", "below": "20", "cap": "200", "channel": ALERTS}
    await world.submit(MANAGER, view, **entered)
    confirm = await world.view(MANAGER, "recharge_confirm")
    await world.services.roles.change_managers(ADMIN, appoint=[], dismiss=[MANAGER], operation_id="dismiss")
    before = await state(world)

    _, acknowledged = await deliver(world, submission(world, MANAGER, confirm))

    assert any("refused-not_a_manager" in keys_said(text, "en") for text in said(acknowledged))
    assert await state(world) == before


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        *(("open_add", ""), ("open_recharge", ""), ("open_alerts", "")),
        *(("resume_recharge", ""), ("retry_payment", "p:1")),
    ],
)
async def test_buttons_of_others(world: World, action_id: str, value: str) -> None:
    """A button that changes something, pressed by somebody who may not, is refused in their language."""
    await world.answer(MEMBER, "/credits hilfe")
    before = await state(world)

    told = await told_next(world, MEMBER, press(world, MEMBER, action_id, **({"value": value} if value else {})))

    assert "refused-not_a_manager" in keys_said(told.splitlines()[0], "de")
    assert await state(world) == before
