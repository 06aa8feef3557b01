"""What is told of usage: included minutes that run out, and what is unlike what was usual. See `store.events`."""

import json
from dataclasses import dataclass

from store.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEvent(Event):
    """An event about a pool in a calendar month ("2026-11"): what is used of what it holds, seconds."""

    pool: str
    month: str
    used_s: int
    limit_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLow(PoolEvent):
    """80 % of a pool were used; told once a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolExhausted(PoolEvent):
    """A pool was used up; told once a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageUnusual(Event):
    """Something in the usage of a service is unlike what was usual: `what` and `subject` as `store.unusual` says."""

    what: str
    service: str
    subject: str
    amount_micros: int
    usual_micros: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsUnrated(Event):
    """Calls of a service have no price: told of each place at most once a day, and only of more than were told before.

    `calls` is how many there are, in the places of `named` and `others` more.
    """

    service: str
    places: str
    others: str
    calls: str

    @property
    def named(self) -> tuple[tuple[str, int], ...]:
        """Places with the most calls, and how many; "" for those of which nothing is known."""
        return tuple((place, int(count)) for place, count in json.loads(self.places))
