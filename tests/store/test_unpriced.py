"""Calls without a price: listed in the step that posts them, and taken off it by the one that gives them theirs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import keys
from store.grounds import rows_in, rows_text
from store.records import UsageRecord
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store import archiving
from tests.store.banks import bank_on_clock
from tests.store.charging import POOL, post_told, unrated
from tests.store.clock import Clock
from tests.store.posting import arrange as arrange_posting
from tests.store.posting import dump
from tests.store.recorded import record
from tests.store.reversing import undo
from tests.store.test_pooled import differences


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange_posting(redis)


bank = bank_on_clock(arrange)


async def listed(bank: Bank) -> dict[str, str]:
    """The list."""
    found: dict[str, str] = await bank.redis.hgetall(keys.unpriced(REF))
    return found


async def first(bank: Bank) -> str:
    """The entry of four calls, of which all but the second have no price."""
    answer = await post_told(bank, [unrated(0), record(1), unrated(2), unrated(3)], unpriced=[0, 2, 3])
    return answer.split(" ")[1]


def priced(number: int, of: str) -> UsageRecord:
    """The call with a price, late."""
    return record(10 + number, basis=f"rate 00ff00ff00 49 15000 60/60 0 60 late {of}")


async def test_calls_without_a_price_are_listed(bank: Bank) -> None:
    """By their entry, in the step that posts them."""
    entry = await first(bank)

    assert await listed(bank) == {entry: "0,2-3"}
    await bank.prove()


async def test_late_price_takes_them_off(bank: Bank) -> None:
    """One by one, and the entry with the last."""
    entry = await first(bank)

    assert (await post_told(bank, [priced(2, entry)], late=f"{entry} 0,2-3 0,3")).startswith("posted")
    assert await listed(bank) == {entry: "0,3"}
    await bank.prove()
    await post_told(bank, [priced(0, entry), priced(3, entry)], late=f"{entry} 0,3 -")
    assert await listed(bank) == {}
    assert (await bank.account()).balance == usd(96)
    await bank.prove()


async def test_price_is_given_once(bank: Bank) -> None:
    """Who comes second is told, and posts nothing; of several entries each counts."""
    entry, other = await first(bank), (await post_told(bank, [unrated(7)], unpriced=[0])).split(" ")[1]
    await post_told(bank, [priced(2, entry)], late=f"{entry} 0,2-3 0,3")
    before = await dump(bank.redis)

    assert await post_told(bank, [priced(4, entry)], late=f"{entry} 0,2-3 0,3") == "moved late"
    again = [priced(7, other), priced(4, entry)]
    for both in (f"{other} 0 -\n{entry} 0,2-3 0,3", f"{entry} 0,2-3 0,3\n{other} 0 -"):
        assert await post_told(bank, again, late=both) == "moved late"
    assert await dump(bank.redis) == before


async def test_reversed_entry_gets_no_prices(bank: Bank) -> None:
    """Its calls were put right as a whole."""
    entry = await first(bank)

    await undo(bank, entry)

    assert await listed(bank) == {}
    assert await post_told(bank, [priced(2, entry)], late=f"{entry} 0,2-3 0,3") == "moved late"
    await bank.prove()


@pytest.mark.parametrize(("rows", "left"), [("0,2", "2"), ("", "0")])
async def test_proof_compares_the_list_with_lines(bank: Bank, rows: str, left: str) -> None:
    """A call that is missing there would never be charged."""
    entry = await first(bank)
    await bank.redis.delete(keys.unpriced(REF))
    if rows:
        await bank.redis.hset(keys.unpriced(REF), entry, rows)

    assert await differences(bank) == [
        f"T0TEST/default: entry {entry} has {left} calls without price, by the journal 3"
    ]


async def test_proof_notices_a_price_too_many(bank: Bank) -> None:
    """More late calls of an entry than it had without a price."""
    entry = (await post_told(bank, [unrated(0)], unpriced=[0])).split(" ")[1]
    both = [priced(0, entry), priced(1, entry)]
    last = (await post_told(bank, both, late=f"{entry} 0 -")).split(" ")[1]

    assert await differences(bank) == [
        f"T0TEST/default: entry {last} gives 2 calls of entry {entry} their price, 1 too many"
    ]


async def test_list_and_pools_are_carried_through_the_archive(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """What archived entries came to is proven together with what came since."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    entry = await first(bank)
    clock.advance(days=1)
    pooled_late = record(12, 0, basis=f"rate 00ff00ff00 49 15000 60/60 0 60 pool {POOL} 60 late {entry}")
    await post_told(bank, [pooled_late], [(0, 60)], late=f"{entry} 0,2-3 0,3")
    await archiving.recent(bank, clock)
    archive = archiving.archive_in(tmp_path)

    assert await archiving.move(redis, archive) > 0
    await redis.hset(keys.unpriced(REF), entry, "0")
    await redis.hset(keys.pooled(REF), f"{POOL}:2026-11", "61 0")
    wrong = await archiving.prove(bank, archive)

    assert wrong == [
        f"T0TEST/default: pool {POOL} has given 61 seconds in 2026-11, by the journal 60",
        f"T0TEST/default: entry {entry} has 1 calls without price, by the journal 2",
    ]


@given(st.sets(st.integers(0, 40)))
def test_rows_come_back(rows: set[int]) -> None:
    """Whatever they are; none are no text."""
    text = rows_text(sorted(rows))

    assert [row for each in (rows_in(text) if text else []) for row in each] == sorted(rows)
