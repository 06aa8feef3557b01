"""Faults on demand, for tests: the next calls of a method fail in a chosen way."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal["error", "rate_limited", "http_500", "hang", "drop_before", "drop_after", "delay"]


@dataclass(frozen=True)
class Fault:
    """One failure.

    error: answer `error`. rate_limited: 429 with `seconds` as Retry-After. http_500: an empty 500. hang: no
    answer until the faults are released. drop_before, drop_after: the connection breaks before or after the
    method was carried out. delay: carry out after `seconds`.
    """

    kind: FaultKind
    error: str = "internal_error"
    seconds: float = 1.0


@dataclass
class Faults:
    """The failures to come, by method."""

    _queues: dict[str, deque[Fault]] = field(default_factory=dict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def inject(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls of `method` (`*` for any) fail."""
        self._queues.setdefault(method, deque()).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The failure of this call, or None."""
        for key in (method, "*"):
            if queue := self._queues.get(key):
                return queue.popleft()
        return None

    def clear(self) -> None:
        """Forget all failures to come and let go what hangs."""
        self._queues.clear()
        self.release()

    def release(self) -> None:
        """Let go what hangs."""
        self._released.set()
        self._released = asyncio.Event()

    async def hang(self) -> None:
        """Wait for the release."""
        await self._released.wait()
