"""A slot that moves from one node to another while it is in use."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from store import keys
from store.outcomes import Posted
from store.scripts import Client
from tests.clusters import Cluster, Node, eventually
from tests.controls import REF, Bank, usd

pytestmark = pytest.mark.redis
ACCOUNT = keys.account(REF)


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
            return turned_away(source) > 0 or posting.done()

        await eventually(seen)
        assert not posting.done()
        assert await bank.entries() == before
        await bank.prove()

    assert isinstance(await posting, Posted)
    assert len(await bank.entries()) == entries + 1
    await bank.prove()
