"""Lots: which credit pays for what, and what is not used in time."""

import pytest

from store import keys
from store.events import BalanceLow, CreditExpired, CreditExpiring
from store.lots import Lot
from store.outcomes import Reason, Refused
from store.schedule import Due, Schedule
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import complete

DAY_MS = 86_400_000


async def arrange(redis: Client) -> Bank:
    """An account without credit."""
    return await Bank.open(redis)


bank = bank_on_clock(arrange)


async def gift(bank: Bank, units: int, days: int = 0) -> str:
    """Grant credit for so many days, 0 for ever; answers its lot."""
    await bank.ledger.add_credit(REF, usd(units), operation_id=bank.operation(), actor="test", days=days)
    return str((await bank.account()).version)


async def paid_by(bank: Bank, units: int) -> str:
    """Charge a call; answers which lots paid."""
    await bank.spend(units)
    return (await bank.entries())[-1].lots


async def lots(bank: Bank) -> list[tuple[str, int]]:
    """Lots in order of use, with the whole dollars that are left."""
    record = await bank.redis.hgetall(keys.account(REF))
    found = Lot.decode_all(record, await bank.redis.hgetall(keys.lots(REF)))
    return [(each.id, each.left // 1_000_000) for each in found]


async def look(bank: Bank, clock: Clock, **by: float) -> list[str]:
    """Let time pass and do what the schedule has due; answers what came of it."""
    clock.advance(**by)
    members = await bank.redis.zrangebyscore(keys.due(keys.partition_of(REF.tenant)), "-inf", clock.ms)
    found = [member.rsplit(":", 1)[1] for member in members if member.startswith("lot:")]
    return [await bank.ledger.look_at_lot(REF, lot) for lot in found]


async def test_first_to_expire_is_used_first(bank: Bank) -> None:
    """Whatever came first: what is lost soonest pays, and what does not expire comes last."""
    ever, year, month = await gift(bank, 10), await gift(bank, 10, 365), await gift(bank, 10, 30)

    assert [lot for lot, _ in await lots(bank)] == [month, year, ever]
    assert await paid_by(bank, 4) == month
    assert await paid_by(bank, 10) == f"{month}=6000000 {year}=4000000"
    assert await lots(bank) == [(year, 6), (ever, 10)]
    await bank.prove()


async def test_of_equal_expiry_the_first_to_come_is_used_first(bank: Bank) -> None:
    """Also past the ninth and the ninety-ninth, where names sort otherwise than numbers."""
    made = [await gift(bank, 1) for _ in range(12)]

    assert [lot for lot, _ in await lots(bank)] == made
    assert await paid_by(bank, 11) == " ".join(f"{lot}=1000000" for lot in made[:11])
    await bank.prove()


async def test_granted_credit_goes_before_paid_credit(bank: Bank) -> None:
    """Even where the paid credit expires sooner."""
    await bank.recharge()
    await gift(bank, 30)
    await bank.spend(20)
    await complete(bank)
    kept = await gift(bank, 5)

    assert (await lots(bank))[0][0] == "1"
    assert await paid_by(bank, 12) == f"1=10000000 {kept}=2000000"
    await bank.prove()


async def test_usage_beyond_all_lots_is_paid_by_the_next_credit(bank: Bank) -> None:
    """The entry says how much no lot paid; the next credit pays that first, and only the rest is a lot."""
    await gift(bank, 10)

    assert await paid_by(bank, 15) == "1=10000000 -=5000000"
    assert await paid_by(bank, 1) == "-=1000000"
    lot = await gift(bank, 20)
    assert await lots(bank) == [(lot, 14)]
    assert (await bank.entries())[-1].lots.startswith(f"-=6000000 {lot}/0/")
    await bank.prove()


async def test_credit_that_only_pays_debt_is_no_lot(bank: Bank) -> None:
    """Up to the last millionth."""
    await bank.spend(10)
    await gift(bank, 4)
    await gift(bank, 6)

    assert await lots(bank) == []
    assert (await bank.account()).balance == usd(0)
    await bank.prove()


async def test_expiry_is_an_entry_and_an_event(bank: Bank, clock: Clock) -> None:
    """At the lot's end what is left of it leaves the wallet, once, and thresholds see it."""
    await bank.levels(5)
    lot = await gift(bank, 20, 60)
    await bank.spend(3)
    await look(bank, clock, days=59.5)

    assert await look(bank, clock, days=0.5) == ["expired"]
    entry = (await bank.entries())[-1]
    assert (entry.kind, entry.debit, entry.credit, entry.moved, entry.lots) == (
        "expiry",
        "wallet",
        "expired",
        usd(17),
        lot,
    )
    assert await lots(bank) == []
    [event] = await outline(bank, CreditExpired)
    assert (event.lot, event.amount, event.balance) == (lot, usd(17), usd(0))
    assert len(await outline(bank, BalanceLow)) == 1
    assert await look(bank, clock, days=1) == []
    await bank.prove()


async def test_warnings_come_thirty_seven_and_one_days_ahead(bank: Bank, clock: Clock) -> None:
    """Each once, with what is at stake then."""
    lot = await gift(bank, 20, 60)
    seen: list[list[str]] = []
    for _ in range(60):
        seen.append(await look(bank, clock, days=1))
        if len(seen) == 40:
            await bank.spend(5)

    assert [day for day, each in enumerate(seen, 1) if each == ["warned"]] == [30, 53, 59]
    assert seen[-1] == ["expired"]
    told = await outline(bank, CreditExpiring)
    assert [(each.lot, each.days, each.amount) for each in told] == [
        (lot, "30", usd(20)), (lot, "7", usd(15)), (lot, "1", usd(15))
    ]  # fmt: skip


async def test_short_lot_is_warned_of_from_where_it_begins(bank: Bank, clock: Clock) -> None:
    """A lot of five days is not warned of at thirty or seven."""
    await gift(bank, 20, 5)

    assert [await look(bank, clock, days=1) for _ in range(5)] == [[], [], [], ["warned"], ["expired"]]


async def test_nothing_is_told_of_a_lot_that_was_used_up(bank: Bank, clock: Clock) -> None:
    """It is off the schedule with the first look, and its record goes with the next credit."""
    lot = await gift(bank, 20, 60)
    await bank.spend(20)

    assert await look(bank, clock, days=30) == ["gone"]
    assert await look(bank, clock, days=30) == []
    assert await outline(bank, CreditExpiring) == []
    await gift(bank, 1)
    assert not await bank.redis.hexists(keys.lots(REF), lot)


async def test_look_that_comes_too_early_tells_nothing(bank: Bank, clock: Clock) -> None:
    """More than thirty days ahead there is nothing to warn of, whatever the schedule says."""
    lot = await gift(bank, 20, 60)

    assert await bank.ledger.look_at_lot(REF, lot) == "early"
    await bank.redis.zrem(keys.due(keys.partition_of(REF.tenant)), f"lot:{REF.tenant}:{REF.account}:{lot}")
    assert await bank.ledger.look_at_lot(REF, lot) == "early"
    assert await outline(bank, CreditExpiring) == []
    assert await look(bank, clock, days=30) == ["warned"]


async def test_look_that_is_repeated_warns_once(bank: Bank, clock: Clock) -> None:
    """Its first answer may have been lost, or two workers may have seen it due."""
    lot = await gift(bank, 20, 60)

    assert await look(bank, clock, days=30) == ["warned"]
    assert await bank.ledger.look_at_lot(REF, lot) == "early"

    assert [each.days for each in await outline(bank, CreditExpiring)] == ["30"]
    assert await look(bank, clock, days=23) == ["warned"]


async def test_no_expired_lot_pays_however_many_wait(bank: Bank, clock: Clock) -> None:
    """A posting that reaches one of them lets it expire first."""
    first, second, ever = await gift(bank, 20, 5), await gift(bank, 20, 6), await gift(bank, 20)
    clock.advance(days=10)

    assert await paid_by(bank, 3) == ever
    assert [entry.lots for entry in (await bank.entries())[-3:]] == [first, second, ever]
    await bank.prove()


async def test_credit_that_comes_after_a_lots_end_finds_it_expired(bank: Bank, clock: Clock) -> None:
    """What the expiry crossed is told, even though the credit lifts the balance again; a recharge is looked for."""
    await bank.levels(5)
    old = await gift(bank, 20, 5)
    clock.advance(days=10)
    new = await gift(bank, 30)

    assert [(entry.kind, entry.lots.partition("/")[0]) for entry in await bank.entries()] == [
        ("grant", old), ("expiry", old), ("grant", new)
    ]  # fmt: skip
    assert await outline(bank) == ["credit_expired", "low 5", "exhausted", "recovered"]
    assert await bank.redis.zscore(keys.due(keys.partition_of(REF.tenant)), f"check:{REF.tenant}:default") == clock.ms
    await bank.prove()


async def test_posting_does_not_use_what_has_expired(bank: Bank, clock: Clock) -> None:
    """Even where nobody has looked at the lot yet: it expires first, then the call is charged to the next."""
    old, ever = await gift(bank, 20, 10), await gift(bank, 20)
    clock.advance(days=10)

    assert await paid_by(bank, 3) == ever
    kinds = [(entry.kind, entry.lots) for entry in (await bank.entries())[-2:]]
    assert kinds == [("expiry", old), ("usage", ever)]
    await bank.prove()


async def test_lot_that_waits_expires_as_well(bank: Bank, clock: Clock) -> None:
    """Granted credit is in use for long; paid credit behind it has its own end."""
    await bank.recharge()
    await gift(bank, 30)
    await bank.spend(20)
    await complete(bank)
    await look(bank, clock, days=300)

    assert await look(bank, clock, days=65) == ["expired"]
    assert await lots(bank) == [("1", 10)]
    await bank.prove()


async def test_due_lots_are_on_the_schedule(bank: Bank, clock: Clock) -> None:
    """As the worker reads it."""
    lot = await gift(bank, 20, 60)
    clock.advance(days=-40_000)
    await bank.redis.zadd(keys.due(keys.partition_of(REF.tenant)), {f"lot:{REF.tenant}:{REF.account}:{lot}": 1})

    assert await Schedule(bank.redis).due([keys.partition_of(REF.tenant)]) == [Due(REF, lot=lot)]


async def test_what_expires_first_is_found_among_all_lots(bank: Bank, clock: Clock) -> None:
    """Paid or granted, in use or waiting; what never expires is not told."""
    never = await bank.ledger.next_to_expire(REF)
    await gift(bank, 5, days=100)
    await gift(bank, 7, days=40)
    await bank.spend(3)

    first = await bank.ledger.next_to_expire(REF)

    assert never is None
    assert first is not None
    assert (first.left, first.granted) == (usd(4).micros, True)
    assert first.expires_ms == clock.ms + 40 * 86_400_000
    await bank.prove()


async def test_nothing_is_authorised_on_credit_that_waits_and_has_expired(bank: Bank, clock: Clock) -> None:
    """Though the schedule has not looked yet: it leaves before anything is decided."""
    await bank.recharge()
    await gift(bank, 30)
    await bank.spend(20)
    await complete(bank)
    clock.advance(days=366)

    refused = await bank.ledger.charge_usage(REF, usd(11), operation_id="1", actor="test", authorised=True)

    assert refused == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await lots(bank) == [("1", 10)]
    assert [each.amount for each in await outline(bank, CreditExpired)] == [usd(50)]
    await bank.prove()


@pytest.mark.parametrize("days", [-1, 36_501])
async def test_time_that_credit_cannot_have_raises(bank: Bank, days: int) -> None:
    """Nothing was credited."""
    with pytest.raises(ValueError, match="days"):
        await gift(bank, 10, days)

    assert (await bank.account()).balance == usd(0)
