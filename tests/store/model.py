"""What the ledger should do, in plain Python and whole dollars: the model that the scripts are held against."""

from dataclasses import dataclass
from datetime import timedelta

from tests.store.model_account import AccountModel
from tests.store.model_lots import YEAR
from tests.store.terms import (
    ASK_AGAIN,
    ASK_AT_MOST,
    ASK_OWNER_FOR,
    DAY,
    HOUR,
    MINUTE,
    RETRY_HOURS,
    STEPS,
    WAITS,
    Due,
)


@dataclass
class Model(AccountModel):
    """An account and what becomes of its payments."""

    def claim(self, payment: Due, attempt: int) -> str:
        """Take a payment over."""
        fresh = payment.state in {"due", "retrying"}
        asks_again = payment.state in {"charging", "unknown"}
        uncharged = fresh or payment.state == "unavailable"
        if not asks_again and not uncharged:
            return "not_pending"
        if attempt != (payment.attempt + 1 if fresh else payment.attempt):
            return "not_pending"
        step = "charge" if fresh else payment.step
        forbidden = self._unwanted(payment) if step == "charge" else ""
        turned = bool(asks_again and forbidden)
        if asks_again and not turned and not payment.may_be_asked_again(self.now):
            payment.state, payment.reason = "stuck", "no_answer"
            self.scheduled.pop(payment.id, None)
            self.told.append("stuck")
            return "not_pending"
        if uncharged and forbidden not in {"", "other_card"}:
            self._cancel(payment)
            if forbidden == "above_cap":
                self.scheduled["check"] = self.now
            return forbidden
        if uncharged and payment.kind == "recharge":
            self._reserve_now(payment)
            payment.method = self.method
        if fresh and attempt == 1 and payment.kind == "recharge":
            self.told.append("started")
        if fresh:
            payment.ends = payment.charged = False
        payment.asks = 0 if fresh or turned else payment.asks
        payment.step = "cancel" if turned else step
        payment.first_asked = self.now if uncharged or turned else payment.first_asked
        payment.uncertain = asks_again
        payment.state, payment.attempt = "charging", attempt
        self._watch(payment)
        return "claimed"

    def settle(self, payment: Due, charge: str, new_id: str) -> str:
        """Credit a payment's amount."""
        if any(each[0] == charge for each in self.entries):
            return "repeated"
        self.begin()
        self.put(charge, payment.amount, granted=False, lasts=YEAR)
        if payment.kind == "recharge" and payment.state in {"failed", "cancelled", "succeeded"}:
            self.used[f"{self.now:%Y-%m}"] += payment.amount
        elif payment.kind == "recharge":
            self._reserve_now(payment)
        payment.state = "succeeded"
        self._free(payment, refund=False)
        self.told.append("recharged" if payment.kind == "recharge" else "topped_up")
        self._rise()
        self._look_at_slot()
        self.consider(new_id)
        return "posted"

    def fail(self, payment: Due, failure: str) -> str:
        """Report a failure of a payment that is being charged."""
        if payment.state != "charging":
            return self._reopen(payment, failure)
        payment.reason = "insufficient_funds"
        if payment.step == "cancel":
            failure = {"declined": "not_charged", "needs_action": "unknown"}.get(failure, failure)
        self.scheduled.pop(payment.id, None)
        if failure in {"unknown", "unavailable"}:
            self.scheduled[payment.id] = self.now + min(ASK_AGAIN * 2**payment.asks, ASK_AT_MOST)
            self.told += ["unknown"] if payment.asks == 0 and not payment.quiet else []
            payment.asks += 1
            payment.state = "unknown" if payment.uncertain else failure
            if payment.state == "unavailable":
                self._look_at_slot()
        elif failure in {"stuck", "not_credited"}:
            payment.state = "stuck"
            payment.charged = payment.charged or failure == "not_credited"
            self.told.append("stuck")
        elif failure == "needs_action":
            self._wait_for_owner(payment)
        elif failure == "not_charged":
            self._go_on_or_end(payment)
        elif payment.kind == "topup":
            payment.state = "failed"
            self.told.append("topup declined")
        elif payment.attempt <= len(RETRY_HOURS):
            payment.state = "retrying"
            again = payment.created + timedelta(hours=RETRY_HOURS[payment.attempt - 1])
            self.scheduled[payment.id] = max(again, self.now + MINUTE)
            self.told.append("declined")
            self._look_at_slot()
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
        if cause == "settings" and not self._unwanted(payment):
            return "not_pending"
        was = payment.state
        if (cause, was) in STEPS:
            self._ask_next(payment, STEPS[cause, was], ends=False)
            payment.quiet = cause == "schedule"
        elif cause != "schedule" and was == "retrying":
            payment.state = "due"
        elif cause == "person":
            payment.quiet = False
        self._hand_over(payment)
        return was

    def cancel(self, payment: Due, attempt: int) -> str:
        """A person has seen that a stuck payment was not charged."""
        if payment.state != "stuck" or attempt != payment.attempt:
            return "not_pending"
        if payment.charged:
            return "charged"
        if (payment.step, payment.ends, payment.reason) == ("cancel", True, "no_answer"):
            payment.reason = "unseen"
            self._end_uncharged(payment)
            return "cancelled"
        self._ask_next(payment, "cancel", ends=True)
        payment.quiet = False
        self._hand_over(payment)
        return "unknown"

    def top_up(self, amount: int, method: str, new_id: str) -> str:
        """Ask for a top-up."""
        if self.state == "closed":
            return "account_closed"
        self.payments[new_id] = Due(new_id, "topup", amount, "", self.now, method)
        self._watch(self.payments[new_id])
        self.told.append("topup due")
        return new_id

    def _unwanted(self, payment: Due) -> str:
        """Why a recharge must not be charged as it stands, or ""."""
        if payment.kind != "recharge":
            return ""
        if self.policy is None or self.paused or self.state != "open":
            return "recharge_off"
        if not self.needed:
            return "not_needed"
        month = f"{self.now:%Y-%m}"
        if self.used[month] + (payment.amount if payment.month != month else 0) > self.cap:
            return "above_cap"
        return "other_card" if payment.method != self.method else ""

    def _reserve_now(self, payment: Due) -> None:
        """The reservation is in the month that it is charged or credited in."""
        self.used[payment.month] -= payment.amount
        payment.month = f"{self.now:%Y-%m}"
        self.used[payment.month] += payment.amount

    def _wait_for_owner(self, payment: Due) -> None:
        if self._unwanted(payment):
            self._call_off(payment, ends=False)
            return
        payment.state = "needs_action"
        if payment.step == "charge":
            self.scheduled[payment.id] = self.now + HOUR
        elif self.now - payment.created < ASK_OWNER_FOR:
            self.scheduled[payment.id] = self.now + DAY
        self.told += [] if payment.quiet else ["needs_action"]

    def _go_on_or_end(self, payment: Due) -> None:
        if payment.step != "cancel":
            self._call_off(payment, ends=True)
        elif payment.kind == "recharge" and not payment.ends:
            payment.state = "due"
            self._hand_over(payment)
        else:
            self._end_uncharged(payment)

    def _reopen(self, payment: Due, failure: str) -> str:
        """A payment that ended on a person's word is not over if a worker turns up that may have charged it."""
        unseen = payment.state == "cancelled" and payment.reason == "unseen"
        if not unseen or failure not in {"unknown", "stuck", "not_credited"}:
            return "not_pending"
        self.used[payment.month] += payment.amount if payment.kind == "recharge" else 0
        return self._call_off(payment, ends=True)

    def _call_off(self, payment: Due, *, ends: bool) -> str:
        self._ask_next(payment, "cancel", ends=ends)
        payment.reason = "insufficient_funds"
        self._hand_over(payment)
        return payment.state

    def _ask_next(self, payment: Due, step: str, *, ends: bool) -> None:
        payment.state, payment.step, payment.ends = "unknown", step, ends
        payment.asks, payment.first_asked = 0, self.now

    def _hand_over(self, payment: Due) -> None:
        self._watch(payment)
        self.told.append("due" if payment.kind == "recharge" else "topup due")

    def _end_uncharged(self, payment: Due) -> None:
        if payment.kind == "recharge":
            self._cancel(payment)
            self.scheduled["check"] = self.now
        else:
            payment.state = "cancelled"
            self.told.append("topup declined")

    def _cancel(self, payment: Due) -> None:
        payment.state = "cancelled"
        self._free(payment, refund=True)
        self.told.append("cancelled")
