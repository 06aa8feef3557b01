"""Calls in progress, done to the store and to the model of it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from store.outcomes import Held, Refused, Resolved
from tests.controls import REF, usd
from tests.store.holding import DUE, capture, extend, place, set_service
from tests.store.machine import ANY
from tests.store.machine_payments import PaymentsMachine
from tests.store.model_holds import HoldsModel
from tests.store.model_lots import REMEMBERED
from tests.store.terms import ms, one, short

MILLISECOND = timedelta(milliseconds=1)
UNITS = st.integers(0, 60)
TIMES = st.sampled_from([timedelta(seconds=1), timedelta(minutes=15), timedelta(hours=7), timedelta(days=1)])
SERVICES = st.sampled_from(["calls", "toll-free"])
NAMES = st.sampled_from([f"call-{number}" for number in range(8)])


def told(outcome: object) -> str:
    """An outcome in one word."""
    return outcome.reason.value if isinstance(outcome, Refused) else type(outcome).__name__.lower()


Call = Callable[[], Coroutine[Any, Any, Held | Resolved | Refused]]


@dataclass
class Answer:
    """What was asked under an operation id, when, and what was answered."""

    call: Call
    at: datetime
    outcome: Held | Resolved


class HoldsMachine(PaymentsMachine):
    """Places, extends and resolves holds, under names that may be in use."""

    model_type = HoldsModel
    model: HoldsModel

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answer] = {}

    @rule(hold=NAMES, amount=st.integers(1, 60), ttl=TIMES, service=SERVICES)
    def place_hold(self, hold: str, amount: int, ttl: timedelta, service: str) -> None:
        """A call is allowed."""
        operation = f"hold-{next(self.numbers)}"
        wanted = self.model.place(hold, amount, ttl, operation, self.new_id(), service)
        self.ask(operation, wanted, lambda: place(self.bank, amount, hold, operation, ttl // MILLISECOND, service))

    @rule(service=SERVICES, open_=st.sampled_from([True, True, False]))
    def set_service(self, service: str, *, open_: bool) -> None:
        """A person stops a service, or lets it go on."""
        wanted = self.model.set_service(service, open_=open_)
        assert short(self.run(set_service(self.bank, service, open_=open_))) == wanted

    @rule(hold=NAMES, amount=UNITS, ttl=TIMES)
    def extend_hold(self, hold: str, amount: int, ttl: timedelta) -> None:
        """A call goes on."""
        operation = f"hold-{next(self.numbers)}"
        wanted = self.model.extend(hold, amount, ttl, operation, self.new_id())
        self.ask(operation, wanted, lambda: extend(self.bank, amount, hold, operation, ttl // MILLISECOND))
        if not amount:  # only a hold's last extension by time alone is known again
            self.answers.pop(operation, None)

    @rule(hold=NAMES, amount=UNITS, authorised=st.booleans())
    def capture_hold(self, hold: str, amount: int, *, authorised: bool) -> None:
        """A call is over, or there was none."""
        operation = f"hold-{next(self.numbers)}"
        wanted = self.model.capture(hold, amount, operation, self.new_id(), authorised=authorised)
        self.ask(operation, wanted, lambda: capture(self.bank, amount, hold, operation, authorised=authorised))

    @precondition(lambda self: self.model.holds)
    @rule(which=ANY)
    def look_at_hold(self, which: int) -> None:
        """The schedule looks at a hold, in time or not."""
        hold = one(which, sorted(self.model.holds))
        wanted = self.model.expire_hold(hold)
        assert self.run(self.bank.ledger.expire_hold(REF, hold)) == wanted

    @precondition(lambda self: self.model.open_holds)
    @rule()
    def let_hold_expire(self) -> None:
        """Time goes by until the next hold is over."""
        hold, held = min(self.model.open_holds.items(), key=lambda each: each[1].expires)
        self.clock.now = self.model.now = max(self.clock.now, held.expires)
        self.look_at_hold(sorted(self.model.holds).index(hold))

    @precondition(lambda self: self.remembered)
    @rule(which=ANY)
    def repeat_hold(self, which: int) -> None:
        """An earlier operation comes again, whatever has become of its hold."""
        answer = self.answers[one(which, self.remembered)]
        assert self.run(answer.call()) == replace(answer.outcome, repeated=True)

    @invariant()
    def agree_on_holds(self) -> None:
        """What is set aside, for which calls and until when is the model's; the schedule looks at each in time."""
        held = {name: (usd(each.amount), ms(each.expires)) for name, each in self.model.open_holds.items()}
        assert self.run(self.bank.account()).held == usd(self.model.held)
        found = self.run(self.bank.ledger.holds(REF))
        assert {each.id: (each.amount, each.expires_ms) for each in found} == held
        scheduled = dict(self.run(self.scheduled_holds()))
        assert scheduled == {f"hold:{REF.tenant}:{REF.account}:{name}": at for name, (_, at) in held.items()}

    @property
    def remembered(self) -> list[str]:
        """The operations that the store promises to know again."""
        return sorted(name for name, each in self.answers.items() if self.model.now - each.at < REMEMBERED)

    def ask(self, operation: str, wanted: str, call: Call) -> None:
        """Call, compare with what the model answers, and keep the answer for a repeat."""
        outcome = self.run(call())
        assert told(outcome) == wanted
        if not isinstance(outcome, Refused):
            self.answers[operation] = Answer(call, self.model.now, outcome)

    async def scheduled_holds(self) -> list[tuple[str, float]]:
        """The looks at holds that are on the schedule, with their times."""
        members = await self.bank.redis.zrange(DUE, 0, -1, withscores=True)
        return [(member, at) for member, at in members if member.startswith("hold:")]
