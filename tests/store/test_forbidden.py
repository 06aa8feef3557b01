"""A recharge that may have been charged, or not, and that is forbidden meanwhile: cancelled before anything else."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from store import keys
from store.account import State
from store.events import RechargeDue
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from tests.controls import CARD, MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import HOUR_MS, arrange, claim, fail, look, member, open_id, settle, top_up, waiting

Change = Callable[[Bank], Awaitable[object]]


bank = bank_on_clock(arrange)


async def switch_off(bank: Bank) -> None:
    """Auto-recharge is switched off."""
    await bank.recharge(on=False)


async def freeze(bank: Bank) -> None:
    """The account is frozen."""
    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id=bank.operation())


async def pause(bank: Bank) -> None:
    """Another payment finds the card dead."""
    await fail(bank, await claim(bank, await top_up(bank)), Failure.DEAD)


async def change_card(bank: Bank) -> None:
    """Another card is chosen."""
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id=bank.operation())


async def lower_cap(bank: Bank) -> None:
    """The month's cap has no room for it any more."""
    await bank.recharge(amount=20, cap=49)


async def grant(bank: Bank) -> None:
    """The balance is back at the trigger."""
    await bank.grant(10)


async def lower_trigger(bank: Bank) -> None:
    """The trigger is lowered to the balance."""
    await bank.recharge(below=10)


ENDS: dict[Change, Reason] = {
    switch_off: Reason.RECHARGE_OFF,
    pause: Reason.RECHARGE_OFF,
    freeze: Reason.RECHARGE_OFF,
    lower_cap: Reason.ABOVE_CAP,
    grant: Reason.NOT_NEEDED,
    lower_trigger: Reason.NOT_NEEDED,
}
"""What forbids it, and the reason that it ends with."""
CHANGES = pytest.mark.parametrize("change", [*ENDS, change_card])


async def unanswered(bank: Bank) -> Claimed:
    """The open recharge, about which the provider said nothing."""
    claimed = await claim(bank)
    assert await fail(bank, claimed, Failure.UNKNOWN) == Done("unknown")
    return claimed


@CHANGES
async def test_unanswered_charge_is_looked_at_at_once(bank: Bank, clock: Clock, change: Change) -> None:
    """It does not wait for its next asking: it is handed to the workers, for the same attempt."""
    claimed = await unanswered(bank)
    await change(bank)

    assert (await waiting(bank))[member(claimed.payment_id, "settings")] == clock.ms
    assert await look(bank) == Done("unknown")
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]


@CHANGES
@pytest.mark.parametrize("lost", [None, Failure.UNKNOWN])
async def test_charge_that_may_have_been_made_is_not_asked_for_again(
    bank: Bank, change: Change, lost: Failure | None
) -> None:
    """Whether the worker or the provider was silent: it is cancelled, by its key and with its card."""
    claimed = await claim(bank)
    if lost:
        await fail(bank, claimed, lost)
    await change(bank)

    again = await claim(bank)
    assert (again.step, again.key, again.method) == (Step.CANCEL, claimed.key, CARD)
    assert (await claim(bank)).step is Step.CANCEL
    assert (await open_id(bank), await used(bank)) == (claimed.payment_id, "50000000")


@CHANGES
async def test_charge_that_was_made_is_credited(bank: Bank, change: Change) -> None:
    """Too late to cancel: the money is there."""
    claimed = await unanswered(bank)
    await change(bank)
    await claim(bank)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert await used(bank) == "50000000"
    await bank.prove()


@pytest.mark.parametrize("change", ENDS)
async def test_recharge_ends_once_it_is_seen_cancelled(bank: Bank, change: Change) -> None:
    """The claim of the next attempt says why: slot and reservation are free."""
    claimed = await unanswered(bank)
    await change(bank)

    assert await fail(bank, await claim(bank), Failure.NOT_CHARGED) == Done("due")
    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(ENDS[change])
    assert (await open_id(bank), await used(bank)) == ("", "0")


async def test_new_card_is_charged_once_the_old_charge_is_seen_cancelled(bank: Bank) -> None:
    """Under a key of its own."""
    claimed = await unanswered(bank)
    await change_card(bank)
    await fail(bank, await claim(bank), Failure.NOT_CHARGED)

    again = await claim(bank, attempt=2)
    assert (again.step, again.method, again.key) == (Step.CHARGE, "card_new", f"{claimed.payment_id}:2")


async def test_charge_that_is_allowed_again_is_asked_for_again(bank: Bank) -> None:
    """Switched off and on before anybody looked: nothing has changed, for a look or a claim."""
    claimed = await unanswered(bank)
    await switch_off(bank)
    await bank.recharge()

    assert await look(bank) == Refused(Reason.NOT_PENDING)
    assert await waiting(bank) == {member(claimed.payment_id): (await waiting(bank))[member(claimed.payment_id)]}
    again = await claim(bank)
    assert (again.step, again.key) == (Step.CHARGE, claimed.key)


@pytest.mark.parametrize("hours", [19, 30])
async def test_twenty_hours_begin_anew_with_the_cancelling(bank: Bank, clock: Clock, hours: int) -> None:
    """A charge that is too old to be asked for may be cancelled all the same, and as long as any."""
    await unanswered(bank)
    clock.advance(hours=hours)
    await switch_off(bank)
    await fail(bank, await claim(bank), Failure.UNKNOWN)
    clock.advance(milliseconds=20 * HOUR_MS - 1)

    assert (await claim(bank)).step is Step.CANCEL


async def test_first_wait_of_the_cancelling_is_short(bank: Bank, clock: Clock) -> None:
    """However often the charge was asked for, and a silent provider is told of again."""
    for _ in range(5):
        await unanswered(bank)
    await switch_off(bank)
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.UNKNOWN)

    assert (await waiting(bank))[member(claimed.payment_id)] == clock.ms + 5_000
    assert (await outline(bank)).count("unknown") == 2


@pytest.mark.parametrize(("counted", "step"), [(150, Step.CHARGE), (151, Step.CANCEL)])
async def test_charge_into_a_month_without_room_is_cancelled(
    bank: Bank, clock: Clock, counted: int, step: Step
) -> None:
    """Not answered in May, it might be charged in June: that month's cap counts as well."""
    clock.now = datetime(2127, 5, 31, 20, tzinfo=UTC)
    await unanswered(bank)
    clock.now = datetime(2127, 6, 1, tzinfo=UTC)
    await bank.redis.hset(keys.account(REF), "recharge_used:2127-06", counted * 1_000_000)

    assert (await claim(bank)).step is step


@pytest.mark.parametrize("change", [pause, lower_cap, grant, lower_trigger])
async def test_charge_that_waits_for_its_owner_is_cancelled(bank: Bank, change: Change) -> None:
    """It is looked at at once, and its owner is not asked for what is forbidden."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)
    await change(bank)

    assert member(claimed.payment_id, "settings") in await waiting(bank)
    assert await look(bank) == Done("needs_action")
    assert (await claim(bank)).step is Step.CANCEL


@pytest.mark.parametrize("change", [pause, lower_cap])
async def test_charge_that_turns_out_to_wait_for_its_owner_is_cancelled(bank: Bank, change: Change) -> None:
    """The change came with a worker at it."""
    claimed = await claim(bank)
    await change(bank)
    await look(bank)

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("unknown")
    assert (await claim(bank)).step is Step.CANCEL


@pytest.mark.parametrize("failure", [Failure.NEEDS_ACTION, Failure.DECLINED, Failure.UNKNOWN])
async def test_lower_cap_with_room_changes_nothing(bank: Bank, failure: Failure) -> None:
    """What waits goes on waiting."""
    claimed = await claim(bank)
    await fail(bank, claimed, failure)
    watch = await waiting(bank)
    await bank.recharge(cap=50)

    assert await look(bank) == Refused(Reason.NOT_PENDING)
    assert await waiting(bank) == watch


async def test_topup_that_may_have_been_charged_is_asked_for_whatever_the_settings(bank: Bank) -> None:
    """What a person adds is no matter of auto-recharge."""
    claimed = await claim(bank, await top_up(bank))
    await fail(bank, claimed, Failure.UNKNOWN)
    await switch_off(bank)

    assert (await claim(bank, claimed.payment_id)).step is Step.CHARGE
    assert await look(bank, claimed.payment_id) == Refused(Reason.NOT_PENDING)
