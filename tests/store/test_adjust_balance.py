"""Adjustments: an amount that a person answers for, up or down, against a ledger account of their own."""

import pytest

from store import keys
from store.account import State
from store.corrections import Corrections
from store.events import BalanceLow
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.roles import Actor, Operator
from tests.controls import CARD, CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, entry_id, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.pair import gift, last, lots, move, totals
from tests.store.posting import MICRO, dump
from tests.store.recharging import complete

arrange = pair.arrange
YEAR_MS = 365 * 86_400_000
bank = bank_on_clock(arrange)


async def adjust(
    bank: Bank,
    change: Money,
    operation_id: str = "",
    *,
    actor: Actor | Operator = MANAGER,
    memo: str = "",
    ref: AccountRef = REF,
) -> Posting:
    """Adjust the balance."""
    corrections = Corrections(bank.redis, bank.roles)
    operation_id = operation_id or bank.operation()
    return await corrections.adjust_balance(actor, ref, change, operation_id=operation_id, memo=memo)


async def test_adjustment_upwards_is_posted(bank: Bank, clock: Clock) -> None:
    """It is a lot as a purchase of today would be."""
    outcome = await adjust(bank, usd(5), "adjust-1", memo="compensation")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(100), usd(105))
    entry = await last(bank)
    assert (entry.kind, entry.debit, entry.credit, entry.moved) == ("adjustment", "adjustments", "wallet", usd(5))
    assert (entry.actor, entry.operation, entry.memo) == (MANAGER.id, "adjust-1", "compensation")
    assert [(each.left, each.granted, each.expires_ms) for each in await lots(bank, REF)][1:] == [
        (usd(5).micros, False, clock.ms + YEAR_MS)
    ]
    assert (await totals(bank, REF))["adjustments"] == -usd(5).micros
    await bank.prove()


async def test_adjustment_downwards_is_posted(bank: Bank) -> None:
    """It is taken from the lots as usage is, below zero if need be."""
    outcome = await adjust(bank, usd(-105))

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(100), usd(-5))
    entry = await last(bank)
    assert (entry.debit, entry.credit, entry.lots) == ("wallet", "adjustments", "1=100000000 -=5000000")
    assert (await totals(bank, REF))["adjustments"] == usd(105).micros
    await bank.prove()


@pytest.mark.parametrize("units", [5, -5])
async def test_repeat_adjusts_nothing_more(bank: Bank, units: int) -> None:
    """It answers the first outcome."""
    first = await adjust(bank, usd(units), "adjust-1")

    again = await adjust(bank, usd(units), "adjust-1")
    assert isinstance(again, Repeated)
    assert (again.entry, again.before, again.after) == (entry_id(first), usd(100), usd(100 + units))
    await bank.prove()


async def test_operation_id_with_other_contents_is_refused(bank: Bank) -> None:
    """Another amount, the opposite one, or another memo."""
    await adjust(bank, usd(5), "adjust-1")

    for change, memo in ((usd(6), ""), (usd(-5), ""), (usd(5), "other")):
        assert await adjust(bank, change, "adjust-1", memo=memo) == Refused(Reason.OPERATION_CONFLICT)
    assert (await bank.account()).balance == usd(105)


async def test_adjustment_is_refused(bank: Bank) -> None:
    """Nothing, too much, another currency, an account that is not there: each changes nothing."""
    before = await dump(bank.redis)

    for micros in (0, MAX_MICROS + 1, -MAX_MICROS - 1):
        assert await adjust(bank, Money(micros, CURRENCY)) == Refused(Reason.AMOUNT_INVALID)
    assert await adjust(bank, Money.of(5, "EUR")) == Refused(Reason.CURRENCY_MISMATCH)
    missing = AccountRef(REF.tenant, "missing")
    assert await adjust(bank, usd(5), ref=missing) == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await dump(bank.redis) == before


async def test_balance_keeps_its_limits(bank: Bank) -> None:
    """Up to the largest exact balance, what is set aside included, and down to the smallest."""
    up = Money(MAX_MICROS - usd(100).micros, CURRENCY)
    assert await adjust(bank, up + MICRO) == Refused(Reason.BALANCE_LIMIT)
    await bank.redis.hset(keys.account(REF), "held", "1")
    assert await adjust(bank, up) == Refused(Reason.BALANCE_LIMIT)
    await bank.redis.hset(keys.account(REF), "held", "0")
    assert isinstance(await adjust(bank, up), Posted)

    assert isinstance(await adjust(bank, Money(-MAX_MICROS, CURRENCY)), Posted)
    await bank.spend(Money(MAX_MICROS - 1, CURRENCY).plain())
    assert isinstance(await adjust(bank, -MICRO), Posted)
    assert await adjust(bank, -MICRO) == Refused(Reason.BALANCE_LIMIT)
    await bank.prove()


async def test_total_of_adjustments_has_its_limit(bank: Bank) -> None:
    """It is kept exactly as well."""
    assert isinstance(await adjust(bank, Money(-MAX_MICROS, CURRENCY)), Posted)

    assert await adjust(bank, -MICRO) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await adjust(bank, MICRO), Posted)
    assert isinstance(await adjust(bank, -MICRO), Posted)
    await bank.prove()


async def test_frozen_account_is_adjusted_and_a_closed_one_is_not(bank: Bank) -> None:
    """Whatever was frozen has to be put right first."""
    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="freeze")
    assert isinstance(await adjust(bank, usd(-100)), Posted)
    await bank.policies.set_state(MANAGER, REF, State.CLOSED, operation_id="close")

    assert await adjust(bank, usd(1)) == Refused(Reason.ACCOUNT_CLOSED)


async def test_adjustment_crosses_levels_and_recharges(bank: Bank) -> None:
    """As usage does; one upwards arms them again."""
    await bank.levels(50)
    await bank.recharge()
    await adjust(bank, usd(-90))
    await adjust(bank, usd(60))
    await adjust(bank, usd(-30))

    assert [each.level for each in await outline(bank, BalanceLow)] == [usd(50), usd(50)]
    assert (await bank.account()).slot != ""
    await bank.prove()


async def test_only_managers_and_operators_adjust(bank: Bank) -> None:
    """Members and strangers do not."""
    assert await adjust(bank, usd(1), actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await adjust(bank, usd(1), actor=STRANGER) == Refused(Reason.STRANGER)
    assert isinstance(await adjust(bank, usd(1), actor=Operator("night-shift")), Posted)


async def test_every_kind_adds_up_to_zero(bank: Bank, clock: Clock) -> None:
    """After each kind of entry the ledger accounts of the account, its wallet among them, sum up to nothing."""
    await bank.recharge(below=60)
    await gift(bank, 10, 5)
    clock.advance(days=5)
    await bank.spend(20)
    await move(bank, 30)
    await complete(bank)
    await adjust(bank, usd(-3))
    await adjust(bank, usd(4))
    await Corrections(bank.redis, bank.roles).reverse_entry(
        MANAGER, REF, (await bank.entries())[0].id, operation_id="reverse"
    )
    topup = await bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C1", operation_id="top")
    await bank.payments.settle(REF, getattr(topup, "result", ""), charge_ref="ch_top", received=usd(25))

    await bank.ledger.place_hold(REF, "call", usd(2), ttl_ms=60_000, operation_id="hold", actor="test")
    await bank.ledger.release_hold(REF, "call", operation_id="release", actor="test")
    await bank.ledger.place_hold(REF, "open", usd(2), ttl_ms=60_000, operation_id="open", actor="test")

    kinds = {each.kind for each in await bank.entries()}
    assert kinds == {
        "grant",
        "expiry",
        "usage",
        "transfer",
        "recharge",
        "adjustment",
        "reversal",
        "topup",
        "hold",
        "release",
    }
    held, wallet = await totals(bank, REF), (await bank.account()).balance.micros
    assert sum(held.values()) + wallet == 0
    assert {name: micros // 1_000_000 for name, micros in held.items() if not name.startswith("funding")} == {
        "promotional": -10, "expired": 10, "usage:calls": 20, "transfer:second": 30, "adjustments": -1
    }  # fmt: skip
    await pair.prove(bank)
