"""History: every entry once, in pages that stay."""

import pytest

from store.account import Entry
from tests.controls import REF, Bank
from tests.store.banks import bank_by
from tests.store.holding import capture, place, release
from tests.store.posting import arrange

bank = bank_by(arrange)


@pytest.mark.parametrize("limit", [1, 3, 5, 6, 7])
async def test_history_pages_hold_every_entry_once(bank: Bank, limit: int) -> None:
    """Walking the pages meets every entry once, newest first; only the last page has no cursor."""
    for _ in range(5):
        await bank.spend(1)

    walked: list[Entry] = []
    sizes: list[int] = []
    cursor = ""
    while True:
        page = await bank.ledger.history(REF, older_than=cursor, limit=limit)
        walked += page.entries
        sizes.append(len(page.entries))
        cursor = page.older
        if not cursor:
            break

    assert walked == (await bank.entries())[::-1]
    assert all(size == limit for size in sizes[:-1])
    assert 0 < sizes[-1] <= limit


async def test_history_page_stays_when_entries_arrive(bank: Bank) -> None:
    """A cursor leads to the same older entries however many newer ones were posted since."""
    for _ in range(4):
        await bank.spend(1)
    first = await bank.ledger.history(REF, limit=2)
    older = await bank.ledger.history(REF, older_than=first.older, limit=2)

    await bank.spend(1)

    assert await bank.ledger.history(REF, older_than=first.older, limit=2) == older


async def test_changes_leave_out_what_is_set_aside(bank: Bank) -> None:
    """Nothing that holds set aside or give back is among them; all else is, once, on full pages but the last."""
    for number in range(9):
        await place(bank, 1, f"call-{number}")
        await (capture(bank, 1, f"call-{number}") if number % 3 else release(bank, f"call-{number}"))
    wanted = [each.version for each in (await bank.entries())[::-1] if each.kind in {"usage", "grant"}]

    first = await bank.ledger.changes(REF, limit=4)
    last = await bank.ledger.changes(REF, older_than=first.older, limit=4)

    assert [each.version for each in (*first.entries, *last.entries)] == wanted
    assert (len(first.entries), first.fewer, last.older, last.fewer) == (4, True, "", True)


async def test_changes_of_an_account_without_holds_leave_out_nothing(bank: Bank) -> None:
    """They are its history, and say so."""
    await bank.spend(1)

    assert await bank.ledger.changes(REF) == await bank.ledger.history(REF)


async def test_changes_are_looked_for_so_far_and_no_further(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may then be empty; its cursor leads on to what is behind."""
    monkeypatch.setattr("store.ledger._LOOKS", (2, 3))
    for number in range(3):
        await place(bank, 1, f"call-{number}")
        await release(bank, f"call-{number}")

    first = await bank.ledger.changes(REF, limit=1)
    last = await bank.ledger.changes(REF, older_than=first.older, limit=1)

    assert (first.entries, first.fewer) == ((), True)
    assert [each.version for each in last.entries] == [1]
    assert last.older == ""


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_entries_are_read_in_batches(bank: Bank, batch: int) -> None:
    """Reading the journal gives every entry once, oldest first, whatever the batch."""
    for _ in range(4):
        await bank.spend(1)

    found = [entry async for entry in bank.ledger.entries(REF, batch=batch)]

    assert [entry.version for entry in found] == [1, 2, 3, 4, 5]
