"""What the endpoints for usage and rates need of the credit domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from store.call import CallRecord
from store.keys import AccountRef
from store.money import Money


class Outcome(StrEnum):
    """What became of a reported call."""

    CHARGED = "charged"
    POOLED = "pooled"
    FREE = "free"
    UNRATED = "unrated"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of one call: what was charged, and for `unrated` and `refused` why."""

    outcome: Outcome
    charged: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RateFound:
    """The rate that a call to a number has now."""

    prefix: str
    name: str
    country: str
    per_minute: Money
    fee: Money
    first_s: int
    next_s: int
    valid_from_ms: int
    sample: bool


class Charger(Protocol):
    """Rates and charges calls that have happened, each once."""

    async def charge(
        self, ref: AccountRef, calls: Sequence[CallRecord], *, actor: str, moves: bool
    ) -> Sequence[CallOutcome]:
        """What became of each, in their order. A `RedisError` leaves it unknown: report the same again.

        `moves`: the rules for cost centres may have another account pay.
        """


class Rates(Protocol):
    """The tariff of a workspace."""

    async def rate(self, tenant: str, service: str, currency: str, number: str) -> RateFound | None:
        """What a call to this number costs now, or None where nobody has said."""
