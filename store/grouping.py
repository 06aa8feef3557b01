"""Group commit: postings of an account that arrive while a call of it is on its way leave together after it."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from redis.exceptions import NoScriptError, ResponseError

from store.batch import MAX_POSTINGS, Prepared
from store.keys import AccountRef
from store.outcomes import Posting

Call = Callable[[Sequence[Prepared]], Awaitable[list[Posting]]]


class Ordered(Protocol):
    """Calls that are made in the order in which they are sent, and answered in it."""

    async def send(self, prepared: Sequence[Prepared]) -> None:
        """Make a call."""

    async def receive(self, prepared: Sequence[Prepared]) -> list[Posting]:
        """The outcomes of the first call that was sent and has none."""


Clock = Callable[[], float]
Opened = Callable[[], AbstractAsyncContextManager[Ordered]]

FEW = 8
"""So many postings are not divided into two calls."""
TURN = 64
"""After so many calls a connection is free for others who wait for one."""


class _Waiting:
    """A posting whose caller waits for its outcome."""

    __slots__ = ("outcome", "prepared")

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.outcome: asyncio.Future[Posting] = asyncio.get_running_loop().create_future()

    def goes_with(self, other: "_Waiting") -> bool:
        """Whether one call takes both."""
        mine, others = self.prepared.posting, other.prepared.posting
        return mine.authorised == others.authorised and mine.amount.currency == others.amount.currency


class Grouping:
    """What arrives while a call of its account is on its way leaves after it, in order. Nobody waits for company.

    Many who wait may be divided into two calls, of which the second leaves when the first is on its way: on one
    connection, so that they are made in that order. Where it fails, what was on it is asked again, in order as well.

    A caller that goes away takes nobody along: its posting is left out if it has not left yet, and else its outcome is
    unknown to it. An error of a call is raised to everyone whose posting was in it: to each the outcome is unknown.
    """

    def __init__(self, call: Call, ordered: Opened | None, clock: Clock = time.monotonic) -> None:
        """`call` makes a call and waits for it; without `ordered` an account has one on its way at a time.

        `clock`: seconds, only ever forward.
        """
        self._call = call
        self._ordered = ordered
        self._clock = clock
        self._lanes: dict[AccountRef, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def post(self, prepared: Prepared) -> Posting:
        """Post it, at once if no call of its account is on its way."""
        ref = prepared.posting.ref
        lane = self._lanes.get(ref)
        if lane is not None:
            waiting = _Waiting(prepared)
            lane.append(waiting)
            return await waiting.outcome
        lane = self._lanes[ref] = deque()
        try:
            [outcome] = await self._call([prepared])
        finally:
            self._pass_on(ref, lane)
        return outcome

    def _pass_on(self, ref: AccountRef, lane: deque[_Waiting]) -> None:
        """What has gathered leaves in a task of its own, which no caller can cancel."""
        if any(not each.outcome.done() for each in lane):
            task = asyncio.create_task(self._drain(ref, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            del self._lanes[ref]

    async def _drain(self, ref: AccountRef, lane: deque[_Waiting]) -> None:
        try:
            while lane:
                if self._ordered:
                    await self._take_turn(self._ordered, lane)
                elif together := _next(lane):
                    await self._send(together)
                    await asyncio.sleep(0)  # so that callers who post again at once are in the next call
        finally:
            for each in lane:
                each.outcome.cancel()
            del self._lanes[ref]

    async def _take_turn(self, ordered: Opened, lane: deque[_Waiting]) -> None:
        flying: deque[list[_Waiting]] = deque()
        try:
            async with ordered() as line:
                await _Turn(line, lane, flying, self._clock).take()
        except Exception:  # noqa: BLE001 whatever it is, what was on its way is asked again, which raises it to the callers
            if not flying:
                flying.append(_next(lane))
            while flying:
                await self._send(flying.popleft())
        finally:
            for each in (waiting for together in flying for waiting in together):
                each.outcome.cancel()

    async def _send(self, together: list[_Waiting]) -> None:
        try:
            _tell(together, await self._call([each.prepared for each in together]))
        except Exception as error:  # noqa: BLE001 it is raised where it belongs: to the callers
            _fail(together, error)
        except BaseException:
            for each in together:
                each.outcome.cancel()
            raise


class _Turn:
    """Calls on one connection, until nobody waits or they were enough.

    Waiting for an answer, which includes the disk, costs nothing that could be done meanwhile only if there is nothing
    to do: so where the last wait was shorter than the work between two waits, those who wait are divided into two calls
    that are on their way by turns. Where it was longer, two calls would need the disk twice, and one goes with all.
    """

    def __init__(self, line: Ordered, lane: deque[_Waiting], flying: deque[list[_Waiting]], clock: Clock) -> None:
        self._line = line
        self._lane = lane
        self._flying = flying
        self._clock = clock
        self._sent = 0
        self._waited, self._worked = 1.0, 0.0
        self._answered = clock()

    async def take(self) -> None:
        """Make calls, and tell those who wait."""
        while True:
            await self._depart()
            if not self._flying:
                return
            begun = self._clock()
            try:
                outcomes = await self._line.receive([each.prepared for each in self._flying[0]])
            except NoScriptError:
                raise
            except ResponseError as error:  # the next one has an answer of its own
                _fail(self._flying.popleft(), error)
            else:
                _tell(self._flying.popleft(), outcomes)
            self._worked, self._answered = begun - self._answered, self._clock()
            self._waited = self._answered - begun
            await asyncio.sleep(0)  # so that callers who post again at once are in the next call

    async def _depart(self) -> None:
        divided = self._waited < self._worked
        while self._sent < TURN and len(self._flying) < (2 if divided else 1):
            flying = sum(map(len, self._flying))
            most = max(FEW, (len(self._lane) + flying + 1) // 2) if divided else MAX_POSTINGS
            together = _next(self._lane, min(most, MAX_POSTINGS))
            if not together:
                return
            self._flying.append(together)
            self._sent += 1
            await self._line.send([each.prepared for each in together])


def _next(lane: deque[_Waiting], most: int = MAX_POSTINGS) -> list[_Waiting]:
    """The first in the lane that one call takes, without those whose callers have gone."""
    together: list[_Waiting] = []
    while lane and len(together) < most:
        if lane[0].outcome.done():
            lane.popleft()
        elif not together or lane[0].goes_with(together[0]):
            together.append(lane.popleft())
        else:
            break
    return together


def _tell(together: list[_Waiting], outcomes: list[Posting]) -> None:
    for each, outcome in zip(together, outcomes, strict=True):
        if not each.outcome.done():
            each.outcome.set_result(outcome)


def _fail(together: list[_Waiting], error: Exception) -> None:
    for each in together:
        if not each.outcome.done():
            each.outcome.set_exception(error)
