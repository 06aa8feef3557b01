"""A call is found by its id among all entries, with what paid for it and what became of it."""

from uuid import UUID

from store import basis
from store.records import UsageRecord
from store.scripts import Client
from store.why import Explained, Paid, Why, paid
from tests.controls import REF, Bank, entry_id, usd
from tests.store.banks import bank_by
from tests.store.minutes import two_months
from tests.store.recorded import START_MS, post, record
from tests.store.reversing import undo

RATED = "rate 0123456789 44 15000 60/60 0 120"


async def arrange(redis: Client) -> Bank:
    """Five dollars, then a hundred."""
    bank = await Bank.open(redis, balance=5)
    await bank.grant(100)
    return bank


bank = bank_by(arrange)


def guid(number: int) -> str:
    """A GUID, each with other bytes."""
    return str(UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835 + 1) % 2**128))


def calls(*numbers: int) -> list[UsageRecord]:
    """Calls with GUIDs for a dollar each."""
    return [UsageRecord(guid(number), usd(1), START_MS, basis=RATED) for number in numbers]


async def why(bank: Bank, name: str) -> list[Explained]:
    """What is known of it."""
    return await Why(bank.redis).explain(REF, name)


async def test_call_is_found_by_its_guid(bank: Bank) -> None:
    """At every place in its entry, in capitals as well, and nothing else is."""
    await post(bank, calls(*range(7)))
    await post(bank, calls(*range(7, 14)))

    for number in range(14):
        [found] = await why(bank, guid(number).upper())
        assert found.line
        assert (found.line.id, found.ground, found.reversed_by) == (guid(number), basis.read(RATED), "")
    assert await why(bank, guid(99)) == []


async def test_call_is_found_by_another_id(bank: Bank) -> None:
    """Also one that is not packed as bytes, in an entry of such ids."""
    await post(bank, [record(1), record(2)])

    [found] = await why(bank, "record-2")

    assert found.line == record(2)
    assert await why(bank, "record-3") == []
    assert await why(bank, "") == []


async def test_lots_that_paid_are_told(bank: Bank) -> None:
    """Of each call the part of the entry's lots that it used, in their order."""
    await post(bank, [record(1, 4), record(2, 2), record(3, 1)])

    parts = [[*(await why(bank, f"record-{number}"))[0].paid] for number in (1, 2, 3)]

    assert parts == [[Paid("1", 4_000_000)], [Paid("1", 1_000_000), Paid("2", 1_000_000)], [Paid("2", 1_000_000)]]


async def test_what_no_lot_paid_is_told(bank: Bank) -> None:
    """What was telephoned below zero has no lot."""
    await bank.spend(110)

    entry = (await bank.entries())[-1]
    assert paid(entry, 0, usd(110).micros)[-1] == Paid("", 5_000_000)


async def test_entry_is_found_by_its_id(bank: Bank) -> None:
    """Any entry; of a call record in it by both ids; what is no entry is none."""
    await post(bank, [record(1), record(2)])
    grant, _, lines = await bank.entries()

    assert [each.entry.kind for each in await why(bank, grant.id)] == ["grant"]
    assert [each.line for each in await why(bank, f"{lines.id}#record-2")] == [record(2)]
    assert await why(bank, f"{lines.id}#record-9") == []
    assert await why(bank, "1-999") == []


async def test_reversals_are_told(bank: Bank) -> None:
    """Of one call, and of all of its entry."""
    await post(bank, [record(1), record(2)])
    lines = (await bank.entries())[-1].id
    await undo(bank, lines, "record-1")
    single = (await bank.entries())[-1].id
    assert [(await why(bank, f"record-{number}"))[0].reversed_by for number in (1, 2)] == [single, ""]

    await undo(bank, lines)

    rest = (await bank.entries())[-1].id
    assert [(await why(bank, f"record-{number}"))[0].reversed_by for number in (1, 2)] == [single, rest]
    assert (await why(bank, lines))[0].reversed_by == rest


async def test_minutes_that_came_back_are_told(bank: Bank) -> None:
    """Of a call its own, however it was reversed; of an entry, and of that which reverses it, all of that step."""
    entry = await two_months(bank)
    single = await undo(bank, entry, "record-2")
    whole = await undo(bank, entry)

    async def returned(name: str) -> int:
        [found] = await why(bank, name)
        return found.returned_s

    calls = [f"record-{number}" for number in (1, 2, 3, 4, 9)]
    assert [await returned(each) for each in calls] == [60, 120, 180, 0, 0]
    assert [await returned(each) for each in (entry, entry_id(whole), entry_id(single))] == [240, 240, 120]


async def test_same_id_on_days_far_apart_is_told_twice(bank: Bank) -> None:
    """It is not guessed which of them is meant."""
    await post(bank, [record(1)])
    await post(bank, [record(1, start_ms=START_MS + 10 * 86_400_000)])

    assert [each.line.start_ms - START_MS for each in await why(bank, "record-1") if each.line] == [
        60_000,
        864_000_000,
    ]
