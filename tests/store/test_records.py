"""Call records: many lines in one entry, each once."""

import dataclasses

import pytest

from store import keys
from store.account import Entry
from store.corrections import Corrections
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason
from store.recording import MAX_LINES, Recorded
from store.replay import Replay
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.posting import OTHER, arrange, dump
from tests.store.recorded import pack, post, posted, record, summary

bank = bank_on_clock(arrange)


async def test_records_are_one_entry(bank: Bank) -> None:
    """It debits their sum; every line can be listed as it came."""
    lines = [record(number, number) for number in (1, 2, 3)]

    outcome = await post(bank, lines)

    entry = (await bank.entries())[-1]
    assert outcome == Recorded((Posted(entry.id, usd(100), usd(94), entry.at_ms),), 3, (), ())
    assert (entry.kind, entry.debit, entry.credit, entry.moved, entry.after, entry.lots) == (
        "records", "wallet", "usage:calls", usd(6), usd(94), "1"
    )  # fmt: skip
    assert (entry.actor, entry.operation, entry.ref, entry.version) == ("ingest", "", "", 2)
    assert await posted(bank) == lines
    await bank.prove()


async def test_each_service_has_its_entry(bank: Bank) -> None:
    """In the order in which the services first come."""
    services = ["texts", "calls", "texts", "calls"]
    lines = [record(number, service=name) for number, name in enumerate(services)]

    outcome = await post(bank, lines)

    assert [each.credit for each in (await bank.entries())[1:]] == ["usage:texts", "usage:calls"]
    assert (outcome.posted, [each.after for each in outcome.entries]) == (4, [usd(98), usd(96)])
    assert await posted(bank) == [lines[0], lines[2], lines[1], lines[3]]
    await bank.prove()


async def test_entry_takes_five_hundred_records(bank: Bank) -> None:
    """And the next entry the rest."""
    lines = [record(number, "0.01") for number in range(2 * MAX_LINES + 1)]

    outcome = await post(bank, lines)

    assert [each.moved for each in (await bank.entries())[1:]] == [usd(5), usd(5), usd("0.01")]
    assert outcome.posted == len(lines)
    assert await posted(bank) == lines
    await bank.prove()


async def test_nothing_to_post_is_no_entry(bank: Bank) -> None:
    """Nobody is asked."""
    assert await post(bank, []) == Recorded((), 0, (), ())
    assert len(await bank.entries()) == 1


@pytest.mark.parametrize("micros", [0, -1, MAX_MICROS + 1])
async def test_record_without_an_amount_is_refused(bank: Bank, micros: int) -> None:
    """It alone; a call that cost nothing is nothing to post."""
    outcome = await post(bank, [record(1), dataclasses.replace(record(2), amount=Money(micros, CURRENCY)), record(3)])

    assert summary(outcome) == (2, [], [("record-2", Reason.AMOUNT_INVALID)])
    await bank.prove()


async def test_unknown_account_is_refused(bank: Bank) -> None:
    """With all records."""
    before = await dump(bank.redis)

    outcome = await post(bank, [record(1), record(2)], OTHER)

    assert summary(outcome) == (0, [], [(f"record-{n}", Reason.UNKNOWN_ACCOUNT) for n in (1, 2)])
    assert await dump(bank.redis) == before


async def test_other_currency_is_refused(bank: Bank) -> None:
    """Its records; those in the account's currency are posted."""
    euro = dataclasses.replace(record(2), amount=Money.of(1, "EUR"))

    outcome = await post(bank, [record(1), euro, record(3)])

    assert summary(outcome) == (2, [], [("record-2", Reason.CURRENCY_MISMATCH)])
    await bank.prove()


async def test_closed_account_is_refused(bank: Bank) -> None:
    """Nothing of it changes."""
    await bank.redis.hset(keys.account(REF), mapping={"state": "closed", "least": MAX_MICROS})
    before = await dump(bank.redis)

    assert summary(await post(bank, [record(1)])) == (0, [], [("record-1", Reason.ACCOUNT_CLOSED)])
    assert await dump(bank.redis) == before


async def test_balance_reaches_the_lower_limit_and_not_beyond(redis: Client) -> None:
    """The records of an entry fit together, or none is posted."""
    bank = await Bank.open(redis)
    half = Money(MAX_MICROS // 2, CURRENCY)
    lines = [dataclasses.replace(record(number), amount=half) for number in range(4)]
    small = [dataclasses.replace(record(number), amount=Money(1, CURRENCY)) for number in (5, 6)]

    assert summary(await post(bank, lines))[0] == 0
    assert (await post(bank, lines[:2])).posted == 2
    assert summary(await post(bank, small)) == (0, [], [(f"record-{n}", Reason.BALANCE_LIMIT) for n in (5, 6)])
    assert (await post(bank, small[:1])).posted == 1
    other = dataclasses.replace(small[1], service="texts")
    assert summary(await post(bank, [other])) == (0, [], [("record-6", Reason.BALANCE_LIMIT)])
    assert (await bank.account()).balance == -Money(MAX_MICROS, CURRENCY)
    await bank.prove()


async def test_recorded_usage_goes_below_zero(bank: Bank) -> None:
    """The calls have happened."""
    await post(bank, [record(number, 30) for number in range(4)])

    assert (await bank.account()).balance == usd(-20)
    assert (await bank.entries())[-1].lots == "1=100000000 -=20000000"
    await bank.prove()


async def test_levels_are_crossed_by_the_records_that_cross_them(bank: Bank) -> None:
    """Each once, in order, with the balance there; the recharge opens where the trigger is crossed."""
    await bank.levels(90, 60, 10)
    await bank.recharge(below=50)

    await post(bank, [record(number, 7) for number in range(15)])
    await post(bank, [record(number, 7) for number in range(15, 20)])

    assert await outline(bank) == ["low 90", "low 60", "due", "low 10", "exhausted"]
    told = [event["balance_micros"] for event in await bank.events() if "balance_micros" in event]
    assert told == [str(usd(each).micros) for each in (86, 58, 9, -5)]
    assert (await bank.account()).low == usd(10)
    await bank.prove()


async def test_what_has_expired_does_not_pay(bank: Bank, clock: Clock) -> None:
    """It leaves in an entry of its own before."""
    await bank.ledger.add_credit(REF, usd(20), operation_id="gift", actor="test", days=5)
    clock.advance(days=6)

    await post(bank, [record(1, 3), record(2, 4)])

    assert [(each.kind, each.lots) for each in (await bank.entries())[2:]] == [("expiry", "2"), ("records", "1")]
    await bank.prove()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"id": ""}, "record's id"),
        ({"id": "a b"}, "record's id"),
        ({"id": "ü"}, "record's id"),
        ({"id": "x" * 65}, "record's id"),
        ({"service": ""}, "a service"),
        ({"service": "a\tb"}, "a service"),
    ],
)
async def test_record_that_cannot_be_written_raises(bank: Bank, changes: dict[str, str], error: str) -> None:
    """Nothing of the page is posted."""
    with pytest.raises(ValueError, match=error):
        await post(bank, [record(1), dataclasses.replace(record(2), **changes)])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no tab"):
        await bank.ledger.post_records(REF, [record(1)], actor="a\tb")

    assert len(await bank.entries()) == 1


async def test_entry_of_records_is_reversed_as_a_whole(bank: Bank) -> None:
    """Once; its records stay known, so that a page that comes again does not charge them again."""
    lines = [record(1), record(2)]
    [entry] = (await post(bank, lines)).entries

    outcome = await Corrections(bank.redis, bank.roles).reverse_entry(MANAGER, REF, entry.entry, operation_id="wrong")

    assert isinstance(outcome, Posted)
    assert outcome.after == usd(100)
    assert (await post(bank, lines)).repeated == tuple(lines)
    await bank.prove()


async def test_accounts_know_only_their_own(bank: Bank) -> None:
    """The same record is another's as well."""
    second = AccountRef(REF.tenant, "second")
    await bank.ledger.open_account(second, CURRENCY)
    await post(bank, [record(1)])

    assert (await post(bank, [record(1)], second)).posted == 1
    await bank.prove(second)


async def test_server_that_forgot_the_scripts_is_sent_them_again(bank: Bank) -> None:
    """As any other call."""
    await bank.redis.script_flush()

    assert (await post(bank, [record(1)])).posted == 1


@pytest.mark.parametrize(
    ("memo", "told"),
    [
        (pack([record(1), record(2, 2)]), "2 records add up to"),
        ("2 2 3 4 -", "cannot be read"),
        ("nonsense", "format nonsense"),
    ],
)
def test_replay_tells_an_entry_whose_lines_are_not_its_sum(memo: str, told: str) -> None:
    """Or cannot be read."""
    entry = Entry("1-1", "records", "wallet", "usage:calls", usd(2), usd(-2), 1, "-=2000000", "", "", "", memo)

    assert [told in each for each in Replay().take(entry)] == [True]
