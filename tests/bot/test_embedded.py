"""The embedded server with real processes: what is acknowledged stays, and one folder has one server."""

import asyncio
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from redis.asyncio import Redis

from bot import embedded
from bot.embedded import EmbeddedRedis, EmbeddedRedisError

pytestmark = pytest.mark.redis

# A process that uses the folder's server, posts what it is told to, says so, and waits for its input to end.
USER = dedent("""
    import asyncio, sys
    from pathlib import Path
    from redis.asyncio import Redis
    from bot.embedded import EmbeddedRedis

    async def main(folder, posts):
        server = EmbeddedRedis(Path(folder))
        async with Redis.from_url(await server.start()) as client:
            for _ in range(posts):
                await client.incr("posted")
            print((await client.info("server"))["process_id"], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await server.stop()

    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
""")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder, so that the socket's path fits; whatever server is left in it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="credits-"))
    yield folder
    for path in [folder, *folder.rglob("redis")]:
        _end_server(path.parent if path.name == "redis" else path)
    shutil.rmtree(folder)


@pytest.fixture
async def server(data_dir: Path) -> AsyncIterator[EmbeddedRedis]:
    """A started server, stopped at the end."""
    started = EmbeddedRedis(data_dir)
    await started.start()
    yield started
    await started.stop()


def _user(data_dir: Path, posts: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", USER, str(data_dir), str(posts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _server_pid(user: "subprocess.Popen[str]") -> int:
    assert user.stdout
    return int(user.stdout.readline())


def _kill(process: "subprocess.Popen[str]", *, also: int = 0) -> None:
    """`kill -9` of a user process, and of the server `also` at the same moment."""
    process.kill()
    if also:
        os.kill(also, signal.SIGKILL)
    process.communicate()


def _leave(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def _end_server(data_dir: Path) -> None:
    path = data_dir / "redis" / "valkey.sock"
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
            client.sendall(b"SHUTDOWN NOSAVE\r\n")
            client.recv(100)
        except OSError:
            return


async def _until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`, at most ten seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("the condition did not come about within ten seconds")


async def _posted(server: EmbeddedRedis) -> int:
    async with Redis.from_url(server.url) as client:
        return int(await client.get("posted") or 0)


async def _pid(url: str) -> int:
    async with Redis.from_url(url) as client:
        return int((await client.info("server"))["process_id"])


async def test_it_is_private_durable_and_without_a_port(server: EmbeddedRedis) -> None:
    """The server listens on a socket of its owner's alone, flushes every write, and never evicts."""
    async with Redis.from_url(server.url, decode_responses=True) as client:
        told = await client.config_get("port", "appendonly", "appendfsync", "save", "maxmemory-policy")

    assert told == {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    assert server.folder.stat().st_mode & 0o777 == 0o700
    assert (server.folder / "valkey.sock").stat().st_mode & 0o777 == 0o700


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


async def test_data_survives_a_clean_stop(data_dir: Path) -> None:
    """What was posted before `stop` is there after the next `start`, and the server is gone in between."""
    server = EmbeddedRedis(data_dir)
    async with Redis.from_url(await server.start()) as client:
        await client.incr("posted")

    await server.stop()

    assert not (server.folder / "valkey.sock").exists()
    await server.start()
    assert await _posted(server) == 1
    await server.stop()


async def test_data_survives_kill_9_of_everything(data_dir: Path) -> None:
    """Every acknowledged write is there after the bot and the server were both killed, time after time."""
    for round_number in range(1, 4):
        user = _user(data_dir, posts=50)
        _kill(user, also=_server_pid(user))

        server = EmbeddedRedis(data_dir)
        await server.start()
        assert await _posted(server) == 50 * round_number
        await server.stop()


async def test_an_orphan_is_attached_to(data_dir: Path) -> None:
    """The server of a killed bot lives on; the next start uses it, and its stop ends it."""
    user = _user(data_dir, posts=7)
    orphan = _server_pid(user)
    _kill(user)
    server = EmbeddedRedis(data_dir)

    attached = await _pid(await server.start())

    assert attached == orphan
    assert await _posted(server) == 7
    await server.stop()
    assert not (server.folder / "valkey.sock").exists()


async def test_the_last_one_out_stops_it(data_dir: Path) -> None:
    """While another process uses the server, `stop` leaves it alone; the last `stop` ends it."""
    first = _user(data_dir)
    pid = _server_pid(first)
    second = EmbeddedRedis(data_dir)
    assert await _pid(await second.start()) == pid

    _leave(first)

    assert await _pid(second.url) == pid
    await second.stop()
    assert not (second.folder / "valkey.sock").exists()


async def test_a_killed_user_does_not_count(data_dir: Path) -> None:
    """A user that was killed without saying good-bye does not keep the server from being stopped."""
    server = EmbeddedRedis(data_dir)
    await server.start()
    user = _user(data_dir)
    _server_pid(user)
    _kill(user)

    await server.stop()

    assert not (server.folder / "valkey.sock").exists()


async def test_five_that_start_together_share_one_server(data_dir: Path) -> None:
    """A race of five processes gives one server, and nobody's writes are lost."""
    users = [_user(data_dir, posts=20) for _ in range(5)]

    pids = {_server_pid(user) for user in users}

    assert len(pids) == 1
    server = EmbeddedRedis(data_dir)
    await server.start()
    assert await _posted(server) == 100
    for user in users:
        _leave(user)
    await server.stop()


async def test_a_lost_socket_does_not_lead_to_a_second_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the socket removed under a living server, a start refuses instead of writing to the same files."""
    monkeypatch.setattr(embedded, "START_S", 0.3)
    user = _user(data_dir)
    pid = _server_pid(user)
    (data_dir / "redis" / "valkey.sock").unlink()

    with pytest.raises(EmbeddedRedisError, match="does not answer at its socket"):
        await EmbeddedRedis(data_dir).start()

    _kill(user, also=pid)


async def test_it_is_out_of_reach_of_ctrl_c(server: EmbeddedRedis) -> None:
    """The server is in a session of its own, so a terminal's Ctrl-C reaches the bot alone."""
    pid = await _pid(server.url)

    assert os.getsid(pid) == pid
    assert os.getsid(pid) != os.getsid(0)


async def test_a_dead_server_is_brought_back(server: EmbeddedRedis) -> None:
    """While `watch` runs, a killed server is started again, with its data."""
    watching = asyncio.create_task(server.watch(every_s=0.02))
    async with Redis.from_url(server.url) as client:
        await client.incr("posted")
    killed = await _pid(server.url)

    os.kill(killed, signal.SIGKILL)
    (server.folder / "valkey.sock").unlink()
    await _until((server.folder / "valkey.sock").exists)

    assert await _posted(server) == 1
    assert await _pid(server.url) != killed
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_watching_goes_on_after_an_error_of_the_system(
    server: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room, no rights, too many files open: said, and tried again until it works."""
    ensure, errors = server._ensure_server, [PermissionError("denied"), FileNotFoundError("gone")]

    async def fail_first() -> None:
        if errors:
            raise errors.pop()
        await ensure()

    monkeypatch.setattr(server, "_ensure_server", fail_first)
    killed = await _pid(server.url)
    watching = asyncio.create_task(server.watch(every_s=0.02))
    os.kill(killed, signal.SIGKILL)
    (server.folder / "valkey.sock").unlink()
    await _until(lambda: watching.done() or (server.folder / "valkey.sock").exists())

    assert not watching.done()
    assert await _pid(server.url) != killed
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


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
    assert await _posted(server) == 5
    await server.stop()


async def test_a_folder_that_cannot_be_used_is_said(data_dir: Path) -> None:
    """A data folder that is no folder stops the start with the name of the setting."""
    (data_dir / "file").touch()

    with pytest.raises(EmbeddedRedisError, match="CREDITS_DATA_DIR"):
        await EmbeddedRedis(data_dir / "file").start()


async def test_a_cancelled_start_leaves_nothing_behind(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the server starts ends that server; the next start works."""

    async def unanswered(path: Path, command: bytes, timeout_s: float = 0) -> bytes:
        return b""

    server = EmbeddedRedis(data_dir)
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "_say", unanswered)
        starting = asyncio.create_task(server.start())
        await _until((data_dir / "redis" / "valkey.sock").exists)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)

    await _until(lambda: not (data_dir / "redis" / "valkey.sock").exists())

    assert starting.cancelled()
    await server.start()
    await server.stop()
