"""Processes that share one embedded server: one folder has one server, and the last one out stops it."""

from pathlib import Path

import pytest

from bot import embedded
from bot.embedded import EmbeddedRedis, EmbeddedRedisError
from tests.bot.embedding import kill, leave, pid_of, posted, server_pid, start_user

pytestmark = pytest.mark.redis


async def test_an_orphan_is_attached_to(data_dir: Path) -> None:
    """The server of a killed bot lives on; the next start uses it, and its stop ends it."""
    user = start_user(data_dir, posts=7)
    orphan = server_pid(user)
    kill(user)
    server = EmbeddedRedis(data_dir)

    attached = await pid_of(await server.start())

    assert attached == orphan
    assert await posted(server) == 7
    await server.stop()
    assert not (server.folder / "valkey.sock").exists()


async def test_the_last_one_out_stops_it(data_dir: Path) -> None:
    """While another process uses the server, `stop` leaves it alone; the last `stop` ends it."""
    first = start_user(data_dir)
    pid = server_pid(first)
    second = EmbeddedRedis(data_dir)
    assert await pid_of(await second.start()) == pid

    leave(first)

    assert await pid_of(second.url) == pid
    await second.stop()
    assert not (second.folder / "valkey.sock").exists()


async def test_a_killed_user_does_not_count(data_dir: Path) -> None:
    """A user that was killed without saying good-bye does not keep the server from being stopped."""
    server = EmbeddedRedis(data_dir)
    await server.start()
    user = start_user(data_dir)
    server_pid(user)
    kill(user)

    await server.stop()

    assert not (server.folder / "valkey.sock").exists()


async def test_five_that_start_together_share_one_server(data_dir: Path) -> None:
    """A race of five processes gives one server, and nobody's writes are lost."""
    users = [start_user(data_dir, posts=20) for _ in range(5)]

    pids = {server_pid(user) for user in users}

    assert len(pids) == 1
    server = EmbeddedRedis(data_dir)
    await server.start()
    assert await posted(server) == 100
    for user in users:
        leave(user)
    await server.stop()


async def test_a_lost_socket_does_not_lead_to_a_second_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the socket removed under a living server, a start refuses instead of writing to the same files."""
    monkeypatch.setattr(embedded, "START_S", 0.3)
    user = start_user(data_dir)
    pid = server_pid(user)
    (data_dir / "redis" / "valkey.sock").unlink()

    with pytest.raises(EmbeddedRedisError, match="does not answer at its socket"):
        await EmbeddedRedis(data_dir).start()

    kill(user, also=pid)
