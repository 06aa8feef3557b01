"""The proof of reversals: entries that reverse, those that they reverse, and what Redis keeps of both."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from store import keys, verify
from store.account import Entry
from store.reversals import Reversals
from store.scripts import Client
from store.verify import Verifier
from tests.controls import REF, Bank, entry_id, usd
from tests.store import archiving
from tests.store.archiving import PARTITION, move
from tests.store.banks import bank_by
from tests.store.clock import Clock
from tests.store.recorded import post, record
from tests.store.reversing import undo

REVERSED = keys.reversals(REF)
LINES = [record(number, number) for number in (1, 2, 3)]
GRANT, CALL, PAGE, OTHER, UNDONE_CALL, UNDONE_RECORD, UNDONE_REST, UNDONE_OTHER = range(8)
"""The entries of `arrange` by their place."""


async def arrange(redis: Client) -> Bank:
    """A grant, a call, two pages. Reversed: the call, one record and then the rest of one page, one of the other."""
    bank = await Bank.open(redis, balance=100)
    call = entry_id(await bank.spend(5))
    [page] = (await post(bank, LINES)).entries
    [other] = (await post(bank, [record(4, 4), record(5, 5)])).entries
    await undo(bank, call)
    await undo(bank, page.entry, "record-2")
    await undo(bank, page.entry)
    await undo(bank, other.entry, "record-5")
    return bank


bank = bank_by(arrange)


async def differences(bank: Bank, **given: object) -> list[str]:
    """All that is said of the partition."""
    return [str(each) async for each in Verifier(bank.redis, **given).partition(PARTITION)]  # type: ignore[arg-type]


async def told(bank: Bank, change: Callable[[list[Entry]], None]) -> list[str]:
    """What would be said if the journal were another."""
    entries, kept = await bank.entries(), await bank.redis.hgetall(REVERSED)
    change(entries)
    reversals = Reversals(kept)
    for each in entries:
        reversals.take(each)
    return list(reversals.compare(kept))


@pytest.mark.parametrize("batch", [1, 3, 8000])
async def test_reversals_are_proven(bank: Bank, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scripts wrote, however it is read."""
    monkeypatch.setattr(verify, "BATCH", batch)

    assert await differences(bank) == []
    assert await told(bank, lambda _: None) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("2", None, "which is not kept as reversed by it"),
        ("2", "1-1 5000000", "which is not kept as reversed by it"),
        ("3#record-2", None, "which is not kept as reversed by it"),
        ("3#", None, "1 records of entry 3, 2000000 millionths, are not kept as reversed"),
        ("4#", "1 1", "1 records of entry 4, 5000000 millionths, are not kept as reversed"),
        ("x", "9-9 5", "x is kept as reversed by 9-9 5, which the journal does not say"),
        ("1", "9-9 5", "1 is kept as reversed by 9-9 5, which the journal does not say"),
        ("3#record-1", "9-9 1", "3#record-1 is kept as reversed by 9-9 1, which the journal does not say"),
    ],
)
async def test_what_redis_keeps_otherwise_is_said(bank: Bank, field: str, value: str | None, said: str) -> None:
    """An entry that could be reversed again, and one that could not though it was not."""
    if value is None:
        await bank.redis.hdel(REVERSED, field)
    else:
        await bank.redis.hset(REVERSED, field, value)

    assert any(said in each for each in await differences(bank))


def other(place: int, **changes: object) -> Callable[[list[Entry]], None]:
    """A journal in which this entry is another."""

    def change(entries: list[Entry]) -> None:
        entries[place] = dataclasses.replace(entries[place], **changes)  # type: ignore[arg-type]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other(CALL, moved=usd(6)), "by 5000000 millionths in all, not by 6000000"),
        (other(CALL, moved=usd(4)), "by 5000000 millionths in all, not by 4000000"),
        (other(CALL, credit="usage:texts"), "is not the opposite of entry"),
        (other(UNDONE_CALL, debit="promotional"), "is not the opposite of entry"),
        (other(UNDONE_CALL, ref="1-2"), "is not the opposite of entry"),
        (other(UNDONE_CALL, ref="1-x"), "reverses 1-x, which is not kept as reversed by it"),
        (other(UNDONE_CALL, ref="nonsense"), "reverses nonsense, which is not kept as reversed by it"),
        (other(PAGE, moved=usd(7)), "by 6000000 millionths in all, not by 7000000"),
        (other(OTHER, moved=usd(4)), "by 5000000 millionths in all, not by 4000000"),
        (other(UNDONE_OTHER, moved=usd(4)), "gives back 4000000 millionths for"),
        (lambda entries: entries.pop(UNDONE_REST), "which the journal does not say"),
    ],
)
async def test_entry_that_does_not_fit_is_said(bank: Bank, change: Callable[[list[Entry]], None], said: str) -> None:
    """The one that reverses or the one that was reversed."""
    assert any(said in each for each in await told(bank, change))


async def test_page_that_nobody_can_read_is_said_elsewhere(bank: Bank) -> None:
    """What its reversals gave back is then held against its sum alone."""
    assert await told(bank, other(PAGE, memo="1 2 - x")) == []


async def test_what_was_reversed_meanwhile_is_proven_by_what_is_kept(bank: Bank) -> None:
    """Its entry may have been read before anybody knew that it would be reversed."""
    entries, kept = await bank.entries(), await bank.redis.hgetall(REVERSED)
    reversals = Reversals()
    for each in entries:
        reversals.take(each)

    assert list(reversals.compare(kept)) == []


async def test_reversals_are_proven_through_the_archive(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """Whether they were archived or what they reverse; a file that cannot be read is one difference, not many."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    clock.advance(days=1)
    late = entry_id(await bank.spend(1))
    archive = archiving.archive_in(tmp_path)
    await archiving.recent(bank, clock)
    await move(redis, archive)
    await undo(bank, late, past=archive)
    assert await differences(bank, archive=archive) == []

    await redis.hset(REVERSED, mapping={"2": "1-1 5000000", "3#": "9 9"})
    assert [each.rpartition(", ")[2] for each in await differences(bank, archive=archive)] == [
        "which is not kept as reversed by it",
        "are not kept as reversed",
    ]
    file = tmp_path / archive.manifest(PARTITION, archive.days(PARTITION)[0]).file
    file.write_bytes(b"x")
    assert ["not the file that its manifest tells of" in each for each in await differences(bank, archive=archive)] == [
        True
    ]
