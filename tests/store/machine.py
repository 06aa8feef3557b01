"""Whatever may happen to an account, done to the store and to the model of it, and compared after every step."""

from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from store.lots import parts
from store.outcomes import Done, Posting
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.machinery import Machine
from tests.store.model import Model
from tests.store.outline import halts, outline
from tests.store.steps import waiting
from tests.store.terms import member, ms, one, short

ANY = st.integers(0, 999)
"""Which of those that there are."""
DOLLARS = st.integers(1, 120)
FIGURES = st.tuples(st.sampled_from([20, 50]), st.sampled_from([10, 60]), st.sampled_from([50, 110]))
POLICIES = st.one_of(FIGURES, FIGURES, st.none())
LEVELS = st.lists(st.sampled_from([10, 25, 60, 90]), max_size=3, unique=True)
GAPS = st.sampled_from([{"minutes": 5}, {"minutes": 15}, {"hours": 7}, {"days": 1}, {"days": 31}])


class LedgerMachine(Machine):
    """Does the same to the store and to the model."""

    model_type = Model

    def __init__(self) -> None:
        super().__init__()
        self.model = self.model_type(self.clock.now)
        self.days: dict[str, int] = {}

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

    @invariant()
    def agree(self) -> None:
        """Balance, thresholds, slot, entries, events and schedule are the model's; the journal proves itself."""
        account, model = self.run(self.bank.account()), self.model
        assert account.available == usd(model.balance)
        assert (account.low, account.exhausted) == (None if model.low is None else usd(model.low), model.exhausted)
        assert (account.slot, account.paused) == (model.slot, model.paused)
        assert {each.service for each in account.stops} == model.stopped
        assert account.halts == (model.halted or not (model.entries or model.overdraft))
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
        told = self.run(halts(self.bank))
        assert ["resumed" if each.startswith("resumed by") else each for each in told] == model.halts
        states = {name: (each.state, each.step, each.method) for name, each in model.payments.items()}
        assert {name: self.run(self.state(name)) for name in states} == states
        assert self.run(waiting(self.bank)) == {member(name): ms(at) for name, at in model.scheduled.items()}
        self.run(self.bank.prove())

    async def credit(self, units: int, operation_id: str, days: int = 0) -> Posting:
        """A grant under that id."""
        return await self.bank.ledger.add_credit(REF, usd(units), operation_id=operation_id, actor="test", days=days)

    async def state(self, payment_id: str) -> tuple[str, str, str]:
        """A payment's state, step and card."""
        payment = await self.bank.payments.get(REF, payment_id)
        return (payment.state, payment.step, payment.method) if payment else ("missing", "", "")
