"""What has to be tidied now and then, by whoever holds the partition."""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from store.outbox import Outbox

EVERY_S = 600.0
LOOK_S = 5.0
"""How long a partition that has just become ours waits for its first time, seconds."""
KEEP_MS = 7 * 24 * 3600 * 1000
"""How long an event that was handled can still be looked at, milliseconds."""

log = structlog.get_logger(__name__)


class Housekeeper:
    """Drops the events that every group has handled, so that the outbox does not grow for ever."""

    def __init__(
        self, outbox: Outbox, mine: Callable[[], Iterable[int]], *, every_s: float = EVERY_S, keep_ms: int = KEEP_MS
    ) -> None:
        """`mine` answers the partitions that this process reads now."""
        self._outbox = outbox
        self._mine = mine
        self._every_s = every_s
        self._keep_ms = keep_ms
        self._tidied: dict[int, float] = {}

    async def run(self) -> None:
        """Tidy each partition soon after it has become ours and then every ten minutes, until cancelled."""
        while True:
            await self.tidy()
            await asyncio.sleep(min(self._every_s, LOOK_S))

    async def tidy(self) -> int:
        """Drop what is done with, in the partitions whose time has come; answers how many events.

        A partition where that fails is put off until its next time, and does not keep the others waiting.
        """
        dropped = 0
        for partition in self._mine():
            now = time.monotonic()
            if now - self._tidied.get(partition, float("-inf")) < self._every_s:
                continue
            self._tidied[partition] = now
            try:
                dropped += await self._outbox.trim(partition, keep_ms=self._keep_ms)
            except (RedisError, OSError) as error:
                log.warning("tidying_put_off", partition=partition, error=repr(error))
            except Exception:
                log.exception("tidying_failed", partition=partition)
        if dropped:
            log.info("outbox_trimmed", events=dropped)
        return dropped
