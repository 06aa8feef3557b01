"""What has to be tidied now and then, by whoever holds the partition."""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from store.outbox import Outbox

EVERY_S = 600.0
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

    async def run(self) -> None:
        """Tidy at once and then every ten minutes, until cancelled."""
        while True:
            await self.tidy()
            await asyncio.sleep(self._every_s)

    async def tidy(self) -> int:
        """Drop what is done with; answers how many events."""
        dropped = 0
        try:
            for partition in self._mine():
                dropped += await self._outbox.trim(partition, keep_ms=self._keep_ms)
        except (RedisError, OSError) as error:
            log.warning("tidying_put_off", error=repr(error))
        if dropped:
            log.info("outbox_trimmed", events=dropped)
        return dropped
