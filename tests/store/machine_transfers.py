"""Whatever may happen between two accounts, done to the store and to the model of it, and compared after every step."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from store.account import State
from store.corrections import Corrections
from store.lots import parts
from store.outcomes import Repeated
from store.roles import Operator
from tests.controls import MANAGER, usd
from tests.store import pair
from tests.store.machinery import Machine
from tests.store.model_transfers import Side, transfer
from tests.store.terms import short

SIDES = st.sampled_from([0, 1])
DOLLARS = st.integers(1, 60)
ANY = st.integers(0, 999)
DAYS = st.sampled_from([0, 1, 5, 40])
GAPS = st.sampled_from([{"hours": 12}, {"days": 1}, {"days": 5}, {"days": 31}, {"days": 91}])


class TransferMachine(Machine):
    """Does the same to the store and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.model = (Side(self.clock.now), Side(self.clock.now))
        self.moved: list[tuple[str, int, int]] = []

    def name(self, kind: str) -> str:
        """The next operation."""
        return f"{kind}-{next(self.numbers)}"

    @initialize(start=st.sampled_from([0, 50]))
    def open(self, start: int) -> None:
        """Two accounts, one perhaps with credit."""
        redis = self.connect()
        self.bank = self.run(pair.arrange_empty(redis))
        self.corrections = Corrections(redis, self.bank.roles)
        if start:
            self.grant(0, start, 5)

    @rule(side=SIDES, amount=DOLLARS, authorised=st.booleans())
    def charge(self, side: int, amount: int, *, authorised: bool) -> None:
        """A call is charged, or asks first."""
        operation = self.name("usage")
        wanted = self.model[side].charge(operation, amount, authorised=authorised)
        charging = self.bank.ledger.charge_usage(
            pair.REFS[side], usd(amount), operation_id=operation, actor="test", authorised=authorised
        )
        assert short(self.run(charging)) == wanted

    @rule(side=SIDES, amount=DOLLARS, days=DAYS)
    def grant(self, side: int, amount: int, days: int) -> None:
        """Credit is given."""
        operation = self.name("grant")
        wanted = self.model[side].grant(operation, amount, days)
        granting = self.bank.ledger.add_credit(
            pair.REFS[side], usd(amount), operation_id=operation, actor="test", days=days
        )
        assert short(self.run(granting)) == wanted

    @rule(side=SIDES, amount=DOLLARS)
    def move(self, side: int, amount: int) -> None:
        """Credit moves to the other account."""
        operation = self.name("transfer")
        wanted = transfer(self.model[side], self.model[1 - side], operation, amount)
        assert short(self.transfer(operation, side, amount)) == wanted
        if wanted == "posted":
            self.moved.append((operation, side, amount))

    @rule(side=SIDES)
    def move_all(self, side: int) -> None:
        """Everything that is there."""
        self.move(side, max(self.model[side].balance, 1))

    @precondition(lambda self: self.moved)
    @rule()
    def repeat(self) -> None:
        """The last transfer comes again, long before it is forgotten."""
        assert isinstance(self.transfer(*self.moved[-1]), Repeated)

    @precondition(lambda self: any(side.entries for side in self.model))
    @rule(side=SIDES, which=ANY)
    def reverse(self, side: int, which: int) -> None:
        """An entry is reversed, if it may be."""
        model = self.model[side]
        if not model.entries:
            return
        index, operation = which % len(model.entries), self.name("reversal")
        wanted = model.reverse(operation, index)
        entry = self.run(self.bank.entries(pair.REFS[side]))[index].id
        reversing = self.corrections.reverse_entry(Operator("test"), pair.REFS[side], entry, operation_id=operation)
        assert short(self.run(reversing)) == wanted

    @rule(side=SIDES, change=st.integers(-40, 40).filter(bool))
    def adjust(self, side: int, change: int) -> None:
        """Somebody corrects the balance."""
        operation = self.name("adjust")
        wanted = self.model[side].correct(operation, change)
        adjusting = self.corrections.adjust_balance(MANAGER, pair.REFS[side], usd(change), operation_id=operation)
        assert short(self.run(adjusting)) == wanted

    @rule(side=SIDES, state=st.sampled_from([State.OPEN, State.OPEN, State.FROZEN, State.CLOSED]))
    def put_state(self, side: int, state: State) -> None:
        """The account is opened, frozen or closed."""
        wanted = self.model[side].put_state(state.value)
        putting = self.bank.policies.set_state(MANAGER, pair.REFS[side], state, operation_id=self.bank.operation())
        assert short(self.run(putting)) == wanted

    @rule(side=SIDES, limit=st.sampled_from([0, 20]))
    def allow(self, side: int, limit: int) -> None:
        """The overdraft's limit is set."""
        self.model[side].overdraft = limit
        self.run(
            self.bank.policies.set_overdraft(MANAGER, pair.REFS[side], usd(limit), operation_id=self.bank.operation())
        )

    @rule(by=GAPS)
    def wait(self, by: dict[str, int]) -> None:
        """Time goes by; what moved long ago is not repeated any more."""
        self.clock.advance(**by)
        if by.get("days", 0) > 5:
            self.moved.clear()
        for side in self.model:
            side.now = self.clock.now

    @rule(side=SIDES, which=ANY)
    def look_at_lot(self, side: int, which: int) -> None:
        """The schedule looks at a lot, in time or not."""
        if lots := self.model[side].lots:
            lot = lots[which % len(lots)].id
            wanted = self.model[side].look_at_lot(lot)
            assert self.run(self.bank.ledger.look_at_lot(pair.REFS[side], str(lot))) == wanted

    @invariant()
    def agree(self) -> None:
        """Both accounts are the model's, each proves itself, and they agree on what moved between them."""
        for ref, model in zip(pair.REFS, self.model, strict=True):
            account = self.run(self.bank.account(ref))
            assert (account.balance, account.state.value) == (usd(model.balance), model.state)
            entries = self.run(self.bank.entries(ref))
            assert [(each.operation, each.amount, each.after) for each in entries] == [
                (operation, usd(amount), usd(after)) for operation, amount, after in model.entries
            ]
            assert [
                {part.lot: part.micros // 1_000_000 for part in parts(each.lots, each.moved.micros)} for each in entries
            ] == model.payers
        self.run(pair.prove(self.bank))

    def transfer(self, operation: str, side: int, amount: int) -> object:
        """Ask the store for it."""
        to = pair.REFS[1 - side].account
        return self.run(pair.move(self.bank, amount, operation, ref=pair.REFS[side], to=to))
