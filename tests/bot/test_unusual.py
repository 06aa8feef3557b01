"""Unusual usage is told in the alert channel, with a button that stops its service."""

from collections import Counter
from typing import Any

import pytest

from handlers import ids
from store import keys
from store.roles import Operator
from store.unrated import Unrated
from store.unusual import Finding, Watch, What
from tests.handlers.conftest import blocking, living
from tests.world import MANAGER, MEMBER, REF, World, texts_in

__all__ = ["blocking", "living"]


async def press(world: World, user: str, message: dict[str, Any]) -> None:
    """Press the button, and wait for the answer that only this person sees."""
    before = len(world.told(user))
    await world.press(user, message, ids.STOP_SERVICE)
    await world.playground.wait_for(lambda: len(world.told(user)) > before)


async def test_manager_stops_the_service(living: World) -> None:
    """Pressed again it says that it is stopped; who is no manager changes nothing."""
    await living.warn_at(20)
    await Watch(living.redis).tell(REF, "USD", [Finding(What.DESTINATION, "calling", "Ruritania", 9_000_000)])
    message = await living.playground.wait_for(
        lambda: next((each for each in living.told() if "Ruritania" in texts_in(each)), None)
    )
    assert message
    assert "First calls to Ruritania: Calling, $9.00" in texts_in(message)

    await press(living, MEMBER, message)
    assert (await living.account()).stops == ()
    await press(living, MANAGER, message)
    await press(living, MANAGER, message)

    [stop] = (await living.account()).stops
    assert (stop.service, stop.reason) == ("calling", "Unusual usage")
    assert all("Calling is stopped." in texts_in(each) for each in living.told(MANAGER)[-2:])


async def test_a_press_stops_what_was_resumed_again(living: World) -> None:
    """The alert stands in the channel as before; whoever presses its button after the service went on is obeyed."""
    await living.warn_at(20)
    await Watch(living.redis).tell(REF, "USD", [Finding(What.DESTINATION, "calling", "Ruritania", 9_000_000)])
    message = await living.playground.wait_for(
        lambda: next((each for each in living.told() if "Ruritania" in texts_in(each)), None)
    )
    assert message
    await press(living, MANAGER, message)
    await living.services.policies.set_service_state(
        Operator("anna"), REF, "calling", open=True, operation_id="resume", reason="checked"
    )
    assert (await living.account()).stops == ()

    await press(living, MANAGER, message)

    [stop] = (await living.account()).stops
    assert (stop.service, stop.reason) == ("calling", "Unusual usage")
    assert "Calling is stopped." in texts_in(living.told(MANAGER)[-1])


@pytest.mark.parametrize(
    ("locale", "said", "ground"),
    [
        (
            "en-US",
            ":label: 9 calls have no price: Calling to Ruritania (7), an unknown destination (2). They are kept, and",
            "Calls without a price",
        ),
        (
            "de-DE",
            ":label: 9 Anrufe haben keinen Preis: Telefonie nach Ruritania (7), einem unbekannten Ziel (2). Sie",
            "Calls without a price",
        ),
    ],
)
async def test_calls_without_a_price_are_told(living: World, locale: str, said: str, ground: str) -> None:
    """Where they went and what to do; the button stops the service, and that is the reason."""
    await living.warn_at(20)
    await living.redis.hset(keys.account(REF), "locale", locale)
    await Unrated(living.redis).tell(REF, {"calling": Counter({"Ruritania": 7, "": 2})}, 1)
    message = await living.playground.wait_for(
        lambda: next((each for each in living.told() if said in texts_in(each)), None)
    )
    assert message
    assert "`credits rates load`" in texts_in(message)

    await press(living, MANAGER, message)

    [stop] = (await living.account()).stops
    assert (stop.service, stop.reason) == ("calling", ground)
