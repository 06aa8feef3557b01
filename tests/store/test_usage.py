"""Sums of usage: each entry is in them once, on the day of its calls, and they come to what the ledger says."""

import asyncio
from pathlib import Path

import pytest

from store import keys, usage
from store.call import CallRecord
from store.calls import to_columns
from store.cards import Cards
from store.charging import Charging
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.plans import Plans
from store.records import UsageRecord
from store.scripts import Client
from store.tally import Group, Tally
from store.tariff import Rate
from store.usage import Usage
from tests.controls import MANAGER, REF, Bank
from tests.store.archiving import archive_in, fill, long_ago, move, recent
from tests.store.banks import bank_by
from tests.store.clock import Clock
from tests.store.rating import card
from tests.store.recorded import DAY_MS, START_MS, post, record
from tests.store.reversing import undo

DAY = START_MS // DAY_MS
SALES = Group("calls", "Ruritania", "Sales")
RATED = "rate 0123456789 44 15000 60/60 0 120 pool office 60"


async def arrange(redis: Client) -> Bank:
    """A hundred dollars."""
    return await Bank.open(redis, balance=100)


bank = bank_by(arrange)


def call(number: int, ground: str = RATED, **changes: object) -> UsageRecord:
    """A call of 100 seconds for a dollar."""
    usual = {"destination": SALES.destination, "centre": SALES.centre, "duration_s": 100, "basis": ground}
    return record(number, 1, **{**usual, **changes})


async def summed(bank: Bank, ref: AccountRef = REF) -> dict[int, dict[Group, Tally]]:
    """What there is by day, zeros left out; it comes to what the ledger says."""
    sums = Usage(bank.redis)
    days = await sums.days(ref, 0, 21_000)
    assert await sums.contradictions(ref) == []
    return {day: {group: tally for group, tally in each.groups.items() if tally} for day, each in days.items()}


async def catch_up(bank: Bank) -> int:
    """As another process would."""
    return await Usage(bank.redis).catch_up(REF)


async def test_calls_are_counted_once(bank: Bank) -> None:
    """With what was billed of them, what pools took and what they cost; looking again adds nothing."""
    await post(bank, [call(1), call(2), call(3, "own 1000000 0")])

    assert (await catch_up(bank), await catch_up(bank)) == (2, 0)

    assert await summed(bank) == {DAY: {SALES: Tally(3, 3_000_000, 340, 120, 0)}}
    [day] = (await Usage(bank.redis).days(REF, DAY, DAY)).values()
    assert dict(day.hours) == {("calls", 9): Tally(3, 3_000_000, 340, 120, 0)}


async def test_later_entries_are_put_on_top(bank: Bank) -> None:
    """Those that were summed before are not read again."""
    await post(bank, [call(1)])
    await catch_up(bank)
    await post(bank, [call(2), call(3, destination="Elsewhere")])

    assert await catch_up(bank) == 1

    elsewhere = SALES._replace(destination="Elsewhere")
    assert await summed(bank) == {DAY: {SALES: Tally(2, 2_000_000, 240, 120), elsewhere: Tally(1, 1_000_000, 120, 60)}}


async def test_usage_without_a_record_counts_when_it_was_charged(bank: Bank) -> None:
    """It has no start, no destination and no duration."""
    await bank.spend(5)
    await catch_up(bank)

    [today] = (await summed(bank)).values()
    assert today == {Group("calls"): Tally(1, 5_000_000)}


async def test_reversed_line_gives_its_money_back_on_its_day(bank: Bank) -> None:
    """The call was made all the same; when the entry is reversed as well, only the rest comes back."""
    await post(bank, [call(1), call(2, destination="Elsewhere")])
    entry = (await bank.entries())[-1].id
    await undo(bank, entry, "record-1")
    await catch_up(bank)
    elsewhere = SALES._replace(destination="Elsewhere")
    assert await summed(bank) == {DAY: {SALES: Tally(1, 0, 120, 60), elsewhere: Tally(1, 1_000_000, 120, 60)}}

    await undo(bank, entry)
    await catch_up(bank)

    assert await summed(bank) == {DAY: {SALES: Tally(1, 0, 120, 60), elsewhere: Tally(1, 0, 120, 60)}}


async def test_reversals_in_the_same_look_are_told_apart(bank: Bank) -> None:
    """Also where line, entry and reversals are read together."""
    await post(bank, [call(1), call(2)])
    await bank.spend(5)
    _, lines, plain = await bank.entries()
    await undo(bank, lines.id, "record-1")
    await undo(bank, lines.id)
    await undo(bank, plain.id)

    await catch_up(bank)

    assert sum(tally.micros for day in (await summed(bank)).values() for tally in day.values()) == 0


async def test_call_that_got_its_price_late_is_counted_once(bank: Bank) -> None:
    """It moves from where its record said that it went to where its rate is."""
    cards, now_ms = Cards(bank.redis, bank.roles), await Usage(bank.redis).now_ms()
    charging = Charging(bank.redis, cards, Plans(bank.redis, bank.roles))
    made = CallRecord("call-1", "calling", now_ms - DAY_MS, 61, "+447700900123", destination="RUR")
    await charging.charge(REF, to_columns([made]), actor="test")
    await catch_up(bank)
    [day] = (await summed(bank)).values()
    assert day == {Group("calling", "RUR"): Tally(1, 0, 61, 0, 1)}

    await cards.load(MANAGER, REF.tenant, card(rates=(Rate("44", 15_000, "Ruritania"),)))
    await charging.rate_late(REF, actor="test")
    await catch_up(bank)

    [day] = (await summed(bank)).values()
    assert day == {Group("calling", "Ruritania"): Tally(1, 30_000, 120)}


async def test_many_processes_count_each_entry_once(bank: Bank) -> None:
    """Whoever comes second begins again behind what the first has done."""
    for number in range(30):
        await post(bank, [call(number)])

    await asyncio.gather(*(catch_up(bank) for _ in range(5)))

    assert await summed(bank) == {DAY: {SALES: Tally(30, 30_000_000, 3_600, 1_800)}}


async def test_old_place(bank: Bank) -> None:
    """What was read before somebody else's sums were put is not written over them."""
    sums = Usage(bank.redis)
    await post(bank, [call(1)])
    await catch_up(bank)
    before, entries = await sums.place(REF), await bank.entries()
    await post(bank, [call(2)])
    await catch_up(bank)

    assert await sums._fold(REF, before, entries) is None

    assert await summed(bank) == {DAY: {SALES: Tally(2, 2_000_000, 240, 120)}}


async def test_day_is_that_of_the_workspaces_clock(bank: Bank) -> None:
    """When the time zone changes, all is summed anew by the new one, and nothing of the old is left."""
    late = START_MS + 14 * 3_600_000
    await post(bank, [call(1, start_ms=late)])
    await catch_up(bank)
    assert [*await summed(bank)] == [DAY]
    old = await Usage(bank.redis).place(REF)

    await Plans(bank.redis, bank.roles).set_zone(MANAGER, REF.tenant, "Europe/Berlin", operation_id="zone")
    await catch_up(bank)

    assert await summed(bank) == {DAY + 1: {SALES: Tally(1, 1_000_000, 120, 60)}}
    assert not await bank.redis.exists(keys.usage_day(REF, old.generation, DAY))


async def test_made_again_it_is_the_same(bank: Bank) -> None:
    """The entries say all of it."""
    await post(bank, [call(number, start_ms=START_MS + number * 7_000_000) for number in range(50)])
    await undo(bank, (await bank.entries())[-1].id, "record-7")
    await catch_up(bank)
    before = await summed(bank)

    await Usage(bank.redis).rebuild(REF)
    assert await summed_or_behind(bank) == {}
    await catch_up(bank)

    assert await summed(bank) == before


async def summed_or_behind(bank: Bank) -> dict[int, object]:
    """What there is while the journal is not in it."""
    return dict(await Usage(bank.redis).days(REF, 0, 21_000))


async def test_groups_beyond_the_limit_are_counted_together(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody's destinations fill Redis; no call is lost."""
    monkeypatch.setattr(usage, "MAX_GROUPS", 3)
    await post(bank, [call(number, destination=f"Place {number}") for number in range(10)])
    await catch_up(bank)
    await post(bank, [call(number, destination=f"Place {number}") for number in range(10, 14)])
    await catch_up(bank)

    [day] = (await summed(bank)).values()
    assert len(day) <= 4
    assert sum(tally.calls for tally in day.values()) == 14


@pytest.mark.redis
async def test_archived_entries_count(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """From the archive where there is one; without it nothing is taken for everything."""
    long_ago(clock)
    bank = await Bank.open(redis)
    await fill(bank, clock)
    archive = archive_in(tmp_path)
    await recent(bank, clock)
    assert await move(redis, archive)

    with pytest.raises(ArchiveError, match="neither in the journal nor archived"):
        await Usage(redis).catch_up(REF)
    await Usage(redis, past=archive).catch_up(REF)

    days = await summed(bank)
    assert sorted(tally.calls for day in days.values() for tally in day.values()) == [1, 3, 3, 3]


async def test_sums_of_a_day_live_400_days(bank: Bank) -> None:
    """From their last change on."""
    await post(bank, [call(1)])
    await catch_up(bank)

    generation = (await Usage(bank.redis).place(REF)).generation
    left = await bank.redis.ttl(keys.usage_day(REF, generation, DAY))
    assert 399 * 86_400 < left <= 400 * 86_400
