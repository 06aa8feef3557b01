"""Usage over HTTP: calls that have happened, one or many, each charged once; and what a call would cost."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Discriminator, FailFast, Field, Tag

from bot.api.access import AccountName, KeyIfAny, WhichAccount, account_of, needs
from bot.api.accounts import known
from bot.api.described import responses
from bot.api.holds import Service
from bot.api.money import WHOLE, Answer, Charge, Instant, MoneyOut, Strict, Utc, rfc_3339, to_ms
from bot.api.ports import CallOutcome, Charger, Outcome, RateFound, Rates
from bot.api.problems import Code, ProblemError
from store.call import CallRecord
from store.ledger import Ledger
from store.rating import PAID_WITH_CREDIT
from store.tokens import Admitted, Scope

MOST = 10_000
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_EXAMPLE: dict[str, Any] = {
    "id": "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11",
    "service": "calling",
    "start": "2026-11-04T09:15:02.118Z",
    "duration_s": 247,
    "number": "+447700900123",
    "user": "anna.beispiel@contoso.example",
    "charge": {"amount": "0.70", "currency": "USD"},
}


class UsageRecord(Strict):
    """A call that has happened."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: str = Field(
        pattern=r"^[!-~]{1,64}$",
        description="Yours, unique in the account: printable, without spaces. The same id again changes nothing.",
        examples=["5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11"],
    )
    service: Service
    start: Instant = Field(
        description="When the call began: no more than 89 days ago, nor a day ahead; else it is refused."
    )
    duration_s: Annotated[int, Field(ge=0, le=864_000), WHOLE] = Field(
        description="How long it lasted, seconds.", examples=[247]
    )
    number: str = Field(
        "", max_length=64, description="On what the rate depends: who was called.", examples=["+447700900123"]
    )
    user: str = Field("", max_length=256, description="Whose call it was.", examples=["anna.beispiel@contoso.example"])
    department: str = Field("", max_length=256)
    destination: str = Field("", max_length=256, description="What the call's record calls it.")
    charge: Charge | None = Field(None, description="What it cost, where that is known; else the tariff says.")

    def call(self) -> CallRecord:
        """The same as the credit domain has it; one that brings its cost is charged that, not by the tariff."""
        own = self.charge.money if self.charge else None
        return CallRecord(
            id=self.id,
            service=self.service,
            start_ms=to_ms(self.start),
            duration_s=self.duration_s,
            number=self.number,
            user=self.user,
            department=self.department,
            destination=self.destination,
            capability=PAID_WITH_CREDIT if own else "",
            own_micros=own.micros if own else None,
            currency=own.currency if own else "",
        )


class UsageBatch(Strict):
    """Calls that have happened."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"records": [_EXAMPLE]}]})
    records: Annotated[list[UsageRecord], FailFast()] = Field(min_length=1, max_length=MOST)
    """Read up to the first that is wrong: of ten thousand, every one of them, nobody wants to read more."""


def _which(body: Any) -> str:
    many = "records" in body if isinstance(body, dict) else isinstance(body, UsageBatch)
    return "batch" if many else "record"


Usage = Annotated[Annotated[UsageBatch, Tag("batch")] | Annotated[UsageRecord, Tag("record")], Discriminator(_which)]


class RecordOut(Answer):
    """What became of a record."""

    id: str
    outcome: Outcome
    charged: MoneyOut | None = Field(description="What was charged now; null for nothing.")
    reason: str | None = Field(description="Why it was not charged: `unrated` and `refused` have one.")


class UsageOut(Answer):
    """What became of each record, in the order in which they were sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "counts": {"charged": 1},
                    "records": [
                        {
                            "id": _EXAMPLE["id"],
                            "outcome": "charged",
                            "charged": {"amount": "0.700000", "currency": "USD"},
                            "reason": None,
                        }
                    ],
                }
            ]
        }
    )
    counts: dict[Outcome, int] = Field(description="How many had which outcome.")
    records: list[RecordOut]


class RateOut(Answer):
    """What a call costs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "+447700900123",
                    "service": "calling",
                    "prefix": "447",
                    "name": "United Kingdom, mobile",
                    "country": "GB",
                    "per_minute": {"amount": "0.320000", "currency": "USD"},
                    "connection_fee": {"amount": "0.000000", "currency": "USD"},
                    "first_s": 60,
                    "next_s": 60,
                    "valid_from": "2026-01-01T00:00:00.000Z",
                    "sample": True,
                }
            ]
        }
    )
    number: str
    service: str
    prefix: str = Field(description="The longest one that fits.")
    name: str
    country: str
    per_minute: MoneyOut
    connection_fee: MoneyOut = Field(description="Once for each call that is charged.")
    first_s: int = Field(description="A call is charged for so many seconds at least.")
    next_s: int = Field(description="From there on in steps of so many seconds.")
    valid_from: Utc
    sample: bool = Field(description="From the sample card: not a price of yours.")


Reporter = Annotated[Admitted, Depends(needs(Scope.USAGE_WRITE))]
RateReader = Annotated[Admitted, Depends(needs(Scope.RATES_READ))]
Number = Annotated[
    str, Query(pattern=r"^\+?[0-9]{3,20}$", description="International, with or without +.", examples=["+447700900123"])
]
RateService = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,32}$", description="The service.", examples=["calling"])]


def router(ledger: Ledger, charger: Charger, rates: Rates) -> APIRouter:
    """The endpoints of usage and of rates."""
    routes = APIRouter(tags=["Usage"])

    @routes.post(
        "/accounts/{account}/usage",
        summary="Report calls",
        responses=responses(Code.UNKNOWN_ACCOUNT, Code.OUTCOME_UNKNOWN),
    )
    async def report_usage(caller: Reporter, account: AccountName, usage: Usage, key: KeyIfAny = None) -> UsageOut:
        """Report calls that have happened, one or up to 10,000; each is charged once, even below zero.

        A record is known by its own `id`, so that an Idempotency-Key is taken but not needed. Each record has its own
        outcome: `charged`; `pooled` (included minutes paid); `free`; `unrated` (kept, and charged when a rate is
        there); `repeated` (reported before: nothing was changed); `refused` (`reason` says why).

        Rules for cost centres may have another account pay; a token that is for one account charges that one alone.
        """
        del key
        ref = account_of(caller, account)
        await known(ledger, ref)
        records = usage.records if isinstance(usage, UsageBatch) else [usage]
        return _told(records, await _charged(charger, ref, records, caller))

    @routes.get("/rates", summary="What a call costs", responses=responses(Code.UNRATED, Code.UNKNOWN_ACCOUNT))
    async def read_rate(
        caller: RateReader, number: Number, service: RateService, account: WhichAccount = None
    ) -> RateOut:
        """What a call to a number costs now, in the currency of the account."""
        ref = account_of(caller, account)
        currency = (await known(ledger, ref)).currency
        found = await rates.rate(ref.tenant, service, currency, number)
        if found is None:
            raise ProblemError(Code.UNRATED)
        return _rate(number, service, found)

    return routes


async def _charged(charger: Charger, ref: Any, records: Sequence[UsageRecord], by: Admitted) -> list[CallOutcome]:
    """The outcome of each: of those that cannot be, at once."""
    possible = [each.call() for each in records if _FIRST_YEAR <= each.start.year <= _LAST_YEAR]
    outcomes = iter(await charger.charge(ref, possible, actor=by.actor, moves=not by.account) if possible else ())
    return [
        next(outcomes)
        if _FIRST_YEAR <= each.start.year <= _LAST_YEAR
        else CallOutcome(Outcome.REFUSED, reason="start_invalid")
        for each in records
    ]


def _told(calls: Sequence[UsageRecord], outcomes: Sequence[CallOutcome]) -> UsageOut:
    counts: dict[Outcome, int] = {}
    for each in outcomes:
        counts[each.outcome] = counts.get(each.outcome, 0) + 1
    records = [
        RecordOut.model_construct(
            id=call.id,
            outcome=each.outcome,
            charged=MoneyOut.of(each.charged) if each.charged else None,
            reason=each.reason or None,
        )
        for call, each in zip(calls, outcomes, strict=True)
    ]
    return UsageOut.model_construct(counts=counts, records=records)


def _rate(number: str, service: str, found: RateFound) -> RateOut:
    return RateOut.model_construct(
        number=number,
        service=service,
        prefix=found.prefix,
        name=found.name,
        country=found.country,
        per_minute=MoneyOut.of(found.per_minute),
        connection_fee=MoneyOut.of(found.fee),
        first_s=found.first_s,
        next_s=found.next_s,
        valid_from=rfc_3339(found.valid_from_ms),
        sample=found.sample,
    )
