"""What waits for its owner is asked about now and then: a confirmation counts although nobody says so."""

import pytest

from store.events import PaymentNeedsAction, PaymentUnknown, RechargeCancelled
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.steps import HOUR_MS, arrange, claim, fail, member, open_id, settle, top_up, waiting

DAY_MS = 24 * HOUR_MS
bank = bank_on_clock(arrange)


async def need_owner(bank: Bank, payment_id: str = "") -> Claimed:
    """A payment, the open recharge if none is named, waits for its owner."""
    claimed = await claim(bank, payment_id)
    await bank.payments.fail(REF, claimed, Failure.NEEDS_ACTION, reason="authentication_required", charge_ref="ch_1")
    return claimed


async def asked(bank: Bank, clock: Clock, payment_id: str) -> Claimed:
    """Its time comes, and a worker asks."""
    clock.advance(milliseconds=(await waiting(bank))[member(payment_id)] - clock.ms)
    assert await bank.payments.wake(REF, payment_id) == Done("needs_action")
    return await claim(bank, payment_id)


@pytest.mark.parametrize("kind", ["recharge", "topup"])
async def test_it_is_asked_about_after_an_hour_and_then_daily(bank: Bank, clock: Clock, kind: str) -> None:
    """The same attempt is found, never charged; and nothing is told as long as nothing has changed."""
    claimed = await need_owner(bank, "" if kind == "recharge" else await top_up(bank))
    times, start = [], clock.ms
    for _ in range(3):
        times.append((await waiting(bank))[member(claimed.payment_id)] - start)
        found = await asked(bank, clock, claimed.payment_id)
        assert (found.step, found.key, found.charge_ref) == (Step.FIND, claimed.key, "ch_1")
        assert await fail(bank, found, Failure.NEEDS_ACTION) == Done("needs_action")

    assert times == [HOUR_MS, HOUR_MS + DAY_MS, HOUR_MS + 2 * DAY_MS]
    assert len(await outline(bank, PaymentNeedsAction)) == 1


async def test_it_is_asked_about_for_thirty_days(bank: Bank, clock: Clock) -> None:
    """Then a person's press, or new settings, have to come."""
    claimed = await need_owner(bank)
    start, times = clock.ms, 0
    while member(claimed.payment_id) in await waiting(bank):
        await fail(bank, await asked(bank, clock, claimed.payment_id), Failure.NEEDS_ACTION)
        times += 1

    assert times == 31
    assert clock.ms - start == 30 * DAY_MS + HOUR_MS
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("needs_action")


async def test_confirmed_without_a_press_it_is_credited(bank: Bank, clock: Clock) -> None:
    """The money is there: one credit."""
    claimed = await need_owner(bank)
    await asked(bank, clock, claimed.payment_id)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert (await open_id(bank), await waiting(bank)) == ("", {})
    await bank.prove()


async def test_called_off_by_the_bank_it_ends(bank: Bank, clock: Clock) -> None:
    """Found not charged, then seen cancelled: that is told."""
    claimed = await need_owner(bank)
    await fail(bank, await asked(bank, clock, claimed.payment_id), Failure.NOT_CHARGED)

    assert await fail(bank, await claim(bank), Failure.NOT_CHARGED) == Done("cancelled")
    assert len(await outline(bank, RechargeCancelled)) == 1


async def test_silent_provider_is_not_told_of(bank: Bank, clock: Clock) -> None:
    """Nobody has asked, and nothing has changed: it is asked again soon, and waits for its owner again."""
    claimed = await need_owner(bank)
    assert await fail(bank, await asked(bank, clock, claimed.payment_id), Failure.UNKNOWN) == Done("unknown")

    assert await outline(bank, PaymentUnknown) == []
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + 5_000}
    await bank.payments.wake(REF, claimed.payment_id)
    assert await fail(bank, await claim(bank), Failure.NEEDS_ACTION) == Done("needs_action")
    assert len(await outline(bank, PaymentNeedsAction)) == 1


async def test_press_meanwhile_is_answered(bank: Bank, clock: Clock) -> None:
    """A person who presses while it is asked about is told what came of it."""
    claimed = await need_owner(bank)
    await fail(bank, await asked(bank, clock, claimed.payment_id), Failure.UNKNOWN)
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("unknown")
    await fail(bank, await claim(bank), Failure.NEEDS_ACTION)

    assert len(await outline(bank, PaymentNeedsAction)) == 2


@pytest.mark.parametrize("by_settings", [False, True])
async def test_asking_for_a_person_or_a_change_is_told_as_ever(bank: Bank, clock: Clock, *, by_settings: bool) -> None:
    """An earlier asking of the schedule's silences nothing."""
    claimed = await need_owner(bank)
    await fail(bank, await asked(bank, clock, claimed.payment_id), Failure.NEEDS_ACTION)
    if by_settings:
        await bank.recharge(on=False)
        await bank.payments.wake(REF, claimed.payment_id, cause="settings")
    else:
        await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await fail(bank, await claim(bank), Failure.UNKNOWN)

    assert len(await outline(bank, PaymentUnknown)) == 1


async def test_press_after_the_first_hour_is_asked_about_daily(bank: Bank, clock: Clock) -> None:
    """Still unconfirmed: the next look is a day away."""
    claimed = await need_owner(bank)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await fail(bank, await claim(bank), Failure.NEEDS_ACTION)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + DAY_MS}


async def test_what_is_not_wanted_any_more_is_cancelled_when_it_is_asked_about(bank: Bank, clock: Clock) -> None:
    """The look at the new settings was lost: the daily asking finds it."""
    claimed = await need_owner(bank)
    await bank.recharge(on=False)

    found = await asked(bank, clock, claimed.payment_id)
    assert await fail(bank, found, Failure.NEEDS_ACTION) == Done("unknown")
    assert (await claim(bank)).step is Step.CANCEL


async def test_what_is_stuck_is_not_asked_about(bank: Bank) -> None:
    """That is a person's."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.STUCK)

    assert await bank.payments.wake(REF, claimed.payment_id) == Refused(Reason.NOT_PENDING)
