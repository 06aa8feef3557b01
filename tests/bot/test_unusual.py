"""Unusual usage is told in the alert channel, with a button that stops its service."""

from typing import Any

from handlers import ids
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
    """Once: pressed again it says that it is stopped; who is no manager changes nothing."""
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
