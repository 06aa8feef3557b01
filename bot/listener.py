"""The background listener: claim an event, hand it to its reaction, acknowledge it.

A worker reads the partitions whose leases it holds. Events of one account are handled one after the other, in order;
accounts do not wait for each other. What a dead worker left unacknowledged is taken over with its lease. After a read
that failed the same is done before the next one: its answer may have been lost, and it hands out an event only once.
"""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError

from bot.ending import end
from bot.outages import Outage, redis_outage
from bot.trying import AWAY, Hopeless, Patience, PutAside, Reaction, Trying, never, nothing, pause
from store import keys
from store.leases import Leases
from store.outbox import Delivery, Outbox

BLOCK_MS = 1_000
MOST_IN_HAND = 500
"""So many events of one partition are held in memory; what is behind them waits in the outbox."""
STRAY_ROUNDS = 9
"""Every partition is looked through for strays once in so many heartbeats, which are three in a lease's time."""

__all__ = ["Listener", "Reaction"]

log = structlog.get_logger(__name__)


Lane = tuple[int, str, str, bool]
"""Partition, tenant, account, and whether it is of those apart: what must be handled one after the other."""


class Listener:
    """One consumer group's worker."""

    def __init__(
        self,
        outbox: Outbox,
        leases: Leases,
        reaction: Reaction,
        *,
        lanes_of_reading: tuple[tuple[int, ...], ...] = (tuple(range(keys.PARTITIONS)),),
        give_up_after: int | None = None,
        hopeless: Hopeless = never,
        put_aside: PutAside = nothing,
        first_pause_s: float = 1.0,
        redis: Outage | None = None,
        apart: frozenset[str] = frozenset(),
    ) -> None:
        """`lanes_of_reading`: the partitions that one blocking read may span; in a cluster, each alone.

        `apart`: types of events for which no other event of their account waits, nor they for others.

        `give_up_after`, `hopeless`, `put_aside`, `first_pause_s`: as in `Patience`.

        `redis`: where it is told that Redis is away.
        """
        self._outbox = outbox
        self._leases = leases
        self._reading = lanes_of_reading
        self._first_pause_s = first_pause_s
        self._redis = redis or redis_outage()
        self._apart = apart
        self._ready: frozenset[int] = frozenset()
        self._renewed_at = float("-inf")
        self._reads = {partitions: asyncio.Lock() for partitions in lanes_of_reading}
        self._block_ms = min(BLOCK_MS, leases.ttl_ms // 4)
        self._lanes: dict[Lane, deque[Delivery]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._inflight: set[tuple[int, str]] = set()
        self._finished: set[tuple[int, str]] = set()
        self._round = 0
        self._stopping = asyncio.Event()
        patience = Patience(give_up_after, hopeless, first_pause_s, put_aside)
        self._trying = Trying(outbox, leases, reaction, patience, self._stopping)

    @property
    def mine(self) -> frozenset[int]:
        """The partitions that are surely ours: their leases have not run out since they were renewed."""
        fresh = time.monotonic() - self._renewed_at < self._leases.ttl_ms / 1000
        return self._ready - self._leases.leaving if fresh else frozenset()

    @property
    def healthy(self) -> bool:
        """Whether leases were renewed lately."""
        return time.monotonic() - self._renewed_at < self._leases.ttl_ms / 1000

    @property
    def stopping(self) -> bool:
        """Whether the end has come."""
        return self._stopping.is_set()

    async def run(self) -> None:
        """Work until `stop`; a Redis that is away is waited for."""
        heartbeat = asyncio.create_task(self._forever(self._heartbeat))
        readers = [asyncio.create_task(self._forever(self._reader(partitions))) for partitions in self._reading]
        try:
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await end({heartbeat, *readers})

    async def stop(self, grace_s: float) -> None:
        """Finish what is in hand, at most `grace_s`, and give the partitions back; the rest stays in the outbox."""
        self._stopping.set()
        if self._workers:
            _, pending = await asyncio.wait(set(self._workers), timeout=grace_s)
            await end(pending)
        try:
            await self._leases.leave()
        except RedisError:
            log.warning("leases_not_returned", group=self._leases.group)

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        pause_s = self._first_pause_s
        while not self._stopping.is_set():
            try:
                await step()
                pause_s = self._first_pause_s
            except AWAY as error:
                self._redis.away(error)
                await pause(self._stopping, pause_s)
                pause_s = min(pause_s * 2, 10.0)
            except Exception:
                log.exception("listener_step_failed", group=self._leases.group)
                await pause(self._stopping, pause_s)

    async def _heartbeat(self) -> None:
        # While a read waits, no lease changes hands: what arrived for a partition just given back would lie with us,
        # and its new reader would not learn of it.
        async with contextlib.AsyncExitStack() as reads:
            await asyncio.gather(*(reads.enter_async_context(lock) for lock in self._reads.values()))
            started = time.monotonic()
            taken = await self._leases.renew(frozenset(partition for partition, _ in self._inflight))
            self._renewed_at = started
            self._redis.back()
            self._ready &= self._leases.held - taken
        for partition in self._leases.held - self._ready:
            if await self._take_over(partition):
                self._ready |= {partition}
        await self._look_for_strays()
        await pause(self._stopping, self._leases.ttl_ms / 3000)

    async def _take_over(self, partition: int, *, idle_ms: int = 0) -> bool:
        """Hand on what lies unacknowledged, but for what is in hand; False if it is so much that the rest must wait."""
        self._finished = set()
        found = await self._outbox.take_over(
            self._leases.group, self._leases.owner, partition, idle_ms=idle_ms, most=MOST_IN_HAND
        )
        for delivery in found:
            if delivery.mark not in self._finished:  # it may have been finished while the answer was on its way
                self._dispatch(delivery)
        return sum(not each.newer for each in found) < MOST_IN_HAND

    async def _look_for_strays(self) -> None:
        """Take over what was handed out after its partition's take-over: a worker or a read that stood still."""
        self._round = (self._round + 1) % STRAY_ROUNDS
        for partition in sorted(self.mine)[self._round :: STRAY_ROUNDS]:
            await self._take_over(partition, idle_ms=self._leases.ttl_ms * STRAY_ROUNDS // 3)

    def _reader(self, partitions: tuple[int, ...]) -> Callable[[], Awaitable[None]]:
        async def read() -> None:
            async with self._reads[partitions]:
                mine = (self.mine & frozenset(partitions)) - self._full()
                if mine:
                    await self._read(sorted(mine))
            if not mine:
                await pause(self._stopping, 0.05)

        return read

    def _full(self) -> frozenset[int]:
        """The partitions of which no more is to be read now."""
        if len(self._inflight) < MOST_IN_HAND:
            return frozenset()
        in_hand = Counter(partition for partition, _ in self._inflight)
        return frozenset(partition for partition, number in in_hand.items() if number >= MOST_IN_HAND)

    async def _read(self, mine: list[int]) -> None:
        group, owner = self._leases.group, self._leases.owner
        try:
            deliveries = await self._outbox.read(group, owner, mine, block_ms=self._block_ms)
        except Exception:
            # What the lost answer held is ours and unread: the next heartbeat takes it over before we read on.
            self._ready -= frozenset(mine)
            raise
        for delivery in deliveries:
            self._dispatch(delivery)

    def _dispatch(self, delivery: Delivery) -> None:
        if delivery.mark in self._inflight:
            return
        self._inflight.add(delivery.mark)
        record = delivery.record
        is_apart = record.get("type") in self._apart
        lane = (delivery.partition, record.get("tenant", ""), record.get("account", ""), is_apart)
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(delivery)
            return
        self._lanes[lane] = deque([delivery])
        task = asyncio.create_task(self._work(lane))
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    async def _work(self, lane: Lane) -> None:
        """Handle one account's events in order until none waits; if one is not ours any more, none after it is."""
        waiting = self._lanes[lane]
        try:
            while waiting:
                if not await self._trying.handle(waiting[0], more=len(waiting) > 1):
                    # Should the partition still be ours, the next heartbeat takes over what lies here, in order.
                    self._ready -= {waiting[0].partition}
                    return
                done = waiting.popleft()
                self._inflight.discard(done.mark)
                self._finished.add(done.mark)
        finally:
            del self._lanes[lane]
            self._inflight.difference_update(left.mark for left in waiting)
