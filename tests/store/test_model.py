"""Any course of events: the scripts and a plain model of them agree after every step."""

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

import fakeredis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.outcomes import Done, Posting, Refused
from store.payments import Claimed, Failure
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.clock import Clock
from tests.store.model import Due, Model
from tests.store.outline import outline

T = TypeVar("T")
DOLLARS = st.integers(1, 120)
POLICIES = st.one_of(
    st.none(), st.tuples(st.sampled_from([20, 50]), st.sampled_from([10, 60]), st.sampled_from([50, 110]))
)
LEVELS = st.lists(st.sampled_from([10, 25, 60, 90]), max_size=3, unique=True)
WAITS = st.sampled_from([{"minutes": 5}, {"minutes": 15}, {"hours": 7}, {"days": 1}, {"days": 20}])
FAILURES = st.sampled_from([Failure.DECLINED, Failure.UNKNOWN, Failure.UNAVAILABLE, Failure.NEEDS_ACTION])


class LedgerMachine(RuleBasedStateMachine):
    """Does the same to the store and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("store.scripts.load", self.clock.load)
        self.numbers = itertools.count(1)
        self.model = Model(self.clock.now)
        self.claims: dict[str, Claimed] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(coroutine)

    def new_id(self) -> str:
        """The payment id that the next call will use if it needs one."""
        name = f"pay-{next(self.numbers)}"
        for service in (self.bank.ledger, self.bank.policies, self.bank.payments):
            service._ids = lambda: name
        return name

    @initialize()
    def open(self) -> None:
        """An empty account."""
        redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
        self.bank = self.run(Bank.open(redis))

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

    @rule(amount=DOLLARS)
    def grant(self, amount: int) -> None:
        """Credit is given."""
        operation = f"posting-{next(self.numbers)}"
        wanted = self.model.post("grant", amount, operation, "")
        assert short(self.run(self.credit(amount, operation))) == wanted

    @precondition(lambda self: self.model.operations)
    @rule(data=st.data(), changed=st.booleans())
    def repeat(self, data: st.DataObject, *, changed: bool) -> None:
        """An earlier operation comes again, perhaps with another amount."""
        operation = data.draw(st.sampled_from(sorted(self.model.operations)))
        kind, amount = self.model.operations[operation]
        assert isinstance(amount, int)
        wanted = self.model.post(str(kind), amount + changed, operation, self.new_id())
        again = self.bank.spend if kind == "usage" else self.credit
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
        self.model.set_policy(policy, self.new_id())
        if policy is not None:
            self.run(self.bank.recharge(*policy))
        elif before is not None:
            self.run(self.bank.recharge(*before, on=False))

    @rule(by=WAITS)
    def wait(self, by: dict[str, int]) -> None:
        """Time goes by."""
        self.clock.advance(**by)
        self.model.now = self.clock.now

    @rule()
    def check(self) -> None:
        """The schedule looks at the account."""
        wanted = self.model.check(self.new_id())
        assert self.run(self.bank.payments.check_recharge(REF)) == wanted

    @rule()
    def resume(self) -> None:
        """A manager ends the pause."""
        wanted = self.model.resume(self.new_id())
        assert short(self.run(self.bank.payments.resume(MANAGER, REF))) == wanted

    @rule(amount=st.integers(5, 100))
    def top_up(self, amount: int) -> None:
        """A manager adds credit."""
        name = self.new_id()
        self.model.top_up(amount, name)
        request = self.bank.payments.request_topup(
            MANAGER, REF, usd(amount), CARD, channel="C1", operation_id=f"draft-{name}"
        )
        assert short(self.run(request)) == name

    @precondition(lambda self: self.model.payments)
    @rule(data=st.data(), ahead=st.sampled_from([0, 1, 1, 1]))
    def claim(self, data: st.DataObject, ahead: int) -> None:
        """A worker claims a payment."""
        payment = self.pick(data)
        attempt = payment.attempt + ahead
        wanted = self.model.claim(payment, attempt)
        claimed = self.run(self.bank.payments.claim(REF, payment.id, attempt))
        if isinstance(claimed, Claimed):
            self.claims[payment.id] = claimed
        assert (claimed.reason if isinstance(claimed, Refused) else "claimed") == wanted

    @precondition(lambda self: self.model.payments)
    @rule(data=st.data(), late=st.integers(1, 4))
    def settle(self, data: st.DataObject, late: int) -> None:
        """The provider's money is reported, for an attempt that may be long past."""
        payment = self.pick(data)
        charge = f"{payment.id}-{min(late, max(payment.attempt, 1))}"
        wanted = self.model.settle(payment, charge, self.new_id())
        report = self.bank.payments.settle(REF, payment.id, charge_ref=charge, received=usd(payment.amount))
        assert short(self.run(report)) == wanted

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), failure=FAILURES)
    def fail(self, data: st.DataObject, failure: Failure) -> None:
        """The last worker to claim a payment reports a failure."""
        name = data.draw(st.sampled_from(sorted(self.claims)))
        kind = "unknown" if failure is Failure.UNAVAILABLE else failure.value
        wanted = self.model.fail(self.model.payments[name], kind)
        report = self.bank.payments.fail(REF, self.claims[name], failure, reason="insufficient_funds")
        assert short(self.run(report)) == wanted

    @precondition(lambda self: self.model.payments)
    @rule(data=st.data(), person=st.booleans(), behind=st.sampled_from([0, 0, 1]))
    def wake(self, data: st.DataObject, behind: int, *, person: bool) -> None:
        """The schedule or a person wakes a payment."""
        payment = self.pick(data)
        attempt = payment.attempt - behind
        wanted = self.model.wake(payment, attempt if person else None)
        payments = self.bank.payments
        waking = payments.retry(MANAGER, REF, payment.id, attempt) if person else payments.wake(REF, payment.id)
        assert short(self.run(waking)) == wanted

    @invariant()
    def agree(self) -> None:
        """Balance, thresholds, slot, entries and events are the model's; the journal proves itself."""
        account, model = self.run(self.bank.account()), self.model
        assert account.balance == usd(model.balance)
        assert (account.low, account.exhausted) == (None if model.low is None else usd(model.low), model.exhausted)
        assert (account.slot, account.paused) == (model.slot, model.paused)
        entries = self.run(self.bank.entries())
        wanted = [(usd(amount), usd(after)) for _, amount, after in model.entries]
        assert [(each.amount, each.after) for each in entries] == wanted
        assert self.run(outline(self.bank)) == model.told
        states = {name: payment.state for name, payment in model.payments.items()}
        assert {name: self.run(self.state(name)) for name in states} == states
        self.run(self.bank.prove())

    def pick(self, data: st.DataObject) -> Due:
        """Any payment, the open recharge above all."""
        names = sorted(self.model.payments)
        first = [self.model.slot] if self.model.slot else []
        return self.model.payments[data.draw(st.sampled_from(first * len(names) + names))]

    async def credit(self, units: int, operation_id: str) -> Posting:
        """A grant under that id."""
        return await self.bank.ledger.add_credit(REF, usd(units), operation_id=operation_id, actor="test")

    async def state(self, payment_id: str) -> str:
        """A payment's state."""
        payment = await self.bank.payments.get(REF, payment_id)
        return payment.state if payment else "missing"


def short(outcome: object) -> str:
    """An outcome in one word."""
    if isinstance(outcome, Done):
        return outcome.result
    if isinstance(outcome, Refused):
        return outcome.reason.value.removeprefix("operation_")
    return type(outcome).__name__.lower()


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
