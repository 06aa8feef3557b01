"""Connecting: one address for every kind of server, and errors that say what is wrong."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from redis.asyncio import Redis, RedisCluster
from structlog.testing import capture_logs

from bot.connect import ConnectError, connect
from bot.dangers import warn_of_dangers
from bot.examination import examine_nodes
from tests.bot.connecting import claiming_version, passing_on_to, run, tcp_server
from tests.listening import listening

pytestmark = pytest.mark.redis

PASSWORD = "hunter/2"
ESCAPED = "hunter%2F2"


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
    async with tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
        client = await connect(f"redis://:{ESCAPED}@127.0.0.1:{port}/0")

        assert await client.ping()
        await client.aclose()


async def test_an_acl_user_without_info_and_config(tmp_path: Path) -> None:
    """An ACL user who may not ask for INFO or CONFIG connects; what cannot be seen is unknown, not alarming."""
    async with tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
        async with Redis.from_url(f"redis://:{ESCAPED}@127.0.0.1:{port}") as admin:
            await run(admin, "ACL", "SETUSER", "bot", "on", ">pw", "~*", "+@all", "-@dangerous")
        client = await connect(f"redis://bot:pw@127.0.0.1:{port}")

        [node] = await examine_nodes(client)
        with capture_logs() as logs:
            await warn_of_dangers(client)

        assert (node.software, node.primary, logs) == ("valkey", True, [])
        assert (node.append_only, node.config, node.eviction) == (None, {}, None)
        await client.aclose()


async def test_an_acl_user_with_info_only(tmp_path: Path) -> None:
    """Where INFO is allowed and CONFIG is not, what INFO tells is used."""
    async with tcp_server(tmp_path, f"--requirepass {PASSWORD} --appendonly yes") as port:
        async with Redis.from_url(f"redis://:{ESCAPED}@127.0.0.1:{port}") as admin:
            await run(admin, "ACL", "SETUSER", "bot", "on", ">pw", "~*", "+@all", "-@dangerous", "+info")
        client = await connect(f"redis://bot:pw@127.0.0.1:{port}")

        [node] = await examine_nodes(client)

        assert (node.append_only, node.config, node.eviction) == (True, {}, "noeviction")
        await client.aclose()


@pytest.mark.parametrize("address", ["redis://:wrong-hunter@127.0.0.1:{port}", "redis://127.0.0.1:{port}"])
async def test_a_refused_password_is_said_without_it(tmp_path: Path, address: str) -> None:
    """A wrong or missing password is one clear error, which does not show the password that was tried."""
    async with tcp_server(tmp_path, f"--requirepass {PASSWORD}") as port:
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
    async with listening(claiming_version(version)) as port:
        with pytest.raises(ConnectError, match=rf"{version}.*7\.0"):
            await connect(f"redis://127.0.0.1:{port}?protocol=2")


@pytest.mark.parametrize("version", ["7.0.15", "8.2.1", "10.0.0"])
async def test_a_new_enough_server_is_taken(version: str) -> None:
    """Redis 7.0 and anything later will do."""
    async with listening(claiming_version(version)) as port:
        client = await connect(f"redis://127.0.0.1:{port}?protocol=2")

        assert isinstance(client, Redis)
        await client.aclose()


async def test_a_cluster_is_recognised(tmp_path: Path) -> None:
    """Where the server says that it is a cluster, the client is a cluster client; facts are its primaries'."""
    async with tcp_server(tmp_path, "--cluster-enabled yes") as port:
        async with Redis.from_url(f"redis://127.0.0.1:{port}", decode_responses=True) as admin:
            await run(admin, "CLUSTER ADDSLOTSRANGE", 0, 16383)
            for _ in range(500):
                if (await run(admin, "CLUSTER INFO"))["cluster_state"] == "ok":
                    break
                await asyncio.sleep(0.01)
            else:
                pytest.fail("the cluster was not whole within five seconds")
        client = await connect(f"redis://127.0.0.1:{port}")

        await client.set("{p07}:greeting", "hello")
        [node] = await examine_nodes(client)

        assert isinstance(client, RedisCluster)
        assert await client.get("{p07}:greeting") == "hello"
        assert (node.name, node.primary, node.append_only) == (f"127.0.0.1:{port}", True, False)
        await client.aclose()


async def test_several_servers_that_are_no_cluster(embedded_url: str, tmp_path: Path) -> None:
    """Servers that know nothing of each other are refused: the money would lie on the one that answered first."""
    async with tcp_server(tmp_path) as port:
        with pytest.raises(ConnectError, match="not a cluster's: name one") as caught:
            await connect(f"redis://:hunter2@127.0.0.1:{port},127.0.0.1:1")

    assert "hunter2" not in str(caught.value)


async def test_several_servers_of_which_none_answers() -> None:
    """What is wrong with each is said."""
    with pytest.raises(ConnectError, match=r"127\.0\.0\.1:1\. .* 127\.0\.0\.1:2\."):
        await connect("redis://127.0.0.1:1,127.0.0.1:2")


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

    async with listening(passing_on_to(embedded_url), tls=tls) as port:
        client = await connect(f"rediss://127.0.0.1:{port}?ssl_ca_certs={tmp_path / 'cert.pem'}")
        assert await client.ping()
        await client.aclose()
        with pytest.raises(ConnectError, match=r"(?i)certificate"):
            await connect(f"rediss://127.0.0.1:{port}")
