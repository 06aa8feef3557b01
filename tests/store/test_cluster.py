"""A cluster of three primaries, which refuses whatever does not lie in one slot."""

import asyncio

import pytest

from store import keys
from store.batch import UsagePosting
from store.keys import AccountRef
from store.leases import Leases
from store.lots import Lot
from store.outbox import GROUPS, Outbox
from store.outcomes import Posted, Repeated
from store.scripts import Client
from tests.clusters import PRIMARIES, Cluster
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.holding import capture, extend, place, release
from tests.store.posting import OTHER as ELSEWHERE
from tests.store.test_keys import live

pytestmark = pytest.mark.redis
PARTITION = keys.partition_of(REF.tenant)
OTHER = (PARTITION + 1) % keys.PARTITIONS


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


async def test_lots_are_used_in_order(cluster: Client) -> None:
    """Granted credit goes before bought, and what is left of each is known."""
    bank = await Bank.open(cluster)
    await bank.recharge(amount=50, below=20)
    await bank.payments.settle(REF, (await bank.account()).slot, charge_ref="ch_1", received=usd(50))
    await bank.ledger.add_credit(REF, usd(30), operation_id="gift", actor="test", days=30)
    await bank.spend(40)

    left = Lot.decode_all(await cluster.hgetall(keys.account(REF)), await cluster.hgetall(keys.lots(REF)))

    assert [(each.left, each.granted) for each in left] == [(40_000_000, False)]
    await bank.prove()


async def test_accounts_of_every_node_add_up(cluster: Client, three_nodes: Cluster) -> None:
    """Tenants lie on all three nodes; postings to all of them at once are each made, and each journal is proven."""
    bank = await Bank.open(cluster)
    ledger, refs = bank.ledger, [AccountRef(f"T{number:03}") for number in range(40)]
    await asyncio.gather(*(ledger.open_account(ref, "USD") for ref in refs))
    charges = [(ref, number) for ref in refs for number in range(5)]
    await asyncio.gather(
        *(ledger.charge_usage(ref, usd(1), operation_id=f"c{number}", actor="test") for ref, number in charges)
    )

    assert {each.balance for each in [await ledger.account(ref) for ref in refs] if each} == {usd(-5)}
    assert {three_nodes.primary_of(keys.account(ref)).name for ref in refs} == {
        node.name for node in three_nodes.nodes[:PRIMARIES]
    }
    for ref in refs:
        await bank.prove(ref)


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


async def test_batch_over_several_slots_is_posted(cluster: Client) -> None:
    """Tenants of different slots, and scripts that the node has forgotten."""
    bank = await Bank.open(cluster, balance=100)
    await bank.ledger.open_account(ELSEWHERE, CURRENCY)
    await cluster.script_flush()
    postings = [UsagePosting((REF, ELSEWHERE)[number % 2], usd(1), f"call-{number}", "test") for number in range(20)]

    first = await bank.ledger.post_batch(postings)
    again = await bank.ledger.post_batch(postings)

    assert keys.partition_of(ELSEWHERE.tenant) != PARTITION
    assert [{type(each) for each in outcomes} for outcomes in (first, again)] == [{Posted}, {Repeated}]
    await bank.prove()
    await bank.prove(ELSEWHERE)
