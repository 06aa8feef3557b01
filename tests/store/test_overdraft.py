"""Overdraft: how far below zero authorised usage may go."""

import pytest

from store.events import SettingsChanged
from store.money import MAX_MICROS, Money
from store.outcomes import Change, Done, Posted, Posting, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_by
from tests.store.outline import outline
from tests.store.posting import MICRO


async def arrange(redis: Client) -> Bank:
    """100 dollars, no overdraft."""
    return await Bank.open(redis, balance=100)


bank = bank_by(arrange)


async def allow(bank: Bank, limit: Money, actor: Actor | Operator = MANAGER, operation_id: str = "") -> Change:
    """Set the overdraft's limit."""
    return await bank.policies.set_overdraft(actor, REF, limit, operation_id=operation_id or bank.operation())


async def authorise(bank: Bank, amount: Money) -> Posting:
    """Usage that asks first."""
    return await bank.ledger.charge_usage(REF, amount, operation_id=bank.operation(), actor="test", authorised=True)


async def test_without_overdraft_authorised_usage_ends_at_zero(bank: Bank) -> None:
    """The last millionth can be used, and not one more."""
    assert await authorise(bank, usd(100) + MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await authorise(bank, usd(100)), Posted)
    assert await authorise(bank, MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    await bank.prove()


async def test_overdraft_is_saved_and_told(bank: Bank) -> None:
    """Old and new, and who."""
    assert await allow(bank, usd(25)) == Done("changed")

    [event] = await outline(bank, SettingsChanged)
    assert (event.topic, event.by, event.currency) == ("overdraft", MANAGER.id, CURRENCY)
    assert event.pairs == (("overdraft", "0", "25000000"),)
    assert (await bank.account()).overdraft == usd(25)


async def test_overdraft_is_used_to_its_limit_and_not_beyond(bank: Bank) -> None:
    """By authorised usage; recorded usage goes on from there."""
    await allow(bank, usd(25))

    assert isinstance(await authorise(bank, usd(125)), Posted)
    assert await authorise(bank, MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await bank.spend(10), Posted)
    assert (await bank.account()).balance == usd(-35)
    await bank.prove()


async def test_lowered_overdraft_holds_at_once(bank: Bank) -> None:
    """What was used of it stays used."""
    await allow(bank, usd(25))
    await authorise(bank, usd(110))
    await allow(bank, usd(5))

    assert await authorise(bank, MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert (await bank.account()).balance == usd(-10)
    await bank.prove()


async def test_repeat_does_not_undo_a_later_limit(bank: Bank) -> None:
    """It answers as the first time; other figures under its id are a conflict."""
    await allow(bank, usd(25), operation_id="limit")
    await allow(bank, usd(5))

    assert await allow(bank, usd(25), operation_id="limit") == Done("changed", repeated=True)
    assert await allow(bank, usd(26), operation_id="limit") == Refused(Reason.OPERATION_CONFLICT)
    assert (await bank.account()).overdraft == usd(5)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (-MICRO, Reason.AMOUNT_INVALID),
        (Money(MAX_MICROS + 1, CURRENCY), Reason.AMOUNT_INVALID),
        (Money.of(25, "EUR"), Reason.CURRENCY_MISMATCH),
    ],
)
async def test_overdraft_is_refused(bank: Bank, limit: Money, reason: Reason) -> None:
    """A limit is zero or more, in the exact range and in the account's currency."""
    assert await allow(bank, limit) == Refused(reason)
    assert (await bank.account()).overdraft == usd(0)


async def test_only_managers_and_operators_set_it(bank: Bank) -> None:
    """Members and strangers do not."""
    assert await allow(bank, usd(25), MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await allow(bank, usd(25), STRANGER) == Refused(Reason.STRANGER)
    assert await allow(bank, usd(25), Operator("night-shift")) == Done("changed")
