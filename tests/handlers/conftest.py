"""The bot in a workspace, on the real server."""

from collections.abc import AsyncIterator

import pytest
import structlog
from redis.asyncio import Redis

from store.scripts import Client
from tests.world import World, open_world


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log plainly: drawing a failure with all its variables takes longer than the failure."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])


@pytest.fixture
async def blocking(server: str) -> AsyncIterator[Client]:
    """A client whose reads may wait."""
    client: Client = Redis.from_url(server, decode_responses=True, socket_timeout=None)
    yield client
    await client.aclose()


@pytest.fixture
async def world(real_redis: Client, blocking: Client) -> AsyncIterator[World]:
    """A workspace in which the manager may change things; without the background work."""
    async with open_world(real_redis, blocking, worker=False) as opened:
        yield opened


@pytest.fixture
async def living(real_redis: Client, blocking: Client) -> AsyncIterator[World]:
    """The same with the background work."""
    async with open_world(real_redis, blocking) as opened:
        yield opened
