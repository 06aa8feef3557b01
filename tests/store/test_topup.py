"""Top-ups: asked for by a manager, charged like any payment, told where they were asked for."""

import pytest

from store.events import (
    ToppedUp,
    TopupDeclined,
    TopupDue,
)
from store.money import Money
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Failure
from store.scripts import Client
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.steps import arrange, claim, fail, member, open_id, settle, top_up, waiting


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


async def test_topup_is_requested_charged_and_credited(bank: Bank) -> None:
    """A top-up goes its way beside the open recharge, in the requester's name, and is told in their channel."""
    payment_id = await top_up(bank)
    claimed = await claim(bank, payment_id)
    outcome = await settle(bank, payment_id, "ch_top", usd(25))

    assert isinstance(outcome, Posted)
    assert (claimed.kind, claimed.requested_by, claimed.amount) == ("topup", MANAGER.id, usd(25))
    [due], [done] = await outline(bank, TopupDue), await outline(bank, ToppedUp)
    assert due.payment == done.payment == payment_id
    assert (done.by, done.channel, done.amount, done.balance) == (MANAGER.id, "C1", usd(25), usd(35))
    entry = (await bank.entries())[-1]
    assert (entry.kind, entry.actor) == ("topup", MANAGER.id)
    assert await open_id(bank) != ""
    await bank.prove()


async def test_topup_confirmed_twice_is_one_payment(bank: Bank) -> None:
    """The same draft confirmed again answers the first payment; with another amount it is a conflict."""
    first = await top_up(bank)
    again = await bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C2", operation_id="draft-1")
    other = await bank.payments.request_topup(MANAGER, REF, usd(26), CARD, channel="C1", operation_id="draft-1")

    assert again == Done(first, repeated=True)
    assert other == Refused(Reason.OPERATION_CONFLICT)
    assert len(await outline(bank, TopupDue)) == 1


@pytest.mark.parametrize(
    ("amount", "method", "reason"),
    [
        (usd("4.99"), CARD, Reason.BELOW_MINIMUM),
        (usd(-50), CARD, Reason.BELOW_MINIMUM),
        (usd("5000.01"), CARD, Reason.ABOVE_MAXIMUM),
        (usd(25), "", Reason.NO_METHOD),
        (Money.of(25, "EUR"), CARD, Reason.CURRENCY_MISMATCH),
    ],
)
async def test_topup_is_refused(bank: Bank, amount: Money, method: str, reason: Reason) -> None:
    """An amount outside the limits, no method or another currency: refused, no payment made."""
    outcome = await bank.payments.request_topup(MANAGER, REF, amount, method, channel="C1", operation_id="top")

    assert outcome == Refused(reason)
    assert await outline(bank, TopupDue) == []


@pytest.mark.parametrize("units", [5, 5000])
async def test_topup_at_the_limits_is_taken(bank: Bank, units: int) -> None:
    """Least and most are themselves allowed."""
    assert await top_up(bank, units)


@pytest.mark.parametrize("failure", [Failure.DECLINED, Failure.DEAD])
async def test_declined_topup_is_not_retried(bank: Bank, failure: Failure) -> None:
    """A declined top-up ends there and is told; auto-recharge goes on after a mere decline."""
    payment_id = await top_up(bank, method="card_other")
    outcome = await fail(bank, await claim(bank, payment_id), failure)

    [event] = await outline(bank, TopupDeclined)
    assert outcome == Done("failed")
    assert (event.by, event.channel, event.kind) == (MANAGER.id, "C1", "topup")
    assert list(await waiting(bank)) == [member(await open_id(bank))]
    assert (await bank.account()).paused == ""
    assert await bank.payments.retry(MANAGER, REF, payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_topup_goes_on_with_auto_recharge_off(bank: Bank) -> None:
    """A person's top-up is not cancelled by switching auto-recharge off."""
    payment_id = await top_up(bank)
    await bank.recharge(on=False)

    assert (await claim(bank, payment_id)).kind == "topup"


async def test_unknown_payment_is_none(bank: Bank) -> None:
    """A payment that was never made is None."""
    assert await bank.payments.get(REF, "none") is None
