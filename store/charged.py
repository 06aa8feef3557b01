"""What became of calls that were to be charged, and who says which cost centre bears them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from store.calls import Batch
from store.keys import AccountRef
from store.outcomes import Reason
from store.rating import State


@dataclass(slots=True)
class Charged:
    """What became of the calls of a batch, or of several.

    Attributes:
        read: how many there were.
        states: how many were posted now, by what became of their price.
        micros: what these cost, by currency, millionths.
        charged: how many credit pays, by service.
        costs: what these cost, by service, millionths.
        unrated: how many have no price, by the record's own word for their destination, or
            what their number begins with.
        billed_s: the seconds that they were billed.
        pooled_s: the seconds of it that pools gave.
        pools: the same by pool.
        repeated: how many had been posted before.
        refused: the others: their places in the batch, from 0 and not in order, and why.
        entries: how many entries were made.
    """

    read: int = 0
    states: Counter[State] = field(default_factory=Counter)
    micros: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    costs: Counter[str] = field(default_factory=Counter)
    unrated: Counter[str] = field(default_factory=Counter)
    billed_s: int = 0
    pooled_s: int = 0
    pools: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    refused: list[tuple[int, Reason]] = field(default_factory=list)
    entries: int = 0

    @property
    def posted(self) -> int:
        """How many were posted now."""
        return self.states.total()

    def reasons(self) -> Counter[Reason]:
        """How many were refused, by reason."""
        return Counter(reason for _, reason in self.refused)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of one call: posted in `entry`, repeated, or refused.

    `amount_micros`, `basis` (see `store.basis`), `state` and `currency` are of a call that was posted now; the currency
    is that of the account that pays.
    """

    entry: str = ""
    state: State | None = None
    amount_micros: int = 0
    basis: str = ""
    repeated: bool = False
    refused: Reason | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Columns with a value for each call of a batch, Arrow arrays or dictionaries of texts.

    `centres` are the cost centres, "" for none; `accounts` the accounts that pay, "" for the one that was named. None:
    "" for all.
    """

    centres: Any = None
    accounts: Any = None


class Centres(Protocol):
    """Rules by which calls are assigned to cost centres."""

    async def assign(self, ref: AccountRef, calls: Batch) -> Assigned:
        """Who bears each of these calls, which somebody charges to `ref`."""
