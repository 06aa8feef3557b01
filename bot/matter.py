"""Whether what an event tells of is still so: what comes late must not raise a false alarm."""

from store.account import Account
from store.events import (
    BalanceExhausted,
    BalanceLow,
    Event,
    PaymentNeedsAction,
    PaymentStuck,
    PaymentTrouble,
    PaymentUnknown,
    RechargeBlocked,
    RechargeDeclined,
    RechargePaused,
    RechargeStarted,
    ServicesHalted,
    ServiceStopped,
)
from store.payment import Payment

_UNDER_WAY = {
    RechargeStarted: {"due", "charging", "retrying", "needs_action", "unavailable", "unknown", "stuck"},
    PaymentUnknown: {"charging", "unavailable", "unknown"},
    PaymentNeedsAction: {"needs_action"},
    PaymentStuck: {"stuck"},
    RechargeDeclined: {"retrying"},
}
"""The states of its payment in which an event still tells how things are."""


def is_over(event: Event, account: Account | None, payment: Payment | None) -> bool:
    """Whether account and payment as they stand show that `event` is history; False where they do not say.

    `payment` is the event's own, None where it has none or none is known.
    """
    if account is None:
        return False
    match event:
        case BalanceExhausted():
            return not account.exhausted
        case ServicesHalted():
            return not account.halts
        case ServiceStopped():
            return all((each.service, each.at_ms) != (event.service, event.at_ms) for each in account.stops)
        case BalanceLow():
            return account.low is None or account.low.micros > event.level_micros
        case RechargeBlocked():
            return account.wait is None or account.wait.reason != event.reason
        case RechargePaused():
            return not account.paused
        case RechargeDeclined(next_ms=0):
            return not account.paused
    states = _UNDER_WAY.get(type(event))
    if states is None or payment is None:
        return False
    attempted_again = isinstance(event, PaymentTrouble) and event.attempt != str(payment.attempt)
    return attempted_again or payment.state not in states
