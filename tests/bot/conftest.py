"""The listeners on the real server, in a workspace; embedded servers."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from redis.asyncio import Redis

from bot.embedded import EmbeddedRedis
from store.scripts import Client
from tests.bot.embedding import end_server
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


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder, so that the socket's path fits; whatever server is left in it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="credits-"))
    yield folder
    for path in [folder, *folder.rglob("redis")]:
        end_server(path.parent if path.name == "redis" else path)
    shutil.rmtree(folder)


@pytest.fixture
async def started(data_dir: Path) -> AsyncIterator[EmbeddedRedis]:
    """A started server, stopped at the end."""
    server = EmbeddedRedis(data_dir)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def embedded_url() -> AsyncIterator[str]:
    """The address of a started embedded server."""
    folder = Path(tempfile.mkdtemp(prefix="credits-"))
    server = EmbeddedRedis(folder)
    yield await server.start()
    await server.stop()
    shutil.rmtree(folder)
