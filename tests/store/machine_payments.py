"""Recharges and top-ups, done to the store and to the model of them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store.outcomes import Refused
from store.payments import Claimed, Failure
from tests.controls import CARD, MANAGER, REF, usd
from tests.store.machine import ANY, LedgerMachine
from tests.store.terms import WAITS, Due, one, short

FAILURES = st.sampled_from(
    [
        Failure.DECLINED,
        Failure.UNKNOWN,
        Failure.UNAVAILABLE,
        Failure.NEEDS_ACTION,
        Failure.NOT_CHARGED,
        Failure.STUCK,
        Failure.NOT_CREDITED,
    ]
)


class PaymentsMachine(LedgerMachine):
    """Has workers, providers, managers and the schedule deal with payments, in time or not."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: dict[str, Claimed] = {}

    @rule()
    def check(self) -> None:
        """The schedule looks at the account."""
        wanted = self.model.check(self.new_id())
        assert self.run(self.bank.payments.check_recharge(REF)) == wanted

    @precondition(lambda self: self.model.payments)
    @rule()
    def resume(self) -> None:
        """A manager ends the pause."""
        wanted = self.model.resume(self.new_id())
        assert short(self.run(self.bank.payments.resume(MANAGER, REF))) == wanted

    @rule(amount=st.integers(5, 100))
    def top_up(self, amount: int) -> None:
        """A manager adds credit."""
        name = self.new_id()
        wanted = self.model.top_up(amount, CARD, name)
        request = self.bank.payments.request_topup(
            MANAGER, REF, usd(amount), CARD, channel="C1", operation_id=f"draft-{name}"
        )
        assert short(self.run(request)) == wanted

    @precondition(lambda self: self.model.payments)
    @rule(which=ANY, ahead=st.sampled_from([0, 1, 1, 1]))
    def claim(self, which: int, ahead: int) -> None:
        """A worker claims a payment."""
        self.take(self.pick(which), ahead)

    @precondition(lambda self: self.model.slot)
    @rule(failure=FAILURES)
    def work(self, failure: Failure) -> None:
        """A worker claims the open recharge for the attempt that is its turn, and the provider does not take it."""
        payment = self.model.payments[self.model.slot]
        self.take(payment, 1 if payment.state in {"due", "retrying"} else 0)
        if payment.state == "charging":
            self.report(payment.id, failure)

    def take(self, payment: Due, ahead: int) -> None:
        """Claim a payment for its last attempt or one ahead."""
        attempt = payment.attempt + ahead
        wanted = self.model.claim(payment, attempt)
        claimed = self.run(self.bank.payments.claim(REF, payment.id, attempt))
        if isinstance(claimed, Claimed):
            self.claims[payment.id] = claimed
        assert (claimed.reason if isinstance(claimed, Refused) else "claimed") == wanted

    @precondition(lambda self: self.model.payments)
    @rule(which=ANY, late=st.integers(1, 4))
    def settle(self, which: int, late: int) -> None:
        """The provider's money is reported, for an attempt that may be long past."""
        payment = self.pick(which)
        charge = f"{payment.id}-{min(late, max(payment.attempt, 1))}"
        wanted = self.model.settle(payment, charge, self.new_id())
        report = self.bank.payments.settle(REF, payment.id, charge_ref=charge, received=usd(payment.amount))
        assert short(self.run(report)) == wanted

    @precondition(lambda self: self.claims)
    @rule(which=ANY, failure=FAILURES)
    def fail(self, which: int, failure: Failure) -> None:
        """The last worker to claim a payment reports a failure."""
        self.report(one(which, sorted(self.claims)), failure)

    def report(self, name: str, failure: Failure) -> None:
        """Report a failure for the last claim of a payment."""
        wanted = self.model.fail(self.model.payments[name], failure.value)
        report = self.bank.payments.fail(REF, self.claims[name], failure, reason="insufficient_funds")
        assert short(self.run(report)) == wanted

    @precondition(lambda self: any(each.state == "stuck" for each in self.model.payments.values()))
    @rule(which=ANY, behind=st.sampled_from([0, 0, 1]))
    def cancel(self, which: int, behind: int) -> None:
        """A manager says that a payment was not charged."""
        payment = self.pick(which)
        wanted = self.model.cancel(payment, payment.attempt - behind)
        cancelling = self.bank.payments.cancel(MANAGER, REF, payment.id, payment.attempt - behind)
        assert short(self.run(cancelling)) == wanted

    @precondition(lambda self: self.model.payments)
    @rule(which=ANY, cause=st.sampled_from(sorted(WAITS)), behind=st.sampled_from([0, 0, 1]))
    def wake(self, which: int, behind: int, cause: str) -> None:
        """The schedule, changed settings or a person wake a payment."""
        payment = self.pick(which)
        attempt = payment.attempt - behind
        wanted = self.model.wake(payment, cause, attempt)
        payments = self.bank.payments
        if cause == "person":
            waking = payments.retry(MANAGER, REF, payment.id, attempt)
        else:
            waking = payments.wake(REF, payment.id, cause=cause)
        assert short(self.run(waking)) == wanted

    @precondition(lambda self: self.model.scheduled)
    @rule()
    def tick(self) -> None:
        """Time goes by until the next look is due, and the schedule's looks are taken in their order."""
        self.clock.now = max(self.clock.now, min(self.model.scheduled.values()))
        self.model.now = self.clock.now
        members = [name for name, at in self.model.scheduled.items() if at <= self.clock.now]
        for look in sorted(members):
            cause, _, name = look.rpartition(":")
            if look == "check":
                self.check()
            else:
                wanted = self.model.wake(self.model.payments[name], cause or "schedule", 0)
                assert short(self.run(self.bank.payments.wake(REF, name, cause=cause or "schedule"))) == wanted

    def pick(self, which: int) -> Due:
        """Any payment, the open recharge above all."""
        names = sorted(self.model.payments)
        first = [self.model.slot] if self.model.slot else []
        return self.model.payments[one(which, first * len(names) + names)]
