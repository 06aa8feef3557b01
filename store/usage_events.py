"""What is told of usage and of the minutes included in it. See `store.events`."""

from dataclasses import dataclass

from store.event import Event


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
