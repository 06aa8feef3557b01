"""What is told of usage. See `store.events`."""

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
