"""Rated calls on their way to the ledger."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from redis.exceptions import NoScriptError

from store import keys
from store.batch import Told
from store.charged import CallOutcome, Charged
from store.keys import AccountRef
from store.operations import Ids
from store.outcomes import Reason
from store.packing import marks_of, neighbours, pack
from store.prefixes import Bools, Ints
from store.rated import Calls, Page, Rated
from store.rating import State, Terms
from store.ratings import STATES, Rater
from store.recent import Recent
from store.recording import MAX_LINES, call_of
from store.scripts import Client, Scripts
from store.tally import BEGINNING
from store.wire import Wire, has_wires, wired

_SMALL = 2_000
"""So many calls are rated without leaving the event loop: it takes about as long as a thread's turn."""
_ASKED = 2_000
"""About so many calls a script is asked at once."""
_MOST, _FEWEST = 1 << 20, 50
"""So many calls are rated before they are posted."""
_MANY = 0.25
"""Where more of a page are known, those that follow are asked about before they are rated."""
_UNRATED = STATES.index(State.UNRATED)
_SAME, _OTHER = ord("="), ord("!")

T = TypeVar("T")


class Run:
    """Calls of one account on their way; `home` is the account that their source named, if a rule has another pay."""

    def __init__(
        self,
        ref: AccountRef,
        actor: str,
        terms: Terms,
        rater: Rater,
        charged: Charged,
        told: dict[int, CallOutcome] | None,
        home: AccountRef | None = None,
    ) -> None:
        self.ref = ref
        self.home = home or ref
        self.actor = actor
        self.terms = terms
        self.rater = rater
        self.charged = charged
        self.told = told
        self.unrated: list[Ints] = []
        self.horizon = _MOST
        self.stops = False
        self.days: dict[AccountRef, dict[int, str]] = {}
        """Of `ref` and `home`, by which call each day was told last when the calls in hand were looked for."""

    def refuse(self, places: Ints, reason: Reason) -> None:
        """These are not posted."""
        self.charged.refused += [(place, reason) for place in places.tolist()]

    def posted(self, rated: Rated, page: Page, entry: str) -> None:
        """A page is in the ledger."""
        ratings, charged = rated.ratings, self.charged
        found = ratings.states[page.rows]
        counts = np.bincount(found, minlength=len(STATES)).tolist()
        states, micros = dict(zip(STATES, counts, strict=True)), page.lines.sum_micros
        charged.states.update(states)
        charged.micros[self.terms.currency] += micros
        charged.charged[page.lines.service] += states[State.CHARGED]
        charged.costs[page.lines.service] += micros
        if states[State.UNRATED]:
            self.unrated.append(page.rows[found == _UNRATED])
        charged.billed_s += int(ratings.billed[page.rows].sum())
        for pool, _, had, has, _ in page.uses:
            charged.pooled_s += has - had
            charged.pools[pool] += has - had
        charged.entries += 1
        if self.told is not None:
            grounds = page.lines.batch["basis"].to_pylist()
            places = rated.calls.places[page.rows].tolist()
            for row, place, ground in zip(page.rows.tolist(), places, grounds, strict=True):
                state, micros = STATES[ratings.states[row]], int(ratings.amounts[row])
                self.told[place] = CallOutcome(entry, state, micros, ground, currency=self.terms.currency)

    def count_unrated(self, rated: Rated) -> None:
        """Where the calls went that were posted without a price: `store.tally.place_of`, by the column."""
        if not self.unrated:
            return
        rows = pa.array(np.concatenate(self.unrated))
        self.unrated.clear()
        words, numbers = rated.ratings.destination.take(rows).cast(pa.string()), rated.calls.batch["number"].take(rows)
        begun = pc.binary_join_element_wise(pc.utf8_slice_codeunits(numbers, 0, BEGINNING), "…", "")
        places = pc.if_else(pc.equal(words, ""), pc.if_else(pc.equal(numbers, ""), "", begun), words)
        self.charged.unrated.update({each["values"]: each["counts"] for each in pc.value_counts(places).to_pylist()})


class Sender:
    """Sends rated calls to the ledger, two pages on their way, and rates again what somebody else has changed."""

    def __init__(self, redis: Client, ids: Ids) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._ids = ids
        self._recent = Recent()
        self._asks: set[AccountRef] = set()  # their last calls were known, most of them
        self._is_loaded = False

    async def charge(self, run: Run, calls: Calls) -> None:
        """Post what is new."""
        while len(calls):
            again = calls.again()
            await self._charge(run, calls, ~again)
            calls = calls.where(again)
            if len(calls):  # what came before them is known now
                calls = await self._without_known(run, calls, np.ones(len(calls), np.bool_))

    async def unknown(self, run: Run, calls: Calls) -> Ints:
        """The places of those that nobody has charged; the others are repeats."""
        return (await self._without_known(run, calls, np.ones(len(calls), np.bool_))).places

    async def _charge(self, run: Run, calls: Calls, wanted: Bools) -> None:
        run.days = {each: self._recent.told(each) for each in (run.ref, run.home)}
        asked = self._asked(run, calls) & wanted
        calls = await self._without_known(run, calls, asked, wanted)
        while len(calls):
            used = await read_used(self._redis, run.ref, run.terms)
            head = calls.first(run.horizon)
            rated = await aside(len(head), Rated.of, head, run.rater, used)
            done = await self._post(run, rated, used)
            left = np.ones(len(calls), np.bool_)
            left[: len(head)] = ~done
            calls = calls.where(left)
            if run.ref in self._asks:
                calls = await self._without_known(run, calls, np.ones(len(calls), np.bool_))

    def _asked(self, run: Run, calls: Calls) -> Bools:
        """Which of them may well be known."""
        if run.ref in self._asks:
            return np.ones(len(calls), np.bool_)
        return self._recent.met(calls.names)

    async def _without_known(self, run: Run, calls: Calls, asked: Bools, wanted: Bools | None = None) -> Calls:
        """Of those that are wanted, all as a rule, those that are not known, as far as they are asked about."""
        left = np.ones(len(calls), np.bool_) if wanted is None else wanted
        rows = np.flatnonzero(asked)
        if not len(rows):
            return calls.where(left)
        rows = rows[np.argsort(calls.names[rows])]  # what is near is kept in few sets
        marks = calls.marks.take(pa.array(rows))
        parts = [marks_of(marks.slice(at, _ASKED)) for at in range(0, len(rows), _ASKED)]
        named = {"account": keys.account(run.ref), "home": keys.account(run.home)}
        answers = await self._scripts.call_many(
            "find_records", [(named, {"starts": each.starts, "all_marks": each.marks}) for each in parts]
        )
        known = 0
        for part, answer, at in zip(parts, answers, range(0, len(rows), _ASKED), strict=True):
            if answer:
                those = self._leave_out(run, calls, rows[at : at + _ASKED][part.order], answer)
                left[those] = False
                known += len(those)
        if known < _MANY * len(rows):
            self._asks.discard(run.ref)
        return calls.where(left)

    def _leave_out(self, run: Run, calls: Calls, rows: Ints, states: str) -> Ints:
        """The rows that are known; `states` are those of `rows`."""
        said = np.frombuffer(states.encode(), np.uint8)
        same, other = rows[said == _SAME], rows[said == _OTHER]
        run.charged.repeated += len(same)
        run.refuse(calls.places[other], Reason.OPERATION_CONFLICT)
        self._recent.add(calls.names[same])
        return np.concatenate([same, other])

    async def _post(self, run: Run, rated: Rated, used: dict[tuple[str, str], int]) -> Bools:
        """Which of the calls are done with: posted, known, or refused."""
        done, run.stops = np.zeros(len(rated.calls), np.bool_), False
        moved = False
        async with aclosing(self._answers(run, rated.pages(run.terms, used, MAX_LINES))) as answers:
            async for page, order, answer in answers:
                verdict, detail, *_ = answer.split(" ")
                rows = page.rows
                if verdict == "posted":
                    run.posted(rated, page, detail)
                elif verdict == "refused":
                    run.refuse(rated.calls.places[rows], Reason(detail))
                    run.stops |= page.takes
                elif verdict == "known":
                    rows = self._leave_out(run, rated.calls, rows[order], detail)
                    run.stops |= page.takes
                    if len(rows) > _MANY * len(page.rows):
                        self._asks.add(run.ref)
                        run.stops = True
                else:
                    rows, moved, run.stops = rows[:0], True, True
                done[rows] = True
        run.count_unrated(rated)
        # Who is always overtaken rates fewer at a time, and is quicker.
        run.horizon = max(_FEWEST, min(run.horizon, len(done)) // 4) if moved else min(_MOST, run.horizon * 2)
        return done

    async def _answers(self, run: Run, pages: Iterator[Page]) -> AsyncGenerator[tuple[Page, Any, str], None]:
        """Post the pages in order; a page leaves before the answer to the one before it is there."""
        if not self._is_loaded or not has_wires(self._redis):
            for page in pages:
                order, (named, args) = self._told(run, page)
                yield page, order, str(await self._scripts.call("post_records", named, **args))
                self._is_loaded = True
                if run.stops:
                    return
            return
        flying: deque[tuple[Page, Any]] = deque()
        async with wired(self._redis, self._scripts) as wire:
            for page in pages:
                order, (named, args) = self._told(run, page)
                await wire.send("post_records", named, args)
                flying.append((page, order))
                if len(flying) > 1:
                    first, answer = flying.popleft(), await self._receive(wire)
                    if answer:
                        yield *first, answer
                if run.stops or not self._is_loaded:
                    break
            for page, order in flying:
                if answer := await self._receive(wire):
                    yield page, order, answer

    async def _receive(self, wire: Wire) -> str:
        """The next answer; "" where the server has forgotten the script, and nothing was done."""
        try:
            return str(await wire.receive())
        except NoScriptError:
            self._is_loaded = False
            return ""

    def _told(self, run: Run, page: Page) -> tuple[Any, Told]:
        """The call that posts a page; who looks for names from now on looks for those of the page as well."""
        packed, by = pack(page.lines, page.said, columns=page.columns, told=run.days[run.ref]), self._ids()
        days = np.unique(page.lines.batch["day"].to_numpy()).tolist()
        home_told = neighbours(days, run.days[run.home]) if run.home != run.ref else ""
        self._recent.add(page.lines.batch["name"].to_numpy()[packed.order])  # in order they are added faster
        for each, told in run.days.items():
            self._recent.note(each, days, by)
            told.update(dict.fromkeys(days, by))
        return packed.order, call_of(
            run.ref,
            page.lines,
            packed,
            actor=run.actor,
            payment_id=by,
            uses=page.told,
            unpriced=page.unpriced,
            home=run.home,
            home_told=home_told,
            listed=run.terms.services,
        )


async def read_used(redis: Client, ref: AccountRef, terms: Terms) -> dict[tuple[str, str], int]:
    """The seconds that pools have given, by pool and month; nothing where there are no pools."""
    found = {}
    for name, value in (await redis.hgetall(keys.pooled(ref))).items() if terms.pools else ():
        pool, _, month = name.partition(":")
        found[pool, month] = int(value.partition(" ")[0])
    return found


async def aside(count: int, work: Callable[..., T], *args: Any) -> T:
    """Do it in a thread where it is about more than a few."""
    return work(*args) if count <= _SMALL else await asyncio.to_thread(work, *args)
