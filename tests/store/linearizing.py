"""Whether what several clients were answered at the same time could have been answered one by one.

Whatever was posted has its place in the journal. A refusal or a repeat changes nothing, and may have been answered in
any gap between two postings that lies between its invocation and its completion. Each is put, in the order of their
invocations, into the first gap that allows its answer: if any order explains the history, that one does.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from store.account import Entry
from store.outcomes import Held, Posted, Refused, Repeated, Resolved

Outcome = Posted | Repeated | Refused | Held | Resolved


@dataclass(frozen=True)
class Request:
    """What a client asks for, in whole dollars."""

    kind: str
    operation: str
    amount: int
    hold: str = ""
    authorised: bool = False


@dataclass(frozen=True)
class Call:
    """A request between two ticks of a clock that all clients share, and what was answered."""

    request: Request
    invoked: int
    completed: int
    outcome: Outcome


@dataclass(frozen=True)
class Standing:
    """An account at one moment; `holds` that are over have None, `known` has the operations that were posted."""

    available: int = 0
    holds: Mapping[str, int | None] = field(default_factory=dict)
    known: Mapping[str, tuple[Request, Outcome]] = field(default_factory=dict)

    def refuse(self, request: Request) -> str:
        """Why it would be refused now, or ""."""
        kept = self.holds.get(request.hold) or 0
        match request.kind:
            case "charge" if request.authorised and request.amount > self.available:
                return "insufficient_credit"
            case "place" if request.hold in self.holds:
                return "hold_exists"
            case "place" if request.amount > self.available:
                return "insufficient_credit"
            case "capture" if request.hold not in self.holds:
                return "unknown_hold"
            case "capture" if self.holds[request.hold] is None:
                return "hold_resolved"
            case "capture" if request.authorised and kept < request.amount > kept + self.available:
                return "insufficient_credit"
        return ""

    def after(self, request: Request) -> "Standing":
        """What a posting makes of it."""
        match request.kind:
            case "credit":
                return replace(self, available=self.available + request.amount)
            case "charge":
                return replace(self, available=self.available - request.amount)
            case "place":
                holds = {**self.holds, request.hold: request.amount}
                return replace(self, available=self.available - request.amount, holds=holds)
        held = self.holds[request.hold] or 0
        holds = {**self.holds, request.hold: None}
        return replace(self, available=self.available + held - request.amount, holds=holds)

    def remember(self, call: Call) -> "Standing":
        """The operation is known from now on."""
        return replace(self, known={**self.known, call.request.operation: (call.request, call.outcome)})

    def allows(self, call: Call) -> bool:
        """Whether an answer that changed nothing could have been given now."""
        request, first = self.known.get(call.request.operation, (None, None))
        if first is not None:
            if same(request, call.request):
                return call.outcome == repeat_of(first)
            return told(call.outcome) == "operation_conflict"
        refused = self.refuse(call.request)
        return bool(refused) and told(call.outcome) == refused


def same(one: Request | None, other: Request) -> bool:
    """Whether the second is the first again; a charge is the same whether it asked first or not."""
    return one is not None and replace(one, authorised=other.authorised) == other


def told(outcome: Outcome) -> str:
    """A refusal's reason, or ""."""
    return outcome.reason.value if isinstance(outcome, Refused) else ""


def repeat_of(outcome: Outcome) -> Outcome:
    """What a repeat of it is answered."""
    if isinstance(outcome, Posted):
        return Repeated(outcome.entry, outcome.before, outcome.after, outcome.at_ms)
    assert isinstance(outcome, Held | Resolved)
    return replace(outcome, repeated=True)


def is_posted(call: Call) -> bool:
    """Whether it changed anything."""
    return isinstance(call.outcome, Posted) or (isinstance(call.outcome, Held | Resolved) and not call.outcome.repeated)


def contradictions(calls: Sequence[Call], journal: Sequence[Entry]) -> list[str]:
    """What of a history that began with an empty account has no explanation; nothing where it is linearizable."""
    postings, wrong = _in_order(calls, journal)
    wrong += _out_of_time(postings)
    standings = [Standing()]
    for call in postings:
        wrong += _look_at(call, standings[-1])
        standings.append(standings[-1].after(call.request).remember(call))
    return [*wrong, *_without_gap(calls, postings, standings)]


def _in_order(calls: Sequence[Call], journal: Sequence[Entry]) -> tuple[list[Call], list[str]]:
    """The calls that posted, in the order of the journal; whatever only one of the two knows."""
    operations = list(dict.fromkeys(entry.operation for entry in journal))
    places = {operation: place for place, operation in enumerate(operations)}
    last = {entry.operation: entry.id for entry in journal}
    posted = [call for call in calls if is_posted(call)]
    found = sorted(call.request.operation for call in posted)
    wrong = [] if found == sorted(operations) else [f"{found} were answered as posted, the journal has {operations}"]
    posted = sorted(
        (call for call in posted if call.request.operation in places), key=lambda call: places[call.request.operation]
    )
    for call in posted:
        entry = last[call.request.operation]
        if getattr(call.outcome, "entry", "") != entry:
            wrong.append(f"{call} is entry {entry}")
    return posted, wrong


def _out_of_time(postings: Sequence[Call]) -> Iterable[str]:
    """Postings that completed before one was invoked which the journal has before them."""
    latest = accumulate((call.invoked for call in postings), max)
    for call, invoked in zip(postings, latest, strict=True):
        if call.completed < invoked:
            yield f"{call} had completed before an earlier entry was asked for"


def _look_at(call: Call, before: Standing) -> Iterable[str]:
    """Whether a posting could be made where it was, and says truly what it made."""
    request, outcome = call.request, call.outcome
    refused = "operation_known" if request.operation in before.known else before.refuse(request)
    if refused:
        yield f"{call} was posted where it had to be refused: {refused}"
        return
    figures = [outcome.after] if isinstance(outcome, Posted | Held | Resolved) else []
    wanted = [before.after(request).available]
    if isinstance(outcome, Posted):
        figures, wanted = [outcome.before, *figures], [before.available, *wanted]
    if isinstance(outcome, Resolved):
        figures, wanted = [outcome.released, *figures], [before.holds[request.hold] or 0, *wanted]
    if [each.micros for each in figures if each] != [each * 1_000_000 for each in wanted]:
        yield f"{call} should say {wanted}"


def _without_gap(calls: Sequence[Call], postings: Sequence[Call], standings: Sequence[Standing]) -> Iterable[str]:
    """Refusals and repeats that nothing between their invocation and completion explains."""
    places = {id(call): place for place, call in enumerate(postings, 1)}
    # a gap's number is that of the posting before it; the floor at a tick is the last gap that a completed call was in
    ticks, floors = [-1], [0]
    waiting = sorted(calls, key=lambda call: call.completed)
    done: dict[int, int] = {}
    for call in sorted(calls, key=lambda call: call.invoked):
        while waiting and waiting[0].completed < call.invoked:
            over = waiting.pop(0)
            ticks.append(over.completed)
            floors.append(max(floors[-1], done[id(over)]))
        if id(call) in places:
            done[id(call)] = places[id(call)]
            continue
        floor = floors[bisect(ticks, call.invoked) - 1]
        later = (places[id(each)] for each in postings if each.invoked > call.completed)
        gaps = range(floor, min(later, default=len(standings)))
        found = next((gap for gap in gaps if standings[gap].allows(call)), None)
        done[id(call)] = floor if found is None else found
        if found is None:
            yield f"{call} has no place between entries {floor} and {gaps.stop}"
