"""What a server's settings endanger is told at the start."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.connect import (
    ServerFacts,
    connect,
    server_facts,
    warn_of_dangers,
)
from tests.bot.connecting import tcp_server

pytestmark = pytest.mark.redis


async def test_the_embedded_server_endangers_no_money(embedded_url: str) -> None:
    """The embedded server's facts carry no warning."""
    client = await connect(embedded_url)

    facts = await server_facts(client)

    assert facts.warnings == ()
    assert (facts.append_only, facts.append_fsync, facts.eviction) == (True, "always", "noeviction")
    await client.aclose()


async def test_dangers_are_logged(tmp_path: Path) -> None:
    """A server that flushes now and then and evicts is used, with a warning in the log for each."""
    settings = "--appendonly yes --appendfsync everysec --maxmemory-policy allkeys-lru"
    async with tcp_server(tmp_path, settings) as port:
        client = await connect(f"redis://127.0.0.1:{port}")

        with capture_logs() as logs:
            await warn_of_dangers(client)

        await client.aclose()
    reasons = [str(line["reason"]) for line in logs]
    assert len(reasons) == 2
    assert "everysec" in reasons[0]
    assert "allkeys-lru" in reasons[1]


def test_a_replica_and_a_server_without_persistence_are_dangers() -> None:
    """A read-only replica and a server without an append-only file each have their warning."""
    facts = ServerFacts("redis", "7.0.15", cluster=False, role="replica", append_only=False)

    replica, memory_only = facts.warnings

    assert "replica" in replica
    assert "appendonly" in memory_only
