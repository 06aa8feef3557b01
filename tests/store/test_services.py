"""Services that people stop: which calls are refused then, what posts all the same, and how each stands."""

import pytest

from store import keys
from store.account import State
from store.batch import UsagePosting
from store.events import ServiceResumed, ServiceStopped
from store.keys import AccountRef
from store.outcomes import Change, Done, Posted, Reason, Refused, Resolved
from store.roles import Actor, Operator
from store.scripts import Client
from store.services import KNOWN, ServiceState, state, states
from tests.controls import MANAGER, MEMBER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_by
from tests.store.clock import Clock
from tests.store.holding import capture, done, expire, extend, place, set_service, standing
from tests.store.outline import halts, outline

STOPPED = Refused(Reason.SERVICE_STOPPED)


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await Bank.open(redis, balance=100)


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


async def authorise(bank: Bank, units: str | int, service: str = "calls") -> object:
    """Usage that asks first."""
    return await bank.ledger.charge_usage(
        REF, usd(units), operation_id=bank.operation(), actor="test", service=service, authorised=True
    )


async def seen(bank: Bank, service: str = "calls") -> ServiceState:
    """How a service stands."""
    return state(await bank.account(), service)


async def totals(bank: Bank) -> dict[str, str]:
    """What each service was charged, in millionths."""
    record = await bank.redis.hgetall(keys.account(REF))
    return {name.removeprefix("total:usage:"): each for name, each in record.items() if name.startswith("total:usage:")}


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


async def test_stopped_service_places_no_hold(bank: Bank) -> None:
    """Until it goes on; other services do all the time."""
    await set_service(bank)

    assert await place(bank, 1) == STOPPED
    done(await place(bank, 1, "call-2", service="toll-free"))
    await set_service(bank, open_=True)
    done(await place(bank, 1))
    await bank.prove()


async def test_hold_of_a_stopped_service_is_not_extended(bank: Bank) -> None:
    """Neither by credit nor by time: the call has to end."""
    await place(bank, 1, service="toll-free")
    await place(bank, 1, "call-2")
    await set_service(bank, "toll-free")

    assert [await extend(bank, units) for units in (1, 0)] == [STOPPED, STOPPED]
    done(await extend(bank, 1, "call-2"))
    await set_service(bank, "toll-free", open_=True)
    done(await extend(bank, 1))
    await bank.prove()


async def test_stopped_service_authorises_no_usage(bank: Bank) -> None:
    """Until it goes on; recorded usage always posts."""
    await set_service(bank)

    assert await authorise(bank, 1) == STOPPED
    assert isinstance(await bank.spend(1), Posted)
    assert isinstance(await authorise(bank, 1, "toll-free"), Posted)
    assert await authorise(bank, 1) == STOPPED
    await set_service(bank, open_=True)
    assert isinstance(await authorise(bank, 1), Posted)
    await bank.prove()


async def test_each_of_a_batch_asks_for_its_own_service(bank: Bank) -> None:
    """One that is stopped keeps the others from nothing."""
    await set_service(bank, "toll-free")
    asked = ["calls", "toll-free", "calls"]

    found = await bank.ledger.post_batch(
        [UsagePosting(REF, usd(1), f"each-{n}", "test", "", each, authorised=True) for n, each in enumerate(asked)]
    )

    assert [isinstance(each, Posted) for each in found] == [True, False, True]
    assert found[1] == STOPPED
    await bank.prove()


async def test_capture_of_a_stopped_service_takes_what_was_set_aside(bank: Bank) -> None:
    """And authorises no more; recorded usage posts, whatever it is."""
    for hold in ("call-1", "call-2", "call-3"):
        await place(bank, 10, hold)
    await set_service(bank)

    assert await capture(bank, 11, authorised=True) == STOPPED
    done(await capture(bank, 10, authorised=True))
    done(await capture(bank, 11, "call-2"))
    await set_service(bank, open_=True)
    done(await capture(bank, 11, "call-3", authorised=True))
    assert await standing(bank) == ("68", "0")
    await bank.prove()


async def test_capture_that_the_rules_look_at_is_refused_as_well(bank: Bank) -> None:
    """Here a level would be armed again."""
    await bank.levels(95)
    await place(bank, 10)
    await set_service(bank)

    assert await capture(bank, 11, authorised=True) == STOPPED
    assert await standing(bank) == ("90", "10")


async def test_capture_is_usage_of_the_service_of_its_hold(bank: Bank) -> None:
    """Unless told otherwise; the journal's totals say which."""
    await place(bank, 10, service="toll-free")
    await place(bank, 10, "call-2", service="toll-free")
    await place(bank, 10, "call-3")

    done(await capture(bank, 1))
    captured = bank.ledger.capture_hold(REF, "call-2", usd(2), operation_id="c", actor="test", service="conference")
    assert isinstance(await captured, Resolved)
    done(await capture(bank, 3, "call-3"))

    assert await totals(bank) == {"toll-free": "1000000", "conference": "2000000", "calls": "3000000"}
    await bank.prove()


async def test_hold_tells_its_service(bank: Bank) -> None:
    """Listed as long as it is open; nothing but its fate is kept then."""
    await place(bank, 10, service="toll-free")
    assert [each.service for each in await bank.ledger.holds(REF)] == ["toll-free"]

    await capture(bank, 1)

    assert await bank.redis.hgetall(keys.hold(REF, "call-1")) == {"state": "captured"}


async def test_late_capture_is_usage_of_the_service_of_its_hold(redis: Client, clock: Clock) -> None:
    """It is known even when the hold has expired."""
    bank = await arrange(redis)
    await place(bank, 10, service="toll-free")
    assert await expire(bank, clock) == "expired"

    done(await capture(bank, 3))

    assert await totals(bank) == {"toll-free": "3000000"}
    await bank.prove()


async def test_hold_from_before_services_is_for_calls(bank: Bank) -> None:
    """It has no service, and is extended and captured as it always was."""
    await place(bank, 10, service="toll-free")
    await bank.redis.hdel(keys.hold(REF, "call-1"), "service")
    assert [each.service for each in await bank.ledger.holds(REF)] == ["calls"]

    await set_service(bank)
    assert await extend(bank, 1) == STOPPED
    done(await capture(bank, 3))

    assert await totals(bank) == {"calls": "3000000"}


async def test_repeat_of_a_capture_with_another_service_is_refused(bank: Bank) -> None:
    """The same with the same service is answered with the first outcome, though the hold has forgotten it."""
    await place(bank, 10, service="toll-free")
    first = done(await capture(bank, 3, operation_id="once"))

    again = done(await capture(bank, 3, operation_id="once"))
    other = await bank.ledger.capture_hold(
        REF, "call-1", usd(3), operation_id="once", actor="test", memo="a call", service="conference"
    )

    assert (again.entry, again.repeated, other) == (first.entry, True, Refused(Reason.OPERATION_CONFLICT))


async def test_repeat_of_a_hold_with_another_service_is_refused(bank: Bank) -> None:
    """What was set aside is for the first."""
    await place(bank, 10, operation_id="once")

    outcome = await place(bank, 10, operation_id="once", service="toll-free")

    assert outcome == Refused(Reason.OPERATION_CONFLICT)


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
