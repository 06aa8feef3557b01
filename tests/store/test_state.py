"""Frozen and closed accounts: what still posts, what is refused, and that nothing is recharged."""

import pytest

from store.account import State
from store.events import SettingsChanged
from store.keys import AccountRef
from store.outcomes import Change, Done, Posted, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from tests.controls import CARD, MANAGER, MEMBER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_by
from tests.store.outline import outline
from tests.store.recharging import claim

OPERATOR = Operator("night-shift")


async def arrange(redis: Client) -> Bank:
    """An open account with 100 dollars."""
    return await Bank.open(redis, balance=100)


bank = bank_by(arrange)


async def put(bank: Bank, state: State, actor: Actor | Operator = MANAGER, operation_id: str = "") -> Change:
    """Set the account's state."""
    return await bank.policies.set_state(actor, REF, state, operation_id=operation_id or bank.operation())


async def authorise(bank: Bank, units: int) -> object:
    """Usage that asks first."""
    return await bank.ledger.charge_usage(REF, usd(units), operation_id=bank.operation(), actor="test", authorised=True)


async def closed(bank: Bank) -> None:
    """Used up and closed."""
    await bank.spend(100)
    assert await put(bank, State.CLOSED) == Done("changed")


async def test_account_opens_open(bank: Bank) -> None:
    """Nothing is frozen unless somebody freezes it."""
    assert (await bank.account()).state is State.OPEN


async def test_freezing_is_saved_and_told(bank: Bank) -> None:
    """Who did it, and what it was before."""
    assert await put(bank, State.FROZEN) == Done("changed")

    [event] = await outline(bank, SettingsChanged)
    assert (event.topic, event.by, event.pairs) == ("state", MANAGER.id, (("state", "open", "frozen"),))
    assert (await bank.account()).state is State.FROZEN
    await bank.prove()


async def test_repeat_does_not_freeze_again(bank: Bank) -> None:
    """Sent again after the account was opened it answers as the first time and leaves it open."""
    await put(bank, State.FROZEN, operation_id="freeze")
    await put(bank, State.OPEN)

    assert await put(bank, State.FROZEN, operation_id="freeze") == Done("changed", repeated=True)
    assert await put(bank, State.CLOSED, operation_id="freeze") == Refused(Reason.OPERATION_CONFLICT)
    assert (await bank.account()).state is State.OPEN


async def test_frozen_account_authorises_nothing(bank: Bank) -> None:
    """Not even what the credit would pay, also after other postings; opened again, it does."""
    await put(bank, State.FROZEN)

    assert await authorise(bank, 1) == Refused(Reason.ACCOUNT_FROZEN)
    await bank.spend(1)
    assert await authorise(bank, 1) == Refused(Reason.ACCOUNT_FROZEN)
    await put(bank, State.OPEN)
    assert isinstance(await authorise(bank, 1), Posted)
    await bank.prove()


async def test_frozen_account_takes_what_has_happened(bank: Bank) -> None:
    """Recorded usage, below zero too, and credit."""
    await put(bank, State.FROZEN)

    assert isinstance(await bank.spend(130), Posted)
    assert isinstance(await bank.grant(10), Posted)
    assert (await bank.account()).balance == usd(-20)
    await bank.prove()


async def test_closed_account_takes_no_usage_and_no_credit(bank: Bank) -> None:
    """Recorded or authorised, granted or paid for."""
    await closed(bank)
    refused = Refused(Reason.ACCOUNT_CLOSED)

    assert await bank.spend(1) == refused
    assert await authorise(bank, 1) == refused
    assert await bank.grant(1) == refused
    topup = bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C1", operation_id="top")
    assert await topup == refused
    assert (await bank.account()).balance == usd(0)
    await bank.prove()


async def test_closed_account_is_credited_what_the_provider_has_taken(bank: Bank) -> None:
    """The money is there; the account can be opened to use it, and is not closed again while it is there."""
    topup = await bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C1", operation_id="top")
    assert isinstance(topup, Done)
    await closed(bank)

    settled = await bank.payments.settle(REF, topup.result, charge_ref="ch_1", received=usd(25))

    assert isinstance(settled, Posted)
    await put(bank, State.OPEN)
    assert await put(bank, State.CLOSED) == Refused(Reason.NOT_EMPTY)
    await bank.prove()


@pytest.mark.parametrize("units", [99, 101])
async def test_closing_is_refused_while_there_is_a_balance(bank: Bank, units: int) -> None:
    """Credit or debt: both would be stuck."""
    await bank.spend(units)

    assert await put(bank, State.CLOSED) == Refused(Reason.NOT_EMPTY)
    assert (await bank.account()).state is State.OPEN
    assert await outline(bank, SettingsChanged) == []


async def test_closing_is_refused_while_credit_is_set_aside(bank: Bank) -> None:
    """What holds set aside is still to be charged or given back."""
    await bank.ledger.place_hold(REF, "call", usd(1), ttl_ms=60_000, operation_id="hold", actor="test")
    await bank.spend(99)

    assert await put(bank, State.CLOSED) == Refused(Reason.NOT_EMPTY)
    await bank.prove()


@pytest.mark.parametrize("state", [State.FROZEN, State.CLOSED])
async def test_account_that_is_not_open_recharges_nothing(bank: Bank, state: State) -> None:
    """Not by a posting, not by a look, not by other settings; opened again, it does at once."""
    await bank.spend(100)
    await put(bank, state)
    await bank.recharge()

    if state is State.FROZEN:
        await bank.spend(1)
    assert await bank.payments.check_recharge(REF) == ""
    assert (await bank.account()).slot == ""
    assert (await bank.account()).wait is None
    await put(bank, State.OPEN)
    assert (await bank.account()).slot != ""
    await bank.prove()


async def test_recharge_that_is_charged_already_is_credited(bank: Bank) -> None:
    """The provider was asked before the account was frozen; no further recharge follows."""
    await bank.recharge(amount=50, below=60)
    await bank.spend(95)
    await claim(bank)
    await put(bank, State.FROZEN)

    claimed = (await bank.account()).slot
    settled = await bank.payments.settle(REF, claimed, charge_ref="ch_1", received=usd(50))

    assert isinstance(settled, Posted)
    assert ((await bank.account()).slot, (await bank.account()).balance) == ("", usd(55))
    await bank.prove()


async def test_only_managers_and_operators_change_the_state(bank: Bank) -> None:
    """Members and strangers do not; an operator of the installation does, and is named."""
    assert await put(bank, State.FROZEN, MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await put(bank, State.FROZEN, STRANGER) == Refused(Reason.STRANGER)
    assert await put(bank, State.FROZEN, OPERATOR) == Done("changed")
    assert [event.by for event in await outline(bank, SettingsChanged)] == ["operator:night-shift"]


async def test_state_of_an_unknown_account_is_refused(bank: Bank) -> None:
    """And does not make one."""
    missing = AccountRef(REF.tenant, "missing")

    outcome = await bank.policies.set_state(MANAGER, missing, State.FROZEN, operation_id="a")

    assert outcome == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await bank.ledger.account(missing) is None
