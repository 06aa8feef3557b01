"""The outbox: each group sees every event in order, and again until it has acknowledged it."""

import asyncio
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from redis.exceptions import ResponseError

from store import keys
from store.events import BalanceLow, Codec, UnknownEventError
from store.outbox import GROUPS, Outbox
from store.scripts import Client
from tests.controls import REF
from tests.everywhere import under_way

PARTITION = keys.partition_of(REF.tenant)
STREAM = keys.outbox(PARTITION)
RECORD = {"type": "balance_low", "tenant": REF.tenant, "account": "default", "at_ms": "1", "currency": "USD"}
LOW = {**RECORD, "level_micros": "20", "balance_micros": "10"}


@pytest.fixture
async def outbox(redis: Client) -> Outbox:
    """Both groups on one partition."""
    return await both_groups(redis)


async def both_groups(redis: Client) -> Outbox:
    """An outbox with every group on one partition."""
    outbox = Outbox(redis, redis)
    for group in GROUPS:
        await outbox.ensure_group(group, [PARTITION])
    return outbox


async def put(redis: Client, times: int = 1) -> list[str]:
    """Append events; answers their places."""
    return [await redis.xadd(STREAM, dict(LOW)) for _ in range(times)]


async def read(outbox: Outbox, group: str = "alerts", consumer: str = "w1", count: int = 64) -> list[str]:
    """Read what is new; answers the places."""
    found = await outbox.read(group, consumer, [PARTITION], block_ms=1, count=count)
    return [each.stream_id for each in found]


async def acknowledge(outbox: Outbox, group: str, places: list[str]) -> None:
    """Acknowledge by place, what was read by anyone."""
    for delivery in await outbox.take_over(group, "w1", PARTITION):
        if delivery.stream_id in places:
            await outbox.acknowledge(group, delivery)


async def test_event_is_read_by_each_group_once(outbox: Outbox, redis: Client) -> None:
    """Every group gets every event, in order, and each event once."""
    places = await put(redis, 3)

    assert await read(outbox, "alerts") == places
    assert await read(outbox, "payments") == places
    assert await read(outbox, "alerts", "w2") == []


async def test_event_is_decoded(outbox: Outbox, redis: Client) -> None:
    """A delivery carries partition, place and event; the event's id is unique over all partitions."""
    [place] = await put(redis)
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)

    assert isinstance(delivery.event, BalanceLow)
    assert (delivery.event.id, delivery.event.ref) == (f"{PARTITION:02d}-{place}", REF)
    assert (delivery.partition, delivery.again) == (PARTITION, False)


async def test_events_from_before_the_group_are_read(redis: Client) -> None:
    """A group that is made late starts at the very beginning; making it again does not move it."""
    places = await put(redis, 2)
    outbox = Outbox(redis, redis)
    await outbox.ensure_group("alerts", [PARTITION])

    assert await read(outbox) == places
    await outbox.ensure_group("alerts", [PARTITION])
    assert await read(outbox) == []


async def test_a_group_that_cannot_be_made_is_an_error(redis: Client) -> None:
    """Only that the group is there already is no error."""
    await redis.set(STREAM, "not a stream")

    with pytest.raises(ResponseError):
        await Outbox(redis, redis).ensure_group("alerts", [PARTITION])


async def test_several_partitions_are_read_together(outbox: Outbox, redis: Client) -> None:
    """One read covers many partitions and tells which each event came from."""
    await outbox.ensure_group("alerts", [3])
    await put(redis)
    await redis.xadd(keys.outbox(3), dict(LOW))

    found = await outbox.read("alerts", "w1", [3, PARTITION], block_ms=1)

    assert sorted(each.partition for each in found) == sorted([3, PARTITION])


async def test_nothing_to_read_is_an_empty_list(outbox: Outbox) -> None:
    """No event, or no partition: an empty answer."""
    assert await read(outbox) == []
    assert await outbox.read("alerts", "w1", [], block_ms=1) == []


async def test_read_waits_for_an_event(real_redis: Client) -> None:
    """A read that finds nothing answers as soon as an event arrives, well before its time is up."""
    outbox = Outbox(real_redis, real_redis)
    await outbox.ensure_group("alerts", [PARTITION])
    reading = asyncio.create_task(outbox.read("alerts", "w1", [PARTITION], block_ms=4000))
    async with asyncio.timeout(2):
        while "xreadgroup" not in await under_way(real_redis):
            pass
        await put(real_redis)
        [delivery] = await reading

    assert delivery.event is not None


async def test_unacknowledged_event_is_taken_over(outbox: Outbox, redis: Client) -> None:
    """What a dead consumer read and did not acknowledge comes again, in order, marked as such; the rest does not."""
    places = await put(redis, 3)
    await read(outbox, consumer="dead")
    await acknowledge(outbox, "alerts", places[1:2])

    found = await outbox.take_over("alerts", "w2", PARTITION)

    assert [(each.stream_id, each.again) for each in found] == [(places[0], True), (places[2], True)]
    assert all(isinstance(each.event, BalanceLow) for each in found)


async def test_more_than_one_batch_is_taken_over(outbox: Outbox, redis: Client) -> None:
    """A long queue of unacknowledged events comes whole."""
    places = await put(redis, 250)
    await read(outbox, consumer="dead", count=1000)

    assert [each.stream_id for each in await outbox.take_over("alerts", "w2", PARTITION)] == places


async def test_only_what_lay_long_is_taken_over(outbox: Outbox, redis: Client) -> None:
    """With `idle_ms`, what was handed out just now stays where it is."""
    places = await put(redis, 2)
    await read(outbox, consumer="dead")
    await redis.xclaim(STREAM, "alerts", "dead", 0, places[:1], idle=60_000)

    found = await outbox.take_over("alerts", "w2", PARTITION, idle_ms=30_000)

    assert [each.stream_id for each in found] == places[:1]


async def test_take_over_stops_at_the_most(outbox: Outbox, redis: Client) -> None:
    """The oldest come first, about so many; what is of a later version's type does not count."""
    await redis.xadd(STREAM, {"type": "from_the_future", "tenant": REF.tenant})
    places = await put(redis, 450)
    await read(outbox, consumer="dead", count=1000)

    found = await outbox.take_over("alerts", "w2", PARTITION, most=200)

    assert [each.newer for each in found[:2]] == [True, False]
    assert 200 <= len(found[1:]) < 400
    assert [each.stream_id for each in found[1:]] == places[: len(found) - 1]


async def test_take_over_makes_the_group(redis: Client) -> None:
    """Where there is none, nothing was left, and what is in the stream is read as new."""
    outbox, places = Outbox(redis, redis), await put(redis)

    assert await outbox.take_over("alerts", "w1", PARTITION) == []
    assert await read(outbox) == places


class Breaking:
    """A client that is away when the second stream is read."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def xreadgroup(self, group: str, consumer: str, streams: dict[str, str], **given: Any) -> Any:
        """Read the first, fail at the second."""
        if STREAM not in streams:
            raise RedisAwayError("away")
        return await self._redis.xreadgroup(group, consumer, streams, **given)


async def test_an_error_at_one_of_several_streams_is_an_error(outbox: Outbox, redis: Client) -> None:
    """Read one by one, as in a cluster: what came before it is taken over, not handed on with the error hidden."""
    places = await put(redis)
    broken = Outbox(redis, cast("Client", Breaking(redis)))

    with pytest.raises(RedisAwayError):
        await broken._poll("alerts", "w1", {STREAM: ">", keys.outbox(3): ">"}, block_ms=1, count=64)

    assert [each.stream_id for each in await outbox.take_over("alerts", "w1", PARTITION)] == places


async def test_acknowledged_event_does_not_come_again(outbox: Outbox, redis: Client) -> None:
    """After the acknowledgement there is nothing to take over; the other group is not affected."""
    places = await put(redis)
    await read(outbox, "alerts")
    await read(outbox, "payments")
    await acknowledge(outbox, "alerts", places)

    assert await outbox.take_over("alerts", "w2", PARTITION) == []
    assert len(await outbox.take_over("payments", "w2", PARTITION)) == 1


@pytest.mark.parametrize(
    "record",
    [
        {"type": "from_the_future", "tenant": REF.tenant, "account": "default", "at_ms": "1"},
        {"tenant": REF.tenant},
        RECORD,
        {**LOW, "balance_micros": "a lot"},
        {**LOW, "tenant": "not a tenant"},
        {key: value for key, value in LOW.items() if key != "account"},
        {"type": "", "x": ""},
    ],
)
async def test_event_that_cannot_be_read_is_delivered_as_such(
    outbox: Outbox, redis: Client, record: dict[str, str]
) -> None:
    """An event of a later version, or a broken one, comes without an event and with its record, and stops nothing."""
    await redis.xadd(STREAM, dict(record))
    await put(redis)

    broken, whole = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)

    assert (broken.event, broken.record) == (None, record)
    assert isinstance(whole.event, BalanceLow)


def test_missing_field_is_an_unknown_event() -> None:
    """A record without one of its type's fields raises with the field's name."""
    with pytest.raises(UnknownEventError, match="without balance_micros"):
        Codec.decode("32-1-0", RECORD)
