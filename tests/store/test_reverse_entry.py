"""Reversals: an entry's opposite, read from the journal, once for ever."""

import pytest

from store import keys
from store.account import State
from store.corrections import Corrections
from store.events import BalanceLow, BalanceRecovered
from store.keys import AccountRef
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.roles import Actor, Operator
from tests.controls import MANAGER, REF, Bank, entry_id, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.pair import gift, last, lots, totals

arrange = pair.arrange
YEAR_MS = 365 * 86_400_000
bank = bank_on_clock(arrange)


async def reverse(
    bank: Bank,
    entry: str,
    operation_id: str = "",
    *,
    ref: AccountRef = REF,
    actor: Actor | Operator = MANAGER,
    memo: str = "",
) -> Posting:
    """Reverse an entry of the account."""
    corrections = Corrections(bank.redis, bank.roles)
    operation_id = operation_id or bank.operation()
    return await corrections.reverse_entry(actor, ref, entry, operation_id=operation_id, memo=memo)


async def test_reversal_is_posted(bank: Bank, clock: Clock) -> None:
    """Usage comes back to the wallet from where it went; the entry names the one that it reverses."""
    call = entry_id(await bank.spend(30))

    outcome = await reverse(bank, call, "wrong-call", memo="charged twice")
    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(70), usd(100))
    entry = await last(bank)
    assert (entry.id, entry.kind, entry.debit, entry.credit) == (outcome.entry, "reversal", "usage:calls", "wallet")
    assert (entry.moved, entry.ref, entry.operation) == (usd(30), call, "wrong-call")
    assert (entry.actor, entry.memo) == (MANAGER.id, "charged twice")
    assert await totals(bank, REF) == {"promotional": -usd(100).micros}
    await bank.prove()


async def test_reversed_usage_is_a_new_lot(bank: Bank, clock: Clock) -> None:
    """Paid for, and good for a year from now; what had paid for the call stays used."""
    await bank.spend(100)
    call = (await last(bank)).id
    clock.advance(days=10)
    await reverse(bank, call)

    assert [(each.left, each.granted, each.expires_ms) for each in await lots(bank, REF)] == [
        (usd(100).micros, False, clock.ms + YEAR_MS)
    ]
    await bank.prove()


async def test_reversed_usage_first_pays_debt(bank: Bank) -> None:
    """Below zero the reversal makes no lot beyond what is left over."""
    await bank.spend(90)
    await bank.spend(30)
    await reverse(bank, (await last(bank)).id)

    assert [each.left for each in await lots(bank, REF)] == [usd(10).micros]
    await bank.prove()


async def test_grant_is_reversed(bank: Bank) -> None:
    """What is left of it, and what went with it, below zero if need be."""
    await bank.spend(70)

    outcome = await reverse(bank, (await bank.entries())[0].id)
    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(30), usd(-70))
    entry = await last(bank)
    assert (entry.debit, entry.credit, entry.moved, entry.lots) == (
        "wallet", "promotional", usd(100), "1=30000000 -=70000000"
    )  # fmt: skip
    assert await totals(bank, REF) == {"usage:calls": usd(70).micros}
    await bank.prove()


async def test_expiry_is_reversed(bank: Bank, clock: Clock) -> None:
    """Credit that ran out comes back as a purchase of today."""
    lot = await gift(bank, 20, 60)
    clock.advance(days=60)
    await bank.ledger.look_at_lot(REF, lot)
    await reverse(bank, (await last(bank)).id)

    entry = await last(bank)
    assert (entry.debit, entry.credit, entry.moved) == ("expired", "wallet", usd(20))
    assert "expired" not in await totals(bank, REF)
    await bank.prove()


@pytest.mark.parametrize("units", [5, -5])
async def test_adjustment_is_reversed(bank: Bank, units: int) -> None:
    """Up or down."""
    corrections = Corrections(bank.redis, bank.roles)
    adjusted = await corrections.adjust_balance(MANAGER, REF, usd(units), operation_id="adjust")
    await reverse(bank, entry_id(adjusted))

    assert (await bank.account()).balance == usd(100)
    assert "adjustments" not in await totals(bank, REF)
    await bank.prove()


async def test_repeat_reverses_nothing_more(bank: Bank) -> None:
    """It answers the first outcome, whatever has been posted since."""
    call = entry_id(await bank.spend(30))
    first = await reverse(bank, call, "wrong-call")
    await bank.spend(5)

    again = await reverse(bank, call, "wrong-call")
    assert isinstance(again, Repeated)
    assert (again.entry, again.before, again.after) == (entry_id(first), usd(70), usd(100))
    assert (await bank.account()).balance == usd(95)
    await bank.prove()


async def test_repeat_of_a_debit_answers_the_first_outcome(bank: Bank) -> None:
    """With the balance before and after as they were."""
    grant = (await bank.entries())[0].id
    first = await reverse(bank, grant, "wrong-grant")

    again = await reverse(bank, grant, "wrong-grant")
    assert isinstance(first, Posted)
    assert isinstance(again, Repeated)
    assert (again.before, again.after) == (first.before, first.after) == (usd(100), usd(0))


async def test_entry_is_reversed_once_for_ever(bank: Bank, clock: Clock) -> None:
    """Also by another operation, also when the first one is long forgotten."""
    call = entry_id(await bank.spend(30))
    await reverse(bank, call, "first")

    assert await reverse(bank, call, "second") == Refused(Reason.ALREADY_REVERSED)
    for _ in range(4):
        clock.advance(days=90)
        await bank.spend(1)
    assert await reverse(bank, call, "first") == Refused(Reason.ALREADY_REVERSED)
    await bank.prove()


async def test_only_one_half_of_a_repeat_is_no_repeat(bank: Bank) -> None:
    """A reversed entry and a known operation that reversed another are a conflict, not an answer."""
    calls = [entry_id(await bank.spend(1)) for _ in range(2)]
    for number, call in enumerate(calls):
        await reverse(bank, call, f"reverse-{number}")

    assert await reverse(bank, calls[0], "reverse-1") == Refused(Reason.OPERATION_CONFLICT)


async def test_captured_hold_is_reversed(bank: Bank) -> None:
    """Its usage is usage like any other."""
    await bank.ledger.place_hold(REF, "call", usd(10), ttl_ms=60_000, operation_id="hold", actor="test")
    await bank.ledger.capture_hold(REF, "call", usd(7), operation_id="capture", actor="test")

    assert isinstance(await reverse(bank, (await last(bank)).id), Posted)
    assert (await bank.account()).available == usd(100)
    await bank.prove()


async def test_frozen_account_is_put_right(bank: Bank) -> None:
    """What was posted wrongly has happened as well."""
    call = entry_id(await bank.spend(5))
    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="freeze")

    assert isinstance(await reverse(bank, call), Posted)
    await bank.prove()


async def test_reversed_grant_crosses_levels_and_recharges(bank: Bank) -> None:
    """As usage does."""
    await bank.levels(50)
    await bank.recharge()
    await reverse(bank, (await bank.entries())[0].id)

    assert [each.level for each in await outline(bank, BalanceLow)] == [usd(50)]
    assert (await bank.account()).slot != ""
    await bank.prove()


async def test_reversed_usage_arms_levels_and_ends_a_needless_recharge(bank: Bank) -> None:
    """As credit does."""
    await bank.levels(50)
    await bank.recharge()
    call = entry_id(await bank.spend(95))
    await reverse(bank, call)

    [event] = await outline(bank, BalanceRecovered)
    assert (event.cause, event.balance) == ("reversal", usd(100))
    slot = (await bank.account()).slot
    assert f"settings:{REF.tenant}:default:{slot}" in await bank.redis.zrange(keys.due(32), 0, -1)
    await bank.prove()


async def test_repeat_is_known_where_an_expiry_came_first(bank: Bank, clock: Clock) -> None:
    """The expiry has an entry of its own, which may move the place where the operation is remembered."""
    for _ in range(14):
        call = entry_id(await bank.spend(1))
    await gift(bank, 10, 5)
    clock.advance(days=10)
    first = await reverse(bank, call, "reverse")

    again = await reverse(bank, call, "reverse")
    assert isinstance(again, Repeated)
    assert again.entry == entry_id(first)
    assert [each.kind for each in (await bank.entries())[-2:]] == ["expiry", "reversal"]
    await bank.prove()
