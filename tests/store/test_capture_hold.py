"""Holds are captured: the call is over, and what it cost is debited, whatever was set aside."""

import pytest

from store import keys
from store.money import MAX_MICROS, Money
from store.outcomes import Reason, Refused, Resolved
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import (
    DUE,
    NOT_TO_BE_HAD,
    OVER_MS,
    arrange,
    capture,
    done,
    expire,
    moves,
    place,
    put_in_state,
    release,
    standing,
)
from tests.store.outline import outline
from tests.store.posting import OTHER, dump

bank = bank_on_clock(arrange)


@pytest.mark.parametrize("cost", [12, 30, 45])
async def test_hold_is_captured(bank: Bank, cost: int) -> None:
    """In part, all of it, or more: the whole hold is given back, then the usage debited, both under the hold's id."""
    await place(bank, 30)

    outcome = await capture(bank, cost)

    entry = (await bank.entries())[-1]
    assert outcome == Resolved(entry.id, usd(30), usd(100 - cost))
    assert await moves(bank, 2) == [
        ("release", "holds", "wallet", "30"),
        ("usage", "wallet", "usage:calls", str(cost)),
    ]
    assert [each.ref for each in (await bank.entries())[-2:]] == ["call-1", "call-1"]
    assert entry.lots == "1"
    assert await standing(bank) == (str(100 - cost), "0")
    assert await bank.ledger.holds(REF) == []
    assert await bank.redis.zrange(DUE, 0, -1) == []
    assert await bank.redis.pttl(keys.hold(REF, "call-1")) == pytest.approx(OVER_MS, abs=60_000)
    await bank.prove()


async def test_capture_of_nothing_is_a_release(bank: Bank) -> None:
    """The same operation, by either name."""
    await place(bank, 30)

    outcome = done(await capture(bank, 0, operation_id="once"))

    assert await moves(bank, 1) == [("release", "holds", "wallet", "30")]
    assert await release(bank, operation_id="once") == Resolved(outcome.entry, usd(30), usd(100), repeated=True)
    await bank.prove()


async def test_repeat_answers_the_first_outcome(bank: Bank) -> None:
    """Whatever happened in between."""
    await place(bank, 30)
    first = done(await capture(bank, 12, operation_id="once"))
    await bank.spend(7)
    before = await dump(bank.redis)

    again = await capture(bank, 12, operation_id="once")

    assert again == Resolved(first.entry, first.released, first.after, repeated=True)
    assert await dump(bank.redis) == before


async def test_operation_id_with_other_contents_is_refused(bank: Bank) -> None:
    """Another amount, another hold, or the id of the operation that placed it."""
    await place(bank, 30, operation_id="placed")
    await place(bank, 30, "call-2")
    await capture(bank, 12, operation_id="once")
    before = await dump(bank.redis)

    outcomes = [
        await capture(bank, 13, operation_id="once"),
        await capture(bank, 12, "call-2", operation_id="once"),
        await capture(bank, 12, "call-2", operation_id="placed"),
    ]

    assert outcomes == [Refused(Reason.OPERATION_CONFLICT)] * 3
    assert await dump(bank.redis) == before


async def test_hold_resolves_once(bank: Bank) -> None:
    """What was captured or released is not captured again."""
    for hold_id in ("captured", "released"):
        await place(bank, 10, hold_id)
    await capture(bank, 5, "captured")
    await release(bank, "released")
    before = await dump(bank.redis)

    outcomes = [await capture(bank, 5, each) for each in ("captured", "released")]

    assert outcomes == [Refused(Reason.HOLD_RESOLVED)] * 2
    assert await dump(bank.redis) == before


async def test_unknown_hold_is_refused(bank: Bank) -> None:
    """Usage without a hold is charged by another verb."""
    assert await capture(bank, 10) == Refused(Reason.UNKNOWN_HOLD)


async def test_expired_hold_still_records_its_usage(bank: Bank, clock: Clock) -> None:
    """Once; nothing is given back a second time, and there is nothing to release."""
    await place(bank, 30)
    await expire(bank, clock)
    entries = len(await bank.entries())

    assert await capture(bank, 0) == Refused(Reason.HOLD_RESOLVED)
    outcome = done(await capture(bank, 12))

    assert (outcome.released, outcome.after) == (usd(0), usd(88))
    assert len(await bank.entries()) == entries + 1
    assert await moves(bank, 1) == [("usage", "wallet", "usage:calls", "12")]
    assert await capture(bank, 12) == Refused(Reason.HOLD_RESOLVED)
    await bank.prove()


async def test_recorded_usage_is_captured_below_zero(bank: Bank) -> None:
    """The call has happened."""
    await place(bank, 30)

    assert done(await capture(bank, 130)).after == usd(-30)
    assert await outline(bank) == ["exhausted"]
    await bank.prove()


async def test_authorised_usage_is_captured_to_what_there_is_and_no_more(bank: Bank) -> None:
    """The hold, what is available beside it, and the overdraft, to the last millionth; what others hold is not."""
    await place(bank, 30)
    await place(bank, 50, "call-2")
    await bank.redis.hset(keys.account(REF), "overdraft", str(usd(5).micros))
    before = await dump(bank.redis)

    assert await capture(bank, "55.000001", authorised=True) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await dump(bank.redis) == before
    assert done(await capture(bank, 55, authorised=True)).after == usd(-5)
    await bank.prove()


async def test_what_was_set_aside_covers_authorised_usage(bank: Bank) -> None:
    """Even if recorded usage has taken what was available far below zero since, or the account was frozen."""
    await place(bank, 30)
    await bank.spend(200)
    await put_in_state(bank, "frozen")

    assert await capture(bank, "30.000001", authorised=True) == Refused(Reason.ACCOUNT_FROZEN)
    assert done(await capture(bank, 30, authorised=True)).after == usd(-130)
    await bank.prove()


async def test_expired_hold_covers_no_authorised_usage(bank: Bank, clock: Clock) -> None:
    """What it set aside may have been used since."""
    await place(bank, 30)
    await expire(bank, clock)
    await bank.spend(90)

    assert await capture(bank, 11, authorised=True) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert done(await capture(bank, 10, authorised=True)).after == usd(0)
    await bank.prove()


async def test_credit_that_expires_is_no_cover(bank: Bank, clock: Clock) -> None:
    """It leaves before authorised usage is decided on; the hold stays open."""
    await bank.ledger.add_credit(REF, usd(50), operation_id="gift", actor="test", days=10)
    await place(bank, 30)
    clock.advance(days=10)

    assert await capture(bank, 101, authorised=True) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await standing(bank) == ("70", "30")
    await bank.prove()
    assert done(await capture(bank, 100, authorised=True)).after == usd(0)
    await bank.prove()


async def test_recorded_usage_is_captured_on_a_frozen_account_but_not_on_a_closed_one(bank: Bank) -> None:
    """Frozen, an account takes what has happened."""
    await place(bank, 30)
    await put_in_state(bank, "closed")

    assert await capture(bank, 45) == Refused(Reason.ACCOUNT_CLOSED)
    await put_in_state(bank, "frozen")
    assert done(await capture(bank, 45)).after == usd(55)
    await bank.prove()


async def test_thresholds_see_a_capture_as_one_change(bank: Bank) -> None:
    """A level between hold and usage that is still breached tells nothing; one that is crossed is told once."""
    await bank.levels(80, 40)
    await place(bank, 30)
    assert await outline(bank) == ["low 80"]

    await capture(bank, 25)
    assert await outline(bank) == ["low 80"]
    await place(bank, 10, "call-2")
    await capture(bank, 40, "call-2")
    assert await outline(bank) == ["low 80", "low 40"]
    await bank.prove()


async def test_capture_of_a_part_arms_a_level_again(bank: Bank) -> None:
    """Recovered is told, and the next fall below the level as well."""
    await bank.levels(80)
    await place(bank, 30)
    await capture(bank, 5)
    await bank.spend(20)

    assert await outline(bank) == ["low 80", "recovered", "low 80"]
    await bank.prove()


async def test_capture_opens_a_recharge(bank: Bank) -> None:
    """If what is available falls below the trigger by it."""
    await bank.recharge()
    await place(bank, 30)

    await capture(bank, 90)

    assert await outline(bank) == ["due"]
    assert (await bank.account()).slot
    await bank.prove()


async def test_capture_is_paid_by_lots_in_their_order(bank: Bank) -> None:
    """The entry tells which; beyond all lots it is unpaid, and the next credit pays it."""
    await bank.ledger.add_credit(REF, usd(10), operation_id="gift", actor="test", days=10)
    await place(bank, 30)

    await capture(bank, 115)

    assert (await bank.entries())[-1].lots == "2=10000000 1=100000000 -=5000000"
    await bank.grant(20)
    assert (await bank.entries())[-1].lots.startswith("-=5000000 ")
    await bank.prove()


async def test_credit_that_pays_debt_beside_a_hold_is_no_lot_twice(bank: Bank) -> None:
    """What is set aside is paid for: only usage beyond wallet and holds together is debt."""
    await place(bank, 100)
    await bank.spend(30)
    await bank.grant(50)

    assert (await bank.entries())[-1].lots.partition("/")[0] == "4"
    await capture(bank, 100)
    assert await standing(bank) == ("20", "0")
    await bank.prove()


@NOT_TO_BE_HAD
async def test_amount_is_refused(bank: Bank, amount: Money, reason: Reason) -> None:
    """Less than nothing, more than is kept exactly, another currency."""
    await place(bank, 30)

    assert await bank.ledger.capture_hold(REF, "call-1", amount, operation_id="1", actor="test") == Refused(reason)


async def test_capture_reaches_the_lower_limit_and_not_beyond(bank: Bank) -> None:
    """The balance stays within what is kept exactly."""
    await place(bank, 100)
    most = Money(MAX_MICROS, CURRENCY)
    await bank.ledger.charge_usage(REF, most, operation_id="1", actor="test", service="texts")

    assert await capture(bank, "100.000001") == Refused(Reason.BALANCE_LIMIT)
    assert done(await capture(bank, 100)).after == Money(-MAX_MICROS, CURRENCY)
    await bank.prove()


async def test_unknown_account_is_refused(bank: Bank) -> None:
    """There is no hold either."""
    outcomes = [
        await bank.ledger.capture_hold(OTHER, "call-1", usd(1), operation_id="1", actor="test"),
        await bank.ledger.release_hold(OTHER, "call-1", operation_id="1", actor="test"),
    ]

    assert outcomes == [Refused(Reason.UNKNOWN_ACCOUNT)] * 2
