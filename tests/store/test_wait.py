"""Why a recharge that is due does not open now, and until when, can be read of the account."""

from datetime import UTC, datetime

from store import keys
from store.account import Wait, WaitReason
from store.payments import Failure
from store.scripts import Client
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.recharging import claim, complete
from tests.store.recharging import decline as lose_card

MINUTE_MS = 60_000
COOL_DOWN_MS = 15 * MINUTE_MS


async def arrange(redis: Client) -> Bank:
    """100 dollars; recharge 50 below 20, 100 a month, three a day, a quarter of an hour apart."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge(cap=100)
    return bank


bank = bank_on_clock(arrange)


async def wait(bank: Bank) -> Wait | None:
    """What the account says of it."""
    return (await bank.account()).wait


async def cool_down(bank: Bank) -> None:
    """A recharge has come, and the balance, 10, is below the trigger again."""
    await bank.spend(90)
    await complete(bank)
    await bank.spend(50)


async def test_recharge_that_is_open_or_not_due_waits_for_nothing(bank: Bank) -> None:
    """There is a wait neither above the trigger nor while one is open."""
    before = await wait(bank)
    await bank.spend(90)

    assert (before, await wait(bank)) == (None, None)


async def test_cool_down_is_told_with_its_end(bank: Bank, clock: Clock) -> None:
    """It counts from the last recharge, however often the balance falls meanwhile."""
    end = clock.ms + COOL_DOWN_MS
    await cool_down(bank)
    first = await wait(bank)
    clock.advance(minutes=10)
    await bank.spend(1)

    assert first == Wait(WaitReason.COOL_DOWN, end)
    assert await wait(bank) == first


async def test_daily_limit_is_told_with_the_day_s_end(redis: Client, clock: Clock) -> None:
    """The day is UTC's."""
    bank = await Bank.open(redis, balance=100, cooldown_s=0, per_day=1)
    await bank.recharge()
    await cool_down(bank)

    assert await wait(bank) == Wait(WaitReason.DAILY_LIMIT, moment(2127, 5, 11))


async def test_monthly_cap_is_told_with_the_month_s_end(redis: Client, clock: Clock) -> None:
    """The month is UTC's."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge(cap=50)
    await cool_down(bank)

    assert await wait(bank) == Wait(WaitReason.MONTHLY_CAP, moment(2127, 6, 1))


def moment(year: int, month: int, day: int) -> int:
    """A day's begin, milliseconds since the epoch."""
    return round(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


async def test_later_reason_takes_the_place_of_the_first(redis: Client, clock: Clock) -> None:
    """The day that had its one recharge has ended, and the cool-down of that recharge has not."""
    bank = await Bank.open(redis, balance=100, per_day=1)
    await bank.recharge()
    clock.advance(hours=11, minutes=50)
    await cool_down(bank)
    first = await wait(bank)
    clock.advance(minutes=10)
    await bank.payments.check_recharge(REF)

    midnight = moment(2127, 5, 11)
    assert first == Wait(WaitReason.DAILY_LIMIT, midnight)
    assert await wait(bank) == Wait(WaitReason.COOL_DOWN, midnight + 5 * MINUTE_MS)


async def test_wait_ends_when_a_recharge_opens(bank: Bank, clock: Clock) -> None:
    """Nothing of it is kept, nor does it come back when that recharge is over."""
    await cool_down(bank)
    clock.advance(minutes=15)
    await bank.payments.check_recharge(REF)
    opened = await bank.account()
    await lose_card(bank)

    assert (bool(opened.slot), opened.wait) == (True, None)
    assert await field(bank) == ""
    assert await wait(bank) is None


async def field(bank: Bank) -> str | None:
    """What is kept."""
    found: str | None = await bank.redis.hget(keys.account(REF), "recharge_wait")
    return found


async def test_credit_to_the_trigger_ends_the_wait(bank: Bank) -> None:
    """Just to it is enough; below it the wait goes on."""
    await cool_down(bank)
    told = await wait(bank)
    await bank.grant(9)
    below = await wait(bank)
    await bank.grant(1)

    assert below == told
    assert await wait(bank) is None


async def test_wait_of_another_fall_is_told_anew(bank: Bank, clock: Clock) -> None:
    """What was kept of the first fall does not show in the second."""
    await cool_down(bank)
    await bank.grant(10)
    clock.advance(minutes=15)
    await bank.spend(1)

    assert (await bank.account()).slot
    assert await wait(bank) is None


async def test_switched_off_there_is_no_wait(bank: Bank) -> None:
    """Nothing is due any more; what was kept is gone."""
    await cool_down(bank)
    await bank.recharge(on=False)

    assert (await wait(bank), await field(bank)) == (None, "")


async def test_paused_there_is_no_wait(bank: Bank) -> None:
    """A person has to end the pause first; then the cool-down is not waited out again."""
    await cool_down(bank)
    await bank.redis.hset(keys.account(REF), "recharge_paused", "lost_card")
    paused = await wait(bank)
    await bank.payments.resume(MANAGER, REF)

    assert (paused, await wait(bank)) == (None, None)
    assert (await bank.account()).slot


async def test_higher_cap_leaves_the_cool_down_to_wait_for(redis: Client, clock: Clock) -> None:
    """New settings have it looked at anew."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge(cap=50)
    end = clock.ms + COOL_DOWN_MS
    await cool_down(bank)
    await bank.recharge(cap=200)

    assert await wait(bank) == Wait(WaitReason.COOL_DOWN, end)


async def test_settings_that_do_not_concern_it_keep_the_wait(bank: Bank) -> None:
    """Another level leaves it as it is."""
    await cool_down(bank)
    before = await wait(bank)
    await bank.levels(5)

    assert (before is not None, await wait(bank)) == (True, before)


async def test_trigger_below_the_balance_ends_the_wait(bank: Bank) -> None:
    """Saved so, nothing is due, and nothing is kept."""
    await cool_down(bank)
    await bank.recharge(below=10, cap=100)

    assert (await wait(bank), await field(bank)) == (None, "")


async def test_wait_is_told_when_a_recharge_ends_without_a_charge(bank: Bank, clock: Clock) -> None:
    """The provider never charged it: its slot is free, and the next one waits for the cool-down."""
    end = clock.ms + COOL_DOWN_MS
    await bank.spend(90)
    for _ in ("not found", "seen cancelled"):
        await bank.payments.fail(REF, await claim(bank), Failure.NOT_CHARGED, reason="not_charged")
    await bank.payments.check_recharge(REF)

    assert await wait(bank) == Wait(WaitReason.COOL_DOWN, end)
