"""What a telephone exchange does with holds, in short."""

from typing import TypeVar

import pytest

from store import keys
from store.holds import LONGEST_MS
from store.money import MAX_MICROS, Money
from store.outcomes import Change, Holding, Reason, Refused, Resolution
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, REF, Bank, usd
from tests.store.clock import Clock

HOUR_MS = 3_600_000
OVER_MS = 180 * 24 * HOUR_MS
"""How long a hold lives on once it is resolved."""
DUE = keys.due(keys.partition_of(REF.tenant))
ON_SCHEDULE = f"hold:{REF.tenant}:{REF.account}:call-1"
NEGATIVE, EUROS = Money(-1, CURRENCY), Money.of(1, "EUR")
NOT_TO_BE_HAD = pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (NEGATIVE, Reason.AMOUNT_INVALID),
        (Money(MAX_MICROS + 1, CURRENCY), Reason.AMOUNT_INVALID),
        (EUROS, Reason.CURRENCY_MISMATCH),
    ],
)
"""Amounts that no hold is extended by or captured for, and why."""
T = TypeVar("T")


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await Bank.open(redis, balance=100)


async def place(
    bank: Bank,
    units: str | int,
    hold_id: str = "call-1",
    operation_id: str = "",
    ttl_ms: int = HOUR_MS,
    service: str = "calls",
) -> Holding:
    """Place a hold, for an hour."""
    operation_id = operation_id or bank.operation()
    told = {"operation_id": operation_id, "actor": "test", "memo": "a call", "service": service}
    return await bank.ledger.place_hold(REF, hold_id, usd(units), ttl_ms=ttl_ms, **told)


async def set_service(bank: Bank, service: str = "calls", *, open_: bool = False, operation_id: str = "") -> Change:
    """A manager stops a service, or lets it go on."""
    operation_id = operation_id or bank.operation()
    return await bank.policies.set_service_state(MANAGER, REF, service, open=open_, operation_id=operation_id)


async def authorise(bank: Bank, units: str | int, service: str = "calls") -> object:
    """Charge usage that asks first."""
    return await bank.ledger.charge_usage(
        REF, usd(units), operation_id=bank.operation(), actor="test", service=service, authorised=True
    )


async def extend(
    bank: Bank, units: str | int, hold_id: str = "call-1", operation_id: str = "", ttl_ms: int = HOUR_MS
) -> Holding:
    """Extend a hold, by an hour from now."""
    operation_id = operation_id or bank.operation()
    return await bank.ledger.extend_hold(
        REF, hold_id, usd(units), ttl_ms=ttl_ms, operation_id=operation_id, actor="test", memo="a call"
    )


async def capture(
    bank: Bank,
    units: str | int,
    hold_id: str = "call-1",
    operation_id: str = "",
    *,
    service: str = "",
    authorised: bool = False,
) -> Resolution:
    """Capture a hold; without a service as usage of its own."""
    told = {"operation_id": operation_id or bank.operation(), "actor": "test", "memo": "a call", "service": service}
    return await bank.ledger.capture_hold(REF, hold_id, usd(units), **told, authorised=authorised)


async def release(bank: Bank, hold_id: str = "call-1", operation_id: str = "") -> Resolution:
    """Release a hold."""
    operation_id = operation_id or bank.operation()
    return await bank.ledger.release_hold(REF, hold_id, operation_id=operation_id, actor="test", memo="a call")


async def expire(bank: Bank, clock: Clock, hold_id: str = "call-1") -> str:
    """A day goes by, and the schedule looks at the hold."""
    clock.advance(seconds=LONGEST_MS / 1000)
    return await bank.ledger.expire_hold(REF, hold_id)


def done(outcome: T | Refused) -> T:
    """The outcome, which is no refusal."""
    assert not isinstance(outcome, Refused), outcome
    return outcome


async def put_in_state(bank: Bank, state: str) -> None:
    """Freeze or close the account: every posting then looks at the rules."""
    await bank.redis.hset(keys.account(REF), mapping={"state": state, "least": str(MAX_MICROS), "halted": "1"})


async def moves(bank: Bank, last: int) -> list[tuple[str, str, str, str]]:
    """The last entries: kind, what was debited and credited, and how much."""
    entries = (await bank.entries())[-last:]
    return [(each.kind, each.debit, each.credit, each.moved.plain()) for each in entries]


async def standing(bank: Bank) -> tuple[str, str]:
    """What is available, and what is set aside."""
    account = await bank.account()
    return account.available.plain(), account.held.plain()
