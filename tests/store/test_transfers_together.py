"""Transfers from everywhere at once, on a real server and without memory: nothing is lost, nothing is there twice."""

import asyncio
from collections import Counter

import pytest

from store.outcomes import Posted, Reason, Refused, Repeated
from store.scripts import Client
from tests.controls import Bank, usd
from tests.store import pair
from tests.store.pair import REFS, SECOND, balances, gift, move, prove, spend
from tests.store.recorded import post, record
from tests.store.reversing import undo
from tests.store.test_adjust_balance import adjust
from tests.store.test_out_of_memory import Verb, empty, fill, refuse_whole
from tests.store.test_reverse_entry import reverse

pytestmark = pytest.mark.redis
CROWD = 30
"""Three times as many are as many connections as a pool has, nearly."""


@pytest.fixture
async def bank(real_redis: Client) -> Bank:
    """100 dollars here, none on the second account."""
    return await pair.arrange(real_redis)


def ways(ref_number: int) -> dict[str, object]:
    """From which account to which."""
    return {"ref": REFS[ref_number % 2], "to": REFS[1 - ref_number % 2].account}


async def test_transfers_both_ways_at_once_lose_nothing(bank: Bank) -> None:
    """Each is made or refused; together there is as much as before."""
    await gift(bank, 50, 30, ref=SECOND)

    outcomes = await asyncio.gather(*(move(bank, 7 + n % 30, **ways(n)) for n in range(CROWD * 3)))  # type: ignore[arg-type]

    kinds = Counter(each.reason if isinstance(each, Refused) else type(each) for each in outcomes)
    assert kinds.keys() <= {Posted, Reason.INSUFFICIENT_CREDIT}
    assert kinds[Posted] > CROWD / 2
    here, there = await balances(bank)
    assert here + there == usd(150)
    await prove(bank)


async def test_one_transfer_from_everywhere_is_made_once(bank: Bank) -> None:
    """One posts, the others are told the same."""
    outcomes = await asyncio.gather(*(move(bank, 7, "the-transfer") for _ in range(CROWD)))

    assert Counter(map(type, outcomes)) == {Posted: 1, Repeated: CROWD - 1}
    assert await balances(bank) == (usd(93), usd(7))
    await prove(bank)


async def test_one_entry_is_reversed_by_one_of_many(bank: Bank) -> None:
    """Each with an id of its own: one posts, the others find it reversed."""
    await bank.spend(30)
    call = (await bank.entries())[-1].id

    outcomes = await asyncio.gather(*(reverse(bank, call) for _ in range(CROWD)))

    kinds = Counter(each.reason if isinstance(each, Refused) else type(each) for each in outcomes)
    assert kinds == {Posted: 1, Reason.ALREADY_REVERSED: CROWD - 1}
    assert (await bank.account()).balance == usd(100)
    await prove(bank)


async def test_transfers_among_calls_add_up(bank: Bank) -> None:
    """Usage, grants and transfers on both accounts at once: every journal continues from entry to entry."""
    await bank.levels(50)
    await bank.recharge()
    turns = range(CROWD)
    calls = [spend(bank, 1 + n % 3, REFS[n % 2]) for n in turns]
    gifts = [gift(bank, 2, n % 5, REFS[n % 2]) for n in turns]
    moves = [move(bank, 1 + n % 9, **ways(n)) for n in turns]  # type: ignore[arg-type]

    await asyncio.gather(*calls, *gifts, *moves)

    here, there = await balances(bank)
    assert here + there == usd(100 + 2 * CROWD - sum(1 + n % 3 for n in turns))
    await prove(bank)


@pytest.mark.parametrize("verb", ["transfer", "reverse", "reverse record", "adjust up", "adjust down"])
async def test_change_without_memory_is_refused_whole(bank: Bank, verb: str) -> None:
    """It raises and nothing was changed; with memory again, the same call is made."""
    await bank.spend(9)
    call = (await bank.entries())[-1].id
    [page] = (await post(bank, [record(1)])).entries
    verbs: dict[str, Verb] = {
        "transfer": lambda bank, _: move(bank, 90, "oom"),
        "reverse": lambda bank, _: reverse(bank, call, "oom"),
        "reverse record": lambda bank, _: undo(bank, page.entry, "record-1", "oom"),
        "adjust up": lambda bank, _: adjust(bank, usd(5), "oom"),
        "adjust down": lambda bank, _: adjust(bank, usd(-200), "oom"),
    }
    await fill(bank)
    try:
        answer = await refuse_whole(bank, lambda: verbs[verb](bank, None))  # type: ignore[arg-type]
    finally:
        await empty(bank)

    assert isinstance(answer, Posted)
    await prove(bank)
