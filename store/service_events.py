"""What is told of services: that people stop them, and that credit runs out and comes back. See `store.events`."""

from dataclasses import dataclass

from store.event import BalanceEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStopped(Event):
    """A person stopped a service, which takes no new calls from now on.

    `reason` is what they wrote, in their own words on one line of at most 200 characters, "" if nothing; where they
    pressed the button of an alert, the alert's name in their language. It is no code: that is `ServicesHalted.reason`.
    """

    service: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceResumed(Event):
    """A person ended a service's stop: it takes new calls again if the account does. `reason` as of a stop."""

    service: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicesHalted(BalanceEvent):
    """No service of the account takes new calls from now on: `reason` is exhausted, frozen or closed.

    Exhausted is what the balance and the overdraft come to together: nothing, or less.
    """

    reason: str
    overdraft_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicesResumed(BalanceEvent):
    """The account's services take new calls again, but those that a person stopped. `cause` is what brought it about.

    It is the kind of the entry or payment, what ended a hold, or "settings".
    """

    cause: str
    overdraft_micros: int
