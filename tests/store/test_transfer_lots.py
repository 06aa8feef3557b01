"""What a transfer takes along: each part keeps its class and expiry, and what has expired stays behind."""

from store.outcomes import Posted, Reason, Refused
from store.transfers import MOST_LOTS
from tests.controls import REF, Bank, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.pair import SECOND, balances, gift, last, lots, move, prove, spend
from tests.store.recharging import complete

arrange = pair.arrange
DAY_MS = 86_400_000
bank = bank_on_clock(arrange)


async def test_parts_keep_class_and_expiry(bank: Bank, clock: Clock) -> None:
    """What is lost soonest moves first; granted stays granted, paid for stays paid for."""
    await bank.recharge()
    await bank.spend(90)
    await complete(bank)
    sooner = await gift(bank, 20, 30)
    await move(bank, 50)

    parts = [(each.left, each.granted, each.expires_ms) for each in await lots(bank, SECOND)]
    assert parts == [
        (usd(20).micros, True, clock.ms + 30 * DAY_MS),
        (usd(10).micros, True, 900_000_000_000_000),
        (usd(20).micros, False, clock.ms + 365 * DAY_MS),
    ]
    assert (await last(bank)).lots == f"{sooner}=20000000 1=10000000 3=20000000"
    assert [each.ref for each in (await bank.entries(SECOND))] == [(await last(bank)).id] * 3
    await prove(bank)


async def test_transferred_lot_is_on_the_schedule(bank: Bank, clock: Clock) -> None:
    """It warns of its end and ends with the taker; nothing is left of it with the giver."""
    lot = await gift(bank, 20, 40)
    await move(bank, 20)
    assert (await last(bank)).lots == f"{lot}=20000000"
    clock.advance(days=40)

    assert await bank.ledger.look_at_lot(SECOND, "1") == "expired"
    assert await bank.ledger.look_at_lot(REF, lot) == "gone"
    assert await balances(bank) == (usd(100), usd(0))
    await prove(bank)


async def test_transfer_first_pays_the_takers_debt(bank: Bank) -> None:
    """Usage that nothing had paid is paid, and only the rest is a lot."""
    await spend(bank, 20)
    await move(bank, 30)

    assert [each.left for each in await lots(bank, SECOND)] == [usd(10).micros]
    assert (await last(bank, SECOND)).lots.startswith("-=20000000 2/0/")
    await prove(bank)


async def test_expired_credit_does_not_move(bank: Bank, clock: Clock) -> None:
    """Whether it is in use or waits: it is not part of what is available."""
    await gift(bank, 10, 5)
    await gift(bank, 10, 6)
    await gift(bank, 10, 20)
    clock.advance(days=10)

    assert await move(bank, 111) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 110), Posted)
    assert [each.expires_ms > clock.ms for each in await lots(bank, SECOND)] == [True, True]
    await prove(bank)


async def test_used_up_lot_is_no_part(bank: Bank) -> None:
    """It is still the one in use until the next posting: the entry names those that paid."""
    await gift(bank, 10, 30)
    await bank.spend(10)
    await move(bank, 5)

    assert (await last(bank)).lots == "1=5000000"
    await prove(bank)


async def test_expired_credit_of_the_giver_leaves_first(bank: Bank, clock: Clock) -> None:
    """Its entry comes before the transfer's."""
    await gift(bank, 5, 5)
    clock.advance(days=10)
    await move(bank, 30)

    assert [each.kind for each in await bank.entries()] == ["grant", "grant", "expiry", "transfer"]
    await prove(bank)


async def test_used_up_lot_before_an_expired_one_does_not_hide_it(bank: Bank, clock: Clock) -> None:
    """The lot in use is empty, and the next one has expired before anybody looked."""
    await gift(bank, 10, 5)
    await gift(bank, 10, 6)
    await bank.spend(10)
    clock.advance(days=10)

    assert await move(bank, 101) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 100), Posted)
    assert await balances(bank) == (usd(0), usd(100))
    await prove(bank)


async def test_expired_lots_that_wait_are_not_counted(bank: Bank, clock: Clock) -> None:
    """However many have expired, they do not stand before what has not."""
    await bank.spend(100)
    await gift(bank, 5, 1)
    for _ in range(MOST_LOTS):
        await gift(bank, 1, 2)
    await gift(bank, 10, 20)
    clock.advance(days=10)

    assert isinstance(await move(bank, 10), Posted)
    assert [each.left for each in await lots(bank, SECOND)] == [usd(10).micros]
    await prove(bank)


async def test_parts_are_limited_in_number(bank: Bank) -> None:
    """As many lots as the limit, one more is refused; the same sum goes in two steps."""
    await bank.spend(100)
    for days in range(1, MOST_LOTS + 2):
        await gift(bank, 1, days)

    assert await move(bank, MOST_LOTS + 1) == Refused(Reason.LOTS_TOO_MANY)
    assert isinstance(await move(bank, MOST_LOTS), Posted)
    assert isinstance(await move(bank, 1), Posted)
    assert await balances(bank) == (usd(0), usd(MOST_LOTS + 1))
    await prove(bank)


async def test_expired_credit_of_the_taker_leaves_first(bank: Bank, clock: Clock) -> None:
    """Its entry comes before the transfer's."""
    await gift(bank, 5, 5, ref=SECOND)
    clock.advance(days=10)
    await move(bank, 30)

    assert [each.kind for each in await bank.entries(SECOND)] == ["grant", "expiry", "transfer"]
    await prove(bank)
