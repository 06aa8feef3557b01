"""Everything that may happen to an account, on a real server."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from store.account import State
from store.corrections import Corrections
from store.outcomes import Posted, Posting, Repeated
from store.roles import Operator
from store.scripts import Client
from tests.controls import MANAGER, REF, usd
from tests.store.machine import ANY, POLICIES
from tests.store.machine_batch import SOME, BatchMachine
from tests.store.machine_holds import TIMES, UNITS
from tests.store.model_corrections import WholeModel
from tests.store.model_lots import REMEMBERED
from tests.store.terms import one, short

CHANGES = st.integers(-60, 60).filter(bool)
STATES = st.sampled_from([State.OPEN, State.OPEN, State.FROZEN, State.CLOSED])
"""An account with anything in it is not closed: `empty_and_close` does."""


@dataclass
class Correction:
    """What was corrected, when, and what was answered."""

    call: Callable[[], Coroutine[Any, Any, Posting]]
    at: datetime
    outcome: Posted


class WholeMachine(BatchMachine):
    """Compares outcomes at every step, and everything there is at the end, so that an example is cheap."""

    model_type = WholeModel
    model: WholeModel

    def __init__(self, runner: asyncio.Runner, redis: Client) -> None:
        super().__init__()
        self.runner = runner
        self.redis = redis
        self.corrected: list[Correction] = []

    def connect(self) -> Client:
        """The same server for every example, emptied."""
        self.run(self.redis.flushall())
        return self.redis

    def new_id(self) -> str:
        """The payment id that the next call will use if it needs one, a correction too."""
        name = super().new_id()
        self.corrections = Corrections(self.redis, self.bank.roles, ids=lambda: name)
        return name

    @initialize(start=st.sampled_from([100, 100, 30, 0]), policy=POLICIES)
    def open(self, start: int, policy: tuple[int, int, int] | None) -> None:
        """An account, most often with credit."""
        super().open(start, policy)

    def agree(self) -> None:
        """Not after every step: see `teardown`."""

    def agree_on_holds(self) -> None:
        """Not after every step: see `teardown`."""

    def teardown(self) -> None:
        """Store and model agree, and the journal proves itself; a step that failed has said so before."""
        try:
            if sys.exc_info()[0] is None:
                super().agree()
                super().agree_on_holds()
        finally:
            self.patch.undo()

    @rule(amount=st.integers(1, 50))
    def charge_authorised(self, amount: int) -> None:
        """A call asks whether it may be charged."""
        operation = f"posting-{next(self.numbers)}"
        wanted = self.model.post("usage", amount, operation, self.new_id(), authorised=True)
        charging = self.bank.ledger.charge_usage(
            REF, usd(amount), operation_id=operation, actor="test", memo="a call", authorised=True
        )
        assert short(self.run(charging)) == wanted

    @rule(state=STATES)
    def put_state(self, state: State) -> None:
        """The account is opened, frozen or closed."""
        wanted = self.model.put_state(state.value, self.new_id())
        putting = self.bank.policies.set_state(MANAGER, REF, state, operation_id=self.bank.operation())
        assert short(self.run(putting)) == wanted

    @rule(limit=st.sampled_from([0, 20, 60]))
    def allow(self, limit: int) -> None:
        """The overdraft's limit is set."""
        wanted = self.model.allow(limit, self.new_id())
        setting = self.bank.policies.set_overdraft(MANAGER, REF, usd(limit), operation_id=self.bank.operation())
        assert short(self.run(setting)) == wanted

    @rule(change=CHANGES)
    def adjust(self, change: int) -> None:
        """Somebody corrects the balance."""
        operation = f"adjust-{next(self.numbers)}"
        wanted = self.model.correct(operation, change, self.new_id())
        self.ask_to_correct(
            wanted,
            lambda: self.corrections.adjust_balance(MANAGER, REF, usd(change), operation_id=operation),
        )

    @precondition(lambda self: len(self.model.entries) > 3)
    @rule()
    def empty_and_close(self) -> None:
        """What is available is taken out, so that the account may be closed if no hold is open."""
        if self.model.balance:
            self.adjust(-self.model.balance)
        self.put_state(State.CLOSED)

    @precondition(lambda self: self.model.state != "open")
    @rule()
    def reopen(self) -> None:
        """A frozen or closed account is opened again, more often than by chance."""
        self.put_state(State.OPEN)

    @precondition(lambda self: self.model.holds)
    @rule(which=ANY, amount=UNITS, ttl=TIMES)
    def go_on(self, which: int, amount: int, ttl: timedelta) -> None:
        """A call goes on, most often one that is in progress."""
        self.extend_hold(self.pick_hold(which), amount, ttl)

    @precondition(lambda self: self.model.holds)
    @rule(which=ANY, more=st.sampled_from([-60, -1, 0, 1, 30]), authorised=st.booleans())
    def hang_up(self, which: int, more: int, *, authorised: bool) -> None:
        """A call is over, for about what was set aside for it, or there was none."""
        hold = self.pick_hold(which)
        kept = self.model.open_holds[hold].amount if hold in self.model.open_holds else 0
        self.capture_hold(hold, max(kept + more, 0), authorised=authorised)

    def extend_hold(self, hold: str, amount: int, ttl: timedelta) -> None:
        """No rule by itself, because most names are unknown: see `go_on`."""
        super().extend_hold(hold, amount, ttl)

    def capture_hold(self, hold: str, amount: int, *, authorised: bool) -> None:
        """No rule by itself: see `hang_up`."""
        super().capture_hold(hold, amount, authorised=authorised)

    def pick_hold(self, which: int) -> str:
        """Any hold, an open one above all, or none that there is."""
        return one(which, [*sorted(self.model.open_holds) * 4, *sorted(self.model.holds), "call-0"])

    @precondition(lambda self: self.model.entries)
    @rule(which=ANY)
    def reverse(self, which: int) -> None:
        """An entry is reversed, if it may be."""
        index, operation = which % len(self.model.entries), f"reversal-{next(self.numbers)}"
        wanted = self.model.reverse(operation, index, self.new_id())
        entry = self.run(self.bank.entries())[index].id
        self.ask_to_correct(
            wanted,
            lambda: self.corrections.reverse_entry(Operator("test"), REF, entry, operation_id=operation),
        )

    @precondition(lambda self: self.model.packs)
    @rule(which=ANY, lines=st.lists(ANY, min_size=1, max_size=3), whole=st.booleans())
    def reverse_records(self, which: int, lines: list[int], *, whole: bool) -> None:
        """Call records are reversed, if they may be, and then perhaps their entry; now and then one that has none."""
        packs = self.model.packs
        index = [*sorted(packs)[::-1] * 4, 0][which % (4 * len(packs) + 1)]
        for each in lines:
            self.reverse_record(index, one(each, [*packs.get(index, {}), "record-0"]))
        if whole:
            self.reverse(index)

    def reverse_record(self, index: int, name: str) -> None:
        """One of an entry's."""
        operation = f"reversal-{next(self.numbers)}"
        wanted = self.model.reverse_record(operation, index, name, self.new_id())
        entry = self.run(self.bank.entries())[index].id
        self.ask_to_correct(
            wanted,
            lambda: self.corrections.reverse_record(Operator("test"), REF, entry, name, operation_id=operation),
        )

    @rule(amounts=SOME, lines=st.lists(ANY, min_size=1, max_size=3), whole=st.booleans())
    def put_page_right(self, amounts: list[int], lines: list[int], *, whole: bool) -> None:
        """A page of call records was wrong."""
        self.record(amounts, [])
        if self.model.packs:
            self.reverse_records(0, lines, whole=whole)

    @precondition(lambda self: self.recently_corrected)
    @rule(which=ANY)
    def repeat_correction(self, which: int) -> None:
        """A correction comes again, whatever has happened since."""
        known = self.recently_corrected[which % len(self.recently_corrected)]
        was = known.outcome
        assert self.run(known.call()) == Repeated(was.entry, was.before, was.after, was.at_ms)

    @property
    def recently_corrected(self) -> list[Correction]:
        """Those that the store promises to know again."""
        return [each for each in self.corrected if self.model.now - each.at < REMEMBERED]

    def ask_to_correct(self, wanted: str, call: Callable[[], Coroutine[Any, Any, Posting]]) -> None:
        """Call, compare with what the model answers, and keep the answer for a repeat."""
        outcome = self.run(call())
        assert short(outcome) == wanted
        if isinstance(outcome, Posted):
            self.corrected.append(Correction(call, self.model.now, outcome))
