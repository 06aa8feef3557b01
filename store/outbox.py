"""The outbox: events that the scripts append in the same atomic step as the change.

One stream per partition, read by consumer groups.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import RedisError, ResponseError

from store import keys
from store.events import Codec, Event, UnknownEventError
from store.scripts import Client

GROUPS = ("payments", "alerts")
"""Each group sees every event at its own pace, so that money never waits for a message."""

POLL_S = 0.05
"""On a cluster: how long between two looks at the streams, seconds."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event handed to one consumer. `event` is None where it could not be read; `again` marks a redelivery."""

    partition: int
    stream_id: str
    event: Event | None
    again: bool
    record: dict[str, str]


class Outbox:
    """Reads on `blocking`, a client of its own whose connections may wait; does everything else on `redis`."""

    def __init__(self, redis: Client, blocking: Client) -> None:
        self._redis = redis
        self._blocking = blocking

    async def ensure_group(self, group: str, partitions: Iterable[int]) -> None:
        """Make the group on each partition, from the stream's very beginning; an existing one is left alone."""
        for partition in partitions:
            with contextlib.suppress(ResponseError):  # BUSYGROUP: it is there
                await self._redis.xgroup_create(keys.outbox(partition), group, id="0", mkstream=True)

    async def read(
        self, group: str, consumer: str, partitions: Iterable[int], *, block_ms: int, count: int = 64
    ) -> list[Delivery]:
        """New events of these partitions, oldest first in each; waits up to `block_ms` (1 to 4000) for one."""
        streams = {keys.outbox(partition): ">" for partition in partitions}
        if not streams:
            return []
        if isinstance(self._blocking, RedisCluster) and len(streams) > 1:
            return await self._poll(group, consumer, streams, block_ms=block_ms, count=count)
        return _deliveries(await self._blocking.xreadgroup(group, consumer, streams, count=count, block=block_ms))

    async def take_over(self, group: str, consumer: str, partition: int) -> list[Delivery]:
        """What any consumer of the group left unacknowledged here, oldest first; for the partition's leaseholder."""
        found: list[Delivery] = []
        start = "0-0"
        while True:
            answer = await self._redis.xautoclaim(
                keys.outbox(partition), group, consumer, min_idle_time=0, start_id=start, count=100
            )
            start, messages = answer[0], answer[1]
            found.extend(_delivery(partition, sid, record, again=True) for sid, record in messages if record)
            if start == "0-0":
                return found

    async def acknowledge(self, group: str, delivery: Delivery) -> None:
        """Done with: it is not handed out again."""
        await self._redis.xack(keys.outbox(delivery.partition), group, delivery.stream_id)

    async def give_up(self, group: str, delivery: Delivery, why: str) -> None:
        """Put it aside with the reason, where an operator finds it, and acknowledge it: both or neither."""
        record: dict[Any, Any] = {
            **delivery.record,
            "group": group,
            "why": why,
            "stream_id": delivery.stream_id,
        }
        async with self._redis.pipeline(transaction=True) as both:
            both.xadd(keys.dead(delivery.partition), record)
            both.xack(keys.outbox(delivery.partition), group, delivery.stream_id)
            await both.execute()

    async def trim(self, partition: int, *, keep_ms: int = 0) -> int:
        """Drop the events that every group has acknowledged and that are older than `keep_ms`; answers how many."""
        stream = keys.outbox(partition)
        oldest: list[str] = []
        groups = await self._redis.xinfo_groups(stream)
        if not set(GROUPS) <= {each["name"] for each in groups}:
            return 0
        for each in groups:
            pending = await self._redis.xpending(stream, each["name"])
            oldest.append(pending["min"] or _next(each["last-delivered-id"]))
        if keep_ms:
            seconds, _ = await self._redis.time()
            oldest.append(f"{seconds * 1000 - keep_ms}-0")
        return int(await self._redis.xtrim(stream, minid=min(oldest, key=_order), approximate=False))

    async def _poll(
        self, group: str, consumer: str, streams: Mapping[str, str], *, block_ms: int, count: int
    ) -> list[Delivery]:
        """As `read`, a stream at a time: a cluster's partitions lie in different slots, and one read has one slot."""
        found: list[Delivery] = []
        until = asyncio.get_running_loop().time() + block_ms / 1000
        while True:
            for stream, place in streams.items():
                try:
                    answer = await self._blocking.xreadgroup(group, consumer, {stream: place}, count=count)
                except RedisError:
                    if not found:
                        raise
                    return found  # what was handed to us is handed on; the error will be back at the next read
                found += _deliveries(answer)
            if found or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(POLL_S)


def _deliveries(answer: Any) -> list[Delivery]:
    return [
        _delivery(_partition(stream), stream_id, record, again=False)
        for stream, messages in _pairs(answer)
        for stream_id, record in messages
    ]


def _delivery(partition: int, stream_id: str, record: dict[str, str], *, again: bool) -> Delivery:
    event_id = f"{partition:02d}-{stream_id}"
    try:
        event: Event | None = Codec.decode(event_id, record)
    except (UnknownEventError, KeyError, ValueError):
        event = None
    return Delivery(partition, stream_id, event, again, record)


def _pairs(answer: Any) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """XREADGROUP answers a list with protocol 2 and a mapping with protocol 3."""
    if isinstance(answer, dict):
        return [(stream, batches[0]) for stream, batches in answer.items()]
    return list(answer or [])


def _partition(stream: str) -> int:
    return int(stream.split("{p", 1)[1][:2])


def _order(stream_id: str) -> tuple[int, int]:
    ms, _, number = stream_id.partition("-")
    return int(ms), int(number)


def _next(stream_id: str) -> str:
    ms, number = _order(stream_id)
    return f"{ms}-{number + 1}"
