"""Half of the model: an account with its balance, thresholds, policy and recharge slot, in whole dollars."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.store.model_lots import REMEMBERED, LotsModel
from tests.store.terms import COOL_DOWN, PER_DAY, WATCH, Due


@dataclass
class AccountModel(LotsModel):
    """One account and the recharges that it opens; each method answers what the store should answer.

    `told` is the outbox in short; `scheduled` is what is to be looked at when: "check", a payment, "settings:" and one.
    `packs` are the lines of the entries, by their place, that have some. `halts` is what is told of services.
    """

    state: str = "open"
    overdraft: int = 0
    operations: dict[str, tuple[object, ...]] = field(default_factory=dict)
    made: dict[str, datetime] = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    low: int | None = None
    exhausted: bool = False
    halted: bool = False
    halts: list[str] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    policy: tuple[int, int, int] | None = None
    below: int = 0
    cap: int = 0
    method: str = ""
    saved: bool = False
    paused: str = ""
    slot: str = ""
    used: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None
    blocked: str = ""
    waited: tuple[str, datetime] | None = None
    payments: dict[str, Due] = field(default_factory=dict)
    packs: dict[int, dict[str, int]] = field(default_factory=dict)

    def post(
        self,
        kind: str,
        amount: int,
        operation: str,
        new_id: str,
        lasts: timedelta | None = None,
        *,
        authorised: bool = False,
    ) -> str:
        """A charge, recorded or authorised, or a grant that lasts so long."""
        if operation in self.operations:
            return "repeated" if self.operations[operation] == (kind, amount) else "conflict"
        refused = self._refuse(amount, authorised=authorised)
        if not refused:
            self.begin()
            refused = self._refuse(amount, authorised=authorised)
        if refused:
            return refused
        self.operations[operation], self.made[operation] = (kind, amount), self.now
        if kind == "usage":
            self.take(operation, amount)
            self.fall()
            self.consider(new_id)
        else:
            self.put(operation, amount, granted=True, lasts=lasts)
            self._rise()
            self._look_at_slot()
        return "posted"

    def record(self, lines: dict[str, int], new_id: str) -> str:
        """Call records, by their ids, in one entry; they cross levels one by one."""
        if self.state == "closed":
            return "account_closed"
        self.begin()
        self.take("records", sum(lines.values()))
        self.packs[len(self.entries) - 1] = lines
        after = self.balance
        self.balance += sum(lines.values())
        for amount in lines.values():
            self.balance -= amount
            self.fall()
            self.consider(new_id)
        assert self.balance == after
        return "posted"

    @property
    def remembered(self) -> list[str]:
        """The operations that the store promises to know again."""
        return sorted(name for name, at in self.made.items() if self.now - at < REMEMBERED)

    def set_levels(self, levels: tuple[int, ...], new_id: str) -> None:
        """Save the alert levels."""
        if levels != self.levels or not self.saved:
            self.levels, self.saved = levels, True
            self._settings_changed(new_id)

    def set_policy(self, policy: tuple[int, int, int] | None, method: str, new_id: str) -> None:
        """Save auto-recharge as (amount, below, cap), or None for off, and its card."""
        if (policy, method) != (self.policy, self.method):
            lowered = policy is not None and policy[2] < self.cap
            afresh = policy is None or method != self.method
            self.policy, self.method, self.saved = policy, method, True
            _, self.below, self.cap = policy or (0, self.below, self.cap)
            self._settings_changed(new_id, afresh=afresh, lowered=lowered)

    def set_method(self, method: str, new_id: str) -> None:
        """Save the card alone."""
        if method != self.method:
            self.method = method
            self._settings_changed(new_id, afresh=True)

    def resume(self, new_id: str) -> str:
        """End the pause."""
        if self.policy is None:
            return "recharge_off"
        if not self.paused:
            return "not_paused"
        self.paused, self.last, self.blocked = "", None, ""
        self.told.append("resumed")
        self.consider(new_id)
        return "resumed"

    def check(self, new_id: str) -> str:
        """Look whether a recharge is due."""
        self.scheduled.pop("check", None)
        self.consider(new_id)
        return self.slot

    @property
    def needed(self) -> bool:
        """Whether the balance is below the trigger."""
        return self.balance < self.below

    @property
    def wait(self) -> tuple[str, datetime] | None:
        """Why a recharge that is due does not open, and until when."""
        due = self.policy is not None and self.needed and not self.paused and not self.slot and self.state == "open"
        return self.waited if due else None

    def set_service(self, service: str, *, open_: bool) -> str:
        """A person stops a service, or lets it go on."""
        if (service in self.stopped) != open_:
            return "unchanged"
        (self.stopped.remove if open_ else self.stopped.add)(service)
        self.halts.append(f"{'resumed' if open_ else 'stopped'} {service}")
        return "changed"

    def _refuse(self, amount: int, *, authorised: bool, service: str = "calls") -> str:
        if self.state == "closed":
            return "account_closed"
        if authorised and self.state == "frozen":
            return "account_frozen"
        if authorised and service in self.stopped:
            return "service_stopped"
        return "insufficient_credit" if authorised and self.balance - amount < -self.overdraft else ""

    def _settings_changed(self, new_id: str, *, afresh: bool = False, lowered: bool = False) -> None:
        self.blocked, self.waited = "", None
        if afresh:
            self.paused = ""
        self._look_at_slot(anyway=afresh or lowered)
        if self.entries:
            self._rise()
            self.fall()
        elif self.state != "open":  # nothing has happened yet, and services have never begun
            self._halt()
        else:
            self._resume()
        self.consider(new_id)

    def _look_at_slot(self, *, anyway: bool = False) -> None:
        if self.slot and (anyway or not self.needed):
            self.scheduled[f"settings:{self.slot}"] = self.now

    def _watch(self, payment: Due) -> None:
        self.scheduled[payment.id] = self.now + WATCH

    def fall(self) -> None:
        """Levels and zero, downwards."""
        for level in self.levels:
            if self.balance < level and (self.low is None or level < self.low):
                self.low = level
                self.told.append(f"low {level}")
        if self.balance <= 0 and not self.exhausted:
            self.exhausted = True
            self.told.append("exhausted")
        self._halt()

    @property
    def _no_calls(self) -> bool:
        return self.state != "open" or self.balance <= -self.overdraft

    def _halt(self) -> None:
        if not self.halted and self._no_calls:
            self.halted = True
            self.halts.append("halted exhausted" if self.state == "open" else f"halted {self.state}")

    def _resume(self) -> None:
        if self.halted and not self._no_calls:
            self.halted = False
            self.halts.append("resumed")

    def _rise(self) -> None:
        was_low, was_exhausted = self.low is not None, self.exhausted
        if was_low:
            self.low = min((level for level in self.levels if self.balance < level), default=None)
        self.exhausted = was_exhausted and self.balance <= 0
        if was_exhausted > self.exhausted or (was_low and self.low is None):
            self.told.append("recovered")
        self._resume()

    def _free(self, payment: Due, *, refund: bool) -> None:
        if self.slot == payment.id:
            self.slot = ""
        self.scheduled.pop(payment.id, None)
        if refund:
            self.used[payment.month] -= payment.amount

    def consider(self, new_id: str) -> None:
        """Open a recharge if one is due."""
        if self.policy is None or self.paused or self.slot:
            return
        amount, _, cap = self.policy
        if self.state != "open" or not self.needed:
            return
        day, month = f"{self.now:%Y-%m-%d}", f"{self.now:%Y-%m}"
        if self.used[month] + amount > cap:
            self._block("monthly_cap", month)
        elif self.opened[day] >= PER_DAY:
            self._block("daily_limit", day)
        elif self.last is not None and self.now < self.last + COOL_DOWN:
            self._wait("cool_down", self.last + COOL_DOWN)
        else:
            self.slot, self.last, self.waited = new_id, self.now, None
            self.used[month] += amount
            self.opened[day] += 1
            self.payments[new_id] = Due(new_id, "recharge", amount, month, self.now, self.method)
            self._watch(self.payments[new_id])
            self.told.append("due")

    def _block(self, reason: str, period: str) -> None:
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        ahead = midnight.replace(day=1) + timedelta(days=31) if reason == "monthly_cap" else midnight
        self._wait(reason, ahead.replace(day=1) if reason == "monthly_cap" else midnight + timedelta(days=1))
        if self.blocked != f"{reason}:{period}":
            self.blocked = f"{reason}:{period}"
            self.told.append(f"blocked {reason}")

    def _wait(self, reason: str, until: datetime) -> None:
        self.waited = (reason, until)
        self.scheduled["check"] = until
