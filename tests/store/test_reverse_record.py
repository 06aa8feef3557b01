"""Reversals of single call records: each once for ever, all of an entry never more than the entry."""

import asyncio
from collections import Counter

import pytest
from beancount import loader

from store import keys
from store.account import State
from store.books import Beancount
from store.corrections import Corrections
from store.export import Wanted, export
from store.keys import AccountRef
from store.money import MAX_MICROS
from store.outcomes import Posted, Reason, Refused, Repeated
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, entry_id, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.pair import SECOND, last, lots, totals
from tests.store.posting import OTHER, dump
from tests.store.recorded import post, record
from tests.store.reversing import charged, claim_to_have_read, undo

LINES = [record(number, number) for number in (1, 2, 3)]
UNKNOWN = Refused(Reason.UNKNOWN_RECORD)
ALREADY = Refused(Reason.ALREADY_REVERSED)


async def arrange(redis: Client) -> Bank:
    """100 dollars, of which three calls took 1, 2 and 3 in one entry."""
    bank = await Bank.open(redis, balance=100)
    await post(bank, LINES)
    return bank


bank = bank_on_clock(arrange)


async def test_record_is_given_back(bank: Bank, clock: Clock) -> None:
    """From where it went to the wallet, as a new lot; the entry names the record, and the others stay charged."""
    entry = await charged(bank)

    outcome = await undo(bank, entry.id, "record-2", "wrong-call", memo="never answered")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(94), usd(96))
    made = await last(bank)
    assert (made.id, made.kind, made.debit, made.credit) == (outcome.entry, "reversal", "usage:calls", "wallet")
    assert (made.moved, made.ref, made.operation) == (usd(2), f"{entry.id}#record-2", "wrong-call")
    assert (made.actor, made.memo) == (MANAGER.id, "never answered")
    assert (await lots(bank, REF))[-1].expires_ms == clock.ms + 365 * 86_400_000
    assert (await totals(bank, REF))["usage:calls"] == usd(4).micros
    await bank.prove()


async def test_record_is_reversed_once_for_ever(bank: Bank, clock: Clock) -> None:
    """Also by another operation, also when the first one is long forgotten; the others are reversed all the same."""
    entry = await charged(bank)
    await undo(bank, entry.id, "record-2", "first")

    assert await undo(bank, entry.id, "record-2", "second") == ALREADY
    for _ in range(4):
        clock.advance(days=90)
        await bank.spend(1)
    assert await undo(bank, entry.id, "record-2", "first") == ALREADY
    assert isinstance(await undo(bank, entry.id, "record-3"), Posted)
    await bank.prove()


async def test_repeat_gives_nothing_more_back(bank: Bank) -> None:
    """It answers the first outcome, whatever has been posted or reversed since."""
    entry = await charged(bank)
    first = await undo(bank, entry.id, "record-2", "wrong-call")
    await undo(bank, entry.id, "record-3")
    await undo(bank, entry.id)

    again = await undo(bank, entry.id, "record-2", "wrong-call")

    assert isinstance(first, Posted)
    assert again == Repeated(first.entry, usd(94), usd(96), first.at_ms)
    assert (await bank.account()).balance == usd(100)
    await bank.prove()


async def test_operation_id_with_other_contents_is_refused(bank: Bank) -> None:
    """Another record or memo, the entry itself, or an operation of another kind."""
    entry, conflict = await charged(bank), Refused(Reason.OPERATION_CONFLICT)
    await bank.spend(1, "call")
    await undo(bank, entry.id, "record-1", "reverse", memo="x")

    assert await undo(bank, entry.id, "record-2", "reverse", memo="x") == conflict
    assert await undo(bank, entry.id, "record-1", "reverse") == conflict
    assert await undo(bank, entry.id, "", "reverse", memo="record-1\x1fx") == conflict
    assert await undo(bank, entry.id, "record-2", "call") == conflict
    await bank.prove()


@pytest.mark.parametrize("name", ["record-4", "record", "record-1 ", "1", "#", "a\tb", "\udc80", "record-1#"])
async def test_unknown_record_is_refused(bank: Bank, name: str) -> None:
    """Also where it is no record's name at all; nothing is changed."""
    before = await dump(bank.redis)

    assert await undo(bank, (await charged(bank)).id, name) == UNKNOWN
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("entry", ["", "-", "+", "1-1", "x1-1", "1-1 ", "a\tb-1", "\udc80", "1-99999999999999999999"])
async def test_unknown_entry_is_refused(bank: Bank, entry: str) -> None:
    """Also where it is no entry's name at all."""
    assert await undo(bank, entry, "record-1") == Refused(Reason.UNKNOWN_ENTRY)


async def test_entry_has_one_name(bank: Bank) -> None:
    """Redis finds an entry by other spellings too; under those no record of it is reversed once more."""
    ms, number = (await charged(bank)).id.split("-")
    await undo(bank, f"{ms}-{number}", "record-1")

    for spelled in (f"0{ms}-{number}", f"{ms}-0{number}"):
        assert await undo(bank, spelled, "record-1") == Refused(Reason.UNKNOWN_ENTRY)
    assert (await bank.account()).balance == usd(95)


async def test_only_entries_of_call_records_have_records(bank: Bank) -> None:
    """Another is reversed as a whole."""
    call = await bank.spend(1)
    assert isinstance(call, Posted)

    assert await undo(bank, call.entry, "record-1") == UNKNOWN
    line, micro = (await last(bank)).line, 1
    assert await claim_to_have_read(bank, line, micro, entry=call.entry) == "refused unknown_record"


async def test_records_of_another_account_are_unknown(bank: Bank) -> None:
    """An entry is looked for in the account's own journal; an account that is not there has none."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    entry = await charged(bank)

    assert await undo(bank, entry.id, "record-1", ref=SECOND) == Refused(Reason.UNKNOWN_ENTRY)
    missing = AccountRef(REF.tenant, "missing")
    assert await undo(bank, entry.id, "record-1", ref=missing) == Refused(Reason.UNKNOWN_ACCOUNT)


# -- lines and the whole


async def test_whole_entry_reverses_what_is_left_of_it(bank: Bank) -> None:
    """Then nothing of it is reversed any more; a repeat answers what was left."""
    entry = await charged(bank)
    await undo(bank, entry.id, "record-1")
    await undo(bank, entry.id, "record-3")

    outcome = await undo(bank, entry.id, "", "rest")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(98), usd(100))
    assert ((await last(bank)).moved, (await last(bank)).ref) == (usd(2), entry.id)
    assert await undo(bank, entry.id, "", "rest") == Repeated(outcome.entry, usd(98), usd(100), outcome.at_ms)
    assert await undo(bank, entry.id, "record-2") == ALREADY
    assert await undo(bank, entry.id) == ALREADY
    await bank.prove()


async def test_entry_is_reversed_when_all_its_records_are(bank: Bank) -> None:
    """Nothing is left that it could give back."""
    entry = await charged(bank)
    for line in LINES:
        assert isinstance(await undo(bank, entry.id, line.id), Posted)

    assert await undo(bank, entry.id) == ALREADY
    assert (await bank.account()).balance == usd(100)
    await bank.prove()


async def test_record_of_a_reversed_entry_is_reversed(bank: Bank) -> None:
    """With the whole."""
    entry = await charged(bank)
    await undo(bank, entry.id)

    assert await undo(bank, entry.id, "record-1") == ALREADY
    await bank.prove()


async def test_reversed_record_stays_known(bank: Bank) -> None:
    """It is not charged when it comes again."""
    await undo(bank, (await charged(bank)).id, "record-2")

    assert (await post(bank, LINES)).repeated == tuple(LINES)
    assert (await bank.account()).balance == usd(96)


async def test_entries_keep_their_records_apart(bank: Bank) -> None:
    """Another entry may have a record of the same id, of another month."""
    again = record(2, 7, start_ms=LINES[0].start_ms + 40 * 86_400_000)
    await post(bank, [again])
    entry, other = await charged(bank), await last(bank)

    await undo(bank, entry.id, "record-2")
    assert isinstance(await undo(bank, other.id, "record-2"), Posted)
    assert (await last(bank)).moved == usd(7)
    await bank.prove()


async def test_records_are_listed_with_what_reversed_them(bank: Bank) -> None:
    """Each by itself, or with its entry; other entries have none, and of one that is not there nothing is known."""
    corrections, entry = Corrections(bank.redis, bank.roles), await charged(bank)
    assert await corrections.records(REF, entry.id) == tuple((line, "") for line in LINES)

    single = entry_id(await undo(bank, entry.id, "record-2"))
    rest = entry_id(await undo(bank, entry.id))

    assert await corrections.records(REF, entry.id) == tuple(zip(LINES, (rest, single, rest), strict=True))
    assert await corrections.records(REF, rest) == ()
    assert await corrections.records(REF, "1-1") is None


# -- what the script takes nobody's word for


async def test_only_managers_and_operators_reverse(bank: Bank) -> None:
    """Members and strangers do not; nothing is read for them."""
    entry = await charged(bank)
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert await undo(bank, entry.id, "record-1", actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await undo(bank, entry.id, "record-1", actor=STRANGER) == Refused(Reason.STRANGER)
    assert await undo(bank, entry.id, "record-1", ref=OTHER) == Refused(Reason.STRANGER)


async def test_closed_account_is_not_changed(bank: Bank) -> None:
    """It is opened first; a frozen one is put right."""
    entry = await charged(bank)
    await bank.spend(94)
    await bank.policies.set_state(MANAGER, REF, State.CLOSED, operation_id="close")
    assert await undo(bank, entry.id, "record-1") == Refused(Reason.ACCOUNT_CLOSED)

    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="freeze")
    assert isinstance(await undo(bank, entry.id, "record-1"), Posted)


async def test_balance_keeps_its_limit(bank: Bank) -> None:
    """Not beyond the largest exact balance."""
    entry = await charged(bank)
    await bank.redis.hincrby(keys.account(REF), "held", MAX_MICROS - usd(94).micros)

    assert await undo(bank, entry.id, "record-1") == Refused(Reason.BALANCE_LIMIT)


async def test_record_is_reversed_by_one_of_many(bank: Bank) -> None:
    """Each with an id of its own: one posts, the others find it reversed."""
    entry = await charged(bank)

    outcomes = await asyncio.gather(*(undo(bank, entry.id, "record-3") for _ in range(8)))

    kinds = Counter(each.reason if isinstance(each, Refused) else type(each) for each in outcomes)
    assert kinds == {Posted: 1, Reason.ALREADY_REVERSED: 7}
    await bank.prove()


async def test_books_of_reversed_records_are_right(bank: Bank) -> None:
    """The bookkeeper's program finds every balance as the journal has it."""
    entry = await charged(bank)
    await undo(bank, entry.id, "record-1")
    await undo(bank, entry.id)

    written = "".join([each async for each in export(bank.redis, bank.ledger, Wanted(), Beancount())])

    assert loader.load_string(written)[1] == []
    assert f'ref: "{entry.id}#record-1"' in written
    assert "Expenses:Usage:T0TEST:Default:Calls  0.000000 ~ 0 USD" in written
