"""A provider that did not take the request: nothing was charged, so whatever forbids a charge forbids it still."""

from datetime import UTC, datetime

import pytest

from store import keys
from store.outcomes import Done, Reason, Refused
from store.payments import Failure
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, member, open_id, payment, top_up, waiting

bank = bank_on_clock(arrange)


async def turned_away(bank: Bank) -> str:
    """The open recharge, which the provider did not take."""
    claimed = await claim(bank)
    assert await fail(bank, claimed, Failure.UNAVAILABLE) == Done("unavailable")
    return claimed.payment_id


async def test_outage_is_asked_again_with_the_same_number(bank: Bank, clock: Clock) -> None:
    """It waits 5 s, then the schedule wakes the same attempt, which starts nothing a second time."""
    payment_id = await turned_away(bank)
    times = await waiting(bank)

    assert times == {member(payment_id): clock.ms + 5_000}
    assert await bank.payments.wake(REF, payment_id) == Done("unavailable")
    assert (await claim(bank)).key == f"{payment_id}:1"
    assert await outline(bank) == ["due", "started", "unknown", "due"]


async def test_recharge_switched_off_during_an_outage_is_not_charged(bank: Bank) -> None:
    """The settings wake it, and its claim cancels it: slot and reservation are free."""
    payment_id = await turned_away(bank)
    await bank.recharge(on=False)

    assert await bank.payments.wake(REF, payment_id, cause="settings") == Done("unavailable")
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.RECHARGE_OFF)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank), await waiting(bank)) == ("", "0", {})


async def test_cap_lowered_during_an_outage_holds(bank: Bank) -> None:
    """A recharge that the new cap has no room for is cancelled."""
    payment_id = await turned_away(bank)
    await bank.recharge(amount=20, cap=49)

    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.ABOVE_CAP)


async def test_outage_into_the_next_month_is_counted_there(bank: Bank, clock: Clock) -> None:
    """The reservation moves to the month that the provider comes back in."""
    payment_id = await turned_away(bank)
    clock.now = datetime(2127, 6, 3, tzinfo=UTC)
    await claim(bank)

    assert await bank.redis.hget(keys.payment(REF.tenant, payment_id), "month") == "2127-06"


async def test_card_chosen_during_an_outage_is_the_one_charged(bank: Bank) -> None:
    """The old card was never asked."""
    await turned_away(bank)
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="card")

    assert (await claim(bank)).method == "card_new"


async def test_topup_whose_card_died_during_an_outage_is_declined(bank: Bank) -> None:
    """It is not charged once the provider is back."""
    first, second = await top_up(bank, operation_id="a"), await top_up(bank, operation_id="b")
    await fail(bank, await claim(bank, first), Failure.UNAVAILABLE)
    await fail(bank, await claim(bank, second), Failure.DEAD)

    assert await bank.payments.claim(REF, first, 1) == Refused(Reason.METHOD_DEAD)


@pytest.mark.parametrize("worker_lost", [True, False])
async def test_outage_after_an_unanswered_asking_settles_nothing(bank: Bank, *, worker_lost: bool) -> None:
    """The first asking may have charged: the attempt stays unknown, and switching off does not end it."""
    claimed = await claim(bank)
    if not worker_lost:
        await fail(bank, claimed, Failure.UNKNOWN)
    again = await claim(bank)
    await bank.recharge(on=False)

    assert await fail(bank, again, Failure.UNAVAILABLE) == Done("unknown")
    assert (await claim(bank)).key == claimed.key


async def test_person_wakes_it_with_the_same_number(bank: Bank) -> None:
    """The button asks for the same attempt."""
    payment_id = await turned_away(bank)

    assert await bank.payments.retry(MANAGER, REF, payment_id, 1) == Done("unavailable")
    assert (await claim(bank)).attempt == 1
