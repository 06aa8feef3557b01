"""The month's cap at the claim: looked at again before anything is charged, in the month that it is charged in."""

from datetime import UTC, datetime

import pytest

from store import keys
from store.events import RechargeBlocked
from store.outcomes import Posted, Reason, Refused
from store.payments import Failure
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, open_id, payment, settle, top_up, waiting

LAST = datetime(2127, 5, 31, 23, 59, 59, 999_000, tzinfo=UTC)
"""The last millisecond of May."""
CHECK = f"check:{REF.tenant}:{REF.account}"


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """As `arrange` says; in May."""
    return await arrange(redis)


async def month(bank: Bank, payment_id: str = "") -> str | None:
    """The month that the account counts, or that a payment is reserved in."""
    key = keys.payment(REF.tenant, payment_id) if payment_id else keys.account(REF)
    found: str | None = await bank.redis.hget(key, "month" if payment_id else "recharge_month")
    return found


async def count(bank: Bank, used_micros: int, in_month: str) -> None:
    """So much is counted in that month already."""
    await bank.redis.hset(keys.account(REF), mapping={"recharge_month": in_month, "recharge_month_used": used_micros})


async def test_recharge_above_the_lowered_cap_is_cancelled(bank: Bank, clock: Clock) -> None:
    """It is not charged; slot and reservation are free, it is told, and the next month is looked at."""
    payment_id = await open_id(bank)
    await bank.recharge(amount=20, cap=49)

    outcome = await bank.payments.claim(REF, payment_id, 1)

    assert outcome == Refused(Reason.ABOVE_CAP)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank)) == ("", "0")
    [blocked] = await outline(bank, RechargeBlocked)
    assert (blocked.reason, blocked.cap_micros) == ("monthly_cap", usd(49).micros)
    assert await waiting(bank) == {CHECK: round(datetime(2127, 6, 1, tzinfo=UTC).timestamp() * 1000)}
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_recharge_at_the_lowered_cap_is_charged(bank: Bank) -> None:
    """A cap that the month's recharges reach exactly is not exceeded."""
    await bank.recharge(cap=50)

    assert (await claim(bank)).amount == usd(50)
    assert await used(bank) == str(usd(50).micros)


async def test_retry_above_the_lowered_cap_is_cancelled(bank: Bank) -> None:
    """A renewed attempt is looked at like the first."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await bank.recharge(amount=20, cap=49)

    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.ABOVE_CAP)
    assert (await open_id(bank), await used(bank)) == ("", "0")


@pytest.mark.parametrize("unanswered", [False, True])
async def test_recharge_that_may_have_been_charged_is_not_cancelled(bank: Bank, *, unanswered: bool) -> None:
    """Once the provider may have been asked, a lowered cap does not make the outcome forgotten."""
    claimed = await claim(bank)
    if unanswered:
        await fail(bank, claimed, Failure.UNKNOWN)
    await bank.recharge(amount=20, cap=20)

    assert (await claim(bank)).key == claimed.key
    assert isinstance(await settle(bank, claimed.payment_id), Posted)


async def test_cap_is_no_matter_of_topups(bank: Bank) -> None:
    """What a person adds is not counted."""
    payment_id = await top_up(bank, units=50)
    await bank.recharge(amount=20, cap=20)

    assert (await claim(bank, payment_id)).amount == usd(50)
    assert await used(bank) == str(usd(50).micros)


async def test_cancelled_recharge_is_told_once_a_month(bank: Bank, clock: Clock) -> None:
    """After the claim told it, neither debits nor looks tell it again; the next month recharges."""
    await count(bank, usd(200).micros, "2127-05")
    await bank.recharge(cap=199)
    await bank.payments.claim(REF, await open_id(bank), 1)
    clock.advance(hours=1)
    await count(bank, usd(199).micros, "2127-05")
    await bank.spend(1)
    await bank.payments.check_recharge(REF)
    before = await outline(bank)
    clock.now = datetime(2127, 6, 1, tzinfo=UTC)

    assert await bank.payments.check_recharge(REF) != ""
    assert before == ["due", "cancelled", "blocked monthly_cap"]
    assert await outline(bank) == [*before, "due"]


async def test_late_success_of_a_cancelled_recharge_is_credited(bank: Bank) -> None:
    """Money that arrives for an attempt before the cancellation is credited once and counted."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await bank.recharge(amount=20, cap=49)
    await bank.payments.claim(REF, claimed.payment_id, 2)

    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert await used(bank) == str(usd(50).micros)
    await bank.prove()


async def wait_into_june(bank: Bank, clock: Clock, now: datetime = datetime(2127, 6, 1, tzinfo=UTC)) -> str:
    """A recharge of May is declined and waits until `now`, by default June's first millisecond."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    clock.now = now
    return claimed.payment_id


async def test_retry_in_the_last_millisecond_stays_in_its_month(bank: Bank, clock: Clock) -> None:
    """At the month's very end the reservation is where it was."""
    payment_id = await wait_into_june(bank, clock, LAST)
    await claim(bank, attempt=2)

    assert (await month(bank), await month(bank, payment_id)) == ("2127-05", "2127-05")
    assert await used(bank) == str(usd(50).micros)


async def test_retry_in_the_next_month_is_counted_there(bank: Bank, clock: Clock) -> None:
    """A millisecond later the reservation moves to the month that the recharge is charged in."""
    payment_id = await wait_into_june(bank, clock)
    await claim(bank, attempt=2)

    assert (await month(bank), await month(bank, payment_id)) == ("2127-06", "2127-06")
    assert await used(bank) == str(usd(50).micros)


async def test_first_attempt_in_the_next_month_is_counted_there(redis: Client, clock: Clock) -> None:
    """A recharge that opened at the month's end and is claimed after it is the new month's."""
    clock.now = LAST
    bank = await arrange(redis)
    clock.advance(milliseconds=1)

    claimed = await claim(bank)

    assert await month(bank, claimed.payment_id) == await month(bank) == "2127-06"
    assert await used(bank) == str(usd(50).micros)


async def test_moved_reservation_is_made_once(bank: Bank, clock: Clock) -> None:
    """Further claims and attempts in the new month do not count it again."""
    await wait_into_june(bank, clock)
    await fail(bank, await claim(bank, attempt=2), Failure.DECLINED)
    await fail(bank, await claim(bank, attempt=3), Failure.UNKNOWN)
    await settle(bank, (await claim(bank, attempt=3)).payment_id)

    assert await used(bank) == str(usd(50).micros)


async def test_moved_reservation_is_given_back_where_it_is(bank: Bank, clock: Clock) -> None:
    """A recharge that fails for good in the new month counts in none."""
    await wait_into_june(bank, clock)

    await fail(bank, await claim(bank, attempt=2), Failure.DEAD)

    assert (await month(bank), await used(bank)) == ("2127-06", "0")


async def test_move_adds_to_what_the_month_counts_already(bank: Bank, clock: Clock) -> None:
    """Up to the cap, to the last cent."""
    await wait_into_june(bank, clock)
    await count(bank, usd(150).micros, "2127-06")

    await claim(bank, attempt=2)

    assert await used(bank) == str(usd(200).micros)


async def test_recharge_that_waited_into_a_month_without_room_is_cancelled(bank: Bank, clock: Clock) -> None:
    """It is not charged, what the new month counts stays as it is, and it is told."""
    payment_id = await wait_into_june(bank, clock)
    await count(bank, usd(150).micros + 1, "2127-06")

    assert await bank.payments.claim(REF, payment_id, 2) == Refused(Reason.ABOVE_CAP)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank)) == ("", str(usd(150).micros + 1))
    assert (await outline(bank))[-1] == "blocked monthly_cap"
    assert await waiting(bank) == {CHECK: round(datetime(2127, 7, 1, tzinfo=UTC).timestamp() * 1000)}


async def test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month(bank: Bank, clock: Clock) -> None:
    """The new month is empty, and still has no room for more than its cap."""
    payment_id = await wait_into_june(bank, clock)
    await bank.recharge(amount=20, cap=49)

    assert await bank.payments.claim(REF, payment_id, 2) == Refused(Reason.ABOVE_CAP)
    assert await open_id(bank) == ""
