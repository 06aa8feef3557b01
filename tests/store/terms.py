"""The terms in which the model and its machine speak: periods, states, a payment, and an outcome in one word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.outcomes import Done, Refused
from tests.controls import REF

COOL_DOWN = timedelta(minutes=15)
PER_DAY = 3
RETRY_HOURS = (1, 3, 7)
WATCH = timedelta(minutes=10)
ASK_AGAIN = timedelta(seconds=5)
ASK_FOR = timedelta(hours=20)
ASK_AT_MOST = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASK_OWNER_FOR = timedelta(days=30)

WAITS = {
    "schedule": {"retrying", "unavailable", "unknown", "due", "charging", "needs_action"},
    "person": {"retrying", "unavailable", "unknown", "needs_action", "stuck"},
    "settings": {"retrying", "unavailable", "unknown", "needs_action"},
}
"""The states in which each cause may wake a payment."""

STEPS = {
    ("schedule", "needs_action"): "find",
    ("person", "needs_action"): "find",
    ("person", "stuck"): "find",
    ("settings", "needs_action"): "cancel",
}
"""What the provider is asked next, where that is not the money."""


@dataclass
class Due:
    """A payment."""

    id: str
    kind: str
    amount: int
    month: str
    created: datetime
    method: str
    state: str = "due"
    attempt: int = 0
    asks: int = 0
    first_asked: datetime | None = None
    uncertain: bool = False
    step: str = "charge"
    reason: str = ""
    ends: bool = False
    charged: bool = False
    quiet: bool = False

    def may_be_asked_again(self, now: datetime) -> bool:
        """Whether 20 h of asking are not over, in which the provider knows the attempt's key."""
        return now - (self.first_asked or self.created) < ASK_FOR


def one(which: int, among: Sequence[str]) -> str:
    """One of them."""
    return among[which % len(among)]


def member(name: str) -> str:
    """What the model's name is on the schedule."""
    account = f"{REF.tenant}:{REF.account}"
    if name == "check":
        return f"check:{account}"
    return f"settings:{account}:{name.removeprefix('settings:')}" if ":" in name else f"payment:{account}:{name}"


def ms(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def short(outcome: object) -> str:
    """An outcome in one word."""
    if isinstance(outcome, Done):
        return outcome.result
    if isinstance(outcome, Refused):
        return outcome.reason.value.removeprefix("operation_")
    return type(outcome).__name__.lower()
