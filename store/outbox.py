"""The outbox: events that the scripts append in the same atomic step as the change.

One stream per partition, read by consumer groups.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from store import keys
from store.events import Codec, Event, UnknownEventError
from store.scripts import Client

GROUPS = ("payments", "alerts")
"""Each group sees every event at its own pace, so that money never waits for a message."""


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
        answer = await self._blocking.xreadgroup(group, consumer, streams, count=count, block=block_ms)
        return [
            _delivery(_partition(stream), stream_id, record, again=False)
            for stream, messages in _pairs(answer)
            for stream_id, record in messages
        ]

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
        """Put it aside with the reason, where an operator finds it, and acknowledge it."""
        record: dict[Any, Any] = {
            **delivery.record,
            "group": group,
            "why": why,
            "stream_id": delivery.stream_id,
        }
        await self._redis.xadd(keys.dead(delivery.partition), record)
        await self.acknowledge(group, delivery)

    async def trim(self, partition: int) -> int:
        """Drop the events that every group has acknowledged; answers how many."""
        stream = keys.outbox(partition)
        oldest: list[str] = []
        groups = await self._redis.xinfo_groups(stream)
        if not set(GROUPS) <= {each["name"] for each in groups}:
            return 0
        for each in groups:
            pending = await self._redis.xpending(stream, each["name"])
            oldest.append(pending["min"] or _next(each["last-delivered-id"]))
        return int(await self._redis.xtrim(stream, minid=min(oldest, key=_order), approximate=False))


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
