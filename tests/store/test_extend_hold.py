"""Holds are extended: for a call that goes on, with more credit or only with more time."""

import pytest

from store.holds import SHORTEST_MS, Hold
from store.money import Money
from store.outcomes import Held, Reason, Refused
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import (
    DUE,
    HOUR_MS,
    NOT_TO_BE_HAD,
    ON_SCHEDULE,
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
from tests.store.posting import OTHER, dump

bank = bank_on_clock(arrange)


async def test_hold_is_extended(bank: Bank, clock: Clock) -> None:
    """More is set aside, the time counts from now, and the capture gives all of it back."""
    await place(bank, 30)
    begun = clock.ms
    clock.advance(minutes=50)

    held = done(await extend(bank, 10))

    until = clock.ms + HOUR_MS
    assert (held.entry, held.after, held.expires_ms) == ((await bank.entries())[-1].id, usd(60), until)
    assert await moves(bank, 1) == [("hold", "wallet", "holds", "10")]
    assert await standing(bank) == ("60", "40")
    assert await bank.ledger.holds(REF) == [Hold("call-1", usd(40), begun, until)]
    assert await bank.redis.zscore(DUE, ON_SCHEDULE) == until
    await bank.prove()
    assert done(await capture(bank, 5)).released == usd(40)
    await bank.prove()


async def test_extension_by_time_alone_makes_no_entry(bank: Bank, clock: Clock) -> None:
    """The hold lives on, on the schedule too; nothing moves, and nothing is looked at."""
    await place(bank, 30)
    clock.advance(minutes=50)
    entries = len(await bank.entries())

    held = await extend(bank, 0)

    until = clock.ms + HOUR_MS
    assert held == Held("", usd(70), until)
    assert len(await bank.entries()) == entries
    assert [each.expires_ms for each in await bank.ledger.holds(REF)] == [until]
    assert await bank.redis.zscore(DUE, ON_SCHEDULE) == until
    await bank.prove()


async def test_extension_never_shortens(bank: Bank) -> None:
    """A time that ends sooner leaves the hold's as it was."""
    first = done(await place(bank, 30))

    assert done(await extend(bank, 0, ttl_ms=SHORTEST_MS)).expires_ms == first.expires_ms
    assert done(await extend(bank, 1, ttl_ms=SHORTEST_MS)).expires_ms == first.expires_ms


@pytest.mark.parametrize("units", [0, 10])
async def test_repeat_answers_the_first_outcome(bank: Bank, clock: Clock, units: int) -> None:
    """With more credit or without, while the hold is open and when it is over; nothing changes."""
    await place(bank, 30)
    first = done(await extend(bank, units, operation_id="once"))
    clock.advance(minutes=5)
    open_ = await extend(bank, units, operation_id="once")
    await capture(bank, 10)
    before = await dump(bank.redis)

    over = await extend(bank, units, operation_id="once")

    assert open_ == over == Held(first.entry, first.after, first.expires_ms, repeated=True)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("units", [0, 10])
async def test_operation_id_with_other_contents_is_refused(bank: Bank, units: int) -> None:
    """Another amount, or an operation that placed the hold."""
    await place(bank, 30, operation_id="placed")
    await extend(bank, units, operation_id="once")
    before = await dump(bank.redis)

    outcomes = [
        await extend(bank, units + 1, operation_id="once"),
        await extend(bank, units, operation_id="once", ttl_ms=SHORTEST_MS),
        await extend(bank, units, operation_id="placed"),
    ]

    assert outcomes == [Refused(Reason.OPERATION_CONFLICT)] * 3
    assert await dump(bank.redis) == before


async def test_extension_needs_what_is_available(bank: Bank) -> None:
    """More than that is refused, and the hold stays as it was, its time as well; time alone needs nothing."""
    await place(bank, 30)
    before = await dump(bank.redis)

    assert await extend(bank, "70.000001") == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await dump(bank.redis) == before
    await bank.spend(80)
    assert done(await extend(bank, 0)).after == usd(-10)
    assert await extend(bank, 1) == Refused(Reason.INSUFFICIENT_CREDIT)
    await bank.prove()


async def test_unknown_hold_is_refused(bank: Bank) -> None:
    """An extension places none."""
    assert await extend(bank, 10) == Refused(Reason.UNKNOWN_HOLD)
    assert await bank.ledger.holds(REF) == []


@pytest.mark.parametrize("units", [0, 10])
async def test_hold_that_is_over_is_not_extended(bank: Bank, clock: Clock, units: int) -> None:
    """Whether it was captured, released or has expired."""
    for hold_id in ("captured", "released", "expired"):
        await place(bank, 10, hold_id)
    await capture(bank, 5, "captured")
    await release(bank, "released")
    await expire(bank, clock, "expired")
    before = await dump(bank.redis)

    outcomes = [await extend(bank, units, each) for each in ("captured", "released", "expired")]

    assert outcomes == [Refused(Reason.HOLD_RESOLVED)] * 3
    assert await dump(bank.redis) == before


async def test_hold_that_nobody_has_looked_at_may_still_be_extended(bank: Bank, clock: Clock) -> None:
    """Its credit is set aside until the schedule gives it back; then the look comes too early."""
    await place(bank, 30)
    clock.advance(hours=2)

    assert done(await extend(bank, 0)).expires_ms == clock.ms + HOUR_MS
    assert await bank.ledger.expire_hold(REF, "call-1") == "early"


@pytest.mark.parametrize("state", ["frozen", "closed"])
@pytest.mark.parametrize("units", [0, 10])
async def test_nothing_is_extended_on_an_account_that_is_not_open(bank: Bank, state: str, units: int) -> None:
    """Neither by credit nor by time."""
    await place(bank, 30)
    await put_in_state(bank, state)

    assert await extend(bank, units) == Refused(Reason(f"account_{state}"))


async def test_extension_crosses_levels_and_opens_a_recharge(bank: Bank) -> None:
    """As placing does."""
    await bank.levels(50)
    await bank.recharge()
    await place(bank, 30)

    await extend(bank, 55)

    assert await outline(bank) == ["low 50", "due"]
    await bank.prove()


async def test_credit_that_expires_is_no_cover(bank: Bank, clock: Clock) -> None:
    """It leaves before the extension is decided on."""
    await bank.ledger.add_credit(REF, usd(50), operation_id="gift", actor="test", days=10)
    await place(bank, 30)
    clock.advance(days=10)

    assert await extend(bank, 100) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await standing(bank) == ("70", "30")
    assert done(await extend(bank, 70)).after == usd(0)
    await bank.prove()


@NOT_TO_BE_HAD
async def test_amount_is_refused(bank: Bank, amount: Money, reason: Reason) -> None:
    """Less than nothing, more than is kept exactly, another currency."""
    await place(bank, 30)

    outcome = await bank.ledger.extend_hold(REF, "call-1", amount, ttl_ms=HOUR_MS, operation_id="1", actor="test")

    assert outcome == Refused(reason)


async def test_unknown_account_is_refused(bank: Bank) -> None:
    """There is no hold either."""
    outcome = await bank.ledger.extend_hold(OTHER, "call-1", usd(1), ttl_ms=HOUR_MS, operation_id="1", actor="test")

    assert outcome == Refused(Reason.UNKNOWN_ACCOUNT)
