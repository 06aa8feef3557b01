"""Group commit: postings of an account that arrive while a call of it is on its way leave together when it returns."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from store.batch import MAX_POSTINGS, Prepared
from store.keys import AccountRef
from store.outcomes import Posting

Call = Callable[[Sequence[Prepared]], Awaitable[list[Posting]]]


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
    """One call of an account at a time; what arrives meanwhile waits for it, in order. Nobody waits for company.

    A caller that goes away takes nobody along: its posting is left out if it has not left yet, and else its outcome is
    unknown to it. An error of a call is raised to everyone whose posting was in it: to each the outcome is unknown.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
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
            while together := _next(lane):
                await self._send(together)
                await asyncio.sleep(0)  # so that callers who post again at once are in the next call
        finally:
            for each in lane:
                each.outcome.cancel()
            del self._lanes[ref]

    async def _send(self, together: list[_Waiting]) -> None:
        try:
            outcomes = await self._call([each.prepared for each in together])
        except Exception as error:  # noqa: BLE001 it is raised where it belongs: to the callers
            for each in together:
                if not each.outcome.done():
                    each.outcome.set_exception(error)
        except BaseException:
            for each in together:
                each.outcome.cancel()
            raise
        else:
            for each, outcome in zip(together, outcomes, strict=True):
                if not each.outcome.done():
                    each.outcome.set_result(outcome)


def _next(lane: deque[_Waiting]) -> list[_Waiting]:
    """The first in the lane that one call takes, without those whose callers have gone."""
    together: list[_Waiting] = []
    while lane and len(together) < MAX_POSTINGS:
        if lane[0].outcome.done():
            lane.popleft()
        elif not together or lane[0].goes_with(together[0]):
            together.append(lane.popleft())
        else:
            break
    return together
