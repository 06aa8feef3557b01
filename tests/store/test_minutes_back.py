"""Reversed calls give their included minutes back: each once, to the month in which the pool gave them."""

import pytest

from store import keys
from store.outcomes import Posted, Reason, Refused, Repeated
from store.records import minutes_in
from store.scripts import Client
from store.usage_events import PoolEvent, PoolExhausted, PoolLow
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.charging import MONTH, POOL, pooled, post_told
from tests.store.minutes import BEFORE, charged, two_months, used
from tests.store.outline import outline
from tests.store.pair import last
from tests.store.posting import arrange as arrange_posting
from tests.store.posting import dump
from tests.store.recorded import record
from tests.store.reversing import claim_to_have_read, undo

ALREADY = Refused(Reason.ALREADY_REVERSED)
UNKNOWN = Refused(Reason.UNKNOWN_RECORD)


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange_posting(redis)


bank = bank_on_clock(arrange)


async def test_reversed_entry_gives_minutes_back(bank: Bank) -> None:
    """Beside the money, to each month what it gave; the entry says what."""
    entry = await two_months(bank)

    outcome = await undo(bank, entry, memo="wrong number")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(96), usd(100))
    made = await last(bank)
    assert (made.ref, made.memo, minutes_in(made.minutes)) == (
        *(entry, "wrong number"),
        {(POOL, MONTH): 180, (POOL, BEFORE): 180},
    )
    assert await used(bank) == {MONTH: 0, BEFORE: 40}
    await bank.prove()


@pytest.mark.parametrize(("number", "month", "left"), [(1, BEFORE, 160), (2, BEFORE, 100), (3, MONTH, 0)])
async def test_reversed_record_gives_its_minutes_back(bank: Bank, number: int, month: str, left: int) -> None:
    """To the month of its call, though nothing was paid for it: the balance stays."""
    entry = await two_months(bank)

    outcome = await undo(bank, entry, f"record-{number}")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(96), usd(96))
    made = await last(bank)
    assert (made.kind, made.debit, made.credit, made.moved, made.lots) == (
        *("reversal", "usage:calls", "wallet"),
        *(usd(0), ""),
    )
    assert (made.ref, made.minutes) == (f"{entry}#record-{number}", f"{POOL}:{month}:{number * 60}")
    assert await used(bank) == {MONTH: 180, BEFORE: 220} | {month: left}
    await bank.prove()


async def test_minutes_are_given_back_once(bank: Bank) -> None:
    """Records by themselves, the rest with the entry; again, by whichever way, nothing."""
    entry = await two_months(bank)
    first = await undo(bank, entry, "record-2", "wrong")
    repeated = await undo(bank, entry, "record-2", "wrong")
    assert (await undo(bank, entry, "record-2"), await used(bank)) == (ALREADY, {MONTH: 180, BEFORE: 100})
    assert await bank.redis.hget(keys.reversals(REF), "3#") == f"1 0 {POOL}:{MONTH}:180,{POOL}:{BEFORE}:60"
    await undo(bank, entry, "record-3")

    await undo(bank, entry)

    assert isinstance(first, Posted)
    assert repeated == Repeated(first.entry, usd(96), usd(96), first.at_ms)
    assert await used(bank) == {MONTH: 0, BEFORE: 40}
    assert (await last(bank)).minutes == f"{POOL}:{BEFORE}:60"
    assert [await undo(bank, entry, f"record-{each}") for each in (1, 2, 3, 4)] == [ALREADY] * 4
    assert await undo(bank, entry) == ALREADY
    await bank.prove()


async def test_entry_that_pools_paid_is_reversed(bank: Bank) -> None:
    """Nothing but minutes comes back; when all its records are reversed, it is."""
    entry = await charged(bank, [pooled(1, 60), pooled(2, 60)], (0, 120))
    other = await charged(bank, [pooled(3, 30)], (120, 150))

    assert isinstance(await undo(bank, entry), Posted)
    assert isinstance(await undo(bank, other, "record-3"), Posted)

    assert await undo(bank, other) == ALREADY
    assert await bank.redis.hget(keys.reversals(REF), "3#") == "1 0 -"
    assert (await used(bank), (await bank.account()).balance) == ({MONTH: 0}, usd(100))
    await bank.prove()


async def test_record_that_took_nothing_beside_others_is_not_reversed(bank: Bank) -> None:
    """Minutes of others are not its own."""
    entry = await charged(bank, [pooled(1, 60), record(2, 0, basis="free no-time")], (0, 60))

    assert await undo(bank, entry, "record-2") == Refused(Reason.NOT_REVERSIBLE)
    assert await used(bank) == {MONTH: 60}


async def test_record_that_a_pool_paid_in_part_gives_both_back(bank: Bank) -> None:
    """Money and minutes in one entry."""
    half = record(1, 2, basis=f"rate 00ff00ff00 49 15000 60/60 0 120 pool {POOL} 60")
    entry = await charged(bank, [half, pooled(2, 60)], (0, 120))

    await undo(bank, entry, "record-1")

    assert ((await last(bank)).moved, (await last(bank)).minutes) == (usd(2), f"{POOL}:{MONTH}:60")
    assert (await used(bank), (await bank.account()).balance) == ({MONTH: 60}, usd(100))
    await bank.prove()


async def test_closed_account_gets_no_minutes_back(bank: Bank) -> None:
    """It is not changed."""
    entry = await charged(bank, [pooled(1, 60)], (0, 60))
    await bank.redis.hset(keys.account(REF), "state", "closed")

    assert await undo(bank, entry, "record-1") == Refused(Reason.ACCOUNT_CLOSED)
    assert await used(bank) == {MONTH: 60}


@pytest.mark.parametrize(
    ("minutes", "answer"),
    [(f"{POOL}:{MONTH}:61", "refused"), (f"{POOL}:{BEFORE}:1", "refused"), (f"{POOL}:{MONTH}:60", "posted")],
)
async def test_no_more_minutes_are_given_back_than_the_entry_took(bank: Bank, minutes: str, answer: str) -> None:
    """Of no pool and no month, whatever the caller has unpacked."""
    entry = await charged(bank, [pooled(1, 60)], (0, 60))
    line = (await last(bank)).line

    said = await claim_to_have_read(bank, line, 0, entry=entry, minutes=minutes)

    assert said.startswith(answer)
    again = await claim_to_have_read(bank, line, 0, "record-2", entry, f"{POOL}:{MONTH}:1")
    assert again == ("refused unknown_record" if answer == "posted" else again)


async def test_shares_are_told_again_when_they_are_used_again(bank: Bank) -> None:
    """Those below which so much was given back; what is still used is not."""
    full = await charged(bank, [pooled(1, 850), pooled(2, 100), pooled(3, 50)], (0, 1000))
    await undo(bank, full, "record-3")
    await undo(bank, full, "record-2")
    await charged(bank, [pooled(4, 150)], (850, 1000))
    await undo(bank, full)
    await charged(bank, [pooled(5, 649)], (150, 799))
    await charged(bank, [pooled(6, 201)], (799, 1000))

    told = [(type(each), each.used_s) for each in await outline(bank, PoolEvent)]
    assert told == [
        *((PoolLow, 1000), (PoolExhausted, 1000)),
        (PoolExhausted, 1000),
        *((PoolLow, 1000), (PoolExhausted, 1000)),
    ]
    await bank.prove()


@pytest.mark.parametrize(("back", "kept"), [(1, "999 80 1000"), (200, "800 80 1000"), (201, "799 0")])
async def test_share_is_kept_as_told_while_it_is_used(bank: Bank, back: int, kept: str) -> None:
    """To the second."""
    entry = await charged(bank, [pooled(1, 1000 - back), pooled(2, back)], (0, 1000))
    assert await bank.redis.hget(keys.pooled(REF), f"{POOL}:{MONTH}") == "1000 100 1000"

    await undo(bank, entry, "record-2")

    assert await bank.redis.hget(keys.pooled(REF), f"{POOL}:{MONTH}") == kept


async def test_low_share_that_is_still_used_stays_told(bank: Bank) -> None:
    """It is the share that counts, not that something was given back."""
    entry = await charged(bank, [pooled(1, 800), pooled(2, 99)], (0, 899))

    await undo(bank, entry, "record-2")

    assert await bank.redis.hget(keys.pooled(REF), f"{POOL}:{MONTH}") == "800 80 1000"


async def test_import_notices_that_minutes_came_back(bank: Bank) -> None:
    """What it reckoned with is not so any more: it rates again."""
    entry = await charged(bank, [pooled(1, 60)], (0, 60))
    await undo(bank, entry)
    before = await dump(bank.redis)

    assert await post_told(bank, [pooled(2, 60)], [(60, 120)]) == "moved pools"
    assert await dump(bank.redis) == before
    assert (await post_told(bank, [pooled(2, 60)], [(0, 60)])).startswith("posted")


async def test_reversed_call_is_not_charged_again(bank: Bank) -> None:
    """It stays known, and takes no minutes when it comes again."""
    entry = await charged(bank, [pooled(1, 60)], (0, 60))
    await undo(bank, entry, "record-1")

    assert await post_told(bank, [pooled(1, 60)], [(0, 60)]) == "known ="
    assert await used(bank) == {MONTH: 0}
