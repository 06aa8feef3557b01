"""Giving up: an event that no reaction can handle is put aside and acknowledged, both or neither."""

import asyncio

import pytest
from redis.exceptions import RedisError

from store import keys
from store.outbox import Outbox
from store.scripts import Client
from tests.store.test_outbox import LOW, PARTITION, STREAM


@pytest.fixture
async def outbox(redis: Client) -> Outbox:
    """One group on one partition."""
    outbox = Outbox(redis, redis)
    await outbox.ensure_group("alerts", [PARTITION])
    return outbox


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
    await real_redis.config_set("maxmemory-policy", "noeviction")
    await real_redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(RedisError):
            await outbox.give_up("alerts", delivery, "channel_not_found")
    finally:
        await real_redis.config_set("maxmemory", "0")

    assert await real_redis.exists(keys.dead(PARTITION)) == 0
    assert [each.stream_id for each in await outbox.take_over("alerts", "w1", PARTITION)] == [delivery.stream_id]


async def test_event_is_given_up_in_one_transaction(real_redis: Client) -> None:
    """No worker can die between putting an event aside and acknowledging it: the server is told both at once."""
    outbox = Outbox(real_redis, real_redis)
    await outbox.ensure_group("alerts", [PARTITION])
    await real_redis.xadd(STREAM, dict(LOW))
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    async with real_redis.monitor() as monitor:
        await outbox.give_up("alerts", delivery, "channel_not_found")
        seen: list[str] = []
        async with asyncio.timeout(5):
            while seen[-1:] != ["EXEC"]:
                seen.append((await monitor.next_command())["command"].split(" ")[0].upper())

    assert seen[-4:] == ["MULTI", "XADD", "XACK", "EXEC"]
