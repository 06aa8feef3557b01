"""Many at once, done to the store and to the model of it."""

from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store.batch import UsagePosting
from store.records import UsageRecord
from tests.controls import REF, usd
from tests.store.machine import ANY, DOLLARS
from tests.store.machine_holds import HoldsMachine
from tests.store.model_lots import REMEMBERED
from tests.store.recorded import START_MS, post, summary
from tests.store.terms import one, short

SOME = st.lists(DOLLARS, min_size=1, max_size=6)


class BatchMachine(HoldsMachine):
    """Everything that may happen to an account, batches and call records among it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, UsageRecord] = {}
        self.recorded: dict[str, datetime] = {}

    @rule(amounts=SOME)
    def charge_batch(self, amounts: list[int]) -> None:
        """Calls are charged together."""
        name = self.new_id()
        operations = [f"posting-{next(self.numbers)}" for _ in amounts]
        wanted = [
            self.model.post("usage", amount, operation, name)
            for amount, operation in zip(amounts, operations, strict=True)
        ]
        self.check_batch(amounts, operations, wanted)

    @precondition(lambda self: any(self.model.operations[each][0] == "usage" for each in self.model.remembered))
    @rule(which=ANY, amount=DOLLARS)
    def repeat_in_batch(self, which: int, amount: int) -> None:
        """An earlier charge comes again with a new one before it and behind it."""
        name = self.new_id()
        old = one(which, [each for each in self.model.remembered if self.model.operations[each][0] == "usage"])
        known = self.model.operations[old][1]
        assert isinstance(known, int)
        operations = [f"posting-{next(self.numbers)}", old, f"posting-{next(self.numbers)}"]
        wanted = [
            self.model.post("usage", each, operation, name)
            for each, operation in zip((amount, known, amount), operations, strict=True)
        ]
        self.check_batch([amount, known, amount], operations, wanted)

    def check_batch(self, amounts: list[int], operations: list[str], wanted: list[str]) -> None:
        """The store answers as the model did."""
        postings = [
            UsagePosting(REF, usd(amount), operation, "test", "a call")
            for amount, operation in zip(amounts, operations, strict=True)
        ]
        assert [short(each) for each in self.run(self.bank.ledger.post_batch(postings))] == wanted

    @rule(amounts=SOME, again=st.lists(ANY, max_size=3))
    def record(self, amounts: list[int], again: list[int]) -> None:
        """Call records are posted, some of which may have come before."""
        name, start = self.new_id(), START_MS + next(self.numbers)
        new = [UsageRecord(f"record-{next(self.numbers)}", usd(amount), start) for amount in amounts]
        known = [self.lines[one(each, sorted(self.lines))] for each in again if self.lines]
        known = [each for each in known if self.is_remembered(each)]
        wanted = self.model.record({each.id: amount for each, amount in zip(new, amounts, strict=True)}, name)
        if wanted == "posted":
            self.lines |= {each.id: each for each in new}
            self.recorded |= {each.id: self.model.now for each in new}

        outcome = self.run(post(self.bank, [*known, *new]))

        posted, _, refused = summary(outcome)
        assert posted + len(refused) == len(new)
        assert {reason.value for _, reason in refused} == ({wanted} - {"posted"})
        assert sorted(each.id for each in outcome.repeated) == sorted(each.id for each in known)

    def is_remembered(self, line: UsageRecord) -> bool:
        """Whether the store promises to know it."""
        return self.model.now - self.recorded[line.id] < REMEMBERED
