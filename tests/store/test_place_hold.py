"""Holds are placed: credit is set aside for a call in progress, and nothing else can use it."""

import pytest

from store import keys
from store.holds import LONGEST_MS, SHORTEST_MS, Hold
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason, Refused
from store.schedule import Due, Schedule
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store import posting
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import (
    DUE,
    HOUR_MS,
    ON_SCHEDULE,
    arrange,
    capture,
    done,
    moves,
    place,
    put_in_state,
    release,
    standing,
)
from tests.store.outline import outline
from tests.store.posting import OTHER, dump

bank = bank_on_clock(arrange)


async def test_hold_is_placed(bank: Bank, clock: Clock) -> None:
    """What it sets aside moves from the wallet to the holds; it is listed, and on the schedule at its end."""
    held = done(await place(bank, 30))

    until = clock.ms + HOUR_MS
    entry = (await bank.entries())[-1]
    assert (held.entry, held.after, held.expires_ms, held.repeated) == (entry.id, usd(70), until, False)
    assert (entry.ref, entry.lots, entry.memo) == ("call-1", "", "a call")
    assert await moves(bank, 1) == [("hold", "wallet", "holds", "30")]
    assert await standing(bank) == ("70", "30")
    assert (await bank.account()).balance == usd(100)
    assert await bank.ledger.holds(REF) == [Hold("call-1", usd(30), clock.ms, until)]
    assert await bank.redis.zscore(DUE, ON_SCHEDULE) == until
    await bank.prove()


async def test_open_holds_are_listed_by_their_expiry(bank: Bank) -> None:
    """The first to expire comes first, and no more than asked for; an account without holds lists none."""
    assert await bank.ledger.holds(REF) == []
    for number in (3, 1, 2):
        await place(bank, number, f"call-{number}", ttl_ms=number * HOUR_MS)
    await release(bank, "call-2")

    assert [each.id for each in await bank.ledger.holds(REF)] == ["call-1", "call-3"]
    assert [each.id for each in await bank.ledger.holds(REF, limit=1)] == ["call-1"]
    assert await bank.ledger.holds(OTHER) == []
    await bank.prove()


async def test_hold_in_use_is_not_placed_again(bank: Bank) -> None:
    """By another operation, while it is open and when it is over, as long as it is remembered."""
    await place(bank, 30)
    before = await dump(bank.redis)

    assert await place(bank, 30) == Refused(Reason.HOLD_EXISTS)
    assert await dump(bank.redis) == before
    await release(bank)
    assert await place(bank, 30) == Refused(Reason.HOLD_EXISTS)
    await bank.redis.delete(keys.hold(REF, "call-1"))
    assert done(await place(bank, 30)).after == usd(70)
    await bank.prove()


async def test_all_that_is_available_can_be_set_aside_and_no_more(bank: Bank) -> None:
    """To the last millionth; what other holds have set aside is not available."""
    await place(bank, 60)

    before = await dump(bank.redis)
    assert await place(bank, "40.000001", "call-2") == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await dump(bank.redis) == before
    assert done(await place(bank, 40, "call-2")).after == usd(0)
    await bank.prove()


async def test_hold_may_use_the_overdraft(bank: Bank) -> None:
    """To its limit, and not beyond."""
    await bank.redis.hset(keys.account(REF), "overdraft", str(usd(20).micros))

    assert await place(bank, "120.000001") == Refused(Reason.INSUFFICIENT_CREDIT)
    assert done(await place(bank, 120)).after == usd(-20)
    await bank.prove()


async def test_hold_is_placed_from_what_the_lot_in_use_cannot_pay_alone(bank: Bank) -> None:
    """Which lots pay is decided when it is captured."""
    await bank.ledger.add_credit(REF, usd(10), operation_id="gift", actor="test", days=10)

    assert done(await place(bank, 50)).after == usd(60)
    await bank.prove()
    await capture(bank, 12)
    assert (await bank.entries())[-1].lots == "2=10000000 1=2000000"
    await bank.prove()


async def test_what_holds_keep_covers_nothing_new(bank: Bank) -> None:
    """Below zero nothing is available, though there is credit in the holds."""
    await place(bank, 50)
    await bank.spend(60)

    assert await place(bank, 1, "call-2") == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await standing(bank) == ("-10", "50")


async def test_held_credit_is_not_there_for_authorised_usage(bank: Bank) -> None:
    """Recorded usage still posts, and takes what is available below zero."""
    await place(bank, 70)

    refused = await bank.ledger.charge_usage(REF, usd(31), operation_id="1", actor="test", authorised=True)
    posted = await bank.ledger.charge_usage(REF, usd(31), operation_id="2", actor="test")

    assert refused == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(posted, Posted)
    assert await standing(bank) == ("-1", "70")
    await bank.prove()


async def test_hold_crosses_levels_and_opens_a_recharge(bank: Bank) -> None:
    """What counts is what is available."""
    await bank.levels(50, 10)
    await bank.recharge()

    await place(bank, 85)

    assert await outline(bank) == ["low 50", "due"]
    assert (await bank.account()).low == usd(50)
    await bank.prove()


async def test_hold_of_everything_exhausts(bank: Bank) -> None:
    """Nothing is available any more."""
    await place(bank, 100)

    assert await outline(bank) == ["exhausted"]


@pytest.mark.parametrize("state", ["frozen", "closed"])
async def test_nothing_is_set_aside_on_an_account_that_is_not_open(bank: Bank, clock: Clock, state: str) -> None:
    """A hold authorises something new; the refusal changes nothing, however much time has gone by."""
    clock.advance(days=100)
    await put_in_state(bank, state)
    before = await dump(bank.redis)

    assert await place(bank, 30) == Refused(Reason(f"account_{state}"))
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("micros", [0, -1, MAX_MICROS + 1])
async def test_amount_is_refused(bank: Bank, micros: int) -> None:
    """A hold is of more than nothing, and of no more than is kept exactly."""
    outcome = await bank.ledger.place_hold(
        REF, "call-1", Money(micros, CURRENCY), ttl_ms=HOUR_MS, operation_id="1", actor="test"
    )

    assert outcome == Refused(Reason.AMOUNT_INVALID)
    assert await bank.ledger.holds(REF) == []


async def test_other_currency_is_refused(bank: Bank) -> None:
    """The account's currency does not change."""
    outcome = await bank.ledger.place_hold(
        REF, "call-1", Money.of(1, "EUR"), ttl_ms=HOUR_MS, operation_id="1", actor="test"
    )

    assert outcome == Refused(Reason.CURRENCY_MISMATCH)


async def test_unknown_account_is_refused(bank: Bank) -> None:
    """A hold opens no account."""
    outcome = await bank.ledger.place_hold(OTHER, "call-1", usd(1), ttl_ms=HOUR_MS, operation_id="1", actor="test")

    assert outcome == Refused(Reason.UNKNOWN_ACCOUNT)


async def test_more_than_is_kept_exactly_is_never_set_aside(bank: Bank) -> None:
    """Even where usage below zero and an overdraft would let it come to that."""
    await bank.redis.hset(keys.account(REF), mapping={"overdraft": str(MAX_MICROS), "held": str(MAX_MICROS)})

    assert await place(bank, "100.000001") == Refused(Reason.BALANCE_LIMIT)


async def test_credit_counts_what_is_set_aside_towards_the_limit(bank: Bank) -> None:
    """What a hold gives back must still be kept exactly."""
    await place(bank, 100)
    most = Money(MAX_MICROS - usd(100).micros, CURRENCY)

    assert await posting.credit(bank, Money(most.micros + 1, CURRENCY)) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await posting.credit(bank, most), Posted)
    assert done(await release(bank)).after == Money(MAX_MICROS, CURRENCY)
    await bank.prove()


@pytest.mark.parametrize("ttl_ms", [SHORTEST_MS - 1, LONGEST_MS + 1, 0, -1])
async def test_time_to_live_is_one_second_to_a_day(bank: Bank, ttl_ms: int) -> None:
    """Anything else is an error of the program."""
    with pytest.raises(ValueError, match="a hold lives for"):
        await place(bank, 1, ttl_ms=ttl_ms)


@pytest.mark.parametrize("hold_id", ["", "a:b", "a b", "{x}", "ü", "x" * 65, "a\n"])
async def test_ids_that_could_reach_into_other_keys_raise(bank: Bank, hold_id: str) -> None:
    """A hold's id cannot carry what has a meaning in a key."""
    with pytest.raises(ValueError, match="a hold's id"):
        await place(bank, 1, hold_id)


async def test_credit_that_expires_is_no_cover(bank: Bank, clock: Clock) -> None:
    """It leaves before the hold is decided on; the refusal leaves it gone, and the hold that fits is placed."""
    await bank.ledger.add_credit(REF, usd(50), operation_id="gift", actor="test", days=10)
    clock.advance(days=10)

    assert await place(bank, 120) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await moves(bank, 1) == [("expiry", "wallet", "expired", "50")]
    assert await standing(bank) == ("100", "0")
    assert done(await place(bank, 100)).after == usd(0)
    await bank.prove()


async def test_hold_is_not_placed_on_credit_that_has_expired(bank: Bank, clock: Clock) -> None:
    """Even where nobody has looked at it yet, and there is enough beside it: it leaves first."""
    await bank.ledger.add_credit(REF, usd(50), operation_id="gift", actor="test", days=10)
    clock.advance(days=10)

    assert done(await place(bank, 40)).after == usd(60)
    assert await moves(bank, 2) == [("expiry", "wallet", "expired", "50"), ("hold", "wallet", "holds", "40")]
    await bank.prove()


async def test_due_holds_are_on_the_schedule(bank: Bank) -> None:
    """As the worker reads it."""
    await bank.redis.zadd(DUE, {f"hold:{REF.tenant}:{REF.account}:call.1": 1, f"hold:{REF.tenant}:{REF.account}:": 1})

    assert await Schedule(bank.redis).due([keys.partition_of(REF.tenant)]) == [Due(REF, hold="call.1")]
