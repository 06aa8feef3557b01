"""The courier: makes the tries that are due, one after the other for an endpoint, and for all endpoints side by side.

So an endpoint that is slow or dead holds up nobody but itself. What an endpoint is told comes in the order of the
events while all goes well; what had to be tried again comes later, and says by its sequence where it belongs.
"""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from bot.ending import end
from bot.outages import Outage, redis_outage
from bot.trying import AWAY, pause
from bot.webhooks.sender import Sender
from store.deliveries import Deliveries
from store.webhooks import Webhooks

TICK_S = 1.0
"""How often it is looked for tries that have become due; what happens just now is sent without that."""

Lane = tuple[str, str]
"""Tenant and id of an endpoint: what is delivered one after the other."""

log = structlog.get_logger(__name__)


class Courier:
    """Delivers for the endpoints of the partitions that a worker holds."""

    def __init__(
        self,
        deliveries: Deliveries,
        webhooks: Webhooks,
        sender: Sender,
        mine: Callable[[], Iterable[int]],
        redis: Outage | None = None,
    ) -> None:
        """`mine` answers the partitions; `redis`: where it is told that Redis is away."""
        self._deliveries = deliveries
        self._webhooks = webhooks
        self._sender = sender
        self._mine = mine
        self._redis = redis or redis_outage()
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._more: set[Lane] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; a Redis that is away is waited for."""
        while not self._stopping.is_set():
            try:
                for tenant, webhook_id in await self._deliveries.due(sorted(self._mine())):
                    self.begin(tenant, webhook_id)
            except AWAY as error:
                self._redis.away(error)
            except Exception:
                log.exception("deliveries_not_read")
            await pause(self._stopping, TICK_S)

    async def stop(self, grace_s: float) -> None:
        """Finish the tries under way, at most `grace_s`; one that is cut off is made again when its time is over."""
        self._stopping.set()
        if self._lanes:
            _, pending = await asyncio.wait(set(self._lanes.values()), timeout=grace_s)
            await end(pending)

    def begin(self, tenant: str, webhook_id: str) -> None:
        """Deliver what is due for this endpoint; where that is being done, look once more before it is over."""
        lane = tenant, webhook_id
        self._more.add(lane)
        if lane in self._lanes or self._stopping.is_set():
            return
        task = self._lanes[lane] = asyncio.create_task(self._work(lane))
        task.add_done_callback(lambda _: self._over(lane, task))

    async def _work(self, lane: Lane) -> None:
        try:
            while not self._stopping.is_set() and lane in self._more:
                self._more.discard(lane)
                if await self._once(*lane):
                    self._more.add(lane)
        except AWAY as error:
            self._redis.away(error)
        except Exception:
            log.exception("delivery_failed", webhook=lane[1])
        # Before anything else runs: what is queued from now on finds no work under way, and begins it.
        self._over(lane, self._lanes.get(lane))

    def _over(self, lane: Lane, task: asyncio.Task[None] | None) -> None:
        if task is not None and self._lanes.get(lane) is task:
            del self._lanes[lane]

    async def _once(self, tenant: str, webhook_id: str) -> bool:
        """Make the next try; False if none is due."""
        webhook = await self._webhooks.get(tenant, webhook_id)
        claimed = await self._deliveries.claim(webhook) if webhook else None
        if claimed is None:
            return False
        tried = await self._sender.send(claimed.webhook, claimed.id, claimed.body)
        outcome = await self._deliveries.settle(claimed, tried)
        say = log.info if outcome == "delivered" else log.warning
        say("webhook_tried", webhook=webhook_id, id=claimed.id, tries=claimed.tries, outcome=outcome, why=tried.why)
        return True
