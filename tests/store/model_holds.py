"""Holds in the model: what is set aside for calls in progress, in whole dollars."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.store.model import Model


@dataclass
class Held:
    """A hold, and what became of it."""

    amount: int
    expires: datetime
    state: str = "held"
    service: str = "calls"


@dataclass
class HoldsModel(Model):
    """Each method answers what the store should answer."""

    holds: dict[str, Held] = field(default_factory=dict)
    hold_operations: dict[str, tuple[object, ...]] = field(default_factory=dict)

    @property
    def open_holds(self) -> dict[str, Held]:
        """Those that are not over."""
        return {name: each for name, each in self.holds.items() if each.state == "held"}

    def place(self, hold: str, amount: int, ttl: timedelta, operation: str, new_id: str, service: str = "calls") -> str:
        """Set aside."""
        if hold in self.holds:
            return "hold_exists"
        refused = self._uncovered(amount, service)
        if refused:
            return refused
        self.holds[hold] = Held(0, self.now + ttl, service=service)
        self._set_aside(hold, amount, operation, new_id)
        return "held"

    def extend(self, hold: str, amount: int, ttl: timedelta, operation: str, new_id: str) -> str:
        """Set aside more, for longer."""
        refused = self._refused(hold, {"held"}) or self._uncovered(amount, self.holds[hold].service)
        if refused:
            return refused
        self.holds[hold].expires = max(self.holds[hold].expires, self.now + ttl)
        if amount:
            self._set_aside(hold, amount, operation, new_id)
        return "held"

    def capture(self, hold: str, amount: int, operation: str, new_id: str, *, authorised: bool) -> str:
        """The call is over."""
        if not amount:
            return self.release(hold, operation)
        more = amount - self._kept(hold) if hold in self.holds else 0
        asks = authorised and more > 0
        service = self.holds[hold].service if hold in self.holds else ""
        refused = self._refused(hold, {"held", "expired"}) or self._refuse(more, authorised=asks, service=service)
        if refused:
            return refused
        self.begin()
        refused = self._refuse(more, authorised=asks, service=service)
        if refused:
            return refused
        payers = self.pay(amount)
        self._give_back(hold, "captured", operation)
        self.enter(operation, -amount, payers)
        self._settle()
        self.consider(new_id)
        return "resolved"

    def release(self, hold: str, operation: str) -> str:
        """There was no call."""
        refused = self._refused(hold, {"held"})
        if refused:
            return refused
        self.begin()
        self._give_back(hold, "released", operation)
        self._settle()
        return "resolved"

    def expire_hold(self, hold: str) -> str:
        """The schedule's look."""
        if self.holds[hold].state != "held":
            return "gone"
        if self.holds[hold].expires > self.now:
            return "early"
        self.begin()
        self._give_back(hold, "expired", f"expiry:{hold}")
        self._settle()
        return "expired"

    def _uncovered(self, amount: int, service: str) -> str:
        """Why it may not be set aside, now that what has expired is gone; "" if it may."""
        if self.state != "open":
            return f"account_{self.state}"
        if service in self.stopped:
            return "service_stopped"
        if not amount:
            return ""
        refused = self._refuse(amount, authorised=True, service=service)
        if not refused:
            self.begin()
            refused = self._refuse(amount, authorised=True, service=service)
        return refused

    def _refused(self, hold: str, states: set[str]) -> str:
        if hold not in self.holds:
            return "unknown_hold"
        return "" if self.holds[hold].state in states else "hold_resolved"

    def _kept(self, hold: str) -> int:
        return self.holds[hold].amount if self.holds[hold].state == "held" else 0

    def _set_aside(self, hold: str, amount: int, operation: str, new_id: str) -> None:
        self.holds[hold].amount += amount
        self.held += amount
        self.enter(operation, -amount, {})
        self.fall()
        self.consider(new_id)

    def _give_back(self, hold: str, state: str, operation: str) -> None:
        kept = self._kept(hold)
        self.holds[hold].state = state
        if kept:
            self.held -= kept
            self.enter(operation, kept, {})

    def _settle(self) -> None:
        """What had expired leaves, then thresholds, then the recharge."""
        self.begin()
        self.fall()
        self._rise()
        self._look_at_slot()
