"""A payment that waits for its owner: asked about, or cancelled, with the provider, and never charged beside itself."""

from collections.abc import Awaitable, Callable

import pytest

from store.events import PaymentNeedsAction, PaymentStuck, RechargeCancelled, RechargeDue, TopupDeclined, TopupDue
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from tests.controls import CARD, MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import HOUR_MS, WATCH_MS, arrange, claim, fail, member, open_id, payment, settle, top_up, waiting

CHECK = f"check:{REF.tenant}:{REF.account}"
STEPS = pytest.mark.parametrize("step", [Step.FIND, Step.CANCEL])
bank = bank_on_clock(arrange)


async def need_owner(bank: Bank, payment_id: str = "") -> Claimed:
    """A payment, the open recharge if none is named, waits for its owner."""
    claimed = await claim(bank, payment_id)
    outcome = await bank.payments.fail(
        REF, claimed, Failure.NEEDS_ACTION, reason="authentication_required", charge_ref="ch_1"
    )
    assert outcome == Done("needs_action")
    return claimed


async def press(bank: Bank, payment_id: str) -> object:
    """A manager says that it is confirmed."""
    return await bank.payments.retry(MANAGER, REF, payment_id, 1)


async def change_card(bank: Bank) -> None:
    """A manager chooses another card."""
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id=bank.operation())


async def switch_off(bank: Bank) -> None:
    """A manager switches auto-recharge off."""
    await bank.recharge(on=False)


async def ask(bank: Bank, step: Step) -> Claimed:
    """The open recharge waited for its owner; a worker has claimed it for this step."""
    before = await need_owner(bank)
    if step is Step.FIND:
        assert await press(bank, before.payment_id) == Done("needs_action")
    else:
        await change_card(bank)
        assert await bank.payments.wake(REF, before.payment_id, cause="settings") == Done("needs_action")
    return await claim(bank)


@STEPS
async def test_same_attempt_is_asked_about(bank: Bank, clock: Clock, step: Step) -> None:
    """After a press it is found, after a change of card cancelled: by its key and the provider's id, with its card."""
    claimed = await ask(bank, step)

    assert (claimed.step, claimed.attempt, claimed.key) == (step, 1, f"{claimed.payment_id}:1")
    assert (claimed.charge_ref, claimed.method) == ("ch_1", CARD)
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]


async def test_confirmed_a_month_later_it_is_found(bank: Bank, clock: Clock) -> None:
    """No age makes it stuck: finding cannot charge."""
    claimed = await need_owner(bank)
    clock.advance(days=31)
    await press(bank, claimed.payment_id)

    assert (await claim(bank)).step is Step.FIND
    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    await bank.prove()


@STEPS
@pytest.mark.parametrize("lost", [Failure.UNKNOWN, Failure.UNAVAILABLE, None])
async def test_unanswered_asking_is_stuck_after_twenty_hours(
    bank: Bank, clock: Clock, step: Step, lost: Failure | None
) -> None:
    """A silent provider, one out of order, a worker that died: the same is asked again, then a person is told."""
    clock.advance(hours=30)
    claimed = await ask(bank, step)
    if lost:
        assert await fail(bank, claimed, lost) == Done("unknown")
    clock.advance(milliseconds=20 * HOUR_MS - 1)
    again = await claim(bank)
    clock.advance(milliseconds=1)

    assert (again.step, again.key) == (step, f"{claimed.payment_id}:1")
    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    assert (await payment(bank, claimed.payment_id)).state == "stuck"
    [event] = await outline(bank, PaymentStuck)
    assert event.reason == "no_answer"
    assert await press(bank, claimed.payment_id) == Done("stuck")
    assert (await claim(bank)).step is Step.FIND


async def test_unanswered_asking_is_told_and_comes_again_soon(bank: Bank, clock: Clock) -> None:
    """The first wait is 5 s again, whatever went before."""
    await fail(bank, await claim(bank), Failure.UNKNOWN)
    claimed = await ask(bank, Step.FIND)
    await fail(bank, claimed, Failure.UNKNOWN)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + 5_000}
    assert (await outline(bank)).count("unknown") == 2


@STEPS
async def test_outage_while_asking_lets_no_setting_end_it(bank: Bank, step: Step) -> None:
    """Switched off during an outage: the charge may still be confirmed, so it is asked about all the same."""
    claimed = await ask(bank, step)
    await fail(bank, claimed, Failure.UNAVAILABLE)
    await switch_off(bank)

    assert (await claim(bank)).step is step


async def test_still_unconfirmed_it_waits_again(bank: Bank) -> None:
    """It is told again, and the next press asks again, for the same attempt."""
    claimed = await ask(bank, Step.FIND)

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("needs_action")
    assert [event.attempt for event in await outline(bank, PaymentNeedsAction)] == ["1", "1"]
    assert await press(bank, claimed.payment_id) == Done("needs_action")
    assert (await claim(bank)).charge_ref == "ch_1"


async def test_press_while_it_is_asked_makes_no_attempt(bank: Bank) -> None:
    """A second press asks for the same again, or finds a worker at it; its event comes too late for anything else."""
    claimed = await need_owner(bank)
    answers = [await press(bank, claimed.payment_id) for _ in range(2)]
    asked = await claim(bank)
    answers.append(await press(bank, claimed.payment_id))
    await settle(bank, claimed.payment_id)

    assert answers == [Done("needs_action"), Done("unknown"), Refused(Reason.NOT_PENDING)]
    assert asked.key == claimed.key
    assert await press(bank, claimed.payment_id) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_decline_that_is_found_is_a_decline(bank: Bank) -> None:
    """The next attempt is charged, under a key of its own, and knows nothing of the old charge."""
    claimed = await ask(bank, Step.FIND)

    assert await fail(bank, claimed, Failure.DECLINED) == Done("retrying")
    again = await claim(bank, attempt=2)
    assert (again.step, again.key, again.charge_ref) == (Step.CHARGE, f"{claimed.payment_id}:2", "")
    assert (await payment(bank, claimed.payment_id)).step is Step.CHARGE


async def test_recharge_that_is_found_not_charged_is_cancelled_before_it_is_over(bank: Bank, clock: Clock) -> None:
    """What is not there yet may still come; once cancelled, slot and reservation are free, and it is told."""
    claimed = await ask(bank, Step.FIND)
    found = await fail(bank, claimed, Failure.NOT_CHARGED)
    kept = (await open_id(bank), await used(bank))
    asked = await claim(bank)

    assert (found, asked.step, asked.key) == (Done("unknown"), Step.CANCEL, claimed.key)
    assert kept == (claimed.payment_id, "50000000")
    assert await fail(bank, asked, Failure.NOT_CHARGED) == Done("cancelled")
    assert (await payment(bank, claimed.payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {CHECK: clock.ms})
    [event] = await outline(bank, RechargeCancelled)
    assert (event.payment, event.reason, event.attempt, event.by) == (claimed.payment_id, "not_charged", "1", "")


async def test_topup_that_is_found_not_charged_is_cancelled_and_declined(bank: Bank, clock: Clock) -> None:
    """The person who asked for it is told; auto-recharge goes its own way."""
    recharge_id, claimed = await open_id(bank), await need_owner(bank, await top_up(bank))
    await press(bank, claimed.payment_id)
    found = await fail(bank, await claim(bank, claimed.payment_id), Failure.NOT_CHARGED)
    times = await waiting(bank)
    asked = await claim(bank, claimed.payment_id)

    assert (found, asked.step) == (Done("unknown"), Step.CANCEL)
    assert times[member(claimed.payment_id)] == clock.ms + WATCH_MS
    assert len(await outline(bank, TopupDue)) == 3
    assert await fail(bank, asked, Failure.NOT_CHARGED) == Done("cancelled")
    [event] = await outline(bank, TopupDeclined)
    assert (event.payment, event.reason, event.by) == (claimed.payment_id, "not_charged", MANAGER.id)
    assert (await open_id(bank), list(await waiting(bank))) == (recharge_id, [member(recharge_id)])


@pytest.mark.parametrize("seen", [Failure.NOT_CHARGED, Failure.DECLINED, Failure.DEAD])
async def test_new_card_is_charged_once_the_old_charge_is_seen_cancelled(
    bank: Bank, clock: Clock, seen: Failure
) -> None:
    """Not before: then as a new attempt, at once, with nothing told and no card given up for it."""
    claimed = await ask(bank, Step.CANCEL)
    told = await outline(bank)

    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.NOT_PENDING)
    assert await fail(bank, claimed, seen) == Done("due")
    assert await outline(bank) == [*told, "due"]
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1", "2"]
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    again = await claim(bank, attempt=2)
    assert (again.step, again.method, again.charge_ref) == (Step.CHARGE, "card_new", "")
    assert (await bank.account()).dead_methods == frozenset()


async def test_switched_off_it_ends_once_the_charge_is_seen_cancelled(bank: Bank) -> None:
    """Its slot is kept until then; then the next claim finds auto-recharge off, frees it and tells it."""
    claimed = await need_owner(bank)
    await switch_off(bank)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")
    asked = await claim(bank)
    kept = await open_id(bank)
    await fail(bank, asked, Failure.NOT_CHARGED)

    assert (asked.step, kept) == (Step.CANCEL, claimed.payment_id)
    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.RECHARGE_OFF)
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {})
    [event] = await outline(bank, RechargeCancelled)
    assert (event.reason, event.attempt) == ("recharge_off", "1")


async def test_charge_that_cannot_be_cancelled_yet_is_asked_to_again(bank: Bank, clock: Clock) -> None:
    """The provider still waits for the owner: nothing new is charged, nobody is asked to confirm it."""
    claimed = await ask(bank, Step.CANCEL)

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("unknown")
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + 5_000}
    assert (await claim(bank)).step is Step.CANCEL
    assert (await outline(bank)).count("needs_action") == 1


@STEPS
async def test_money_that_is_there_is_credited(bank: Bank, step: Step) -> None:
    """Confirmed before it was asked about, or cancelled too late: one credit, within its reservation."""
    claimed = await ask(bank, step)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert (await open_id(bank), await used(bank)) == ("", "50000000")
    assert await fail(bank, claimed, Failure.NOT_CHARGED) == Refused(Reason.NOT_PENDING)
    await bank.prove()


@pytest.mark.parametrize("change", [change_card, switch_off])
@pytest.mark.parametrize("pressed", [False, True])
async def test_what_was_given_up_while_it_was_asked_is_cancelled(
    bank: Bank, clock: Clock, change: Callable[[Bank], Awaitable[None]], *, pressed: bool
) -> None:
    """The settings changed with a worker at it: its owner is not asked to confirm what is not wanted any more."""
    claimed = await ask(bank, Step.FIND) if pressed else await claim(bank)
    told = await outline(bank)
    await change(bank)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    outcome = await bank.payments.fail(REF, claimed, Failure.NEEDS_ACTION, reason="", charge_ref="ch_1")

    assert outcome == Done("unknown")
    assert await outline(bank) == [*told, "due"]
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    again = await claim(bank)
    assert (again.step, again.key, again.charge_ref) == (Step.CANCEL, claimed.key, "ch_1")


async def test_topup_waits_for_its_owner_whatever_the_settings(bank: Bank) -> None:
    """Auto-recharge's card and switch are no matter of what a person adds."""
    claimed = await claim(bank, await top_up(bank, method="card_other"))
    await switch_off(bank)

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("needs_action")
