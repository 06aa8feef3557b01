"""Settlement: one credit per charge, of what was received, whoever reports it and however late."""

import pytest

from store import keys
from store.events import (
    Recharged,
)
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason, Refused, Repeated
from store.payments import Failure
from tests.controls import CARD, CURRENCY, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.outline import outline
from tests.store.steps import arrange, claim, fail, open_id, payment, settle, top_up, waiting

bank = bank_on_clock(arrange)


async def test_recharge_is_credited(bank: Bank) -> None:
    """The money is posted, the slot is free, and the event names entry, amount, balance and method."""
    claimed = await claim(bank)

    outcome = await settle(bank, claimed.payment_id)

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(10), usd(60))
    [event] = await outline(bank, Recharged)
    assert (event.entry, event.amount, event.balance) == (outcome.entry, usd(50), usd(60))
    assert (event.payment, event.method, event.by) == (claimed.payment_id, CARD, "")
    entry = (await bank.entries())[-1]
    assert (entry.kind, entry.actor, entry.memo) == ("recharge", "system:recharge", "card 4242")
    assert entry.operation == "charge:ch_1"
    settled = await payment(bank, claimed.payment_id)
    assert (settled.state, settled.charge_ref) == ("succeeded", "ch_1")
    await bank.prove()


async def test_charge_reported_twice_is_credited_once(bank: Bank) -> None:
    """Reply, webhook and reconciler may all report the charge: one credit, one event."""
    claimed = await claim(bank)
    first = await settle(bank, claimed.payment_id)
    assert isinstance(first, Posted)

    again = await settle(bank, claimed.payment_id)

    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
    assert len(await outline(bank, Recharged)) == 1
    assert (await bank.account()).balance == usd(60)
    await bank.prove()


async def test_charge_reported_with_another_amount_is_refused(bank: Bank) -> None:
    """The same charge with another amount or another payment is a conflict and credits nothing."""
    claimed = await claim(bank)
    other = await top_up(bank)
    await settle(bank, claimed.payment_id)

    assert await settle(bank, claimed.payment_id, received=usd(51)) == Refused(Reason.OPERATION_CONFLICT)
    assert await settle(bank, other) == Refused(Reason.OPERATION_CONFLICT)
    await bank.prove()


async def test_what_was_received_is_credited(bank: Bank) -> None:
    """The credit is the amount that arrived, not the one that was asked for."""
    claimed = await claim(bank)
    await settle(bank, claimed.payment_id, received=usd("48.5"))

    assert (await bank.account()).balance == usd("58.5")


async def test_charge_is_remembered_for_years(bank: Bank) -> None:
    """A reconciler that reports a charge long after any operation is forgotten still credits nothing twice."""
    await settle(bank, (await claim(bank)).payment_id)

    assert await bank.redis.ttl(keys.charge(REF.tenant, "ch_1")) > 9 * 365 * 86_400


ODD_REFS = ["", " ", "ch 1", "ch_1\n", "chargé", "📞", "\x00", "\ud800", "x" * 191, "x" * 100_000]


@pytest.mark.parametrize("charge_ref", [*ODD_REFS, "x", "x" * 190, "ch:1|{x}"], ids=ascii)
async def test_charge_is_credited_whatever_its_id_looks_like(bank: Bank, charge_ref: str) -> None:
    """The provider has the money: an id that is no name for an operation is credited, once, like any other."""
    payment_id = await open_id(bank)
    first = await settle(bank, payment_id, charge_ref)
    again = await settle(bank, payment_id, charge_ref)

    assert isinstance(first, Posted)
    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
    await bank.prove()


async def test_ids_that_are_alike_are_different_charges(bank: Bank) -> None:
    """Ids that differ in anything, even beyond what can be written, are credited each."""
    payment_id = await open_id(bank)
    refs = [*ODD_REFS, "\udfff", "x" * 192, "?"]

    outcomes = [await settle(bank, payment_id, charge_ref, usd(1)) for charge_ref in refs]

    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    assert (await bank.account()).balance == usd(10 + len(refs))
    await bank.prove()


async def test_charges_without_an_id_are_told_apart_by_their_payments(bank: Bank) -> None:
    """Two payments whose provider named no charge are both credited."""
    first, second = await open_id(bank), await top_up(bank)

    assert isinstance(await settle(bank, first, ""), Posted)
    assert isinstance(await settle(bank, second, "", usd(25)), Posted)


async def test_callers_operation_ids_cannot_collide_with_charges(bank: Bank) -> None:
    """A caller that happens to use the id of a charge's operation does not keep the charge from being credited."""
    await bank.spend(1, "charge:ch_1")

    assert isinstance(await settle(bank, (await claim(bank)).payment_id), Posted)
    await bank.prove()


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        (Money.of(50, "EUR"), Reason.CURRENCY_MISMATCH),
        (usd(0), Reason.AMOUNT_INVALID),
        (usd(-1), Reason.AMOUNT_INVALID),
        (Money(MAX_MICROS, CURRENCY), Reason.BALANCE_LIMIT),
    ],
)
async def test_settlement_is_refused(bank: Bank, received: Money, reason: Reason) -> None:
    """Another currency, no money, or more than the balance can hold: refused, nothing changed."""
    claimed = await claim(bank)

    assert await settle(bank, claimed.payment_id, received=received) == Refused(reason)
    assert (await payment(bank, claimed.payment_id)).state == "charging"
    assert (await bank.account()).balance == usd(10)


async def test_settlement_of_an_unknown_payment_is_refused(bank: Bank) -> None:
    """Money for a payment that is not ours is not credited to anyone."""
    assert await settle(bank, "none") == Refused(Reason.UNKNOWN_PAYMENT)
    assert await settle(bank, "none", ref=AccountRef("T0OTHER")) == Refused(Reason.UNKNOWN_ACCOUNT)


async def test_payment_belongs_to_one_account(bank: Bank) -> None:
    """Another account of the tenant, or another tenant, can neither claim, wake nor receive it."""
    payment_id = await open_id(bank)
    for other in (AccountRef(REF.tenant, "second"), AccountRef("T0OTHER")):
        await bank.ledger.open_account(other, CURRENCY)

        assert await bank.payments.claim(other, payment_id, 1) == Refused(Reason.UNKNOWN_PAYMENT)
        assert await bank.payments.wake(other, payment_id) == Refused(Reason.UNKNOWN_PAYMENT)
        assert await settle(bank, payment_id, ref=other) == Refused(Reason.UNKNOWN_PAYMENT)
        account = await bank.ledger.account(other)
        assert account is not None
        assert account.balance == usd(0)


@pytest.mark.parametrize("failure", [Failure.DECLINED, Failure.DEAD, Failure.NEEDS_ACTION, Failure.UNKNOWN])
async def test_success_that_comes_late_is_credited(bank: Bank, failure: Failure) -> None:
    """A success after a reported failure of any kind is credited once, frees the slot, and is not charged again."""
    claimed = await claim(bank)
    await fail(bank, claimed, failure)

    outcome = await settle(bank, claimed.payment_id)

    assert isinstance(outcome, Posted)
    assert (await payment(bank, claimed.payment_id)).state == "succeeded"
    assert await open_id(bank) == ""
    assert await bank.payments.wake(REF, claimed.payment_id) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    assert await waiting(bank) == {}
    await bank.prove()


async def test_memo_that_cannot_be_written_is_made_harmless(bank: Bank) -> None:
    """A provider's text with half a character does not keep its money from being credited."""
    payment_id = await open_id(bank)

    outcome = await bank.payments.settle(REF, payment_id, charge_ref="ch_1", received=usd(50), memo="card \ud83d")

    assert isinstance(outcome, Posted)
    assert (await bank.entries())[-1].memo == "card ?"
