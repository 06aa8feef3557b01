"""The recharge slot: opened in the debit's own step, at most one, within cool-down, day and month."""

from datetime import UTC, datetime

from store.events import RechargeBlocked, RechargeDue
from store.scripts import Client
from tests.controls import CARD, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import arrange, complete, used
from tests.store.steps import waiting

bank = bank_on_clock(arrange)


async def test_at_the_trigger_no_recharge_opens(bank: Bank) -> None:
    """A balance that equals the trigger has not fallen below it."""
    await bank.spend(80)

    assert await outline(bank) == []
    assert (await bank.account()).slot == ""


async def test_below_the_trigger_a_recharge_opens(bank: Bank) -> None:
    """A millionth below, the slot is taken by a payment with the policy's amount and method, and its event is out."""
    await bank.spend("80.000001")

    slot = (await bank.account()).slot
    [event] = await outline(bank, RechargeDue)
    payment = await bank.payments.get(REF, slot)
    assert (event.payment, event.attempt) == (slot, "1")
    assert payment is not None
    assert (payment.id, payment.kind, payment.state, payment.attempt) == (slot, "recharge", "due", 0)
    assert (payment.amount, payment.method) == (usd(50), CARD)
    assert await used(bank) == str(usd(50).micros)


async def test_recharge_opens_once(bank: Bank, clock: Clock) -> None:
    """While a recharge is open, further debits open no other, however long it takes."""
    for _ in range(5):
        await bank.spend(30)
        clock.advance(hours=1)

    assert await outline(bank) == ["due", "exhausted"]


async def test_switched_off_no_recharge_opens(bank: Bank) -> None:
    """With auto-recharge off nothing opens."""
    await bank.recharge(on=False)
    await bank.spend(90)

    assert await outline(bank) == []


async def test_saving_below_the_trigger_recharges_at_once(bank: Bank) -> None:
    """Switching on, or raising the trigger, while the balance is below opens a recharge in the same step."""
    await bank.recharge(below=101)

    assert await outline(bank) == ["due"]


async def test_repeated_debit_opens_nothing(bank: Bank) -> None:
    """A debit's repeat after the recharge has arrived opens no second one."""
    await bank.spend(90, "big")
    await complete(bank)
    await bank.spend(90, "big")

    assert await outline(bank, RechargeDue) != []
    assert (await outline(bank)).count("due") == 1


async def test_success_frees_the_slot(bank: Bank) -> None:
    """A recharge that arrived leaves the slot free, is credited, and stays counted against the month."""
    await bank.spend(90)
    await complete(bank)

    account = await bank.account()
    assert (account.slot, account.balance) == ("", usd(60))
    assert await outline(bank) == ["due", "started", "recharged"]
    assert await used(bank) == str(usd(50).micros)
    await bank.prove()


async def test_cool_down_is_waited_out_silently(bank: Bank, clock: Clock) -> None:
    """Within a quarter of an hour of the last opening no other opens and nothing is told; then the look opens it."""
    await bank.spend(90)
    await complete(bank)
    clock.advance(minutes=14, seconds=59)
    await bank.spend(55)
    told = await outline(bank)
    clock.advance(seconds=1)

    slot = await bank.payments.check_recharge(REF)

    assert told == ["due", "started", "recharged"]
    assert slot == (await bank.account()).slot != ""
    assert (await outline(bank))[3:] == ["due"]


async def test_after_the_cool_down_a_debit_opens_it(bank: Bank, clock: Clock) -> None:
    """A debit later than the cool-down opens the next recharge itself."""
    await bank.spend(90)
    await complete(bank)
    clock.advance(minutes=15)
    await bank.spend(55)

    assert (await outline(bank)).count("due") == 2


async def test_large_debt_takes_recharge_after_recharge(bank: Bank, clock: Clock) -> None:
    """When one recharge does not suffice, the credit's own step asks for the next look, after the cool-down."""
    await bank.spend(160)
    await complete(bank)
    due = list((await waiting(bank)).items())
    clock.advance(minutes=15)
    await bank.payments.check_recharge(REF)

    assert [(member, int(score)) for member, score in due] == [(f"check:{REF.tenant}:default", clock.ms)]
    assert (await outline(bank)).count("due") == 2


async def test_look_that_is_no_longer_needed_does_nothing(bank: Bank, clock: Clock) -> None:
    """A look after the balance has recovered opens nothing and is taken off the schedule."""
    await bank.spend(90)
    await complete(bank)
    await bank.spend(55)
    await bank.grant(100)
    clock.advance(hours=1)

    assert await bank.payments.check_recharge(REF) == ""
    assert await waiting(bank) == {}


async def test_look_that_comes_too_early_is_put_off(bank: Bank) -> None:
    """A look before the cool-down has ended is scheduled again."""
    await bank.spend(90)
    await complete(bank)
    await bank.spend(55)

    assert await bank.payments.check_recharge(REF) == ""
    assert len(await waiting(bank)) == 1


async def test_look_at_an_unknown_account_does_nothing(redis: Client) -> None:
    """A look at an account that does not exist answers no recharge."""
    bank = await Bank.open(redis)

    assert await bank.payments.check_recharge(type(REF)("T0OTHER")) == ""


async def drain(bank: Bank, clock: Clock, times: int) -> None:
    """Use up so many recharges, each after the cool-down."""
    for _ in range(times):
        clock.advance(minutes=15)
        balance = (await bank.account()).balance
        await bank.spend((balance - usd(10)).plain())
        await complete(bank)
    clock.advance(minutes=15)


async def test_daily_limit_is_told_once_and_ends_with_the_day(bank: Bank, clock: Clock) -> None:
    """After three recharges of a day the fourth waits; that is told once; at midnight (UTC) it opens."""
    await drain(bank, clock, 3)
    await bank.spend(45)
    await bank.spend(1)
    await bank.payments.check_recharge(REF)
    [blocked] = await outline(bank, RechargeBlocked)
    clock.now = clock.now.replace(hour=23, minute=59, second=59, microsecond=999_000)
    early = await bank.payments.check_recharge(REF)
    clock.advance(milliseconds=1)

    late = await bank.payments.check_recharge(REF)

    assert (blocked.reason, blocked.per_day) == ("daily_limit", "3")
    assert early == ""
    assert late != ""


async def test_monthly_cap_is_told_once_and_ends_with_the_month(redis: Client, clock: Clock) -> None:
    """A recharge that would exceed the month's cap waits; that is told once; in the next month (UTC) it opens."""
    clock.now = datetime(2127, 12, 31, 12, tzinfo=UTC)
    bank = await Bank.open(redis, balance=100)
    await bank.recharge(cap=149)
    await drain(bank, clock, 2)
    await bank.spend(45)
    await bank.spend(1)
    await bank.payments.check_recharge(REF)
    [blocked] = await outline(bank, RechargeBlocked)
    clock.now = datetime(2127, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    early = await bank.payments.check_recharge(REF)
    clock.advance(milliseconds=1)

    late = await bank.payments.check_recharge(REF)

    assert (blocked.reason, blocked.amount_micros, blocked.cap_micros) == (
        "monthly_cap",
        usd(50).micros,
        usd(149).micros,
    )
    assert early == ""
    assert late != ""
    assert await used(bank, "2128-01") == str(usd(50).micros)


async def test_cap_can_be_used_to_the_last_cent(bank: Bank, clock: Clock) -> None:
    """A recharge that reaches the cap exactly is allowed."""
    await bank.recharge(cap=100)
    await drain(bank, clock, 2)
    await bank.spend(45)

    assert (await outline(bank)).count("due") == 2
    assert (await outline(bank))[-1] == "blocked monthly_cap"


async def test_each_look_that_waits_is_scheduled_for_its_period(bank: Bank, clock: Clock) -> None:
    """What waits for the next month is looked at on its first millisecond."""
    await bank.recharge(cap=50)
    await drain(bank, clock, 1)
    await bank.spend(45)

    [(member, score)] = (await waiting(bank)).items()

    assert member == f"check:{REF.tenant}:default"
    assert score == datetime(2127, 6, 1, tzinfo=UTC).timestamp() * 1000
