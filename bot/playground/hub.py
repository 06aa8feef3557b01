"""Who is told when something changes: the page's streams, and those who wait for a condition."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bot.playground.config import Json

STREAM_LIMIT = 1000

T = TypeVar("T")
Stream = asyncio.Queue[Json | None]


class Hub:
    """Passes each change on to the streams that may see it and wakes whoever waits for one."""

    def __init__(self) -> None:
        self._streams: dict[Stream, str] = {}
        self._changed = asyncio.Event()
        self._closed = False

    def publish(self, event: Json, audience: Collection[str] | None = None) -> None:
        """Tell `event` to the streams of the users in `audience`, or to all when it is None."""
        for stream, user in list(self._streams.items()):
            if audience is None or user in audience:
                self._put(stream, event)
        self.wake()

    def wake(self) -> None:
        """Let every waiting condition look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    @contextmanager
    def subscribe(self, user: str) -> Iterator[Stream]:
        """A stream of what `user` may see; None in it means that the playground stops."""
        stream: Stream = asyncio.Queue(STREAM_LIMIT)
        self._streams[stream] = user
        if self._closed:
            stream.put_nowait(None)
        try:
            yield stream
        finally:
            self._streams.pop(stream, None)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for stream in list(self._streams):
            self._put(stream, None)
        self.wake()

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float) -> T:
        """Return the first truthy answer of `predicate`, asked at once and after every change.

        Raises:
            TimeoutError: `timeout_s` passed without one.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                changed = self._changed
                if answer := predicate():
                    return answer
                await changed.wait()
                # A predicate that causes a change itself must not keep the loop from the time limit.
                await asyncio.sleep(0)

    def _put(self, stream: Stream, event: Json | None) -> None:
        """A reader that fell a thousand changes behind is cut off and comes back for the whole state."""
        if stream.full():
            while not stream.empty():
                stream.get_nowait()
            event = None
        stream.put_nowait(event)
