"""The embedded server with real processes: private, out of the way, and brought back when it dies."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot import embedded
from bot.embedded import EmbeddedRedis
from tests.bot.embedding import pid_of, posted, until

pytestmark = pytest.mark.redis


async def test_it_is_private_durable_and_without_a_port(started: EmbeddedRedis) -> None:
    """The server listens on a socket of its owner's alone, flushes every write, and never evicts."""
    async with Redis.from_url(started.url, decode_responses=True) as client:
        told = await client.config_get("port", "appendonly", "appendfsync", "save", "maxmemory-policy")

    assert told == {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    assert started.folder.stat().st_mode & 0o777 == 0o700
    assert (started.folder / "valkey.sock").stat().st_mode & 0o777 == 0o700


async def test_it_knows_none_of_our_secrets(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's environment, tokens included, is not handed down to the server."""
    given: list[dict[str, str] | None] = []

    class Recording(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            given.append(options.get("env"))
            super().__init__(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", Recording)
    server = EmbeddedRedis(data_dir)

    await server.start()
    await server.stop()

    assert given == [{}]


async def test_it_is_out_of_reach_of_ctrl_c(started: EmbeddedRedis) -> None:
    """The server is in a session of its own, so a terminal's Ctrl-C reaches the bot alone."""
    pid = await pid_of(started.url)

    assert os.getsid(pid) == pid
    assert os.getsid(pid) != os.getsid(0)


async def test_a_dead_server_is_brought_back(started: EmbeddedRedis) -> None:
    """While `watch` runs, a killed server is started again, with its data."""
    watching = asyncio.create_task(started.watch(every_s=0.02))
    async with Redis.from_url(started.url) as client:
        await client.incr("posted")
    killed = await pid_of(started.url)

    os.kill(killed, signal.SIGKILL)
    (started.folder / "valkey.sock").unlink()
    await until((started.folder / "valkey.sock").exists)

    assert await posted(started) == 1
    assert await pid_of(started.url) != killed
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_watching_goes_on_after_an_error_of_the_system(
    started: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room, no rights, too many files open: said, and tried again until it works."""
    ensure, errors = started._ensure_server, [PermissionError("denied"), FileNotFoundError("gone")]

    async def fail_first() -> None:
        if errors:
            raise errors.pop()
        await ensure()

    monkeypatch.setattr(started, "_ensure_server", fail_first)
    killed = await pid_of(started.url)
    watching = asyncio.create_task(started.watch(every_s=0.02))
    os.kill(killed, signal.SIGKILL)
    (started.folder / "valkey.sock").unlink()
    await until(lambda: watching.done() or (started.folder / "valkey.sock").exists())

    assert not watching.done()
    assert await pid_of(started.url) != killed
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_cancelled_start_leaves_nothing_behind(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the server starts ends that server; the next start works."""

    async def unanswered(path: Path, command: bytes, timeout_s: float = 0) -> bytes:
        return b""

    server = EmbeddedRedis(data_dir)
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "_say", unanswered)
        starting = asyncio.create_task(server.start())
        await until((data_dir / "redis" / "valkey.sock").exists)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)

    await until(lambda: not (data_dir / "redis" / "valkey.sock").exists())

    assert starting.cancelled()
    await server.start()
    await server.stop()
