"""Whatever may happen to an account, done to the store and to the model of it, and compared after every step."""

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import fakeredis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.lots import parts
from store.outcomes import Done, Posting, Refused
from store.payments import Claimed, Failure
from store.scripts import Client
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.clock import Clock
from tests.store.model import Model
from tests.store.outline import outline
from tests.store.steps import waiting
from tests.store.terms import WAITS, Due, member, ms, one, short

T = TypeVar("T")
ANY = st.integers(0, 999)
"""Which of those that there are."""
DOLLARS = st.integers(1, 120)
FIGURES = st.tuples(st.sampled_from([20, 50]), st.sampled_from([10, 60]), st.sampled_from([50, 110]))
POLICIES = st.one_of(FIGURES, FIGURES, st.none())
LEVELS = st.lists(st.sampled_from([10, 25, 60, 90]), max_size=3, unique=True)
GAPS = st.sampled_from([{"minutes": 5}, {"minutes": 15}, {"hours": 7}, {"days": 1}, {"days": 31}])
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


class LedgerMachine(RuleBasedStateMachine):
    """Does the same to the store and to the model."""

    model_type = Model

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("store.scripts.load", self.clock.load)
        self.numbers = itertools.count(1)
        self.model = self.model_type(self.clock.now)
        self.claims: dict[str, Claimed] = {}
        self.days: dict[str, int] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(coroutine)

    def connect(self) -> Client:
        """An empty Redis."""
        return fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)

    def new_id(self) -> str:
        """The payment id that the next call will use if it needs one."""
        name = f"pay-{next(self.numbers)}"
        for service in (self.bank.ledger, self.bank.policies, self.bank.payments):
            service._ids = lambda: name
        return name

    @initialize(start=st.sampled_from([0, 30, 100]), policy=POLICIES)
    def open(self, start: int, policy: tuple[int, int, int] | None) -> None:
        """An account with some credit, most often with auto-recharge on."""
        self.bank = self.run(Bank.open(self.connect()))
        if start:
            self.grant(start)
        self.save_policy(policy)

    def teardown(self) -> None:
        """Give loop and clock back."""
        self.runner.close()
        self.patch.undo()

    @rule(amount=DOLLARS)
    def charge(self, amount: int) -> None:
        """A call is charged."""
        operation = f"posting-{next(self.numbers)}"
        wanted = self.model.post("usage", amount, operation, self.new_id())
        assert short(self.run(self.bank.spend(amount, operation))) == wanted

    @rule(amount=DOLLARS, days=st.sampled_from([0, 1, 40, 400]))
    def grant(self, amount: int, days: int = 0) -> None:
        """Credit is given, for ever or for so many days."""
        operation = f"posting-{next(self.numbers)}"
        lasts = timedelta(days=days) if days else None
        self.days[operation] = days
        wanted = self.model.post("grant", amount, operation, "", lasts)
        assert short(self.run(self.credit(amount, operation, days))) == wanted

    @precondition(lambda self: self.model.lots)
    @rule(which=ANY)
    def look_at_lot(self, which: int) -> None:
        """The schedule looks at a lot, in time or not."""
        lot = self.model.lots[which % len(self.model.lots)]
        before = self.model.balance
        new_id = self.new_id()
        wanted = self.model.look_at_lot(lot.id)
        if self.model.balance != before or wanted in {"expired", "held"}:
            self.model.fall()
            self.model.consider(new_id)
        assert self.run(self.bank.ledger.look_at_lot(REF, str(lot.id))) == wanted

    @precondition(lambda self: self.model.remembered)
    @rule(which=ANY, changed=st.booleans())
    def repeat(self, which: int, *, changed: bool) -> None:
        """An earlier operation comes again, perhaps with another amount."""
        operation = one(which, self.model.remembered)
        kind, amount = self.model.operations[operation]
        assert isinstance(amount, int)
        wanted = self.model.post(str(kind), amount + changed, operation, self.new_id())
        days = self.days.get(operation, 0)
        again = self.bank.spend if kind == "usage" else partial(self.credit, days=days)
        assert short(self.run(again(amount + changed, operation))) == wanted

    @rule(levels=LEVELS)
    def save_levels(self, levels: list[int]) -> None:
        """The alert levels are saved."""
        self.model.set_levels(tuple(sorted(levels, reverse=True)), self.new_id())
        self.run(self.bank.levels(*levels))

    @rule(policy=POLICIES)
    def save_policy(self, policy: tuple[int, int, int] | None) -> None:
        """Auto-recharge is saved or switched off."""
        before = self.model.policy
        if policy is None and before is None:
            return
        self.model.set_policy(policy, CARD, self.new_id())
        if policy is not None:
            self.run(self.bank.recharge(*policy))
        elif before is not None:
            self.run(self.bank.recharge(*before, on=False))

    @precondition(lambda self: self.model.slot and self.model.policy)
    @rule()
    def lower_cap(self) -> None:
        """The month's cap is lowered as far as it goes while a recharge is open."""
        assert self.model.policy
        amount, below, _ = self.model.policy
        self.save_policy((amount, below, amount))

    @rule(method=st.sampled_from([CARD, "card_new"]))
    def choose_card(self, method: str) -> None:
        """A card is chosen for auto-recharge."""
        self.model.set_method(method, self.new_id())
        choice = self.bank.policies.set_method(MANAGER, REF, method, operation_id=self.bank.operation())
        assert isinstance(self.run(choice), Done)

    @rule(by=GAPS)
    def wait(self, by: dict[str, int]) -> None:
        """Time goes by."""
        self.clock.advance(**by)
        self.model.now = self.clock.now

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

    @invariant()
    def agree(self) -> None:
        """Balance, thresholds, slot, entries, events and schedule are the model's; the journal proves itself."""
        account, model = self.run(self.bank.account()), self.model
        assert account.available == usd(model.balance)
        assert (account.low, account.exhausted) == (None if model.low is None else usd(model.low), model.exhausted)
        assert (account.slot, account.paused) == (model.slot, model.paused)
        assert (account.wait and (account.wait.reason.value, account.wait.until_ms)) == (
            model.wait and (model.wait[0], ms(model.wait[1]))
        )
        entries = self.run(self.bank.entries())
        wanted = [(usd(amount), usd(after)) for _, amount, after in model.entries]
        assert [(each.amount, each.after) for each in entries] == wanted
        paid = [
            {part.lot: part.micros // 1_000_000 for part in parts(each.lots, each.moved.micros)} for each in entries
        ]
        assert paid == model.payers
        assert self.run(outline(self.bank)) == model.told
        states = {name: (each.state, each.step, each.method) for name, each in model.payments.items()}
        assert {name: self.run(self.state(name)) for name in states} == states
        assert self.run(waiting(self.bank)) == {member(name): ms(at) for name, at in model.scheduled.items()}
        self.run(self.bank.prove())

    def pick(self, which: int) -> Due:
        """Any payment, the open recharge above all."""
        names = sorted(self.model.payments)
        first = [self.model.slot] if self.model.slot else []
        return self.model.payments[one(which, first * len(names) + names)]

    async def credit(self, units: int, operation_id: str, days: int = 0) -> Posting:
        """A grant under that id."""
        return await self.bank.ledger.add_credit(REF, usd(units), operation_id=operation_id, actor="test", days=days)

    async def state(self, payment_id: str) -> tuple[str, str, str]:
        """A payment's state, step and card."""
        payment = await self.bank.payments.get(REF, payment_id)
        return (payment.state, payment.step, payment.method) if payment else ("missing", "", "")
