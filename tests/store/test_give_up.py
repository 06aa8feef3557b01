"""Giving up: an event that no reaction can handle is put aside and acknowledged, both or neither."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from store import keys
from store.outbox import GROUPS, Outbox
from store.scripts import Client
from tests.everywhere import configure
from tests.lossy import lossy
from tests.store.test_outbox import LOW, PARTITION, STREAM, both_groups


async def arrange(redis: Client) -> Outbox:
    """One group on one partition."""
    outbox = Outbox(redis, redis)
    await outbox.ensure_group("alerts", [PARTITION])
    return outbox


@pytest.fixture
async def outbox(redis: Client) -> Outbox:
    """As `arrange` says."""
    return await arrange(redis)


async def test_event_given_up_is_put_aside(outbox: Outbox, redis: Client) -> None:
    """A given-up event lies in the dead stream with group, reason and place, and does not come again."""
    place = await redis.xadd(STREAM, dict(LOW))
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)

    await outbox.give_up("alerts", delivery, "channel_not_found")

    [(_, record)] = await redis.xrange(keys.dead(PARTITION))
    assert record == {**LOW, "group": "alerts", "why": "channel_not_found", "stream_id": place}
    assert await outbox.take_over("alerts", "w1", PARTITION) == []


async def test_event_given_up_without_memory_is_kept(real_redis: Client) -> None:
    """When the server cannot put the event aside, it does not acknowledge it either: it comes again."""
    outbox = Outbox(real_redis, real_redis)
    await outbox.ensure_group("alerts", [PARTITION])
    await real_redis.xadd(STREAM, dict(LOW))
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    await configure(real_redis, "maxmemory-policy", "noeviction")
    await configure(real_redis, "maxmemory", "1")
    try:
        with pytest.raises(RedisError):
            await outbox.give_up("alerts", delivery, "channel_not_found")
    finally:
        await configure(real_redis, "maxmemory", "0")

    assert await real_redis.exists(keys.dead(PARTITION)) == 0
    assert [each.stream_id for each in await outbox.take_over("alerts", "w1", PARTITION)] == [delivery.stream_id]


async def test_event_given_up_twice_is_put_aside_once(outbox: Outbox, redis: Client) -> None:
    """Whoever asks again, because an answer was lost or a lease, makes no second dead letter of the event."""
    await redis.xadd(STREAM, dict(LOW))
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)

    for _ in range(2):
        await outbox.give_up("alerts", delivery, "channel_not_found")

    assert await redis.xlen(keys.dead(PARTITION)) == 1


async def test_each_group_gives_an_event_up_for_itself(redis: Client) -> None:
    """What one group has put aside, another can put aside as well."""
    outbox = await both_groups(redis)
    await redis.xadd(STREAM, dict(LOW))

    for group in GROUPS:
        [delivery] = await outbox.read(group, "w1", [PARTITION], block_ms=1)
        await outbox.give_up(group, delivery, "channel_not_found")

    assert [record["group"] for _, record in await redis.xrange(keys.dead(PARTITION))] == list(GROUPS)


async def test_event_given_up_whose_answer_is_lost_is_put_aside_once(server: str, single_redis: Client) -> None:
    """The connection breaks in place of the answer and the client asks again by itself: one dead letter."""
    ensured = await both_groups(single_redis)
    await single_redis.xadd(STREAM, dict(LOW))
    [delivery] = await ensured.read("alerts", "w1", [PARTITION], block_ms=1)
    async with lossy(server) as proxy:
        client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
        proxy.lose_after = b"channel_not_found"
        await Outbox(client, client).give_up("alerts", delivery, "channel_not_found")
        await client.aclose()

    assert proxy.lost == 1
    assert await single_redis.xlen(keys.dead(PARTITION)) == 1


async def test_nothing_is_put_aside_where_the_server_lost_its_data(outbox: Outbox, redis: Client) -> None:
    """Stream and group are gone: giving up is over at once, and keeps nobody trying."""
    await redis.xadd(STREAM, dict(LOW))
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    await redis.flushall()

    await outbox.give_up("alerts", delivery, "channel_not_found")

    assert await redis.exists(keys.dead(PARTITION)) == 0
