"""Holds are given back: released because there was no call, or expired because nobody said what became of it."""

import pytest

from store import keys
from store.events import BalanceRecovered, CreditExpired
from store.money import MAX_MICROS, Money
from store.outcomes import Reason, Refused, Resolved
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import (
    DUE,
    HOUR_MS,
    ON_SCHEDULE,
    OVER_MS,
    arrange,
    capture,
    done,
    expire,
    extend,
    moves,
    place,
    put_in_state,
    release,
    standing,
)
from tests.store.outline import outline
from tests.store.posting import dump

bank = bank_on_clock(arrange)


async def give_back(bank: Bank, clock: Clock, how: str) -> None:
    """Release the hold, or let it expire."""
    if how == "released":
        done(await release(bank))
    else:
        assert await expire(bank, clock) == "expired"


async def test_hold_is_released(bank: Bank) -> None:
    """What was set aside is available again; the hold is off list and schedule, and remembered for 180 days."""
    await place(bank, 30)
    await extend(bank, 5)

    outcome = await release(bank)

    assert outcome == Resolved((await bank.entries())[-1].id, usd(35), usd(100))
    assert await moves(bank, 1) == [("release", "holds", "wallet", "35")]
    assert await standing(bank) == ("100", "0")
    assert await bank.ledger.holds(REF) == []
    assert await bank.redis.zrange(DUE, 0, -1) == []
    assert await bank.redis.hgetall(keys.hold(REF, "call-1")) == {"state": "released"}
    assert await bank.redis.pttl(keys.hold(REF, "call-1")) == pytest.approx(OVER_MS, abs=60_000)
    await bank.prove()


async def test_repeat_answers_the_first_outcome(bank: Bank) -> None:
    """Whatever happened in between; under an id that was used for something else it is refused."""
    await place(bank, 30, operation_id="placed")
    first = done(await release(bank, operation_id="once"))
    await bank.spend(7)
    before = await dump(bank.redis)

    again = await release(bank, operation_id="once")

    assert again == Resolved(first.entry, first.released, first.after, repeated=True)
    assert await release(bank, operation_id="placed") == Refused(Reason.OPERATION_CONFLICT)
    assert await dump(bank.redis) == before


async def test_hold_resolves_once(bank: Bank, clock: Clock) -> None:
    """What was captured, released or has expired is not released again; what never was is not known."""
    for hold_id in ("captured", "released", "call-1"):
        await place(bank, 10, hold_id)
    await capture(bank, 5, "captured")
    await release(bank, "released")
    await expire(bank, clock)
    before = await dump(bank.redis)

    outcomes = [await release(bank, each) for each in ("captured", "released", "call-1")]

    assert outcomes == [Refused(Reason.HOLD_RESOLVED)] * 3
    assert await release(bank, "unheard") == Refused(Reason.UNKNOWN_HOLD)
    assert await dump(bank.redis) == before


async def test_hold_expires_when_its_time_is_over(bank: Bank, clock: Clock) -> None:
    """Not a millisecond earlier; it is off list and schedule, and remembered for 180 days."""
    await place(bank, 30)
    clock.advance(milliseconds=HOUR_MS - 1)

    assert await bank.ledger.expire_hold(REF, "call-1") == "early"
    assert await standing(bank) == ("70", "30")
    clock.advance(milliseconds=1)
    assert await bank.ledger.expire_hold(REF, "call-1") == "expired"
    entry = (await bank.entries())[-1]
    assert await moves(bank, 1) == [("release", "holds", "wallet", "30")]
    assert (entry.actor, entry.operation, entry.ref) == ("system:expiry", "expiry:call-1", "call-1")
    assert await standing(bank) == ("100", "0")
    assert await bank.ledger.holds(REF) == []
    assert await bank.redis.zrange(DUE, 0, -1) == []
    assert await bank.redis.pttl(keys.hold(REF, "call-1")) == pytest.approx(OVER_MS, abs=60_000)
    await bank.prove()


async def test_look_at_a_hold_that_is_over_takes_it_off_the_schedule(bank: Bank) -> None:
    """It gives nothing back; one that never was goes as well."""
    await place(bank, 30)
    await release(bank)
    await bank.redis.zadd(DUE, {ON_SCHEDULE: 1, ON_SCHEDULE + "x": 1})
    entries = len(await bank.entries())

    assert await bank.ledger.expire_hold(REF, "call-1") == "gone"
    assert await bank.ledger.expire_hold(REF, "call-1x") == "gone"
    assert len(await bank.entries()) == entries
    assert await bank.redis.zrange(DUE, 0, -1) == []


async def test_look_that_comes_too_early_is_put_right(bank: Bank) -> None:
    """The schedule looks again when the time is over."""
    held = done(await place(bank, 30))
    await bank.redis.zadd(DUE, {ON_SCHEDULE: 1})

    assert await bank.ledger.expire_hold(REF, "call-1") == "early"
    assert await bank.redis.zscore(DUE, ON_SCHEDULE) == held.expires_ms


@pytest.mark.parametrize("how", ["released", "expired"])
async def test_levels_are_armed_again(bank: Bank, clock: Clock, how: str) -> None:
    """Recovered is told with its cause; the next fall is told again."""
    await bank.levels(80, 50)
    await place(bank, 100)

    await give_back(bank, clock, how)

    assert await outline(bank) == ["low 80", "low 50", "exhausted", "recovered"]
    [event] = await outline(bank, BalanceRecovered)
    assert (event.balance, event.cause, event.was_exhausted) == (usd(100), "release", "1")
    assert await place(bank, 30, "call-2")
    assert (await outline(bank))[-1] == "low 80"
    await bank.prove()


@pytest.mark.parametrize("how", ["released", "expired"])
async def test_needless_recharge_is_looked_at(bank: Bank, clock: Clock, how: str) -> None:
    """One that a hold has opened is ended by the schedule, unless it is being charged."""
    await bank.recharge()
    await place(bank, 90)
    slot = (await bank.account()).slot

    await give_back(bank, clock, how)

    assert await bank.redis.zscore(DUE, f"settings:{REF.tenant}:{REF.account}:{slot}") == clock.ms
    await bank.prove()


@pytest.mark.parametrize("state", ["frozen", "closed"])
@pytest.mark.parametrize("how", ["released", "expired"])
async def test_what_is_set_aside_is_given_back_on_any_account(bank: Bank, clock: Clock, how: str, state: str) -> None:
    """Frozen or closed, the credit is the account's own."""
    await place(bank, 30)
    await put_in_state(bank, state)

    await give_back(bank, clock, how)

    assert await standing(bank) == ("100", "0")
    await bank.prove()


async def gift(bank: Bank, units: int, days: int) -> None:
    """Credit that expires, and is used first."""
    await bank.ledger.add_credit(REF, usd(units), operation_id=f"gift-{days}", actor="test", days=days)


async def keep(bank: Bank, clock: Clock, hold_id: str = "call-1") -> None:
    """The hold lives on for more than ten days."""
    for _ in range(11):
        await extend(bank, 0, hold_id, ttl_ms=24 * HOUR_MS)
        clock.advance(hours=23)


async def test_lot_that_has_expired_still_pays_for_what_was_set_aside(redis: Client, clock: Clock) -> None:
    """The call was allowed on it; what is left of it afterwards leaves at once."""
    bank = await Bank.open(redis)
    await bank.levels(5)
    await gift(bank, 40, 10)
    await place(bank, 30)
    await keep(bank, clock)
    assert await bank.ledger.look_at_lot(REF, "1") == "held"
    assert await standing(bank) == ("0", "30")

    outcome = done(await capture(bank, 12))

    assert await moves(bank, 4) == [
        ("expiry", "wallet", "expired", "10"),
        ("release", "holds", "wallet", "30"),
        ("usage", "wallet", "usage:calls", "12"),
        ("expiry", "wallet", "expired", "18"),
    ]
    assert outcome.after == usd(0)
    assert (await bank.entries())[-2].lots == "1"
    assert await outline(bank) == ["credit_expired", "low 5", "exhausted", "credit_expired"]
    await bank.prove()


@pytest.mark.parametrize("how", ["released", "expired"])
async def test_lots_that_only_a_hold_kept_leave_with_it(redis: Client, clock: Clock, how: str) -> None:
    """All that are next in the order of use, up to one that has not expired."""
    bank = await Bank.open(redis)
    for days in (5, 6):
        await gift(bank, 10, days)
    await bank.grant(50)
    await place(bank, 70)
    await keep(bank, clock)

    await give_back(bank, clock, how)

    assert [(each.amount, each.lot) for each in await outline(bank, CreditExpired)] == [(usd(10), "1"), (usd(10), "2")]
    assert await standing(bank) == ("50", "0")
    assert await outline(bank) == ["exhausted", "credit_expired", "credit_expired", "recovered"]
    await bank.prove()


async def test_lot_leaves_only_as_far_as_no_other_hold_needs_it(redis: Client, clock: Clock) -> None:
    """Two calls were allowed on it; one is over."""
    bank = await Bank.open(redis)
    await gift(bank, 40, 5)
    await place(bank, 10)
    await place(bank, 30, "call-2")
    for hold_id in ("call-1", "call-2"):
        await extend(bank, 0, hold_id)
    clock.advance(days=10)

    await release(bank)

    assert await standing(bank) == ("0", "30")
    assert done(await capture(bank, 30, "call-2")).after == usd(0)
    assert await moves(bank, 4) == [
        ("release", "holds", "wallet", "10"),
        ("expiry", "wallet", "expired", "10"),
        ("release", "holds", "wallet", "30"),
        ("usage", "wallet", "usage:calls", "30"),
    ]
    await bank.prove()


async def test_usage_far_below_zero_leaves_nothing_to_give_back_but_the_hold(bank: Bank) -> None:
    """What is available rises by what was set aside, to the last millionth."""
    await place(bank, 100)
    most = Money(MAX_MICROS, CURRENCY)
    await bank.ledger.charge_usage(REF, most, operation_id="1", actor="test")

    assert done(await release(bank)).after == usd(100) - most
    await bank.prove()
