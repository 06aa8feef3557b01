"""What asking again cannot clear up: parked, told once, and left to a person; and clocks that went back."""

import pytest

from store import keys
from store.events import PaymentStuck, RechargeCancelled
from store.outcomes import Change, Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import complete, used
from tests.store.steps import HOUR_MS, arrange, claim, fail, open_id, payment, settle, waiting

CHECK = f"check:{REF.tenant}:{REF.account}"
bank = bank_on_clock(arrange)


async def stuck(bank: Bank, reason: str = "gateway_error") -> Claimed:
    """The open recharge, which nobody can clear up by asking."""
    claimed = await claim(bank)
    outcome = await bank.payments.fail(REF, claimed, Failure.STUCK, reason=reason, charge_ref="ch_9")
    assert outcome == Done("stuck")
    return claimed


async def test_stuck_payment_is_told_and_left_alone(bank: Bank) -> None:
    """It keeps slot, reservation and the charge's id; neither schedule nor settings wake it, and no worker takes it."""
    claimed = await stuck(bank)

    [event] = await outline(bank, PaymentStuck)
    assert (event.payment, event.reason, event.attempt) == (claimed.payment_id, "gateway_error", "1")
    assert (await payment(bank, claimed.payment_id)).charge_ref == "ch_9"
    assert await waiting(bank) == {}
    assert (await open_id(bank), await used(bank)) == (claimed.payment_id, "50000000")
    for cause in ("schedule", "settings"):
        assert await bank.payments.wake(REF, claimed.payment_id, cause=cause) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_stuck_payment_whose_money_is_found_is_credited(bank: Bank) -> None:
    """A reconciler's report ends it, within its reservation."""
    claimed = await stuck(bank)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert (await open_id(bank), await used(bank)) == ("", "50000000")


@pytest.mark.parametrize("lost", [Failure.UNKNOWN, None])
async def test_unanswered_charge_is_stuck_after_twenty_hours(bank: Bank, clock: Clock, lost: Failure | None) -> None:
    """Until then it is asked for with its key; then no more, whether the provider or the worker was silent."""
    claimed = await claim(bank)
    if lost:
        await fail(bank, claimed, lost)
    clock.advance(milliseconds=20 * HOUR_MS - 1)
    again = await claim(bank)
    clock.advance(milliseconds=1)
    refused = await bank.payments.claim(REF, claimed.payment_id, 1)

    assert again.key == claimed.key
    assert refused == Refused(Reason.NOT_PENDING)
    assert (await payment(bank, claimed.payment_id)).state == "stuck"
    [event] = await outline(bank, PaymentStuck)
    assert event.reason == "no_answer"
    assert await waiting(bank) == {}


async def test_twenty_hours_count_from_the_first_asking_of_the_attempt(bank: Bank, clock: Clock) -> None:
    """Neither an outage nor an earlier attempt, of which nothing was charged, counts."""
    await fail(bank, await claim(bank), Failure.DECLINED)
    clock.advance(hours=19)
    await fail(bank, await claim(bank, attempt=2), Failure.UNAVAILABLE)
    clock.advance(hours=19)
    await fail(bank, await claim(bank, attempt=2), Failure.UNKNOWN)
    clock.advance(hours=19)

    assert (await claim(bank, attempt=2)).attempt == 2


@pytest.mark.parametrize("days", [0, 40])
async def test_person_has_the_provider_asked_what_became_of_a_stuck_payment(
    bank: Bank, clock: Clock, days: int
) -> None:
    """However old it is it is found, never charged, by its key and by the id that the provider told once."""
    claimed = await stuck(bank)
    clock.advance(days=days)
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("stuck")

    again = await claim(bank)

    assert (again.key, again.step, again.charge_ref) == (claimed.key, Step.FIND, "ch_9")
    await fail(bank, again, Failure.STUCK)
    assert (await payment(bank, claimed.payment_id)).charge_ref == "ch_9"
    assert isinstance(await settle(bank, claimed.payment_id), Posted)


async def press(bank: Bank, verb: str, payment_id: str) -> list[Change]:
    """What a button's press answers, and what its repeat after a lost reply does."""
    verbs = {
        "retry": lambda: bank.payments.retry(MANAGER, REF, payment_id, 1),
        "cancel": lambda: bank.payments.cancel(MANAGER, REF, payment_id, 1),
        "resume": lambda: bank.payments.resume(MANAGER, REF),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.waiting.random_id", lambda: f"press-{verb}")
        return [await verbs[verb]() for _ in range(2)]


@pytest.mark.parametrize("verb", ["retry", "cancel", "resume"])
async def test_repeat_of_a_press_is_answered_with_what_it_did(bank: Bank, verb: str) -> None:
    """The client's repeat after a lost reply changes nothing and answers as the first."""
    claimed = await stuck(bank)
    await bank.redis.hset(keys.account(REF), "recharge_paused", "lost_card")

    first, again = await press(bank, verb, claimed.payment_id)

    assert isinstance(first, Done)
    assert again == Done(first.result, repeated=True)


async def test_cancelled_recharge_is_told(bank: Bank) -> None:
    """What stood as declined does not stand for ever after auto-recharge was switched off."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await bank.recharge(on=False)
    await bank.payments.claim(REF, claimed.payment_id, 2)

    [event] = await outline(bank, RechargeCancelled)
    assert (event.payment, event.reason, event.attempt, event.kind) == (
        claimed.payment_id,
        "recharge_off",
        "1",
        "recharge",
    )


async def test_clock_that_went_back_does_not_stop_recharges(bank: Bank, clock: Clock) -> None:
    """A last recharge in the future counts as one made now: the cool-down runs from there, and once."""
    await complete(bank)
    await bank.redis.hset(keys.account(REF), "recharge_last_ms", clock.ms + 400 * 24 * HOUR_MS)
    await bank.spend(55)
    times = await waiting(bank)
    clock.advance(minutes=10)
    first = await bank.payments.check_recharge(REF)
    clock.advance(minutes=5)

    assert times == {CHECK: clock.ms}
    assert first == ""
    assert await bank.payments.check_recharge(REF) != ""
