"""Callers that ask for the same kind of work while some of it is being done are served together after it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Found = TypeVar("Found")


class Gathering(Generic[Key, Item, Found]):
    """Does the work of a key for one caller, or many, at a time, in the order in which they came.

    A caller that goes away takes nobody along: its items are left out if they have not left yet. An error is raised to
    everyone whose items were in the work.
    """

    def __init__(self, work: Callable[[Key, Sequence[Item]], Awaitable[Sequence[Found]]], most: int) -> None:
        """`work` answers for each item, in their order; it is given `most` of them, or what one caller brought."""
        self._work = work
        self._most = most
        self._lanes: dict[Key, deque[tuple[Sequence[Item], asyncio.Future[Sequence[Found]]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, key: Key, items: Sequence[Item]) -> Sequence[Found]:
        """What was found for the items."""
        found: asyncio.Future[Sequence[Found]] = asyncio.get_running_loop().create_future()
        lane = self._lanes.setdefault(key, deque())
        lane.append((items, found))
        if len(lane) == 1:
            task = asyncio.create_task(self._drain(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await found

    async def _drain(self, key: Key, lane: deque[tuple[Sequence[Item], asyncio.Future[Sequence[Found]]]]) -> None:
        """The first stays in the lane until it was served, so that whoever comes meanwhile waits."""
        try:
            while lane:
                served = await self._serve(key, lane)
                for _ in range(served):
                    lane.popleft()
        finally:
            del self._lanes[key]
            for _, found in lane:
                found.cancel()

    async def _serve(self, key: Key, lane: deque[tuple[Sequence[Item], asyncio.Future[Sequence[Found]]]]) -> int:
        """Serve the first ones; answers how many."""
        together: list[tuple[Sequence[Item], asyncio.Future[Sequence[Found]]]] = []
        items: list[Item] = []
        count = 0
        for mine, found in lane:
            if together and len(items) + len(mine) > self._most:
                break
            count += 1
            if not found.done():
                together.append((mine, found))
                items += mine
        try:
            answers = await self._work(key, items) if items else []
        except Exception as error:  # noqa: BLE001 it is raised where it belongs: to the callers
            for _, found in together:
                if not found.done():
                    found.set_exception(error)
            return count
        at = 0
        for mine, found in together:
            if not found.done():
                found.set_result(answers[at : at + len(mine)])
            at += len(mine)
        return count
