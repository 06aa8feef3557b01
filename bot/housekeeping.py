"""What has to be tidied now and then, by whoever holds the partition."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog
from redis.exceptions import RedisError

from bot.outages import Outage, redis_outage
from store.outbox import Outbox

EVERY_S = 600.0
LOOK_S = 5.0
"""How long a partition that has just become ours waits for its first time, seconds."""
COUNT_S = 60.0
"""How often the dead events are counted, seconds."""
DEAD = "Events that could not be told were put aside and wait for an operator."
KEEP_MS = 7 * 24 * 3600 * 1000
"""How long an event that was handled can still be looked at, milliseconds."""

log = structlog.get_logger(__name__)


async def _none() -> int:
    return 0


class Housekeeper:
    """Drops the events that every group has handled, so that the outbox does not grow for ever; tells of the dead."""

    def __init__(
        self,
        outbox: Outbox,
        mine: Callable[[], Iterable[int]],
        *,
        every_s: float = EVERY_S,
        keep_ms: int = KEEP_MS,
        dead: Callable[[], Awaitable[int]] = _none,
        redis: Outage | None = None,
    ) -> None:
        """`mine` answers the partitions that this process reads now, `dead` how many dead events there are.

        `redis`: where it is told that Redis is away.
        """
        self._outbox = outbox
        self._mine = mine
        self._every_s = every_s
        self._keep_ms = keep_ms
        self._tidied: dict[int, float] = {}
        self._dead = dead
        self._counted_at = float("-inf")
        self._told = 0
        self._redis = redis or redis_outage()

    async def run(self) -> None:
        """Tidy each partition soon after it has become ours and then every ten minutes, until cancelled."""
        while True:
            await self.tidy()
            await self.tell_of_the_dead()
            await asyncio.sleep(min(self._every_s, LOOK_S))

    async def tell_of_the_dead(self) -> None:
        """A line in the log when there are dead events, at the start and when their number has changed."""
        now = time.monotonic()
        if now - self._counted_at < min(self._every_s, COUNT_S):
            return
        self._counted_at = now
        try:
            number = await self._dead()
        except (RedisError, OSError) as error:
            self._redis.away(error)
            return
        if number and number != self._told:
            log.warning("dead_events", events=number, reason=f"{DEAD} `credits dead list` says which and why.")
        self._told = number

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
                self._redis.away(error)
            except Exception:
                log.exception("tidying_failed", partition=partition)
        if dropped:
            log.info("outbox_trimmed", events=dropped)
        return dropped
