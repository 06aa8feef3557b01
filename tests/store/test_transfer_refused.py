"""Transfers that are refused move nothing: no cover, another account, another state, no right to it."""

import pytest

from store import keys
from store.account import State
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason, Refused
from store.roles import Operator
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.pair import SECOND, balances, gift, last, lots, move, prove
from tests.store.posting import MICRO, OTHER, dump

arrange = pair.arrange
bank = bank_on_clock(arrange)


@pytest.mark.parametrize("changed", [{"amount": 31}, {"to": "third"}, {"memo": "other"}])
async def test_operation_id_with_other_contents_is_refused(bank: Bank, changed: dict[str, object]) -> None:
    """Another amount, taker or memo under the same id is a conflict."""
    await move(bank, 30, "move-1")

    outcome = await move(bank, **{"amount": 30, "operation_id": "move-1", **changed})  # type: ignore[arg-type]
    assert outcome == Refused(Reason.OPERATION_CONFLICT)
    assert await balances(bank) == (usd(70), usd(30))


async def test_overdraft_does_not_move(bank: Bank) -> None:
    """It is for usage: a transfer ends at zero."""
    await bank.policies.set_overdraft(MANAGER, REF, usd(50), operation_id="overdraft")

    assert await move(bank, usd(100) + MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 100), Posted)
    assert await move(bank, MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    await prove(bank)


async def set_aside(bank: Bank, units: int) -> None:
    """Place a hold for a call of an hour."""
    held = await bank.ledger.place_hold(
        REF, "call", usd(units), ttl_ms=3_600_000, operation_id=bank.operation(), actor="test"
    )
    assert not isinstance(held, Refused)


async def test_what_is_set_aside_does_not_move(bank: Bank) -> None:
    """Holds keep what they hold."""
    await set_aside(bank, 40)

    assert await move(bank, 61) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 60), Posted)
    assert [each.left for each in await lots(bank, REF)] == [usd(40).micros]
    await prove(bank)


@pytest.mark.parametrize("used_up", [False, True])
async def test_expired_credit_that_is_set_aside_does_not_move(bank: Bank, clock: Clock, *, used_up: bool) -> None:
    """The expiry takes what is available, and the credit that has not expired stays for the hold."""
    if used_up:
        await gift(bank, 10, 4)
    await gift(bank, 10, 5)
    await set_aside(bank, 100)
    if used_up:
        await bank.spend(10)
    clock.advance(days=10)

    assert await move(bank, 1) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert (await bank.account()).available == usd(10)
    await prove(bank)


async def test_accounts_currency_and_amount_are_checked(bank: Bank) -> None:
    """Each refusal has its reason and changes nothing."""
    euros = AccountRef(REF.tenant, "euros")
    await bank.ledger.open_account(euros, "EUR")
    before = await dump(bank.redis)

    assert await move(bank, 1, to=REF.account) == Refused(Reason.SAME_ACCOUNT)
    assert await move(bank, 1, to="missing") == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await move(bank, 1, ref=AccountRef(REF.tenant, "missing")) == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await move(bank, 1, to="euros") == Refused(Reason.CURRENCY_MISMATCH)
    assert await move(bank, Money.of(1, "EUR"), ref=REF) == Refused(Reason.CURRENCY_MISMATCH)
    assert await move(bank, Money.of(1, "EUR"), to="euros") == Refused(Reason.CURRENCY_MISMATCH)
    for micros in (0, -1, MAX_MICROS + 1):
        assert await move(bank, Money(micros, CURRENCY)) == Refused(Reason.AMOUNT_INVALID)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("ref", [REF, SECOND])
@pytest.mark.parametrize(
    ("state", "reason"), [(State.FROZEN, Reason.ACCOUNT_FROZEN), (State.CLOSED, Reason.ACCOUNT_CLOSED)]
)
async def test_both_accounts_have_to_be_open(bank: Bank, ref: AccountRef, state: State, reason: Reason) -> None:
    """Neither gives nor takes anything otherwise."""
    await bank.redis.hset(keys.account(ref), "state", state.value)
    before = await dump(bank.redis)

    assert await move(bank, 1) == Refused(reason)
    assert await dump(bank.redis) == before


async def test_insufficient_credit_changes_nothing(bank: Bank, clock: Clock) -> None:
    """Not even what has expired leaves."""
    await gift(bank, 10, 5)
    clock.advance(days=10)
    before = await dump(bank.redis)

    assert await move(bank, 101) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await dump(bank.redis) == before


async def test_takers_balance_has_its_limit(bank: Bank) -> None:
    """The largest exact balance can be reached, and not one millionth more."""
    await bank.ledger.add_credit(SECOND, Money(MAX_MICROS - 10, CURRENCY), operation_id="much", actor="test")

    assert await move(bank, Money(11, CURRENCY)) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await move(bank, Money(10, CURRENCY)), Posted)
    await prove(bank)


async def test_total_of_transfers_has_its_limit(bank: Bank) -> None:
    """What one account has given another is kept exactly as well."""
    for ref, sign in ((REF, 1), (SECOND, -1)):
        other = "second" if ref == REF else "default"
        await bank.redis.hset(keys.account(ref), f"total:transfer:{other}", str(sign * (MAX_MICROS - 5)))

    assert await move(bank, Money(6, CURRENCY)) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await move(bank, Money(5, CURRENCY)), Posted)


async def test_only_managers_and_operators_transfer(bank: Bank) -> None:
    """Members and strangers do not, nor a manager of another workspace's credit."""
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert await move(bank, 1, actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await move(bank, 1, actor=STRANGER) == Refused(Reason.STRANGER)
    assert await move(bank, 1, ref=OTHER) == Refused(Reason.STRANGER)
    assert isinstance(await move(bank, 1, actor=Operator("night-shift")), Posted)
    assert (await last(bank, SECOND)).actor == "operator:night-shift"
