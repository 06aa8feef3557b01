"""A slot that moves from one node to another while it is in use."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import RedisCluster
from redis.exceptions import ClusterError

from store import keys
from store.outcomes import Posted
from store.scripts import Client
from tests.clusters import Cluster, Node, eventually
from tests.controls import REF, Bank, usd

pytestmark = pytest.mark.redis
ACCOUNT = keys.account(REF)
OFTEN = RedisCluster.RedisClusterRequestTTL
"""As often as redis-py asks before it gives up."""


def turned_away(node: Node) -> int:
    """How often it has answered "try again"."""
    told = node.redis.info("errorstats")
    return int(told.get("errorstat_TRYAGAIN", {}).get("count", 0))


POSTINGS: dict[str, Callable[[Bank], Awaitable[object]]] = {
    "charge_usage": lambda bank: bank.spend(1),
    "add_credit": lambda bank: bank.grant(1),
}


@pytest.mark.parametrize("verb", POSTINGS)
@pytest.mark.parametrize("entries", range(14, 18))
async def test_posting_waits_for_a_slot_on_the_move(
    cluster: Client, three_nodes: Cluster, verb: str, entries: int
) -> None:
    """Whatever keys it needs that are not there yet, a posting is not begun while its slot moves, and made after."""
    bank = await Bank.open(cluster)
    await bank.ledger.add_credit(REF, usd(1), operation_id="expires", actor="test", days=40)  # which the schedule has
    for _ in range(entries - 1):
        await bank.grant(1)
    before = await bank.entries()

    with three_nodes.moving(ACCOUNT) as source:
        posting = asyncio.ensure_future(POSTINGS[verb](bank))

        async def seen() -> bool:
            return turned_away(source) > OFTEN or posting.done()

        await eventually(seen)
        assert not posting.done(), await posting
        assert await bank.entries() == before
        await bank.prove()

    assert isinstance(await posting, Posted)
    assert len(await bank.entries()) == entries + 1
    await bank.prove()


async def test_move_without_an_end_is_an_error(
    cluster: Client, three_nodes: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A posting whose slot moves for too long raises, and nothing was done: asked again after the move, it is made."""
    bank = await Bank.open(cluster)
    before = await bank.entries()
    monkeypatch.setattr("bot.cluster.MOVE_S", 0.3)

    with three_nodes.moving(ACCOUNT), pytest.raises(ClusterError):
        await bank.spend(1, "call")

    assert await bank.entries() == before
    assert type(await bank.spend(1, "call")) is Posted
    await bank.prove()


async def test_key_on_a_node_that_is_new(cluster: Client, three_nodes: Cluster) -> None:
    """What has moved already to a node that the client has never heard of is found there."""
    await cluster.set(f"{ACCOUNT}:other", "x")
    with three_nodes.moving(ACCOUNT) as source:
        target = three_nodes.next_to(source)
        source.ask("MIGRATE", "127.0.0.1", target.port, f"{ACCOUNT}:other", 0, 10_000)
        cluster.nodes_manager.nodes_cache.pop(target.name)

        assert await cluster.get(f"{ACCOUNT}:other") == "x"

        with target.redis.pipeline(transaction=False) as sent:
            sent.execute_command("ASKING")  # type: ignore[no-untyped-call]
            sent.delete(f"{ACCOUNT}:other")
            assert sent.execute()[1] == 1
