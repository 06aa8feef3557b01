"""Reversals: an entry's opposite, read from the journal, once for ever."""

import pytest

from store import keys
from store.account import State
from store.corrections import Corrections
from store.events import BalanceLow, BalanceRecovered
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.roles import Actor, Operator
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, entry_id, usd
from tests.store import pair
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.pair import gift, last, lots, move, totals
from tests.store.posting import MICRO, OTHER, dump
from tests.store.recharging import complete

arrange = pair.arrange
YEAR_MS = 365 * 86_400_000


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """As `arrange` says."""
    assert clock.ms
    return await arrange(redis)


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


async def test_operation_id_with_other_contents_is_refused(bank: Bank) -> None:
    """Another entry or memo, or an operation of another kind."""
    calls = [entry_id(await bank.spend(1, name)) for name in ("call-1", "call-2")]
    await reverse(bank, calls[0], "reverse")
    conflict = Refused(Reason.OPERATION_CONFLICT)

    assert await reverse(bank, calls[1], "reverse") == conflict
    assert await reverse(bank, calls[0], "reverse", memo="other") == conflict
    assert (await bank.account()).balance == usd(99)


async def test_operation_of_another_kind_is_a_conflict(bank: Bank) -> None:
    """Whether its own entry was reversed or not."""
    call = entry_id(await bank.spend(1, "call-1"))

    assert await reverse(bank, call, "call-1") == Refused(Reason.OPERATION_CONFLICT)
    await reverse(bank, call)
    assert await reverse(bank, call, "call-1") == Refused(Reason.OPERATION_CONFLICT)


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


@pytest.mark.parametrize(
    "entry", ["", "-", "+", "1-1", "1", "x1-1", "1-1 ", "(1-1", "99999999999999999999-1", "1-99999999999999999999"]
)
async def test_unknown_entry_is_refused(bank: Bank, entry: str) -> None:
    """Also where it is no entry's name at all."""
    before = await dump(bank.redis)

    assert await reverse(bank, entry) == Refused(Reason.UNKNOWN_ENTRY)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("spelled", ["0{ms}-{number}", "00{ms}-{number}", "{ms}-0{number}"])
async def test_entry_has_one_name(bank: Bank, spelled: str) -> None:
    """Redis finds an entry by other spellings too; under those it cannot be reversed once more."""
    ms, number = entry_id(await bank.spend(30)).split("-")
    await reverse(bank, f"{ms}-{number}")

    assert await reverse(bank, spelled.format(ms=ms, number=number)) == Refused(Reason.UNKNOWN_ENTRY)
    assert (await bank.account()).balance == usd(100)
    await bank.prove()


async def test_entry_of_another_account_is_unknown(bank: Bank) -> None:
    """An entry is looked for in the account's own journal; an account that is not there has none."""
    await move(bank, 10)
    call = entry_id(await bank.spend(5))
    missing = AccountRef(REF.tenant, "missing")

    assert await reverse(bank, call, ref=pair.SECOND) == Refused(Reason.UNKNOWN_ENTRY)
    assert await reverse(bank, call, ref=missing) == Refused(Reason.UNKNOWN_ACCOUNT)


async def test_archived_entry_is_unknown(bank: Bank) -> None:
    """Its amount could only be told by somebody else."""
    call = entry_id(await bank.spend(5))
    await bank.redis.xdel(keys.journal(REF), call)

    assert await reverse(bank, call) == Refused(Reason.UNKNOWN_ENTRY)


async def test_captured_hold_is_reversed(bank: Bank) -> None:
    """Its usage is usage like any other."""
    await bank.ledger.place_hold(REF, "call", usd(10), ttl_ms=60_000, operation_id="hold", actor="test")
    await bank.ledger.capture_hold(REF, "call", usd(7), operation_id="capture", actor="test")

    assert isinstance(await reverse(bank, (await last(bank)).id), Posted)
    assert (await bank.account()).available == usd(100)
    await bank.prove()


async def test_some_kinds_are_not_reversible(bank: Bank) -> None:
    """A transfer goes back by a transfer, a hold by its release; a payment is the provider's to refund."""
    await bank.ledger.place_hold(REF, "call", usd(1), ttl_ms=60_000, operation_id="hold", actor="test")
    await bank.ledger.capture_hold(REF, "call", usd(1), operation_id="capture", actor="test")
    await bank.recharge()
    await move(bank, 90)
    await complete(bank)
    call = entry_id(await bank.spend(1))
    reversal = entry_id(await reverse(bank, call))
    kinds = {each.kind: each.id for each in await bank.entries()}
    before = await dump(bank.redis)

    assert kinds["reversal"] == reversal
    for kind in ("hold", "release", "transfer", "recharge", "reversal"):
        assert await reverse(bank, kinds[kind]) == Refused(Reason.NOT_REVERSIBLE)
    assert await dump(bank.redis) == before


async def test_frozen_account_is_put_right(bank: Bank) -> None:
    """What was posted wrongly has happened as well."""
    call = entry_id(await bank.spend(5))
    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="freeze")

    assert isinstance(await reverse(bank, call), Posted)
    await bank.prove()


async def test_closed_account_is_not_changed(bank: Bank) -> None:
    """It is opened first."""
    call = entry_id(await bank.spend(100))
    await bank.policies.set_state(MANAGER, REF, State.CLOSED, operation_id="close")

    assert await reverse(bank, call) == Refused(Reason.ACCOUNT_CLOSED)


async def test_balance_keeps_its_limits(bank: Bank) -> None:
    """Neither beyond the largest exact balance nor below the smallest."""
    call = entry_id(await bank.spend(5))
    grant = (await bank.entries())[0].id
    most = Money(MAX_MICROS - usd(95).micros - usd(5).micros + 1, CURRENCY)
    await Corrections(bank.redis, bank.roles).adjust_balance(MANAGER, REF, most, operation_id="most")
    assert await reverse(bank, call) == Refused(Reason.BALANCE_LIMIT)
    await bank.spend("0.000001")
    assert isinstance(await reverse(bank, call), Posted)
    assert (await bank.account()).balance == Money(MAX_MICROS, CURRENCY)

    for service, micros in (("calls abroad", MAX_MICROS), ("texts", MAX_MICROS - usd(100).micros + 1)):
        amount = Money(micros, CURRENCY)
        await bank.ledger.charge_usage(REF, amount, operation_id=service[:5], actor="test", service=service)
    assert await reverse(bank, grant) == Refused(Reason.BALANCE_LIMIT)
    await bank.ledger.add_credit(REF, MICRO, operation_id="least", actor="test")
    assert isinstance(await reverse(bank, grant), Posted)
    assert (await bank.account()).balance == Money(-MAX_MICROS, CURRENCY)
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


async def test_only_managers_and_operators_reverse(bank: Bank) -> None:
    """Members and strangers do not."""
    call = entry_id(await bank.spend(1))
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert await reverse(bank, call, actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await reverse(bank, call, actor=STRANGER) == Refused(Reason.STRANGER)
    assert await reverse(bank, call, ref=OTHER) == Refused(Reason.STRANGER)
    assert isinstance(await reverse(bank, call, actor=Operator("night-shift")), Posted)
