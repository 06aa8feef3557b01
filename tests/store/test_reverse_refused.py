"""Reversals that are refused change nothing: no such entry, not this kind, no right to it, no room for it."""

import pytest

from store import keys
from store.account import State
from store.corrections import Corrections
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason, Refused
from store.roles import Operator
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, entry_id, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.pair import move
from tests.store.posting import MICRO, OTHER, dump
from tests.store.recharging import complete
from tests.store.test_reverse_entry import reverse

arrange = pair.arrange
bank = bank_on_clock(arrange)


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


async def test_only_managers_and_operators_reverse(bank: Bank) -> None:
    """Members and strangers do not."""
    call = entry_id(await bank.spend(1))
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert await reverse(bank, call, actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await reverse(bank, call, actor=STRANGER) == Refused(Reason.STRANGER)
    assert await reverse(bank, call, ref=OTHER) == Refused(Reason.STRANGER)
    assert isinstance(await reverse(bank, call, actor=Operator("night-shift")), Posted)
