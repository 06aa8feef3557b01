"""A worker that polls the stand-in for Microsoft Graph."""

import random
from collections.abc import AsyncIterator

import pytest

from store.scripts import Client
from tests.controls import Bank
from tests.ingest.graph_desk import Desk
from tests.ingest.graph_service import DAY_MS, NOW_MS, FastClock, GraphService, calls, opened


@pytest.fixture
async def desk(real_redis: Client) -> AsyncIterator[Desk]:
    """Thirty calls of the last two days, pages of ten."""
    rng = random.Random(3)  # noqa: S311 replays by its seed
    rows = calls(rng, 30, NOW_MS - 2 * DAY_MS, NOW_MS - 1000)
    service = GraphService(FastClock(NOW_MS), rows, page=10)
    async with opened(service) as graph:
        yield Desk(await Bank.open(real_redis), service, graph)
