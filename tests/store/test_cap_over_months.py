"""The month's cap at a month's edge: a recharge is counted in the month that it is charged in, by whatever clock."""

from datetime import UTC, datetime

from store import keys
from store.outcomes import Reason, Refused
from store.payments import Failure
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, open_id, payment, settle, top_up, waiting
from tests.store.test_cap_at_claim import CHECK, JUNE, MAY, count

LAST = datetime(2127, 5, 31, 23, 59, 59, 999_000, tzinfo=UTC)
"""The last millisecond of May."""


bank = bank_on_clock(arrange)


async def month(bank: Bank, payment_id: str) -> str | None:
    """The month that a payment is reserved in."""
    found: str | None = await bank.redis.hget(keys.payment(REF.tenant, payment_id), "month")
    return found


async def both(bank: Bank) -> tuple[str | None, str | None]:
    """What is counted in May and in June."""
    return await used(bank, MAY), await used(bank, JUNE)


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

    assert await month(bank, payment_id) == MAY
    assert await both(bank) == (str(usd(50).micros), None)


async def test_retry_in_the_next_month_is_counted_there(bank: Bank, clock: Clock) -> None:
    """A millisecond later the reservation moves to the month that the recharge is charged in."""
    payment_id = await wait_into_june(bank, clock)
    await claim(bank, attempt=2)

    assert await month(bank, payment_id) == JUNE
    assert await both(bank) == ("0", str(usd(50).micros))


async def test_first_attempt_in_the_next_month_is_counted_there(redis: Client, clock: Clock) -> None:
    """A recharge that opened at the month's end and is claimed after it is the new month's."""
    clock.now = LAST
    bank = await arrange(redis)
    clock.advance(milliseconds=1)

    claimed = await claim(bank)

    assert await month(bank, claimed.payment_id) == JUNE
    assert await both(bank) == ("0", str(usd(50).micros))


async def test_moved_reservation_is_made_once(bank: Bank, clock: Clock) -> None:
    """Further claims and attempts in the new month do not count it again."""
    await wait_into_june(bank, clock)
    await fail(bank, await claim(bank, attempt=2), Failure.DECLINED)
    await fail(bank, await claim(bank, attempt=3), Failure.UNKNOWN)
    await settle(bank, (await claim(bank, attempt=3)).payment_id)

    assert await both(bank) == ("0", str(usd(50).micros))


async def test_moved_reservation_is_given_back_where_it_is(bank: Bank, clock: Clock) -> None:
    """A recharge that fails for good in the new month counts in none."""
    await wait_into_june(bank, clock)

    await fail(bank, await claim(bank, attempt=2), Failure.DEAD)

    assert await both(bank) == ("0", "0")


async def test_move_adds_to_what_the_month_counts_already(bank: Bank, clock: Clock) -> None:
    """Up to the cap, to the last cent."""
    await wait_into_june(bank, clock)
    await count(bank, usd(150).micros, JUNE)

    await claim(bank, attempt=2)

    assert await both(bank) == ("0", str(usd(200).micros))


async def test_recharge_that_waited_into_a_month_without_room_is_cancelled(bank: Bank, clock: Clock) -> None:
    """It is not charged, what the new month counts stays as it is, and a look tells that it has no room."""
    payment_id = await wait_into_june(bank, clock)
    await count(bank, usd(150).micros + 1, JUNE)

    assert await bank.payments.claim(REF, payment_id, 2) == Refused(Reason.ABOVE_CAP)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await both(bank)) == ("", ("0", str(usd(150).micros + 1)))
    assert await bank.payments.check_recharge(REF) == ""
    assert (await outline(bank))[-1] == "blocked monthly_cap"
    assert await waiting(bank) == {CHECK: round(datetime(2127, 7, 1, tzinfo=UTC).timestamp() * 1000)}


async def test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month(bank: Bank, clock: Clock) -> None:
    """The new month is empty, and still has no room for more than its cap."""
    payment_id = await wait_into_june(bank, clock)
    await bank.recharge(amount=20, cap=49)

    assert await bank.payments.claim(REF, payment_id, 2) == Refused(Reason.ABOVE_CAP)
    assert await open_id(bank) == ""


async def test_clock_that_goes_over_the_months_edge_and_back_forgets_nothing(bank: Bank, clock: Clock) -> None:
    """What May counts is there again when the clock is back in May, and what was recharged meanwhile is June's."""
    await settle(bank, (await claim(bank)).payment_id, "ch_may")
    clock.now = datetime(2127, 6, 1, 9, tzinfo=UTC)
    await bank.spend(50)
    await settle(bank, (await claim(bank)).payment_id, "ch_june")
    clock.now = datetime(2127, 5, 30, 9, tzinfo=UTC)
    await bank.recharge(cap=99)
    await bank.spend(50)
    clock.advance(minutes=15)

    assert await bank.payments.check_recharge(REF) == ""
    assert (await outline(bank))[-1] == "blocked monthly_cap"
    assert await both(bank) == (str(usd(50).micros), str(usd(50).micros))


async def test_reservation_made_by_a_clock_that_was_ahead_comes_back_with_it(bank: Bank, clock: Clock) -> None:
    """A recharge that opened in a false June is charged, and counted, in May."""
    await settle(bank, (await claim(bank)).payment_id, "ch_may")
    clock.now = datetime(2127, 6, 1, 9, tzinfo=UTC)
    await bank.spend(50)
    clock.now = datetime(2127, 5, 30, 9, tzinfo=UTC)

    assert (await claim(bank)).amount == usd(50)
    assert await both(bank) == (str(usd(100).micros), "0")


async def test_charge_that_is_credited_in_the_next_month_is_counted_there(bank: Bank, clock: Clock) -> None:
    """Its owner confirmed it after the month's end: the reservation moves, once."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)
    clock.now = datetime(2127, 6, 2, tzinfo=UTC)
    await settle(bank, claimed.payment_id)

    assert await both(bank) == ("0", str(usd(50).micros))
    assert await month(bank, claimed.payment_id) == JUNE


async def test_second_charge_is_counted_in_the_month_of_its_credit(bank: Bank, clock: Clock) -> None:
    """What was credited in May stays May's."""
    claimed = await claim(bank)
    await settle(bank, claimed.payment_id, "ch_1")
    clock.now = datetime(2127, 6, 2, tzinfo=UTC)
    await settle(bank, claimed.payment_id, "ch_2")

    assert await both(bank) == (str(usd(50).micros), str(usd(50).micros))


async def test_topup_is_counted_in_no_month(bank: Bank, clock: Clock) -> None:
    """A person's money is no matter of the cap, whenever it arrives."""
    claimed = await claim(bank, await top_up(bank))
    clock.now = datetime(2127, 6, 2, tzinfo=UTC)
    await settle(bank, claimed.payment_id, received=usd(5))

    assert await both(bank) == (str(usd(50).micros), None)
