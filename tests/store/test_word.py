"""A person's word that a stuck payment was not charged: it ends once the provider has seen to it that nothing comes."""

import pytest

from store.events import PaymentStuck, RechargeCancelled, RechargeDue, TopupDeclined, TopupDue
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from store.roles import Actor
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import WATCH_MS, arrange, claim, fail, member, open_id, payment, settle, top_up, waiting

CHECK = f"check:{REF.tenant}:{REF.account}"
UNCLEAR = pytest.mark.parametrize("answer", [Failure.UNKNOWN, Failure.STUCK, Failure.NOT_CREDITED])
bank = bank_on_clock(arrange)


async def stuck(bank: Bank, payment_id: str = "") -> Claimed:
    """A payment, the open recharge if none is named, that nobody can clear up by asking."""
    claimed = await claim(bank, payment_id)
    assert await fail(bank, claimed, Failure.STUCK) == Done("stuck")
    return claimed


async def say(bank: Bank, payment_id: str) -> object:
    """A manager says that it was not charged."""
    return await bank.payments.cancel(MANAGER, REF, payment_id, 1)


async def unreached(bank: Bank, clock: Clock, payment_id: str = "") -> Claimed:
    """A manager said so, and the provider could not be reached for 20 h; answers the last claim."""
    claimed = await stuck(bank, payment_id)
    await say(bank, claimed.payment_id)
    claimed = await claim(bank, payment_id)
    await fail(bank, claimed, Failure.UNAVAILABLE)
    clock.advance(hours=20)
    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    return claimed


async def test_provider_is_asked_to_cancel_it_first(bank: Bank, clock: Clock) -> None:
    """Slot and reservation are kept; the workers are handed the same attempt, and a second press finds it under way."""
    claimed = await stuck(bank)

    assert await say(bank, claimed.payment_id) == Done("unknown")
    assert (await open_id(bank), await used(bank)) == (claimed.payment_id, "50000000")
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]
    assert await say(bank, claimed.payment_id) == Refused(Reason.NOT_PENDING)
    asked = await claim(bank)
    assert (asked.step, asked.key) == (Step.CANCEL, claimed.key)


async def test_recharge_that_is_seen_cancelled_is_over(bank: Bank, clock: Clock) -> None:
    """Slot and reservation are free, it is told with who has looked, and another may open at once."""
    claimed = await stuck(bank)
    await say(bank, claimed.payment_id)

    assert await fail(bank, await claim(bank), Failure.NOT_CHARGED) == Done("cancelled")
    assert (await payment(bank, claimed.payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank)) == ("", "0")
    assert await waiting(bank) == {CHECK: clock.ms}
    [event] = await outline(bank, RechargeCancelled)
    assert (event.payment, event.reason, event.by) == (claimed.payment_id, "not_charged", MANAGER.id)
    assert await say(bank, claimed.payment_id) == Refused(Reason.NOT_PENDING)


async def test_topup_that_is_seen_cancelled_is_declined(bank: Bank) -> None:
    """The person who asked for it is told; auto-recharge goes its own way."""
    recharge_id, topup = await open_id(bank), await stuck(bank, await top_up(bank))
    await say(bank, topup.payment_id)
    await fail(bank, await claim(bank, topup.payment_id), Failure.NOT_CHARGED)

    [event] = await outline(bank, TopupDeclined)
    assert (event.payment, event.reason, event.by) == (topup.payment_id, "not_charged", MANAGER.id)
    assert len(await outline(bank, TopupDue)) == 2
    assert (await open_id(bank), await used(bank)) == (recharge_id, "50000000")


async def test_money_that_is_there_after_all_is_credited(bank: Bank) -> None:
    """The person was wrong: the provider says so when it is asked to cancel."""
    claimed = await stuck(bank)
    await say(bank, claimed.payment_id)
    await claim(bank)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert (await open_id(bank), await used(bank)) == ("", "50000000")


async def test_only_what_is_stuck_is_given_up(bank: Bank) -> None:
    """Not what is under way, not another attempt's, not another account's, and by managers alone."""
    claimed = await claim(bank)
    under_way = await say(bank, claimed.payment_id)
    await fail(bank, claimed, Failure.STUCK)

    assert under_way == Refused(Reason.NOT_PENDING)
    assert await bank.payments.cancel(MANAGER, REF, claimed.payment_id, 2) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.cancel(MANAGER, REF, "none", 1) == Refused(Reason.UNKNOWN_PAYMENT)
    nobody = Actor(REF.tenant, "U0NOBODY")
    assert await bank.payments.cancel(nobody, REF, claimed.payment_id, 1) == Refused(Reason.NOT_A_MANAGER)
    assert (await payment(bank, claimed.payment_id)).state == "stuck"


async def test_provider_out_of_reach_leaves_it_stuck_and_told(bank: Bank, clock: Clock) -> None:
    """After 20 h of asking the buttons are there again; the slot is kept."""
    claimed = await unreached(bank, clock)

    assert (await payment(bank, claimed.payment_id)).state == "stuck"
    assert [event.reason for event in await outline(bank, PaymentStuck)] == ["insufficient_funds", "no_answer"]
    assert await open_id(bank) == claimed.payment_id


async def test_second_word_ends_what_the_provider_cannot_be_asked_about(bank: Bank, clock: Clock) -> None:
    """A provider that is gone for good does not block auto-recharge for ever."""
    claimed = await unreached(bank, clock)

    assert await say(bank, claimed.payment_id) == Done("cancelled")
    assert (await payment(bank, claimed.payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {CHECK: clock.ms})
    [event] = await outline(bank, RechargeCancelled)
    assert (event.reason, event.by) == ("not_charged", MANAGER.id)


@pytest.mark.parametrize("between", [Failure.STUCK, Failure.NEEDS_ACTION])
async def test_word_counts_as_the_first_after_anything_else(bank: Bank, clock: Clock, between: Failure) -> None:
    """An error of the provider's client, or an answer to another question, is no 20 h of silence."""
    claimed = await unreached(bank, clock)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await fail(bank, await claim(bank), between)
    if between is Failure.NEEDS_ACTION:
        await bank.recharge(on=False)
        await bank.payments.wake(REF, claimed.payment_id, cause="settings")
        clock.advance(hours=20)
        await bank.payments.claim(REF, claimed.payment_id, 1)

    assert await say(bank, claimed.payment_id) == Done("unknown")


async def test_provider_that_fails_to_cancel_is_asked_again_by_the_next_word(bank: Bank) -> None:
    """Its client raised an error: that is an answer, not silence."""
    claimed = await stuck(bank)
    await say(bank, claimed.payment_id)
    await fail(bank, await claim(bank), Failure.STUCK)

    assert await say(bank, claimed.payment_id) == Done("unknown")
    assert (await claim(bank)).step is Step.CANCEL


@UNCLEAR
async def test_worker_that_turns_up_after_the_second_word_opens_it_again(
    bank: Bank, clock: Clock, answer: Failure
) -> None:
    """It may have charged meanwhile: reserved again, cancelled with the provider, credited if that is too late."""
    claimed = await unreached(bank, clock)
    await say(bank, claimed.payment_id)

    assert await fail(bank, claimed, answer) == Done("unknown")
    assert await used(bank) == "50000000"
    assert (await waiting(bank))[member(claimed.payment_id)] == clock.ms + WATCH_MS
    asked = await claim(bank, claimed.payment_id)
    assert (asked.step, asked.key) == (Step.CANCEL, claimed.key)
    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert await used(bank) == "50000000"
    await bank.prove()


@UNCLEAR
async def test_worker_that_turns_up_after_a_topup_s_end_opens_it_again(
    bank: Bank, clock: Clock, answer: Failure
) -> None:
    """The cap is no matter of it; cancelled in the end, it is over again."""
    claimed = await unreached(bank, clock, await top_up(bank))
    await say(bank, claimed.payment_id)

    assert await fail(bank, claimed, answer) == Done("unknown")
    assert (await used(bank), await used(bank, "")) == ("50000000", None)
    assert await fail(bank, await claim(bank, claimed.payment_id), Failure.NOT_CHARGED) == Done("cancelled")


@UNCLEAR
async def test_overtaken_worker_opens_it_again_as_well(bank: Bank, clock: Clock, answer: Failure) -> None:
    """It stood still since before anybody was asked."""
    stalled = await claim(bank)
    claimed = await unreached(bank, clock)
    await say(bank, claimed.payment_id)

    assert await fail(bank, stalled, answer) == Done("unknown")


@pytest.mark.parametrize("answer", [Failure.DECLINED, Failure.UNAVAILABLE, Failure.NOT_CHARGED])
async def test_worker_with_a_clear_answer_changes_nothing_after_the_end(
    bank: Bank, clock: Clock, answer: Failure
) -> None:
    """It has charged nothing."""
    claimed = await unreached(bank, clock)
    await say(bank, claimed.payment_id)

    assert await fail(bank, claimed, answer) == Refused(Reason.NOT_PENDING)


async def test_worker_that_turns_up_after_a_cancellation_that_was_seen_changes_nothing(bank: Bank) -> None:
    """The provider lets nothing move under that key: it is over."""
    stalled = await claim(bank)
    claimed = await stuck(bank)
    await say(bank, claimed.payment_id)
    await fail(bank, await claim(bank), Failure.NOT_CHARGED)

    assert await fail(bank, stalled, Failure.UNKNOWN) == Refused(Reason.FENCED)
    assert await used(bank) == "0"
