"""Who pushes, and who is pushed to."""

from collections.abc import AsyncIterator

import pytest

from store.scripts import Client
from tests.bot.webhooks.receiver import Receiver, receiving
from tests.bot.webhooks.wharf import Wharf, open_wharf


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another within milliseconds: what hours would show is the same."""
    monkeypatch.setattr("bot.webhooks.courier.TICK_S", 0.01)
    monkeypatch.setattr("store.deliveries.DELAYS_S", (0.01,) * 8)
    monkeypatch.setattr("store.deliveries.HOLD_MS", 400)


@pytest.fixture
async def wharf(real_redis: Client, blocking: Client) -> AsyncIterator[Wharf]:
    """Nobody works yet."""
    async with open_wharf(real_redis, blocking) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """One that answers with success."""
    async with receiving() as opened:
        yield opened
