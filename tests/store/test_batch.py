"""Batches of postings: each with the outcome that it would have had alone, in the order given."""

import dataclasses

import pytest

from store.batch import MAX_POSTINGS, UsagePosting
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.banks import bank_by
from tests.store.outline import outline
from tests.store.posting import OTHER, arrange, dump

SECOND = AccountRef(REF.tenant, "second")
bank = bank_by(arrange)


def call(number: int, units: str | int = 1, ref: AccountRef = REF, *, authorised: bool = False) -> UsagePosting:
    """The call of that number."""
    return UsagePosting(ref, usd(units), f"call-{number}", "test", "a call", authorised=authorised)


def afters(outcomes: tuple[Posting, ...]) -> list[str]:
    """The balance after each, or why it was refused."""
    return [each.reason if isinstance(each, Refused) else (each.after or usd(0)).plain() for each in outcomes]


async def test_every_posting_has_its_outcome(bank: Bank) -> None:
    """Entry, balance before and after, each as if it had come alone; in the order given."""
    outcomes = await bank.ledger.post_batch([call(number, number) for number in (1, 2, 3)])

    entries = (await bank.entries())[1:]
    assert outcomes == tuple(Posted(each.id, each.before, each.after, each.at_ms) for each in entries)
    assert [(each.operation, each.amount, each.after) for each in entries] == [
        ("call-1", usd(-1), usd(99)),
        ("call-2", usd(-2), usd(97)),
        ("call-3", usd(-3), usd(94)),
    ]
    await bank.prove()


async def test_accounts_of_all_tenants_are_taken(bank: Bank) -> None:
    """One batch may hold any accounts, mixed; each goes on from its own balance."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    await bank.ledger.open_account(OTHER, CURRENCY)
    refs = [REF, OTHER, SECOND, REF, OTHER, SECOND, REF]

    outcomes = await bank.ledger.post_batch([call(number, 1, ref) for number, ref in enumerate(refs)])

    assert afters(outcomes) == ["99", "-1", "-1", "98", "-2", "-2", "97"]
    for ref in (REF, SECOND, OTHER):
        await bank.prove(ref)


async def test_batch_that_is_sent_again_changes_nothing(bank: Bank) -> None:
    """Each posting is answered with its first outcome."""
    first = await bank.ledger.post_batch([call(number) for number in range(5)])
    before = await dump(bank.redis)

    again = await bank.ledger.post_batch([call(number) for number in range(5)])

    assert again == tuple(
        Repeated(each.entry, each.before, each.after, each.at_ms) for each in first if isinstance(each, Posted)
    )
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("balance", [100, 0])
async def test_repeat_and_conflict_within_a_batch(redis: Client, balance: int) -> None:
    """The second with the same id is a repeat; with other contents it is refused; the next one is posted."""
    bank = await Bank.open(redis, balance=balance)

    first, again, other, last = await bank.ledger.post_batch([call(1), call(1), call(1, 2), call(2)])

    assert isinstance(first, Posted)
    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
    assert other == Refused(Reason.OPERATION_CONFLICT)
    assert isinstance(last, Posted)
    assert last.after == usd(balance - 2)
    await bank.prove()


async def test_single_posting_and_batch_know_each_other(bank: Bank) -> None:
    """A charge is the same operation, whichever way it comes."""
    alone = await bank.ledger.charge_usage(REF, usd(1), operation_id="call-1", actor="test", memo="a call")

    [again] = await bank.ledger.post_batch([call(1)])

    assert isinstance(alone, Posted)
    assert again == Repeated(alone.entry, alone.before, alone.after, alone.at_ms)


async def test_refused_posting_does_not_stop_the_others(bank: Bank) -> None:
    """Each refusal is that posting's own."""
    wrong = dataclasses.replace(call(2), amount=Money.of(1, "EUR"))
    postings = [
        call(1),
        wrong,
        call(3, 0),
        call(4, 200, authorised=True),
        call(5, 1, OTHER),
        call(6, 1, OTHER),
        call(7),
    ]

    outcomes = await bank.ledger.post_batch(postings)

    assert afters(outcomes) == [
        "99",
        Reason.CURRENCY_MISMATCH,
        Reason.AMOUNT_INVALID,
        Reason.INSUFFICIENT_CREDIT,
        Reason.UNKNOWN_ACCOUNT,
        Reason.UNKNOWN_ACCOUNT,
        "98",
    ]
    await bank.prove()


async def test_authorised_and_recorded_usage_of_an_account_keep_their_order(bank: Bank) -> None:
    """What an authorised posting finds available is what those before it have left, and no less."""
    postings = [
        call(1, 60),
        call(2, 50, authorised=True),
        call(3, 40, authorised=True),
        call(4, 10),
        call(5, 1, authorised=True),
    ]

    assert afters(await bank.ledger.post_batch(postings)) == [
        "40", Reason.INSUFFICIENT_CREDIT, "0", "-10", Reason.INSUFFICIENT_CREDIT
    ]  # fmt: skip
    await bank.prove()


async def test_services_of_a_batch_are_counted_apart(bank: Bank) -> None:
    """Each service is a ledger account of its own."""
    services = ["calls", "texts", "calls", "toll-free"]

    await bank.ledger.post_batch([dataclasses.replace(call(n), service=name) for n, name in enumerate(services)])

    assert [each.credit for each in (await bank.entries())[1:]] == [f"usage:{each}" for each in services]
    await bank.prove()


async def test_levels_crossed_within_a_batch_are_told_once_and_in_order(bank: Bank) -> None:
    """With the balance at that posting; the recharge opens where the trigger is crossed."""
    await bank.levels(90, 60, 10)
    await bank.recharge(below=50)

    await bank.ledger.post_batch([call(number, 7) for number in range(15)])

    assert await outline(bank) == ["low 90", "low 60", "due", "low 10", "exhausted"]
    told = [event["balance_micros"] for event in await bank.events() if "balance_micros" in event]
    assert told == [str(usd(each).micros) for each in (86, 58, 9, -5)]
    await bank.prove()


async def test_empty_batch_has_no_outcomes(bank: Bank) -> None:
    """And asks nobody."""
    assert await bank.ledger.post_batch([]) == ()


async def test_batch_takes_two_hundred(bank: Bank) -> None:
    """All are posted; one more raises, and nothing is posted."""
    postings = [call(number, "0.1") for number in range(MAX_POSTINGS + 1)]

    with pytest.raises(ValueError, match="at most 200"):
        await bank.ledger.post_batch(postings)
    outcomes = await bank.ledger.post_batch(postings[:-1])

    assert {type(each) for each in outcomes} == {Posted}
    assert (await bank.account()).balance == usd(80)
    await bank.prove()


@pytest.mark.parametrize(
    "changes", [{"operation_id": "a b"}, {"actor": "a\tb"}, {"service": ""}, {"service": "a\tb"}, {"service": "x" * 65}]
)
async def test_posting_that_cannot_be_written_raises(bank: Bank, changes: dict[str, str]) -> None:
    """Nothing of the batch is posted."""
    before = await dump(bank.redis)

    with pytest.raises(ValueError, match=r"operation id|no tab|a service"):
        await bank.ledger.post_batch([call(1), dataclasses.replace(call(2), **changes)])  # type: ignore[arg-type]

    assert await dump(bank.redis) == before


async def test_server_that_forgot_the_scripts_is_sent_them_again(bank: Bank) -> None:
    """For each of the accounts."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    await bank.redis.script_flush()

    assert afters(await bank.ledger.post_batch([call(1), call(2, 1, SECOND)])) == ["99", "-1"]
