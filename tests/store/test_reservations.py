"""The month's cap: what is reserved, given back, and counted although nobody reserved it."""

from datetime import UTC, datetime

from store import keys
from store.outcomes import Posted
from store.payments import Failure
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import arrange, claim, decline, used

bank = bank_on_clock(arrange)


async def test_open_recharge_counts_against_the_cap(bank: Bank) -> None:
    """The reservation is made when the slot opens, before anything is charged."""
    await bank.spend(90)

    assert await used(bank) == str(usd(50).micros)
    assert (await outline(bank)) == ["due"]


async def test_failed_recharge_gives_its_reservation_back(bank: Bank) -> None:
    """A recharge that is given up counts against the cap no longer."""
    await bank.spend(90)
    await decline(bank)

    assert await used(bank) == "0"
    assert (await bank.account()).slot == ""


async def test_reservation_of_last_month_is_not_given_back_to_this_one(bank: Bank, clock: Clock) -> None:
    """What failed after the month's end is given back to its own month, and the new one's count is left alone."""
    clock.now = datetime(2127, 5, 31, 23, 59, tzinfo=UTC)
    await bank.spend(90)
    claimed = await claim(bank)
    clock.now = datetime(2127, 6, 1, 0, 20, tzinfo=UTC)
    await bank.redis.hset(keys.account(REF), "recharge_used:2127-06", usd(50).micros)
    await bank.payments.fail(REF, claimed, Failure.DEAD, reason="lost_card")

    assert (await used(bank), await used(bank, "2127-06")) == ("0", str(usd(50).micros))


async def test_success_after_the_failure_was_told_is_counted(bank: Bank) -> None:
    """Money that arrives for a recharge already given up is credited once and counts against the cap."""
    await bank.spend(90)
    claimed = await claim(bank)
    await bank.payments.fail(REF, claimed, Failure.DEAD, reason="lost_card")

    outcome = await bank.payments.settle(REF, claimed.payment_id, charge_ref="ch_late", received=usd(50))

    assert isinstance(outcome, Posted)
    assert await used(bank) == str(usd(50).micros)
    await bank.prove()


async def test_second_charge_of_a_recharge_is_counted(bank: Bank) -> None:
    """If two attempts of a recharge both took money, both are credited and both count against the cap."""
    await bank.spend(90)
    claimed = await claim(bank)
    await bank.payments.settle(REF, claimed.payment_id, charge_ref="ch_1", received=usd(50))

    outcome = await bank.payments.settle(REF, claimed.payment_id, charge_ref="ch_2", received=usd(50))

    assert isinstance(outcome, Posted)
    assert await used(bank) == str(usd(100).micros)
    await bank.prove()
