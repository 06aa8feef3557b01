"""Holds over HTTP: may this call begin, may it go on, what did it cost."""

import hashlib
from typing import Annotated, Any, Literal, NoReturn

from fastapi import APIRouter, Body, Depends
from pydantic import ConfigDict, Field

from bot.api.access import AccountName, HoldId, Key, WhichAccount, account_of, needs, operation_of
from bot.api.described import responses
from bot.api.money import WHOLE, Answer, Charge, MoneyOut, Price, Strict, Utc, money_json, rfc_3339
from bot.api.problems import OF_REASON, Code, ProblemError
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import Money
from store.outcomes import Held, Holding, Reason, Refused, Resolution
from store.tokens import Admitted, Scope

_DAY_S = 86_400
_ID = "call-20261104-0001"

Ttl = Annotated[
    int,
    Field(ge=1, le=_DAY_S, description="Seconds from now until it is given back by itself.", examples=[90]),
    WHOLE,
]
Memo = Annotated[
    str, Field(max_length=500, description="What the history shows.", examples=["Call to +44 7700 900123"])
]
Service = Annotated[
    str, Field(pattern=r"^[a-z0-9-]{1,32}$", description="The service that is charged.", examples=["calling"])
]


class HoldRequest(Strict):
    """Credit to be set aside for a call that is about to begin."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": _ID, "amount": {"amount": "0.50", "currency": "USD"}, "ttl_s": 90, "memo": "Call"}]
        }
    )
    id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="Your own, such as the call's id; without it one is made of the Idempotency-Key.",
        examples=[_ID],
    )
    amount: Price = Field(description="What the call will cost until you extend it, at most.")
    ttl_s: Ttl
    service: Service = "calling"
    memo: Memo = ""


class ExtendRequest(Strict):
    """More credit, more time, or both."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "0.25", "currency": "USD"}, "ttl_s": 90}]}
    )
    amount: Charge | None = Field(None, description="What is set aside as well; without it only time is added.")
    ttl_s: Ttl
    memo: Memo = ""


class CaptureRequest(Strict):
    """What the call has cost."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "0.70", "currency": "USD"}, "service": "calling"}]}
    )
    amount: Charge = Field(description="Charged whatever was set aside, even below zero; zero gives everything back.")
    service: Service | None = Field(None, description="Which is charged; without it that of the hold.")
    memo: Memo = ""


class ReleaseRequest(Strict):
    """The call did not take place."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"memo": "Nobody answered"}]})
    memo: Memo = ""


class HoldOut(Answer):
    """Credit is set aside."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "account": "default",
                    "state": "held",
                    "expires_at": "2026-11-04T09:16:32.118Z",
                    "available": {"amount": "11.500000", "currency": "USD"},
                    "entry": "1793783702118-42",
                    "repeated": False,
                }
            ]
        }
    )
    id: str
    account: str
    state: Literal["held"]
    expires_at: Utc
    available: MoneyOut = Field(description="What is available after it.")
    entry: str | None = Field(description="The entry of the journal; null where only time was added.")
    repeated: bool = Field(description="This request was carried out before: nothing was changed now.")


class ResolvedOut(Answer):
    """A hold is over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "account": "default",
                    "state": "captured",
                    "given_back": {"amount": "0.500000", "currency": "USD"},
                    "available": {"amount": "11.300000", "currency": "USD"},
                    "entry": "1793783939118-44",
                    "repeated": False,
                }
            ]
        }
    )
    id: str
    account: str
    state: Literal["captured", "released"]
    given_back: MoneyOut = Field(description="What had been set aside; zero where the hold had expired.")
    available: MoneyOut = Field(description="What is available after it.")
    entry: str
    repeated: bool = Field(description="This request was carried out before: nothing was changed now.")


_CHANGES = (Code.KEY_MISSING, Code.KEY_REUSED, Code.OUTCOME_UNKNOWN, Code.UNKNOWN_ACCOUNT, Code.BALANCE_LIMIT)
_NOTHING_NEW = (Code.ACCOUNT_FROZEN, Code.ACCOUNT_CLOSED, Code.SERVICE_STOPPED)
_ASIDE = (*_CHANGES, Code.INSUFFICIENT_CREDIT, Code.CURRENCY_MISMATCH, *_NOTHING_NEW)
_ONE = (Code.UNKNOWN_HOLD, Code.HOLD_RESOLVED)
Caller = Annotated[Admitted, Depends(needs(Scope.HOLDS_WRITE))]


def router(ledger: Ledger) -> APIRouter:
    """The endpoints of holds."""
    routes = APIRouter(tags=["Holds"])

    @routes.post(
        "/accounts/{account}/holds",
        status_code=201,
        summary="Authorise a call",
        responses=responses(*_ASIDE, Code.HOLD_EXISTS, Code.SERVICES_TOO_MANY),
    )
    async def place_hold(caller: Caller, account: AccountName, key: Key, wanted: HoldRequest) -> HoldOut:
        """May this call begin? Sets credit aside for it; 402 if there is not enough.

        What is set aside is available for nothing else, until it is captured, released, or its time is over.
        """
        ref, operation = account_of(caller, account), operation_of(caller, key)
        hold_id = wanted.id or f"h-{hashlib.sha256(operation.encode()).hexdigest()[:24]}"
        amount = wanted.amount.money
        outcome = await ledger.place_hold(
            ref,
            hold_id,
            amount,
            ttl_ms=wanted.ttl_s * 1000,
            operation_id=operation,
            actor=caller.actor,
            memo=wanted.memo,
            service=wanted.service,
        )
        return await _held(ledger, ref, hold_id, amount, outcome)

    @routes.post("/holds/{hold_id}/extend", summary="Let a call go on", responses=responses(*_ASIDE, *_ONE))
    async def extend_hold(
        caller: Caller, hold_id: HoldId, key: Key, wanted: ExtendRequest, account: WhichAccount = None
    ) -> HoldOut:
        """May this call go on? Sets more credit aside, and adds time; 402 if there is not enough.

        The hold is then as it was: the call may last until what is set aside is used up.
        """
        ref = account_of(caller, account)
        amount = wanted.amount.money if wanted.amount else Money(0, await _currency(ledger, ref))
        outcome = await ledger.extend_hold(
            ref,
            hold_id,
            amount,
            ttl_ms=wanted.ttl_s * 1000,
            operation_id=operation_of(caller, key),
            actor=caller.actor,
            memo=wanted.memo,
        )
        return await _held(ledger, ref, hold_id, amount, outcome)

    @routes.post(
        "/holds/{hold_id}/capture",
        summary="Charge a call that was authorised",
        responses=responses(*_CHANGES, *_ONE, Code.CURRENCY_MISMATCH, Code.SERVICES_TOO_MANY, Code.ACCOUNT_CLOSED),
    )
    async def capture_hold(
        caller: Caller, hold_id: HoldId, key: Key, wanted: CaptureRequest, account: WhichAccount = None
    ) -> ResolvedOut:
        """What the call has cost: charges it, and gives back what was set aside.

        The call has happened, so that this is charged even beyond what was set aside, and even if the hold expired.
        """
        ref, amount = account_of(caller, account), wanted.amount.money
        outcome = await ledger.capture_hold(
            ref,
            hold_id,
            amount,
            operation_id=operation_of(caller, key),
            actor=caller.actor,
            memo=wanted.memo,
            service=wanted.service or "",
        )
        return _resolved(ref, hold_id, outcome, "captured" if amount.micros else "released")

    @routes.post(
        "/holds/{hold_id}/release", summary="Give back what was set aside", responses=responses(*_CHANGES, *_ONE)
    )
    async def release_hold(
        caller: Caller,
        hold_id: HoldId,
        key: Key,
        wanted: Annotated[ReleaseRequest | None, Body()] = None,
        account: WhichAccount = None,
    ) -> ResolvedOut:
        """The call did not take place: gives everything back."""
        ref, memo = account_of(caller, account), wanted.memo if wanted else ""
        operation = operation_of(caller, key)
        outcome = await ledger.release_hold(ref, hold_id, operation_id=operation, actor=caller.actor, memo=memo)
        return _resolved(ref, hold_id, outcome, "released")

    return routes


async def _currency(ledger: Ledger, ref: AccountRef) -> str:
    account = await ledger.account(ref)
    if account is None:
        raise ProblemError(Code.UNKNOWN_ACCOUNT)
    return account.currency


async def _held(ledger: Ledger, ref: AccountRef, hold_id: str, wanted: Money, outcome: Holding) -> HoldOut:
    if isinstance(outcome, Held):
        return HoldOut.model_construct(
            id=hold_id,
            account=ref.account,
            state="held",
            expires_at=rfc_3339(outcome.expires_ms),
            available=MoneyOut.of(outcome.after),
            entry=outcome.entry or None,
            repeated=outcome.repeated,
        )
    if outcome.reason is not Reason.INSUFFICIENT_CREDIT:
        _refuse(outcome)
    raise ProblemError(Code.INSUFFICIENT_CREDIT, **await _missing(ledger, ref, wanted))


async def _missing(ledger: Ledger, ref: AccountRef, wanted: Money) -> dict[str, Any]:
    """What there is to set aside, right after the refusal, and how much more was wanted."""
    account = await ledger.account(ref)
    there = account.available + account.overdraft if account else Money(0, wanted.currency)
    missing = Money(max(0, wanted.micros - there.micros), wanted.currency)
    return {"available": money_json(there), "missing": money_json(missing)}


def _resolved(
    ref: AccountRef, hold_id: str, outcome: Resolution, state: Literal["captured", "released"]
) -> ResolvedOut:
    if isinstance(outcome, Refused):
        _refuse(outcome)
    return ResolvedOut.model_construct(
        id=hold_id,
        account=ref.account,
        state=state,
        given_back=MoneyOut.of(outcome.released),
        available=MoneyOut.of(outcome.after),
        entry=outcome.entry,
        repeated=outcome.repeated,
    )


def _refuse(outcome: Refused) -> NoReturn:
    raise ProblemError(OF_REASON[outcome.reason])
