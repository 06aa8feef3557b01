"""What the ledger should do, in plain Python and whole dollars: the model that the scripts are held against."""

from dataclasses import dataclass
from datetime import timedelta

from tests.store.model_account import AccountModel
from tests.store.terms import ASK_AGAIN, ASK_AT_MOST, MINUTE, RETRY_HOURS, STEPS, WAITS, Due


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
        if asks_again and payment.step == "charge" and not payment.may_be_asked_again(self.now):
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
        payment.step = "charge" if fresh else payment.step
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
        self._look_at_slot()
        self._consider(new_id)
        return "posted"

    def fail(self, payment: Due, failure: str) -> str:
        """Report a failure of a payment that is being charged."""
        if payment.state != "charging":
            return "not_pending"
        if payment.step == "cancel":
            failure = {"declined": "not_charged", "needs_action": "unknown"}.get(failure, failure)
        self.scheduled.pop(payment.id, None)
        if failure in {"unknown", "unavailable"}:
            self.scheduled[payment.id] = self.now + min(ASK_AGAIN * 2**payment.asks, ASK_AT_MOST)
            self.told += ["unknown"] if payment.asks == 0 else []
            payment.asks += 1
            payment.state = "unknown" if payment.uncertain else failure
            if payment.state == "unavailable":
                self._look_at_slot()
        elif failure == "stuck":
            payment.state = "stuck"
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
        was = payment.state
        if (cause, was) in STEPS:
            payment.state, payment.step, payment.asks = "unknown", STEPS[cause, was], 0
        elif cause != "schedule" and was == "retrying":
            payment.state = "due"
        self._watch(payment)
        self.told.append("due" if payment.kind == "recharge" else "topup due")
        return was

    def cancel(self, payment: Due, attempt: int) -> str:
        """A person has seen that a stuck payment was not charged."""
        if payment.state != "stuck" or attempt != payment.attempt:
            return "not_pending"
        self._end_uncharged(payment)
        return "cancelled"

    def top_up(self, amount: int, method: str, new_id: str) -> None:
        """Ask for a top-up."""
        self.payments[new_id] = Due(new_id, "topup", amount, "", self.now, method)
        self._watch(self.payments[new_id])
        self.told.append("topup due")

    def _refuse_charge(self, payment: Due) -> str:
        """Why a recharge must not be charged now, or "" with its reservation in the month that it is charged in."""
        if self.policy is None or self.paused:
            self._cancel(payment)
            return "recharge_off"
        if not self.needed:
            self._cancel(payment)
            return "not_needed"
        month, cap = f"{self.now:%Y-%m}", self.policy[2]
        if self.used[month] + (payment.amount if payment.month != month else 0) > cap:
            self._cancel(payment)
            self.scheduled["check"] = self.now
            return "above_cap"
        if payment.month != month:
            self.used[month] += payment.amount
            self.used[payment.month] -= payment.amount
            payment.month = month
        return ""

    def _wait_for_owner(self, payment: Due) -> None:
        given_up = self.policy is None or payment.method != self.method or not self.needed
        if payment.kind == "recharge" and given_up:
            payment.state, payment.step, payment.asks = "unknown", "cancel", 0
            self._go_on(payment)
        else:
            payment.state = "needs_action"
            self.told.append("needs_action")

    def _go_on_or_end(self, payment: Due) -> None:
        if payment.step == "cancel" and payment.kind == "recharge":
            payment.state = "due"
            self._go_on(payment)
        else:
            self._end_uncharged(payment)

    def _go_on(self, payment: Due) -> None:
        self._watch(payment)
        self.told.append("due")

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
