"""Services that people stop and let go on: who may, what is told, and how each stands."""

import pytest

from store.account import State
from store.events import ServiceResumed, ServiceStopped
from store.keys import AccountRef
from store.outcomes import Change, Done, Posted, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from store.services import KNOWN, ServiceState, state, states
from tests.controls import MANAGER, MEMBER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_by
from tests.store.holding import arrange, authorise, place
from tests.store.outline import halts, outline

bank = bank_by(arrange)


async def stop(
    bank: Bank,
    service: str = "calls",
    actor: Actor | Operator = MANAGER,
    *,
    open_: bool = False,
    operation_id: str = "",
    reason: str = "",
) -> Change:
    """Stop a service, or let it go on."""
    operation_id = operation_id or bank.operation()
    return await bank.policies.set_service_state(
        actor, REF, service, open=open_, operation_id=operation_id, reason=reason
    )


async def seen(bank: Bank, service: str = "calls") -> ServiceState:
    """How a service stands."""
    return state(await bank.account(), service)


async def test_stop_is_kept_and_told(bank: Bank) -> None:
    """Who, when and why, on one line; the other services go on."""
    assert await stop(bank, reason=" a\tloop\n of calls ") == Done("changed")

    [event] = await outline(bank, ServiceStopped)
    assert (event.service, event.by, event.reason) == ("calls", MANAGER.id, "a loop of calls")
    assert await seen(bank) == ServiceState("calls", False, "stopped", event.at_ms, MANAGER.id, "a loop of calls")
    assert (await seen(bank, "toll-free")).open
    await bank.prove()


async def test_resumption_is_told(bank: Bank) -> None:
    """Then nothing is kept of the stop."""
    await stop(bank)

    assert await stop(bank, open_=True, reason="mended") == Done("changed")

    [event] = await outline(bank, ServiceResumed)
    assert (event.service, event.by, event.reason) == ("calls", MANAGER.id, "mended")
    assert (await bank.account()).stops == ()
    assert isinstance(await authorise(bank, 1), Posted)


@pytest.mark.parametrize("open_", [False, True])
async def test_what_is_so_already_is_not_told(bank: Bank, open_: bool) -> None:
    """The first stop keeps who and why."""
    if not open_:
        await stop(bank, reason="first")
    before, account = await halts(bank), await bank.account()

    assert await stop(bank, open_=open_, reason="second") == Done("unchanged")

    assert (await halts(bank), await bank.account()) == (before, account)


async def test_repeat_does_not_stop_again(bank: Bank) -> None:
    """Sent again after the service went on it answers as the first time; with other contents it is refused."""
    await stop(bank, operation_id="stop")
    await stop(bank, open_=True)

    assert await stop(bank, operation_id="stop") == Done("changed", repeated=True)
    for change in ({"open_": True}, {"service": "toll-free"}, {"reason": "another"}):
        told = {"service": "calls", "operation_id": "stop"} | change
        assert await stop(bank, **told) == Refused(Reason.OPERATION_CONFLICT)
    assert await halts(bank) == ["stopped calls", "resumed calls"]


async def test_only_managers_and_operators_stop_services(bank: Bank) -> None:
    """Members and strangers do not; an operator does, and is named."""
    assert await stop(bank, actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await stop(bank, actor=STRANGER) == Refused(Reason.STRANGER)
    assert await stop(bank, actor=Operator("night-shift")) == Done("changed")
    assert [each.by for each in await outline(bank, ServiceStopped)] == ["operator:night-shift"]


async def test_service_of_an_unknown_account_is_refused(bank: Bank) -> None:
    """And does not make one."""
    missing = AccountRef(REF.tenant, "missing")

    outcome = await bank.policies.set_service_state(MANAGER, missing, "calls", open=False, operation_id="a")

    assert outcome == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await bank.ledger.account(missing) is None


@pytest.mark.parametrize("service", ["", "a\tb", "x" * 65])
async def test_what_is_no_service_is_an_error(bank: Bank, service: str) -> None:
    """It would be part of a field's and a ledger account's name."""
    with pytest.raises(ValueError, match="a service is"):
        await stop(bank, service)
    with pytest.raises(ValueError, match="a service is"):
        await place(bank, 1, service=service)
    await place(bank, 1)
    if service:
        with pytest.raises(ValueError, match="a service is"):
            await bank.ledger.capture_hold(REF, "call-1", usd(1), operation_id="c", actor="test", service=service)


async def test_services_are_listed_as_they_stand(bank: Bank) -> None:
    """Those of call records, those that were charged for, and those that are stopped."""
    await bank.spend(1)
    await stop(bank, "fax")

    found = states(await bank.account())

    assert [each.service for each in found] == sorted({*KNOWN, "calls", "fax"})
    assert [each.service for each in found if not each.open] == ["fax"]


@pytest.mark.parametrize(
    ("put", "reason"), [(State.FROZEN, "frozen"), (State.CLOSED, "closed"), (State.OPEN, "stopped")]
)
async def test_state_of_the_account_comes_before_a_stop(bank: Bank, put: State, reason: str) -> None:
    """What a call would be refused for first is what is said."""
    await bank.spend(100)
    await stop(bank)

    await bank.policies.set_state(MANAGER, REF, put, operation_id="state")

    refused = Reason.SERVICE_STOPPED if put is State.OPEN else Reason(f"account_{put}")
    assert (await seen(bank)).reason == reason
    assert await authorise(bank, 1) == Refused(refused)


async def test_service_of_an_empty_account_takes_no_calls(redis: Client) -> None:
    """Nothing has happened yet, nothing was told, and nothing would be authorised."""
    bank = await Bank.open(redis)

    assert await seen(bank) == ServiceState("calls", open=False, reason="exhausted")
    assert await authorise(bank, 1) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await halts(bank) == []
