"""Alert levels and exhaustion: each crossing is told once, in order, and again only after it was armed again."""

from store.events import BalanceExhausted, BalanceLow, BalanceRecovered
from store.scripts import Client
from tests.controls import Bank, usd
from tests.store.banks import bank_by
from tests.store.outline import outline


async def arrange(redis: Client) -> Bank:
    """100 dollars; levels at 50, 20 and 10."""
    bank = await Bank.open(redis, balance=100)
    await bank.levels(10, 50, 20)
    return bank


bank = bank_by(arrange)


async def test_at_the_level_nothing_is_told(bank: Bank) -> None:
    """A balance that equals the level has not fallen below it."""
    await bank.spend(50)

    assert await outline(bank) == []
    assert (await bank.account()).low is None


async def test_a_millionth_below_the_level_is_told(bank: Bank) -> None:
    """The smallest step below the level is a crossing; the event carries level and balance."""
    await bank.spend(50)
    await bank.spend("0.000001")

    [event] = await outline(bank, BalanceLow)
    assert (event.level, event.balance) == (usd(50), usd("49.999999"))
    assert (await bank.account()).low == usd(50)


async def test_level_is_told_once(bank: Bank) -> None:
    """Further debits below the same level are silent."""
    for _ in range(7):
        await bank.spend(11)

    assert await outline(bank) == ["low 50"]


async def test_levels_are_told_in_order(bank: Bank) -> None:
    """Falling step by step tells each level as it is crossed."""
    for _ in range(10):
        await bank.spend(10)

    assert await outline(bank) == ["low 50", "low 20", "low 10", "exhausted"]


async def test_one_debit_across_all_levels_tells_each(bank: Bank) -> None:
    """A single debit that crosses every level and zero tells all, highest first, exhaustion last."""
    await bank.spend(150)

    assert await outline(bank) == ["low 50", "low 20", "low 10", "exhausted"]
    assert {event.balance for event in await outline(bank, BalanceLow)} == {usd(-50)}


async def test_level_is_armed_again_at_the_level(bank: Bank) -> None:
    """Back at the level, the next fall below it is told anew; short of it, it is not."""
    await bank.spend(60)
    await bank.grant("9.999999")
    await bank.spend(5)
    silent = await outline(bank)
    await bank.grant("5.000001")
    await bank.spend(1)

    assert silent == ["low 50"]
    assert await outline(bank) == ["low 50", "recovered", "low 50"]


async def test_lower_levels_are_armed_again_while_an_upper_stays(bank: Bank) -> None:
    """A credit that clears the lower levels only is no recovery, yet they are told again at the next fall."""
    await bank.spend(95)
    await bank.grant(30)
    await bank.spend(20)

    assert await outline(bank) == ["low 50", "low 20", "low 10", "low 20"]
    assert (await bank.account()).low == usd(20)


async def test_zero_is_exhausted(bank: Bank) -> None:
    """The balance is exhausted at zero, told once, also while it falls further."""
    await bank.levels()
    await bank.spend("99.999999")
    above = await outline(bank)
    await bank.spend("0.000001")
    await bank.spend(5)

    [event] = await outline(bank, BalanceExhausted)
    assert above == []
    assert await outline(bank) == ["exhausted"]
    assert event.balance == usd(0)


async def test_credit_up_to_zero_is_no_recovery(bank: Bank) -> None:
    """Exhaustion ends above zero, not at it."""
    await bank.levels()
    await bank.spend(150)
    await bank.grant(50)
    at_zero = await outline(bank)
    await bank.grant("0.000001")

    assert at_zero == ["exhausted"]
    assert await outline(bank) == ["exhausted", "recovered"]


async def test_leaving_exhaustion_names_the_level_still_breached(bank: Bank) -> None:
    """Out of exhaustion but still low: recovered, with the lowest level still breached and the cause."""
    await bank.spend(100)
    await bank.grant(15)

    [event] = await outline(bank, BalanceRecovered)
    assert (event.was_exhausted, event.level_micros, event.cause) == ("1", usd(20).micros, "grant")
    assert event.balance == usd(15)


async def test_leaving_the_last_level_is_told(bank: Bank) -> None:
    """Back above every level: recovered, no level, no exhaustion."""
    await bank.spend(60)
    await bank.grant(60)

    [event] = await outline(bank, BalanceRecovered)
    assert (event.was_exhausted, event.level_micros) == ("0", 0)


async def test_credit_far_above_tells_nothing(bank: Bank) -> None:
    """Without a breach a credit has nothing to tell."""
    await bank.grant(500)

    assert await outline(bank) == []


async def test_new_level_above_the_balance_is_told_at_once(bank: Bank) -> None:
    """Saving a level that the balance is already below tells it."""
    await bank.levels(200)

    assert await outline(bank) == ["low 200"]


async def test_new_level_above_the_balance_is_kept(bank: Bank) -> None:
    """A level told by the settings is not told again by the next debit."""
    await bank.levels(200)
    await bank.spend(1)

    assert await outline(bank) == ["low 200"]
    assert (await bank.account()).low == usd(200)


async def test_saving_the_same_levels_again_is_silent(bank: Bank) -> None:
    """A breach that was told is not told again by saving the settings."""
    await bank.spend(60)
    await bank.levels(10, 50, 20)
    await bank.levels(50, 20)

    assert await outline(bank) == ["low 50"]


async def test_removing_the_breached_level_recovers(bank: Bank) -> None:
    """Without the level that was breached the balance counts as recovered, caused by the settings."""
    await bank.spend(60)
    await bank.levels(20)

    [event] = await outline(bank, BalanceRecovered)
    assert event.cause == "settings"
    assert (await bank.account()).low is None


async def test_removing_every_level_leaves_exhaustion(bank: Bank) -> None:
    """Exhaustion needs no level."""
    await bank.spend(100)
    await bank.levels()

    account = await bank.account()
    assert (account.low, account.exhausted) == (None, True)


async def test_repeated_debit_tells_nothing_again(bank: Bank) -> None:
    """The repeat of a debit that crossed levels appends no event."""
    await bank.spend(100, "big")
    told = await outline(bank)
    await bank.spend(100, "big")

    assert await outline(bank) == told


async def test_refused_debit_tells_nothing(bank: Bank) -> None:
    """A refused posting appends no event."""
    await bank.spend(0)
    await bank.spend(-100)

    assert await outline(bank) == []


async def test_posting_that_crosses_nothing_keeps_the_levels_armed(bank: Bank) -> None:
    """However many calls come before it, the one that crosses a level tells it."""
    await bank.levels(50)
    for _ in range(5):
        await bank.spend(10)

    assert await outline(bank) == []
    await bank.spend(1)
    assert await outline(bank) == ["low 50"]
