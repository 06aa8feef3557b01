"""What the ledger should do, in plain Python and whole dollars: the model that the scripts are held against."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.store.terms import (
    ASK_AGAIN,
    ASK_AT_MOST,
    COOL_DOWN,
    MINUTE,
    PER_DAY,
    RETRY_HOURS,
    WAITS,
    WATCH,
    Due,
)


@dataclass
class Model:
    """One account; each method answers what the store should answer.

    `told` is the outbox in short; `scheduled` is what is to be looked at when: "check", a payment, "settings:" and one.
    """

    now: datetime
    balance: int = 0
    entries: list[tuple[str, int, int]] = field(default_factory=list)
    operations: dict[str, tuple[object, ...]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    scheduled: dict[str, datetime] = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    low: int | None = None
    exhausted: bool = False
    policy: tuple[int, int, int] | None = None
    method: str = ""
    saved: bool = False
    paused: str = ""
    slot: str = ""
    used: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None
    blocked: str = ""
    payments: dict[str, Due] = field(default_factory=dict)

    def post(self, kind: str, amount: int, operation: str, new_id: str) -> str:
        """A charge or a grant."""
        known = self.operations.setdefault(operation, (kind, amount))
        if known != (kind, amount):
            return "conflict"
        if any(each[0] == operation for each in self.entries):
            return "repeated"
        self._enter(operation, -amount if kind == "usage" else amount)
        if kind == "usage":
            self._fall()
            self._consider(new_id)
        else:
            self._rise()
        return "posted"

    def set_levels(self, levels: tuple[int, ...], new_id: str) -> None:
        """Save the alert levels."""
        if levels != self.levels or not self.saved:
            self.levels, self.saved = levels, True
            self._settings_changed(new_id)

    def set_policy(self, policy: tuple[int, int, int] | None, method: str, new_id: str) -> None:
        """Save auto-recharge as (amount, below, cap), or None for off, and its card."""
        if (policy, method) != (self.policy, self.method):
            afresh = policy is None or method != self.method
            self.policy, self.method, self.saved = policy, method, True
            self._settings_changed(new_id, afresh=afresh)

    def set_method(self, method: str, new_id: str) -> None:
        """Save the card alone."""
        if method != self.method:
            self.method = method
            self._settings_changed(new_id, afresh=True)

    def claim(self, payment: Due, attempt: int) -> str:
        """Take a payment over."""
        fresh = payment.state in {"due", "retrying"}
        asks_again = payment.state in {"charging", "unknown"}
        uncharged = fresh or payment.state == "unavailable"
        if not asks_again and not uncharged:
            return "not_pending"
        if attempt != (payment.attempt + 1 if fresh else payment.attempt):
            return "not_pending"
        if asks_again and not payment.may_be_asked_again(self.now):
            payment.state = "stuck"
            self.scheduled.pop(payment.id, None)
            self.told.append("stuck")
            return "not_pending"
        if uncharged and payment.kind == "recharge":
            refused = self._refuse_charge(payment)
            if refused:
                return refused
            payment.method = self.method
        if fresh and attempt == 1 and payment.kind == "recharge":
            self.told.append("started")
        payment.asks = 0 if fresh else payment.asks
        payment.first_asked = self.now if uncharged else payment.first_asked
        payment.uncertain = asks_again
        payment.state, payment.attempt = "charging", attempt
        self._watch(payment)
        return "claimed"

    def settle(self, payment: Due, charge: str, new_id: str) -> str:
        """Credit a payment's amount."""
        if any(each[0] == charge for each in self.entries):
            return "repeated"
        self._enter(charge, payment.amount)
        if payment.kind == "recharge" and payment.state in {"failed", "cancelled", "succeeded"}:
            self.used[payment.month] += payment.amount
        payment.state = "succeeded"
        self._free(payment, refund=False)
        self.told.append("recharged" if payment.kind == "recharge" else "topped_up")
        self._rise()
        self._consider(new_id)
        return "posted"

    def fail(self, payment: Due, failure: str) -> str:
        """Report a failure of a payment that is being charged."""
        if payment.state != "charging":
            return "not_pending"
        self.scheduled.pop(payment.id, None)
        if failure in {"unknown", "unavailable"}:
            self.scheduled[payment.id] = self.now + min(ASK_AGAIN * 2**payment.asks, ASK_AT_MOST)
            self.told += ["unknown"] if payment.asks == 0 else []
            payment.asks += 1
            payment.state = "unknown" if payment.uncertain else failure
        elif failure == "stuck":
            payment.state = "stuck"
            self.told.append("stuck")
        elif failure == "needs_action":
            payment.state = "needs_action"
            self.told.append("needs_action")
        elif payment.kind == "topup":
            payment.state = "failed"
            self.told.append("topup declined")
        elif payment.attempt <= len(RETRY_HOURS):
            payment.state = "retrying"
            again = payment.created + timedelta(hours=RETRY_HOURS[payment.attempt - 1])
            self.scheduled[payment.id] = max(again, self.now + MINUTE)
            self.told.append("declined")
        else:
            payment.state = "failed"
            self._free(payment, refund=True)
            self.paused = "insufficient_funds"
            self.told += ["declined", "paused"]
        return payment.state

    def wake(self, payment: Due, cause: str, attempt: int) -> str:
        """Wake for the schedule, for changed settings, or for a person who saw `attempt`."""
        self.scheduled.pop(f"settings:{payment.id}" if cause == "settings" else "", None)
        if payment.state not in WAITS[cause] or (cause == "person" and attempt != payment.attempt):
            if cause == "schedule":
                self.scheduled.pop(payment.id, None)
            return "not_pending"
        was = payment.state
        if was == "stuck":
            if not payment.may_be_asked_again(self.now):
                return "not_pending"
            payment.state = "unknown"
        elif cause != "schedule" and was not in {"unknown", "unavailable"}:
            payment.state = "due"
        self._watch(payment)
        self.told.append("due" if payment.kind == "recharge" else "topup due")
        return was

    def cancel(self, payment: Due, attempt: int) -> str:
        """A person has seen that a stuck payment was not charged."""
        if payment.state != "stuck" or attempt != payment.attempt:
            return "not_pending"
        if payment.kind == "recharge":
            self._cancel(payment)
        else:
            payment.state = "cancelled"
            self.told.append("topup declined")
        return "cancelled"

    def top_up(self, amount: int, method: str, new_id: str) -> None:
        """Ask for a top-up."""
        self.payments[new_id] = Due(new_id, "topup", amount, "", self.now, method)
        self._watch(self.payments[new_id])
        self.told.append("topup due")

    def resume(self, new_id: str) -> str:
        """End the pause."""
        if self.policy is None:
            return "recharge_off"
        if not self.paused:
            return "not_paused"
        self.paused, self.last, self.blocked = "", None, ""
        self.told.append("resumed")
        self._consider(new_id)
        return "resumed"

    def check(self, new_id: str) -> str:
        """Look whether a recharge is due."""
        self.scheduled.pop("check", None)
        self._consider(new_id)
        return self.slot

    def _enter(self, operation: str, amount: int) -> None:
        self.balance += amount
        self.entries.append((operation, amount, self.balance))

    def _settings_changed(self, new_id: str, *, afresh: bool = False) -> None:
        self.blocked = ""
        if afresh:
            self.paused = ""
            if self.slot:
                self.scheduled[f"settings:{self.slot}"] = self.now
        if self.entries:
            self._rise()
            self._fall()
        self._consider(new_id)

    def _refuse_charge(self, payment: Due) -> str:
        """Why a recharge must not be charged now, or "" with its reservation in the month that it is charged in."""
        if self.policy is None or self.paused:
            self._cancel(payment)
            return "recharge_off"
        month, cap = f"{self.now:%Y-%m}", self.policy[2]
        if self.used[month] + (payment.amount if payment.month != month else 0) > cap:
            self._cancel(payment)
            self._block("monthly_cap", month)
            return "above_cap"
        if payment.month != month:
            self.used[month] += payment.amount
            payment.month = month
        return ""

    def _cancel(self, payment: Due) -> None:
        payment.state = "cancelled"
        self._free(payment, refund=True)
        self.told.append("cancelled")

    def _watch(self, payment: Due) -> None:
        self.scheduled[payment.id] = self.now + WATCH

    def _fall(self) -> None:
        for level in self.levels:
            if self.balance < level and (self.low is None or level < self.low):
                self.low = level
                self.told.append(f"low {level}")
        if self.balance <= 0 and not self.exhausted:
            self.exhausted = True
            self.told.append("exhausted")

    def _rise(self) -> None:
        was_low, was_exhausted = self.low is not None, self.exhausted
        if was_low:
            self.low = min((level for level in self.levels if self.balance < level), default=None)
        self.exhausted = was_exhausted and self.balance <= 0
        if was_exhausted > self.exhausted or (was_low and self.low is None):
            self.told.append("recovered")

    def _free(self, payment: Due, *, refund: bool) -> None:
        if self.slot == payment.id:
            self.slot = ""
        self.scheduled.pop(payment.id, None)
        if refund:
            self.used[payment.month] -= payment.amount

    def _consider(self, new_id: str) -> None:
        if self.policy is None or self.paused or self.slot:
            return
        amount, below, cap = self.policy
        if self.balance >= below:
            return
        day, month = f"{self.now:%Y-%m-%d}", f"{self.now:%Y-%m}"
        if self.used[month] + amount > cap:
            self._block("monthly_cap", month)
        elif self.opened[day] >= PER_DAY:
            self._block("daily_limit", day)
        elif self.last is not None and self.now < self.last + COOL_DOWN:
            self.scheduled["check"] = self.last + COOL_DOWN
        else:
            self.slot, self.last = new_id, self.now
            self.used[month] += amount
            self.opened[day] += 1
            self.payments[new_id] = Due(new_id, "recharge", amount, month, self.now, self.method)
            self._watch(self.payments[new_id])
            self.told.append("due")

    def _block(self, reason: str, period: str) -> None:
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        ahead = midnight.replace(day=1) + timedelta(days=31) if reason == "monthly_cap" else midnight
        self.scheduled["check"] = ahead.replace(day=1) if reason == "monthly_cap" else midnight + timedelta(days=1)
        if self.blocked != f"{reason}:{period}":
            self.blocked = f"{reason}:{period}"
            self.told.append(f"blocked {reason}")
