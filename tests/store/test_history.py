"""History: every entry once, in pages that stay."""

import pytest

from store.account import Entry
from tests.controls import REF, Bank
from tests.store.banks import bank_by
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


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_entries_are_read_in_batches(bank: Bank, batch: int) -> None:
    """Reading the journal gives every entry once, oldest first, whatever the batch."""
    for _ in range(4):
        await bank.spend(1)

    found = [entry async for entry in bank.ledger.entries(REF, batch=batch)]

    assert [entry.version for entry in found] == [1, 2, 3, 4, 5]
