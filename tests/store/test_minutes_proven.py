"""What pools got back, proven: by journal, archive, sums of usage and what is kept of reversals."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import keys
from store.account import Entry
from store.money import Money
from store.records import minutes_of, records_of
from store.scripts import Client
from store.tally import Tally
from store.usage import Usage
from store.verify import Verifier
from tests.controls import CURRENCY, REF, Bank
from tests.store import archiving
from tests.store.banks import bank_on_clock
from tests.store.charging import MONTH, POOL, pooled
from tests.store.clock import Clock
from tests.store.minutes import BEFORE, charged, two_months, used
from tests.store.pair import last
from tests.store.posting import arrange as arrange_posting
from tests.store.recorded import DAY_MS, START_MS, pack, record
from tests.store.reversing import undo

POOLS = ("one", "two")


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange_posting(redis)


bank = bank_on_clock(arrange)


@pytest.mark.parametrize("single", [False, True])
async def test_sums_of_usage_leave_out_what_came_back(bank: Bank, *, single: bool) -> None:
    """Of the day of the call: it was made all the same."""
    entry = await charged(bank, [pooled(1, 60), pooled(2, 30)], (0, 90))
    if single:
        await undo(bank, entry, "record-1")
    await Usage(bank.redis).catch_up(REF)
    await undo(bank, entry)
    await Usage(bank.redis).catch_up(REF)

    [day] = (await Usage(bank.redis).days(REF, START_MS // DAY_MS, START_MS // DAY_MS)).values()
    total = Tally()
    for tally in day.groups.values():
        total.add(tally)
    assert total == Tally(2, 0, 90, 0, 0)


async def test_archived_entry_gives_minutes_back(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """Of records by themselves and of the rest, proven by the archive's digests."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    entry = await two_months(bank)
    clock.advance(days=1)
    await archiving.recent(bank, clock)
    archive = archiving.archive_in(tmp_path)
    assert await archiving.move(redis, archive) > 0

    await undo(bank, entry, "record-2", past=archive)
    await undo(bank, entry, past=archive)

    assert await used(bank) == {MONTH: 0, BEFORE: 40}
    assert await archiving.prove(bank, archive) == []


async def test_reversals_of_minutes_are_archived_and_proven(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """What pools gave and got back is carried forward."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    entry = await two_months(bank)
    clock.advance(days=1)
    await undo(bank, entry, "record-3")
    clock.advance(days=1)
    await undo(bank, entry)
    await archiving.recent(bank, clock)
    archive = archiving.archive_in(tmp_path)
    assert await archiving.prove(bank, archive) == []

    assert await archiving.move(redis, archive) > 0

    assert await archiving.prove(bank, archive) == []
    found = [each async for each in archiving.through(bank, archive).entries(REF)]
    assert [each.minutes for each in found if each.minutes] == [
        f"{POOL}:{MONTH}:180",
        f"{POOL}:{BEFORE}:180",
    ]
    await bank.redis.hset(keys.pooled(REF), f"{POOL}:{BEFORE}", "41 0")
    [difference] = await archiving.prove(bank, archive)
    assert "has given 41 seconds in 2026-10, by the journal 40" in difference


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("3#", f"1 0 {POOL}:{BEFORE}:180", "what is kept as left of the minutes"),
        ("3#", "1 0", "what is kept as left of the minutes"),
        ("3#", "2 0 -", "are not kept as reversed"),
    ],
)
async def test_proof_compares_minutes_with_what_is_kept_of_reversals(
    bank: Bank, field: str, value: str, said: str
) -> None:
    """By what is kept no minute is given back twice."""
    entry = await two_months(bank)
    await undo(bank, entry, "record-2")
    await bank.redis.hset(keys.reversals(REF), field, value)

    [difference] = await differences(bank)
    assert said in difference


async def test_proof_finds_minutes_that_no_call_took(bank: Bank) -> None:
    """A reversal that says it gave back others than the entry took."""
    entry = await two_months(bank)
    await undo(bank, entry)
    reversal = await last(bank)
    for minutes in ("", f"{POOL}:{MONTH}:180", f"{POOL}:{MONTH}"):
        changed = reversal.line.replace(f" {reversal.minutes}", f" {minutes}" if minutes else "")
        await put_last(bank, reversal.id, changed)

        assert "took 360 seconds of pools, of which" in " ".join(await differences(bank))


async def differences(bank: Bank) -> list[str]:
    """What `credits verify` says."""
    return [str(each) async for each in Verifier(bank.redis).partition(archiving.PARTITION)]


async def put_last(bank: Bank, entry_id: str, line: str) -> None:
    """The journal with another last entry."""
    journal = keys.journal(REF)
    others = [each for each in await bank.redis.xrange(journal) if each[0] != entry_id]
    await bank.redis.delete(journal)
    for each, told in others:
        await bank.redis.xadd(journal, told, id=each)
    await bank.redis.xadd(journal, {"entry": line}, id=entry_id)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_month_of_a_call_is_told_by_the_order_of_the_starts(calls: list[tuple[int, int, int]]) -> None:
    """Whatever the zone was: what lines took, put together by month, is what their entry took, and each has its own."""
    months = ("2026-10", "2026-11", "2026-12")
    lines, uses, wanted = [], Counter[tuple[str, str]](), list[str]()
    for number, (start, first, second) in enumerate(calls):
        took = {pool: seconds for pool, seconds in zip(POOLS, (first, second), strict=True) if seconds}
        month = months[start // 2]
        uses.update({(pool, month): seconds for pool, seconds in took.items()})
        pools = "".join(f" pool {pool} {seconds}" for pool, seconds in took.items())
        lines.append(record(number, 0, start_ms=start, basis=f"rate 00 49 1 1/1 0 {first + second}{pools}"))
        wanted.append(",".join(f"{pool}:{month}:{seconds}" for pool, seconds in took.items()))
    said = ",".join(f"{pool}:{month}:{seconds}" for (pool, month), seconds in uses.items()) or "-"
    memo = pack(lines).rpartition(" ")[0] + f" {said}"
    nothing = Money(0, CURRENCY)
    entry = Entry("1-1", "records", "wallet", "usage:calls", nothing, nothing, 1, "", "", "", "", memo)

    assert [minutes_of(entry, records_of(entry), each.id) for each in lines] == wanted
