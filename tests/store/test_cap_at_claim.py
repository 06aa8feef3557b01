"""The month's cap at the claim: looked at again before anything is charged, in the month that it is charged in."""

from datetime import UTC, datetime

from store import keys
from store.events import RechargeBlocked
from store.outcomes import Posted, Reason, Refused
from store.payments import Failure
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, look, open_id, payment, settle, top_up, waiting

CHECK = f"check:{REF.tenant}:{REF.account}"


bank = bank_on_clock(arrange)


MAY, JUNE = "2127-05", "2127-06"


async def count(bank: Bank, used_micros: int, in_month: str) -> None:
    """So much is counted in that month already."""
    await bank.redis.hset(keys.account(REF), f"recharge_used:{in_month}", used_micros)


async def test_recharge_above_the_lowered_cap_is_cancelled(bank: Bank, clock: Clock) -> None:
    """It is not charged; slot and reservation are free, and it is told, without a word of a month that has room."""
    payment_id = await open_id(bank)
    await bank.recharge(amount=20, cap=49)
    await look(bank)

    outcome = await bank.payments.claim(REF, payment_id, 1)

    assert outcome == Refused(Reason.ABOVE_CAP)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert (await open_id(bank), await used(bank)) == ("", "0")
    assert await outline(bank) == ["due", "cancelled"]
    assert await waiting(bank) == {CHECK: clock.ms}
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_lowered_amount_is_recharged_instead(bank: Bank, clock: Clock) -> None:
    """Amount and cap lowered while a recharge is open: it is cancelled, and one of the new amount follows at once."""
    payment_id = await open_id(bank)
    await bank.recharge(amount=20, cap=49)
    clock.advance(minutes=15)
    await bank.payments.claim(REF, payment_id, 1)

    smaller = await bank.payments.check_recharge(REF)

    assert (await claim(bank, smaller)).amount == usd(20)
    assert await used(bank) == str(usd(20).micros)
    assert await outline(bank) == ["due", "cancelled", "due", "started"]


async def test_lowered_amount_waits_out_the_cool_down(bank: Bank, clock: Clock) -> None:
    """The recharge that was cancelled opened a minute ago: the smaller one opens after the cool-down, by itself."""
    clock.advance(minutes=1)
    await bank.recharge(amount=20, cap=49)
    await look(bank)
    await bank.payments.claim(REF, await open_id(bank), 1)
    early = await bank.payments.check_recharge(REF)
    [(name, at_ms)] = (await waiting(bank)).items()
    clock.advance(milliseconds=at_ms - clock.ms)

    assert (early, name) == ("", CHECK)
    assert await bank.payments.check_recharge(REF) != ""
    assert "blocked monthly_cap" not in await outline(bank)


async def test_cap_without_room_is_told_with_the_amount_that_it_has_none_for(bank: Bank, clock: Clock) -> None:
    """A recharge of 50 is cancelled, the 20 that are wanted now do not fit either: these are told, till next month."""
    await count(bank, usd(100).micros, MAY)
    await bank.recharge(amount=20, cap=40)
    await look(bank)
    await bank.payments.claim(REF, await open_id(bank), 1)

    assert await bank.payments.check_recharge(REF) == ""
    [blocked] = await outline(bank, RechargeBlocked)
    assert (blocked.reason, blocked.amount_micros, blocked.cap_micros) == (
        "monthly_cap",
        usd(20).micros,
        usd(40).micros,
    )
    assert await waiting(bank) == {CHECK: round(datetime(2127, 6, 1, tzinfo=UTC).timestamp() * 1000)}


async def test_raised_cap_recharges_at_once(bank: Bank, clock: Clock) -> None:
    """What waits for the next month under the cap opens in the step that raises it."""
    await count(bank, usd(200).micros, MAY)
    await bank.recharge(cap=150)
    await bank.payments.claim(REF, await open_id(bank), 1)
    clock.advance(minutes=15)
    blocked = await bank.payments.check_recharge(REF)

    await bank.recharge(cap=200)

    assert blocked == ""
    assert (await claim(bank)).amount == usd(50)


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


async def test_cap_is_no_matter_of_topups(bank: Bank) -> None:
    """What a person adds is not counted."""
    payment_id = await top_up(bank, units=50)
    await bank.recharge(amount=20, cap=20)

    assert (await claim(bank, payment_id)).amount == usd(50)
    assert await used(bank) == str(usd(50).micros)


async def test_cancelled_recharge_is_told_once_a_month(bank: Bank, clock: Clock) -> None:
    """After a look has told it, neither debits nor looks tell it again; the next month recharges."""
    await count(bank, usd(200).micros, MAY)
    await bank.recharge(cap=199)
    await bank.payments.claim(REF, await open_id(bank), 1)
    clock.advance(hours=1)
    await bank.payments.check_recharge(REF)
    clock.advance(days=1)
    await count(bank, usd(199).micros, MAY)
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
