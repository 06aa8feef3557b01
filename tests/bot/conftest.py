"""The listeners on the real server, in a workspace."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from redis.asyncio import Redis

from store.scripts import Client
from tests.bot.hall import Hall
from tests.bot.stage import Stage, open_stage


@pytest.fixture
def plain_logs() -> Iterator[None]:
    """Log lines without drawings of tracebacks: what fails a thousand times on purpose would draw for minutes."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def blocking(server: str, plain_logs: None) -> AsyncIterator[Client]:
    """A client whose reads may wait."""
    client: Client = Redis.from_url(server, decode_responses=True, socket_timeout=None)
    yield client
    await client.aclose()


@pytest.fixture
async def stage(real_redis: Client, blocking: Client) -> AsyncIterator[Stage]:
    """A workspace, a Redis, no worker yet."""
    async with open_stage(real_redis, blocking) as opened:
        yield opened


@pytest.fixture
async def hall(real_redis: Client, blocking: Client) -> AsyncIterator[Hall]:
    """No worker yet."""
    hall = Hall(real_redis, blocking)
    yield hall
    for worker in hall.workers:
        await worker.kill()
