"""The embedded server's files: what is acknowledged stays, and what is damaged or out of reach is said."""

import os
import random
import secrets
import tempfile
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.embedded import EmbeddedRedis, EmbeddedRedisError
from tests.bot.embedding import kill, posted, server_pid, start_user

pytestmark = pytest.mark.redis


async def test_data_survives_a_clean_stop(data_dir: Path) -> None:
    """What was posted before `stop` is there after the next `start`, and the server is gone in between."""
    server = EmbeddedRedis(data_dir)
    async with Redis.from_url(await server.start()) as client:
        await client.incr("posted")

    await server.stop()

    assert not (server.folder / "valkey.sock").exists()
    await server.start()
    assert await posted(server) == 1
    await server.stop()


async def test_data_survives_kill_9_of_everything(data_dir: Path) -> None:
    """Every acknowledged write is there after the bot and the server were both killed, time after time."""
    for round_number in range(1, 4):
        user = start_user(data_dir, posts=50)
        kill(user, also=server_pid(user))

        server = EmbeddedRedis(data_dir)
        await server.start()
        assert await posted(server) == 50 * round_number
        await server.stop()


async def test_a_start_that_failed_without_a_log_is_said(data_dir: Path) -> None:
    """Somebody removed the server's log: the reason says so instead of failing itself."""
    assert "No such file" in EmbeddedRedis(data_dir)._reason()


async def test_a_deep_folder_gets_a_short_socket(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder too deep, and with odd characters, for a socket is reached through a private link."""
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    server = EmbeddedRedis(data_dir / "a b%20?#é" / ("x" * 120))

    url = await server.start()

    async with Redis.from_url(url) as client:
        assert await client.incr("posted") == 1
    private = data_dir / f"credits-{os.getuid()}"
    assert private.stat().st_mode & 0o777 == 0o700
    await server.stop()
    assert not (server.folder / "valkey.sock").exists()


async def test_a_link_folder_of_somebody_else_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link folder that others can write to is not used: they could put their own server there."""
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    (data_dir / f"credits-{os.getuid()}").mkdir()
    (data_dir / f"credits-{os.getuid()}").chmod(0o777)

    with pytest.raises(EmbeddedRedisError, match="not a private folder"):
        await EmbeddedRedis(data_dir / ("x" * 120)).start()


async def test_a_torn_file_starts_with_what_was_whole(data_dir: Path) -> None:
    """Cut anywhere, as by a power loss, the file gives back a prefix of the postings, each whole."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    server = EmbeddedRedis(data_dir)
    async with Redis.from_url(await server.start()) as client:
        for _ in range(20):
            await client.eval("redis.call('INCR', 'posted'); redis.call('RPUSH', 'journal', 'entry')", 0)
    await server.stop()
    file = next((server.folder / "appendonlydir").glob("*.incr.aof"))
    whole = file.read_bytes()

    for cut in sorted(random.Random(seed).sample(range(len(whole)), 5)):  # noqa: S311 - no secret
        file.write_bytes(whole[:cut])
        async with Redis.from_url(await server.start()) as client:
            posted, journal = int(await client.get("posted") or 0), await client.llen("journal")
        await server.stop()

        assert posted == journal <= 20


@pytest.mark.parametrize("part", ["incr.aof", "base.rdb", "manifest"])
async def test_a_damaged_file_stops_the_start(data_dir: Path, part: str) -> None:
    """Damage in the middle of the ledger's files is never skipped: the message says what to do."""
    server = EmbeddedRedis(data_dir)
    async with Redis.from_url(await server.start()) as client:
        for _ in range(5):
            await client.incr("posted")
    await server.stop()
    file = next((server.folder / "appendonlydir").glob(f"*.{part}"))
    content = file.read_bytes()
    file.write_bytes(content[:10] + b"damage" + content[16:])

    with pytest.raises(EmbeddedRedisError, match="damaged") as caught:
        await server.start()

    assert "Copy the folder to a safe place" in str(caught.value)
    file.write_bytes(content)
    await server.start()
    assert await posted(server) == 5
    await server.stop()


async def test_a_folder_that_cannot_be_used_is_said(data_dir: Path) -> None:
    """A data folder that is no folder stops the start with the name of the setting."""
    (data_dir / "file").touch()

    with pytest.raises(EmbeddedRedisError, match="CREDITS_DATA_DIR"):
        await EmbeddedRedis(data_dir / "file").start()
