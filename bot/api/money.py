"""Money and times over HTTP: decimal strings with their currency, RFC 3339 in UTC; never a float."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from store.money import MICROS, Money

_TINY = "|".join(f"{'0' * zeros}[1-9][0-9]{{0,{5 - zeros}}}" for zeros in range(6))
POSITIVE = rf"^([1-9][0-9]{{0,8}}(\.[0-9]{{1,6}})?|0\.({_TINY}))$"
"""Above zero, below a billion, with six decimals at most."""
MOST_MEMBERS = 50
"""Of an object that is sent to us; none has as many."""
NOT_NEGATIVE = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Strict(BaseModel):
    """What is sent to us: nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: Any) -> Any:
        """A million unknown members would be a million mistakes, and nobody else served while they are put together."""
        if isinstance(value, dict) and len(value) > MOST_MEMBERS:
            msg = f"has more than {MOST_MEMBERS} members"
            raise ValueError(msg)
        return value


class Answer(BaseModel):
    """What we send. `describe` shows the examples of its subclasses as they are, with what is null in them."""


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["USD"])]


def _whole(value: Any) -> Any:
    """JSON tells 60.0 from 60 no more than its schemas do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Behind the limits of a whole number that is sent to us: before them, they would not be described."""


class _Amount(Strict):
    currency: Currency

    @property
    def money(self) -> Money:
        """The exact amount."""
        return Money(int(Decimal(self.amount) * MICROS), self.currency)  # type: ignore[attr-defined]


class Price(_Amount):
    """An amount above zero."""

    amount: str = Field(
        pattern=POSITIVE,
        description="A decimal string above zero, with a point and at most six decimals.",
        examples=["12.50"],
    )


class Charge(_Amount):
    """An amount, zero or above."""

    amount: str = Field(
        pattern=NOT_NEGATIVE,
        description="A decimal string, zero or above, with a point and at most six decimals.",
        examples=["0.70"],
    )


class MoneyOut(BaseModel):
    """An exact amount."""

    amount: str = Field(
        pattern=r"^-?[0-9]+\.[0-9]{6}$", description="A decimal string with six decimals.", examples=["12.340000"]
    )
    currency: Currency

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """The amount as it is sent."""
        return cls.model_construct(amount=decimal(money.micros), currency=money.currency)


def decimal(micros: int) -> str:
    """Millionths as a decimal string with six decimals."""
    whole, rest = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{whole}.{rest:06d}"


def money_json(money: Money) -> dict[str, str]:
    """The amount as a member of a problem."""
    return {"amount": decimal(money.micros), "currency": money.currency}


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        msg = "must be a time as RFC 3339 writes it, with Z or an offset"
        raise ValueError(msg)
    return datetime.fromisoformat(value.upper())


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-04T09:15:02Z"]}),
]
"""A time that is sent to us; any offset, any number of decimals."""

Utc = Annotated[
    str,
    Field(
        description="RFC 3339, UTC.", examples=["2026-11-04T09:15:02.118Z"], json_schema_extra={"format": "date-time"}
    ),
]
"""A time that we send."""


def rfc_3339(at_ms: int) -> str:
    """Milliseconds since the epoch as they are sent."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def to_ms(at: datetime) -> int:
    """Milliseconds since the epoch, rounded down."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
