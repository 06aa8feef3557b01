"""A payment as the ledger keeps it, as a worker takes it over, and how it may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.money import Money


class Failure(StrEnum):
    """What a provider says when it did not take the money, or did not say."""

    DECLINED = "declined"
    """Not now: insufficient funds, try later."""
    DEAD = "dead"
    """Never again with this method: lost, stolen, closed."""
    NEEDS_ACTION = "needs_action"
    """The card's owner has to confirm it with the bank."""
    UNKNOWN = "unknown"
    """No answer: it may have been charged."""
    UNAVAILABLE = "unavailable"
    """The provider did not take the request; no decline."""
    NOT_CHARGED = "not_charged"
    """Seen with the provider: this attempt has moved no money and never will."""
    NOT_CREDITED = "not_credited"
    """It was charged, but the ledger refuses to credit it: a person has to clear that up."""
    STUCK = "stuck"
    """Nothing that asking again would clear up: a person has to compare it with the provider's list."""


class Step(StrEnum):
    """What the provider is to be asked of an attempt."""

    CHARGE = "charge"
    """The money."""
    FIND = "find"
    """What has become of it; this moves no money."""
    CANCEL = "cancel"
    """That it never moves money."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A payment taken over, with what is now frozen for this attempt.

    `key` is the provider's idempotency key, `charge_ref` its own id of the charge where it has told one; `fence` must
    be given back with the result.
    """

    payment_id: str
    fence: int
    attempt: int
    kind: str
    amount: Money
    method: str
    requested_by: str
    step: Step = Step.CHARGE
    charge_ref: str = ""

    @property
    def key(self) -> str:
        """The same for every asking of one attempt, another for the next attempt."""
        return f"{self.payment_id}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment's record as it stands.

    `next_ms` is when a declined recharge is tried again, ms since the epoch, 0 if never; `url` where the card's owner
    confirms it, "" if the provider named no such page; `charged` says of a stuck one that the provider has the money.
    """

    id: str
    kind: str
    state: str
    attempt: int
    amount: Money
    method: str
    requested_by: str
    charge_ref: str
    step: Step = Step.CHARGE
    next_ms: int = 0
    url: str = ""
    charged: bool = False

    @classmethod
    def decode(cls, record: Mapping[str, str]) -> "Payment":
        """The payment from its Redis hash."""
        return cls(
            id=record["id"],
            kind=record["kind"],
            state=record["state"],
            attempt=int(record["attempt"]),
            amount=Money(int(record["amount_micros"]), record["currency"]),
            method=record["method"],
            requested_by=record.get("requested_by", ""),
            charge_ref=record.get("charge_ref", ""),
            step=Step(record.get("step") or Step.CHARGE),
            next_ms=int(record.get("next_ms", "0")),
            url=record.get("url", ""),
            charged=record.get("charged") == "1",
        )
