"""A recharge is for a balance below the trigger: once the balance is back there, what waits ends without a charge."""

from collections.abc import Awaitable, Callable

import pytest

from store.events import RechargeCancelled, RechargeDue
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from store.scripts import Client
from tests.controls import MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import (
    DUE,
    HOUR_MS,
    WATCH_MS,
    arrange,
    claim,
    fail,
    member,
    open_id,
    payment,
    settle,
    top_up,
    waiting,
)

Lift = Callable[[Bank], Awaitable[object]]
bank = bank_on_clock(arrange)


async def grant(bank: Bank) -> None:
    """Credit lifts the balance just to the trigger."""
    await bank.grant(10)


async def top_up_and_settle(bank: Bank) -> None:
    """A person's payment lifts the balance just to the trigger."""
    await settle(bank, await top_up(bank, units=10), "ch_topup", usd(10))


async def lower_trigger(bank: Bank) -> None:
    """A manager lowers the trigger just to the balance."""
    await bank.recharge(below=10)


LIFTS = pytest.mark.parametrize("lift", [grant, top_up_and_settle, lower_trigger])


async def look(bank: Bank, claimed: Claimed, was: str) -> None:
    """The schedule's look at what a change has made needless."""
    assert await bank.payments.wake(REF, claimed.payment_id, cause="settings") == Done(was)


async def refused(bank: Bank, payment_id: str, attempt: int) -> None:
    """The claim ends it: slot, reservation and schedule are free, and it is told once."""
    assert await bank.payments.claim(REF, payment_id, attempt) == Refused(Reason.NOT_NEEDED)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {})
    [event] = await outline(bank, RechargeCancelled)
    assert (event.payment, event.reason) == (payment_id, "not_needed")
    assert await bank.payments.claim(REF, payment_id, attempt) == Refused(Reason.NOT_PENDING)
    await bank.prove()


@LIFTS
async def test_open_recharge_is_looked_at_once_it_is_needless(bank: Bank, clock: Clock, lift: Lift) -> None:
    """A credit or a lower trigger puts it on the schedule for now; its own watch stays."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    watch = await waiting(bank)

    await lift(bank)

    assert await waiting(bank) == {**watch, member(claimed.payment_id, "settings"): clock.ms}


async def test_recharge_still_needed_is_left_to_wait(bank: Bank, clock: Clock) -> None:
    """Credit that does not reach the trigger, and a trigger that stays above the balance, change nothing."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)

    await bank.grant("4.5")
    await settle(bank, await top_up(bank, units=5), "ch_topup", usd(5))
    await bank.recharge(below=21)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + HOUR_MS}


async def test_credit_without_an_open_recharge_schedules_nothing(redis: Client, clock: Clock) -> None:
    """There is nothing to look at, with auto-recharge off and never set, or on and at rest."""
    bank = await Bank.open(redis, balance=10)
    await grant(bank)
    await bank.recharge()
    await top_up_and_settle(bank)

    assert await waiting(bank) == {}


@LIFTS
async def test_declined_recharge_that_is_needless_ends(bank: Bank, lift: Lift) -> None:
    """What waits for its retry is not charged an hour later, but ends at the look."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await lift(bank)

    await look(bank, claimed, "retrying")

    await refused(bank, claimed.payment_id, 2)


@LIFTS
async def test_recharge_in_an_outage_that_is_needless_ends(bank: Bank, lift: Lift) -> None:
    """What the provider did not take is not asked for again."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.UNAVAILABLE)
    await lift(bank)

    await look(bank, claimed, "unavailable")

    await refused(bank, claimed.payment_id, 1)


@LIFTS
async def test_recharge_that_is_needless_before_its_first_charge_ends(bank: Bank, lift: Lift) -> None:
    """Its own event finds it, and nothing is told to have started."""
    payment_id = await open_id(bank)
    await lift(bank)
    await bank.payments.wake(REF, payment_id, cause="settings")

    await refused(bank, payment_id, 1)
    assert "started" not in await outline(bank)


async def test_retry_whose_time_has_come_finds_it_needless(bank: Bank, clock: Clock) -> None:
    """The look that a credit asked for was lost: the claim does not depend on it."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await grant(bank)
    await bank.redis.delete(DUE)
    clock.advance(hours=1)
    await bank.payments.wake(REF, claimed.payment_id)

    await refused(bank, claimed.payment_id, 2)


async def test_person_who_tries_again_finds_it_needless(bank: Bank) -> None:
    """The button on the old message charges nothing."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await grant(bank)

    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("retrying")
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    await refused(bank, claimed.payment_id, 2)


async def test_new_card_does_not_charge_what_is_needless(bank: Bank) -> None:
    """The change of card that used to charge at once ends it."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await grant(bank)
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id=bank.operation())
    await look(bank, claimed, "retrying")

    await refused(bank, claimed.payment_id, 2)


async def test_switched_off_is_the_reason_where_both_hold(bank: Bank) -> None:
    """A recharge that was switched off says so, although it is needless as well."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await grant(bank)
    await bank.recharge(on=False)

    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.RECHARGE_OFF)


@LIFTS
async def test_charge_that_waits_for_its_owner_is_cancelled_with_the_provider_first(
    bank: Bank, clock: Clock, lift: Lift
) -> None:
    """Slot and reservation are kept until it is seen cancelled; the new attempt's claim then ends it."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)
    await lift(bank)
    await look(bank, claimed, "needs_action")
    asked = await claim(bank)
    kept = (await open_id(bank), await used(bank))

    assert (asked.step, asked.key, kept) == (Step.CANCEL, claimed.key, (claimed.payment_id, "50000000"))
    assert await fail(bank, asked, Failure.NOT_CHARGED) == Done("due")
    await refused(bank, claimed.payment_id, 2)


async def test_charge_confirmed_meanwhile_is_credited(bank: Bank) -> None:
    """Too late to cancel: the money is there, so it is credited, once, within its reservation."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)
    await grant(bank)
    await look(bank, claimed, "needs_action")
    await claim(bank)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert (await open_id(bank), await used(bank)) == ("", "50000000")
    assert await outline(bank, RechargeCancelled) == []
    await bank.prove()


@pytest.mark.parametrize(
    ("failure", "state", "attempt"), [(Failure.DECLINED, "retrying", 2), (Failure.UNAVAILABLE, "unavailable", 1)]
)
async def test_what_fails_while_it_is_needless_is_not_left_to_wait(
    bank: Bank, clock: Clock, failure: Failure, state: str, attempt: int
) -> None:
    """The credit came with a worker at it: it is looked at as soon as the provider has answered, not hours later."""
    claimed = await claim(bank)
    await grant(bank)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    assert await fail(bank, claimed, failure) == Done(state)
    assert (await waiting(bank))[member(claimed.payment_id, "settings")] == clock.ms
    await look(bank, claimed, state)
    await refused(bank, claimed.payment_id, attempt)


async def test_owner_is_not_asked_to_confirm_what_is_needless(bank: Bank, clock: Clock) -> None:
    """The credit came with a worker at it: the charge that now waits for its owner is cancelled at once."""
    claimed = await claim(bank)
    await grant(bank)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("unknown")
    assert "needs_action" not in await outline(bank)
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    asked = await claim(bank)
    assert asked.step is Step.CANCEL
    await fail(bank, asked, Failure.NOT_CHARGED)
    await refused(bank, claimed.payment_id, 2)


async def test_topup_is_charged_whatever_the_balance(bank: Bank) -> None:
    """What a person adds is wanted above the trigger as well."""
    payment_id = await top_up(bank)
    await bank.grant(100)

    assert (await claim(bank, payment_id)).step is Step.CHARGE
    assert await fail(bank, await claim(bank, payment_id), Failure.NEEDS_ACTION) == Done("needs_action")


async def test_recharge_opens_again_when_the_balance_falls_again(bank: Bank, clock: Clock) -> None:
    """The one that ended has freed the slot, and nothing of it counts against the cap."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await grant(bank)
    await look(bank, claimed, "retrying")
    await refused(bank, claimed.payment_id, 2)
    clock.advance(minutes=15)

    await bank.spend(1)

    assert await open_id(bank) not in {"", claimed.payment_id}
    assert (await used(bank), len(await outline(bank, RechargeDue))) == ("50000000", 3)
