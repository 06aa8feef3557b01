"""Lines with the ground of their price: what they say comes back, and what cost nothing is there as well."""

from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
from beancount import loader

from store.books import Beancount
from store.export import Csv, Wanted, export
from store.lines import Lines
from store.outcomes import Reason, Refused
from store.records import UsageRecord
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store import archiving
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.posting import arrange as arrange_posting
from tests.store.recorded import START_MS, post, posted, record, summary
from tests.store.reversing import undo

RATED = {
    "duration_s": 61,
    "number": "+49305550100",
    "user": "anna@contoso.example",
    "centre": "sales",
    "basis": "rate 00ff00ff00 49 15000 60/60 0 120",
}
FREE = [record(number, 0, basis="free no-time") for number in (1, 2)]


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange_posting(redis)


bank = bank_on_clock(arrange)


async def test_what_a_line_says_of_its_price_comes_back(bank: Bank) -> None:
    """As it was posted, beside lines that say nothing."""
    lines = [record(1, **RATED), record(2), record(3, 0, basis="free no-time")]

    outcome = await post(bank, lines)

    assert (outcome.posted, await posted(bank)) == (3, lines)
    await bank.prove()


async def test_calls_that_cost_nothing_are_an_entry(bank: Bank) -> None:
    """Of 0: posted, known, listed and proven as any other."""
    outcome = await post(bank, FREE)
    again = await post(bank, FREE)

    entry = (await bank.entries())[-1]
    assert (entry.moved, entry.after, entry.lots, outcome.posted) == (usd(0), usd(100), "", 2)
    assert (again.entries, again.repeated) == ((), tuple(FREE))
    assert await posted(bank) == FREE
    await bank.prove()


async def test_call_without_a_ground_costs_something(bank: Bank) -> None:
    """Nobody knows why it should be free."""
    outcome = await post(bank, [record(1, 0), *FREE[1:], record(3, -1, basis="free no-time")])

    assert summary(outcome) == (
        1,
        [],
        [("record-1", Reason.AMOUNT_INVALID), ("record-3", Reason.AMOUNT_INVALID)],
    )


async def test_same_call_at_another_price_is_a_repeat(bank: Bank) -> None:
    """Where the record's own contents are told; what was made of them since does not matter."""

    def lines(micros: int, basis: str, said: str) -> Lines:
        return Lines.of(["call"], [micros], [START_MS], currency=CURRENCY, bases=[basis], contents=[said])

    await bank.ledger.post_lines(REF, lines(0, "rate c 49 1 60/60 0 60 pool p 60", "60 s to +49"), actor="ingest")
    again = await bank.ledger.post_lines(REF, lines(7, "rate d 49 7 60/60 0 60", "60 s to +49"), actor="ingest")
    other = await bank.ledger.post_lines(REF, lines(0, "rate c 49 1 60/60 0 60", "61 s to +49"), actor="ingest")

    assert (again.repeated, again.refused) == ((0,), ())
    assert other.refused == ((0, Reason.OPERATION_CONFLICT),)


async def test_contents_may_be_columns_of_few_values(bank: Bank) -> None:
    """Dictionaries, as ratings have them, for every text."""
    told = {
        name: pa.array([text] * 2).dictionary_encode() for name, text in (("bases", "free no-time"), ("users", "u"))
    }

    await bank.ledger.post_lines(REF, Lines.of(["a", "b"], [0, 0], [0, 0], currency=CURRENCY, **told), actor="ingest")

    assert [(each.id, each.user, each.basis) for each in await posted(bank)] == [
        ("a", "u", "free no-time"),
        ("b", "u", "free no-time"),
    ]


async def test_what_cost_nothing_is_not_reversed(bank: Bank) -> None:
    """Neither an entry of 0 nor a line of 0: there is nothing to give back."""
    [free] = (await post(bank, FREE)).entries
    [mixed] = (await post(bank, [record(3), record(4, 0, basis="free no-time")])).entries
    refused = Refused(Reason.NOT_REVERSIBLE)

    assert await undo(bank, free.entry) == refused
    assert await undo(bank, free.entry, FREE[0].id) == refused
    assert await undo(bank, mixed.entry, "record-4") == refused
    assert (await bank.account()).balance == usd(99)
    await bank.prove()


async def test_free_call_tells_nothing_twice(bank: Bank) -> None:
    """Levels that were told stay told."""
    await bank.levels(50)
    await post(bank, [record(1, 60)])

    await post(bank, [record(2, 0, basis="free no-time")])

    assert await outline(bank) == ["low 50"]
    await bank.prove()


async def test_entries_of_nothing_are_exported(bank: Bank) -> None:
    """As tables and for bookkeepers, who find nothing wrong."""
    await post(bank, FREE)

    written = {
        made: "".join([each async for each in export(bank.redis, bank.ledger, Wanted(), made())])
        for made in (Csv, Beancount)
    }

    assert "0.000000,0.000000,100.000000,100.000000" in written[Csv]
    assert loader.load_string(written[Beancount])[1] == []


async def test_entries_of_nothing_are_archived_and_proven(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """Many at a time and one by one, in the archive and in the journal."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    lines = [UsageRecord(f"r{number}", usd(number % 2), 0, basis="own 1 0") for number in range(6)]
    for each in lines:
        await post(bank, [each])
    clock.advance(days=1)
    await post(bank, FREE)
    await archiving.recent(bank, clock)

    archive = archiving.archive_in(tmp_path)
    assert await archiving.prove(bank, archive) == []
    assert await archiving.move(redis, archive) > 0
    assert await archiving.prove(bank, archive) == []
    found = [each async for each in archiving.through(bank, archive).entries(REF)]
    assert [each.moved for each in found[1:]] == [usd(each) for each in (0, 1, 0, 1, 0, 1, 0, 1)]
