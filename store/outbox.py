"""The outbox: events that the scripts append in the same atomic step as the change.

One stream per partition, read by consumer groups.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import ResponseError

from store import keys
from store.events import Codec, Event, UnknownEventError
from store.scripts import Client, Scripts

GROUPS = ("payments", "alerts", "webhooks")
"""Each group sees every event at its own pace, so that money never waits for a message, nor a message for a push."""

REPLAY_OF, REPLAY_FOR, TRIED = "replay_of", "replay_for", "tried"
"""Fields of an event that came back from the dead: the id that it had, its group, and how often it has failed."""

POLL_S = 0.05
"""On a cluster: how long between two looks at the streams, seconds."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event handed to one consumer. `event` is None where it could not be read.

    `again` marks a redelivery, which an event that comes back from the dead is as well.
    """

    partition: int
    stream_id: str
    event: Event | None
    again: bool
    record: dict[str, str]

    @property
    def mark(self) -> tuple[int, str]:
        """Its place among all partitions."""
        return self.partition, self.stream_id

    @property
    def addressee(self) -> str:
        """The one group that it concerns; "" for all. One that comes back from the dead is for whom it failed."""
        return self.record.get(REPLAY_FOR, "")

    @property
    def newer(self) -> bool:
        """Whether its type is none of ours, so that a later version may have written it."""
        kind = self.record.get("type", "")
        return kind != "" and kind not in Codec.TYPES

    @property
    def written_ms(self) -> int:
        """When it was written, by the server's clock."""
        return _order(self.stream_id)[0]


class Outbox:
    """Reads on `blocking`, a client of its own; does everything else on `redis`.

    The connections of `blocking` may wait, and it sends nothing again: a read whose answer was lost has handed events
    out, and its repetition would pass over them.
    """

    def __init__(self, redis: Client, blocking: Client) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._blocking = blocking

    async def ensure_group(self, group: str, partitions: Iterable[int]) -> None:
        """Make the group on each partition, from the stream's very beginning; an existing one is left alone."""
        for partition in partitions:
            try:
                await self._redis.xgroup_create(keys.outbox(partition), group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):  # it is there
                    raise

    async def read(
        self, group: str, consumer: str, partitions: Iterable[int], *, block_ms: int, count: int = 64
    ) -> list[Delivery]:
        """New events of these partitions, oldest first in each; waits up to `block_ms` (1 to 4000) for one.

        After any error events may have been handed to `consumer` all the same: `take_over` finds them.
        """
        streams = {keys.outbox(partition): ">" for partition in partitions}
        if not streams:
            return []
        if isinstance(self._blocking, RedisCluster) and len(streams) > 1:
            return await self._poll(group, consumer, streams, block_ms=block_ms, count=count)
        return _deliveries(await self._blocking.xreadgroup(group, consumer, streams, count=count, block=block_ms))

    async def take_over(
        self, group: str, consumer: str, partition: int, *, idle_ms: int = 0, most: int | None = None
    ) -> list[Delivery]:
        """What any consumer of the group left unacknowledged here, oldest first; for the partition's leaseholder.

        Makes the group where there is none. `idle_ms`: only what nobody has touched for so long. `most`: stop soon
        after so many that this version knows.
        """
        found: list[Delivery] = []
        start = "0-0"
        while most is None or sum(not each.newer for each in found) < most:
            try:
                answer = await self._redis.xautoclaim(
                    keys.outbox(partition), group, consumer, min_idle_time=idle_ms, start_id=start, count=100
                )
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self.ensure_group(group, [partition])
                continue
            start, messages = answer[0], answer[1]
            found.extend(_delivery(partition, sid, record, again=True) for sid, record in messages if record)
            if start == "0-0":
                break
        return found

    async def acknowledge(self, group: str, delivery: Delivery) -> None:
        """Done with: it is not handed out again."""
        await self._redis.xack(keys.outbox(delivery.partition), group, delivery.stream_id)

    async def give_up(self, group: str, delivery: Delivery, why: str, *, tries: int = 0) -> None:
        """Put it aside with the reason, where an operator finds it, and acknowledge it: both or neither.

        Asked again, nothing more happens: there is one dead letter of it.
        `tries`: how often its reaction failed; what it failed before it came back from the dead is added.
        """
        tried = tries + tried_before(delivery.record)
        record: dict[str, Any] = {
            **delivery.record,
            "group": group,
            "why": why,
            "stream_id": delivery.stream_id,
            **({TRIED: tried} if tried else {}),
        }
        await self._scripts.call(
            "give_up_event",
            {"outbox": keys.outbox(delivery.partition), "dead": keys.dead(delivery.partition)},
            group=group,
            stream_id=delivery.stream_id,
            field_value=[each for pair in record.items() for each in pair],
        )

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
                # An error is not kept back for what was found before it: `take_over` answers all, in order.
                found += _deliveries(await self._blocking.xreadgroup(group, consumer, {stream: place}, count=count))
            if found or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(POLL_S)


def tried_before(record: Mapping[str, str]) -> int:
    """How often an event had failed before it came back from the dead; 0 for any other."""
    told = record.get(TRIED, "")
    return int(told) if told.isdecimal() else 0


def _deliveries(answer: Any) -> list[Delivery]:
    return [
        _delivery(_partition(stream), stream_id, record, again=False)
        for stream, messages in _pairs(answer)
        for stream_id, record in messages
    ]


def _delivery(partition: int, stream_id: str, record: dict[str, str], *, again: bool) -> Delivery:
    event_id = record.get(REPLAY_OF) or f"{partition:02d}-{stream_id}"
    again = again or REPLAY_OF in record
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
