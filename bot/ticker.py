"""The clock of the background work: what is due, for whoever holds its partition."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.listener import Listener
from bot.outages import Outage, redis_outage
from bot.trying import AWAY
from store.schedule import Due, Schedule

TICK_S = 1.0

log = structlog.get_logger(__name__)


class Ticker:
    """Looks once a second at what the schedule has due in the partitions that a listener holds."""

    def __init__(
        self,
        schedule: Schedule,
        listener: Listener,
        look: Callable[[Due], Awaitable[None]],
        redis: Outage | None = None,
    ) -> None:
        """`redis`: where it is told that Redis is away."""
        self._schedule = schedule
        self._listener = listener
        self._look = look
        self._redis = redis or redis_outage()

    async def run(self) -> None:
        """Work until cancelled, or until the listener stops."""
        while not self._listener.stopping:
            try:
                for due in await self._schedule.due(sorted(self._listener.mine)):
                    await self._look_at(due)
            except AWAY as error:
                self._redis.away(error)
            except Exception:
                log.exception("schedule_failed")
            await asyncio.sleep(TICK_S)

    async def _look_at(self, due: Due) -> None:
        """One that fails is looked at again next time, and does not keep the others waiting."""
        try:
            await self._look(due)
        except AWAY:
            raise
        except Exception:
            log.exception("look_failed", payment=due.payment_id)
