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
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.steps import arrange, claim, fail, member, open_id, settle, top_up, waiting
from tests.store.test_word import unreached

bank = bank_on_clock(arrange)


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


async def test_open_topups_are_found_until_they_are_over(bank: Bank, clock: Clock) -> None:
    """Those that wait for somebody or something, the oldest first; the account's recharge is none of them."""
    first = await top_up(bank)
    clock.advance(hours=1)
    second = await top_up(bank, 30, "draft-2")
    assert [each.id for each in await bank.payments.open_topups(REF)] == [first, second]

    for payment_id, failure in ((first, Failure.STUCK), (second, Failure.NEEDS_ACTION)):
        await fail(bank, await claim(bank, payment_id), failure)
    assert [each.state for each in await bank.payments.open_topups(REF)] == ["stuck", "needs_action"]

    await settle(bank, second, "ch_top", usd(30))
    assert [each.id for each in await bank.payments.open_topups(REF)] == [first]


@pytest.mark.parametrize("failure", [Failure.DECLINED, Failure.DEAD])
async def test_topup_that_brought_no_money_is_no_longer_open(bank: Bank, failure: Failure) -> None:
    """Declined: nothing is left to be done about it."""
    await fail(bank, await claim(bank, await top_up(bank)), failure)

    assert await bank.payments.open_topups(REF) == ()


async def test_topup_that_was_seen_cancelled_is_no_longer_open(bank: Bank) -> None:
    """Not charged, it is open while the provider is asked to cancel it, and no longer when that is seen."""
    payment_id = await top_up(bank)
    await fail(bank, await claim(bank, payment_id), Failure.NOT_CHARGED)
    assert [each.id for each in await bank.payments.open_topups(REF)] == [payment_id]

    await fail(bank, await claim(bank, payment_id), Failure.NOT_CHARGED)

    assert await bank.payments.open_topups(REF) == ()


async def test_topup_that_a_person_ended_is_open_again_only_if_a_worker_turns_up(bank: Bank, clock: Clock) -> None:
    """A manager's word ends what could not be cancelled; an overtaken worker that does not know either reopens it."""
    claimed = await unreached(bank, clock, await top_up(bank))
    await bank.payments.cancel(MANAGER, REF, claimed.payment_id, 1)
    ended = await bank.payments.open_topups(REF)

    await fail(bank, claimed, Failure.UNKNOWN)

    assert ended == ()
    assert [each.id for each in await bank.payments.open_topups(REF)] == [claimed.payment_id]


async def test_topup_whose_card_died_before_it_was_charged_is_no_longer_open(bank: Bank) -> None:
    """It ends when a worker takes it over, without the provider being asked."""
    first, second = await top_up(bank), await top_up(bank, operation_id="draft-2")
    await fail(bank, await claim(bank, first), Failure.DEAD)

    assert await bank.payments.claim(REF, second, 1) == Refused(Reason.METHOD_DEAD)

    assert await bank.payments.open_topups(REF) == ()


async def test_unknown_payment_is_none(bank: Bank) -> None:
    """A payment that was never made is None."""
    assert await bank.payments.get(REF, "none") is None
