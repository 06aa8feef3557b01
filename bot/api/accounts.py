"""Accounts over HTTP: what is left, whether services are paid, and every change."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from bot.api.access import AccountName, account_of, needs
from bot.api.described import responses
from bot.api.money import Answer, Currency, MoneyOut, Utc, rfc_3339
from bot.api.problems import Code, ProblemError
from store.account import Account, Entry, State
from store.keys import AccountRef
from store.ledger import Ledger
from store.records import KIND, count_of
from store.services import states
from store.tokens import Admitted, Scope


class StopReason(StrEnum):
    """Why a service is stopped."""

    EXHAUSTED = "exhausted"
    STOPPED = "stopped"
    FROZEN = "frozen"
    CLOSED = "closed"


class ServiceOut(Answer):
    """Whether new calls of a service are paid for."""

    open: bool
    reason: StopReason | None = Field(
        description="Why not: the credit is `exhausted`, a person `stopped` it, the account is `frozen` or `closed`;"
        " the first of closed, frozen, stopped and exhausted that is so. What the person wrote is not said here."
    )
    since: Utc | None = Field(description="Since when that is so; null where it always was.")


class AccountOut(Answer):
    """An account as it stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account": "default",
                    "currency": "USD",
                    "state": "open",
                    "balance": {"amount": "12.340000", "currency": "USD"},
                    "available": {"amount": "11.840000", "currency": "USD"},
                    "held": {"amount": "0.500000", "currency": "USD"},
                    "overdraft": {"amount": "0.000000", "currency": "USD"},
                    "services": {"calling": {"open": True, "reason": None, "since": None}},
                }
            ]
        }
    )
    account: str
    currency: Currency
    state: State
    balance: MoneyOut = Field(description="All credit, what is set aside included; below zero it is owed.")
    available: MoneyOut = Field(description="What nothing is set aside from.")
    held: MoneyOut = Field(description="What is set aside for calls in progress.")
    overdraft: MoneyOut = Field(description="How far below zero new calls may go.")
    services: dict[str, ServiceOut] = Field(description="By service: whether new calls are paid for.")


class EntryOut(Answer):
    """A line of the journal, which is never changed: `moved` went from one ledger account to another."""

    id: str
    at: Utc
    kind: str = Field(examples=["usage"])
    amount: MoneyOut = Field(description="What it did to what is available, with its sign.")
    available: MoneyOut = Field(description="What was available after it.")
    debit: str = Field(examples=["wallet"])
    credit: str = Field(examples=["usage:calling"])
    moved: MoneyOut
    actor: str = Field(description="Who did it.", examples=["api:3fa9c1d2e4b5"])
    operation: str = Field(description="By which it is known; empty where it has none.")
    ref: str = Field(description="What it is about, such as a hold's id; empty for nothing.")
    memo: str = Field(examples=["Call to +44 7700 900123"])
    records: int | None = Field(description="How many call records are in it; null where it is not of call records.")


class EntriesOut(Answer):
    """A page of the journal, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entries": [
                        {
                            "id": "1793783939118-44",
                            "at": "2026-11-04T09:18:59.118Z",
                            "kind": "usage",
                            "amount": {"amount": "-0.700000", "currency": "USD"},
                            "available": {"amount": "11.300000", "currency": "USD"},
                            "debit": "wallet",
                            "credit": "usage:calling",
                            "moved": {"amount": "0.700000", "currency": "USD"},
                            "actor": "api:3fa9c1d2e4b5",
                            "operation": "api:3fa9c1d2e4b5:call-20261104-0001-capture",
                            "ref": "call-20261104-0001",
                            "memo": "Call to +44 7700 900123",
                            "records": None,
                        }
                    ],
                    "next": "1793783939118-44",
                }
            ]
        }
    )
    entries: list[EntryOut]
    next: str | None = Field(description="The cursor of the next older page; null on the last.")


Reader = Annotated[Admitted, Depends(needs(Scope.ACCOUNT_READ))]
Historian = Annotated[Admitted, Depends(needs(Scope.ENTRIES_READ))]
Cursor = Annotated[
    str | None, Query(pattern=r"^[1-9][0-9]{0,14}-[0-9]{1,15}$", description="`next` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many entries at most.")]


def router(ledger: Ledger) -> APIRouter:
    """The endpoints that read an account."""
    routes = APIRouter(tags=["Accounts"])

    @routes.get("/accounts/{account}", summary="What is left", responses=responses(Code.UNKNOWN_ACCOUNT))
    async def read_account(caller: Reader, account: AccountName) -> AccountOut:
        """What is left, and whether services are paid for."""
        ref = account_of(caller, account)
        return _account(ref, await known(ledger, ref))

    @routes.get("/accounts/{account}/entries", summary="Every change", responses=responses(Code.UNKNOWN_ACCOUNT))
    async def read_entries(
        caller: Historian, account: AccountName, cursor: Cursor = None, limit: Limit = 50
    ) -> EntriesOut:
        """Every change, newest first, a page at a time; also of those that were archived."""
        ref = account_of(caller, account)
        await known(ledger, ref)
        page = await ledger.history(ref, older_than=cursor or "", limit=limit)
        return EntriesOut.model_construct(entries=[_entry(each) for each in page.entries], next=page.older or None)

    return routes


async def known(ledger: Ledger, ref: AccountRef) -> Account:
    """The account; UNKNOWN_ACCOUNT where there is none."""
    account = await ledger.account(ref)
    if account is None:
        raise ProblemError(Code.UNKNOWN_ACCOUNT)
    return account


def services(account: Account) -> dict[str, ServiceOut]:
    """The state of each service, from the same reading as the balance."""
    return {
        each.service: ServiceOut.model_construct(
            open=each.open,
            reason=StopReason(each.reason) if each.reason else None,
            since=rfc_3339(each.since_ms) if each.since_ms else None,
        )
        for each in states(account)
    }


def _account(ref: AccountRef, account: Account) -> AccountOut:
    return AccountOut.model_construct(
        account=ref.account,
        currency=account.currency,
        state=account.state,
        balance=MoneyOut.of(account.balance),
        available=MoneyOut.of(account.available),
        held=MoneyOut.of(account.held),
        overdraft=MoneyOut.of(account.overdraft),
        services=services(account),
    )


def _entry(entry: Entry) -> EntryOut:
    packed = entry.kind == KIND
    return EntryOut.model_construct(
        id=entry.id,
        at=rfc_3339(entry.at_ms),
        kind=entry.kind,
        amount=MoneyOut.of(entry.amount),
        available=MoneyOut.of(entry.after),
        debit=entry.debit,
        credit=entry.credit,
        moved=MoneyOut.of(entry.moved),
        actor=entry.actor,
        operation=entry.operation,
        ref=entry.ref,
        memo="" if packed else entry.memo,
        records=count_of(entry) if packed else None,
    )
