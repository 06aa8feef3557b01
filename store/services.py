"""Services of an account, and whether each takes new calls. All of it follows from one reading of the account.

So a service is never said to take calls while its account has nothing left for them, nor the other way round.
"""

from dataclasses import dataclass

from store.account import Account, State
from store.call import CALLING, CONFERENCE, DIRECT_ROUTING, INBOUND, TOLL_FREE

KNOWN = (TOLL_FREE, INBOUND, CONFERENCE, CALLING, DIRECT_ROUTING)
"""Services that call records are charged as."""

LISTED = frozenset({*KNOWN, "calls"})
"""Services that are new to an account however many it has. So are those of rate cards and pools where calls are rated;
others are refused where it has fifty."""

FREE = frozenset({INBOUND, DIRECT_ROUTING})
"""Those cost nothing unless a rate card says otherwise; until one has, they do not stop when credit runs out."""

CLOSED = "closed"
FROZEN = "frozen"
STOPPED = "stopped"
EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Whether new calls of a service are authorised. What has happened is charged in any case.

    Attributes:
        service: its name.
        open: whether they are, as far as credit covers them.
        reason: why they are not, "" if they are: closed or frozen, as the account is; stopped, by a person; exhausted,
            because nothing is available, overdraft included. Where several apply, the first of these.
        since_ms: since when that is so, Redis' time in ms; 0 where that is not known, or since there is the account.
        by: who stopped it, "" for nobody.
        note: why, in their words.
    """

    service: str
    open: bool
    reason: str = ""
    since_ms: int = 0
    by: str = ""
    note: str = ""


def states(account: Account) -> tuple[ServiceState, ...]:
    """The services of `KNOWN`, those that were charged for and those that are stopped, by name."""
    names = {*KNOWN, *account.used, *(each.service for each in account.stops)}
    return tuple(state(account, each) for each in sorted(names))


def state(account: Account, service: str) -> ServiceState:
    """One service, which nobody needs to have heard of before."""
    since_ms = abs(account.halted_ms) if abs(account.halted_ms) > 1 else 0
    if account.state is not State.OPEN:
        return ServiceState(service, open=False, reason=account.state.value, since_ms=since_ms)
    for stop in account.stops:
        if stop.service == service:
            return ServiceState(service, False, STOPPED, stop.at_ms, stop.by, stop.reason)
    if account.halts and (service not in FREE or service in account.used):
        return ServiceState(service, open=False, reason=EXHAUSTED, since_ms=since_ms)
    return ServiceState(service, open=True, since_ms=since_ms)
