"""New settings and an open recharge: it goes on with the new card at once, or ends, and never waits for the old one."""

import pytest

from store import keys
from store.events import RechargeDue
from store.outcomes import Done, Reason, Refused
from store.payments import Failure
from store.schedule import Due, Schedule
from store.scripts import Client
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import DUE, WATCH_MS, arrange, claim, fail, member, open_id, payment, top_up, waiting

bank = bank_on_clock(arrange)


async def choose(bank: Bank, method: str = "card_new") -> None:
    """A manager chooses a card."""
    outcome = await bank.policies.set_method(MANAGER, REF, method, operation_id=bank.operation())
    assert isinstance(outcome, Done), outcome


async def test_new_card_puts_the_open_recharge_on_the_schedule(bank: Bank, clock: Clock) -> None:
    """It is to be looked at now, because of the settings; its own watch stays."""
    payment_id = await open_id(bank)
    watch = await waiting(bank)

    await choose(bank)

    assert await waiting(bank) == {**watch, member(payment_id, "settings"): clock.ms}


async def test_new_card_saved_with_the_policy_does_too(bank: Bank, clock: Clock) -> None:
    """The modal that saves figures and card together counts like the card alone."""
    await bank.recharge(method="card_new")

    assert (await waiting(bank))[member(await open_id(bank), "settings")] == clock.ms


async def test_switching_off_puts_the_open_recharge_on_the_schedule(bank: Bank, clock: Clock) -> None:
    """It is to be looked at now."""
    await bank.recharge(on=False)

    assert (await waiting(bank))[member(await open_id(bank), "settings")] == clock.ms


async def test_other_settings_leave_the_schedule_alone(bank: Bank) -> None:
    """Another cap, other levels or the same card give a waiting recharge no reason to be looked at."""
    watch = await waiting(bank)

    await bank.recharge(cap=300)
    await bank.levels(5)
    await choose(bank, CARD)

    assert await waiting(bank) == watch


async def test_new_card_without_an_open_recharge_schedules_nothing(redis: Client, clock: Clock) -> None:
    """There is nothing to look at."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge()
    await choose(bank)
    await bank.recharge(method="card_new", on=False)

    assert await waiting(bank) == {}


async def test_schedule_tells_settings_from_time(bank: Bank) -> None:
    """What is due names its cause, so that the wake can follow it."""
    payment_id = await open_id(bank)
    await choose(bank)
    await bank.redis.zadd(DUE, dict.fromkeys(await waiting(bank), 1))

    found = await Schedule(bank.redis).due([keys.partition_of(REF.tenant)])

    assert found == [Due(REF, payment_id, "schedule"), Due(REF, payment_id, "settings")]


async def test_waiting_recharge_goes_on_with_the_new_card(bank: Bank, clock: Clock) -> None:
    """A declined recharge is handed to the workers at once, as a new attempt with the new card, and watched."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await choose(bank)

    assert await bank.payments.wake(REF, claimed.payment_id, cause="settings") == Done("retrying")
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "2"]
    again = await claim(bank, attempt=2)
    assert (again.method, again.key) == ("card_new", f"{claimed.payment_id}:2")


async def test_waiting_recharge_ends_when_switched_off(bank: Bank) -> None:
    """A declined recharge is cancelled by its next claim: slot and reservation are free."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await bank.recharge(on=False)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.RECHARGE_OFF)
    assert (await payment(bank, claimed.payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {})


async def test_button_of_the_old_attempt_does_nothing_after_the_new_card(bank: Bank) -> None:
    """The retry that a message still offers finds that the payment goes on already."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await choose(bank)
    await bank.payments.wake(REF, claimed.payment_id, cause="settings")

    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)


@pytest.mark.parametrize("state", ["due", "charging"])
async def test_recharge_under_way_is_left_to_its_course(bank: Bank, state: str) -> None:
    """What waits for its worker, or has one, is not handed to another by new settings."""
    payment_id = await open_id(bank)
    if state != "due":
        await claim(bank)
    watch = await waiting(bank)
    await choose(bank)

    assert await bank.payments.wake(REF, payment_id, cause="settings") == Refused(Reason.NOT_PENDING)
    assert await waiting(bank) == watch
    assert (await payment(bank, payment_id)).state == state
    assert len(await outline(bank, RechargeDue)) == 1


async def test_look_because_of_settings_is_taken_off_when_it_comes_too_late(bank: Bank) -> None:
    """A look at a payment that is over, or that there is not, is made once."""
    claimed = await claim(bank)
    await choose(bank)
    await fail(bank, claimed, Failure.DEAD)
    await bank.redis.zadd(DUE, {member("none", "settings"): 1})

    over = await bank.payments.wake(REF, claimed.payment_id, cause="settings")
    missing = await bank.payments.wake(REF, "none", cause="settings")

    assert (over, missing) == (Refused(Reason.NOT_PENDING), Refused(Reason.UNKNOWN_PAYMENT))
    assert await waiting(bank) == {}


async def test_new_card_leaves_topups_alone(bank: Bank) -> None:
    """A top-up is charged to the card that it was confirmed with."""
    payment_id = await top_up(bank)
    await choose(bank)

    assert member(payment_id, "settings") not in await waiting(bank)
    assert (await claim(bank, payment_id)).method == CARD


async def test_settings_of_a_new_account_tell_nothing_of_its_balance(redis: Client) -> None:
    """An account on which nothing has happened yet is neither low nor exhausted, whatever levels it is given."""
    bank = await Bank.open(redis)

    await bank.levels(50, 20)

    account = await bank.account()
    assert (account.low, account.exhausted) == (None, False)
    assert await outline(bank) == []


async def test_new_account_is_told_of_from_its_first_charge(redis: Client) -> None:
    """The first call tells what it crosses, once."""
    bank = await Bank.open(redis)
    await bank.levels(50, 20)

    await bank.spend(1)
    await bank.levels(50)

    assert await outline(bank) == ["low 50", "low 20", "exhausted"]


async def test_new_account_recharges_at_once(redis: Client) -> None:
    """Auto-recharge saved on a new account fills it, and tells nothing else."""
    bank = await Bank.open(redis)
    await bank.levels(50)

    await bank.recharge()

    assert await outline(bank) == ["due"]


async def test_account_that_is_empty_again_is_not_new(redis: Client) -> None:
    """An account with entries and a balance of zero is low once it has a level."""
    bank = await Bank.open(redis, balance=10)
    await bank.spend(10)

    await bank.levels(50)

    assert await outline(bank) == ["exhausted", "low 50"]
    assert (await bank.account()).low == usd(50)
