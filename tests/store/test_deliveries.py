"""Deliveries: queued once, claimed by one, settled once; endpoints are left alone as they ask."""

import pytest

from store import keys
from store.deliveries import HOLD_MS, KEEP_MS, LONGEST_PAUSE_S, Deliveries, Tried, Why, outstanding
from store.leases import Leases
from store.payload import delivery_id
from store.scripts import Client
from tests.controls import REF
from tests.store.clock import Clock
from tests.store.failing import FAILED, fail
from tests.store.pier import OPERATOR, PARTITION, PUSHING, Pier, event


async def test_delivery_is_queued_once(redis: Client, clock: Clock) -> None:
    """Asked again, before and after it has arrived, nothing more is queued."""
    pier = await Pier.open(redis)
    webhook = await pier.add()

    assert [await pier.queue(webhook), await pier.queue(webhook)] == [True, False]
    claimed = await pier.claimed(webhook)
    await pier.deliveries.settle(claimed, Tried())

    assert not await pier.queue(webhook)
    assert (claimed.id, claimed.account, claimed.type, claimed.body, claimed.tries) == (
        delivery_id(event()),
        REF.account,
        "balance.low",
        '{"n":0}',
        1,
    )


async def test_endpoint_with_something_to_deliver_is_due(redis: Client) -> None:
    """At once, and not any more when all has been delivered."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    assert await pier.deliveries.due([PARTITION]) == []
    await pier.queue(webhook)

    assert await pier.deliveries.due([3, PARTITION]) == [(REF.tenant, webhook.id)]
    assert await pier.deliveries.due([]) == await pier.deliveries.due([3]) == []
    await pier.deliveries.settle(await pier.claimed(webhook), Tried())
    assert await pier.claim(webhook) is None
    assert await pier.deliveries.due([PARTITION]) == []


async def test_deliveries_come_in_the_order_of_the_events(redis: Client, clock: Clock) -> None:
    """Also those of the same millisecond, more than nine of them, queued in any order."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in (11, 2, 0, 10, 1):
        await pier.queue(webhook, number)
    assert await redis.zscore(PUSHING, webhook.member) == clock.ms

    found = []
    while claimed := await pier.claim(webhook):
        found.append(claimed.body)
        await pier.deliveries.settle(claimed, Tried())
    assert found == [f'{{"n":{number}}}' for number in (0, 1, 2, 10, 11)]
    assert await redis.zscore(PUSHING, webhook.member) is None


async def test_claimed_delivery_is_nobody_elses_until_its_time_is_over(redis: Client, clock: Clock) -> None:
    """If its worker died, it is tried again then; the try that was lost counts."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    assert (await pier.claimed(webhook)).tries == 1

    assert await pier.claim(webhook) is None
    assert await redis.zscore(PUSHING, webhook.member) == clock.ms + HOLD_MS
    clock.advance(milliseconds=HOLD_MS)
    assert (await pier.claimed(webhook)).tries == 2


async def test_without_the_lease_nothing_is_claimed(redis: Client) -> None:
    """A worker that lost the partition sends nothing that the other one sends."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    other = Deliveries(redis, Leases(redis, "webhooks", "w2", partitions=[PARTITION]))

    assert await other.claim(webhook) is None
    assert (await pier.claimed(webhook)).tries == 1


async def test_arrived_delivery_is_forgotten_but_for_its_id(redis: Client, clock: Clock) -> None:
    """Nothing of it is left to be tried; the endpoint says when; the id is kept for a week."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    await fail(pier, webhook, clock)
    await pier.claim(webhook)
    clock.advance(hours=1)

    assert await pier.deliveries.settle(await pier.claimed(webhook), Tried()) == "delivered"

    found = await pier.look(webhook.id)
    assert (found.last_ms, found.why) == (clock.ms, "")
    assert not await redis.exists(keys.deliveries(REF.tenant, webhook.id), keys.delivering(REF.tenant, webhook.id))
    delivered = keys.delivered(REF.tenant, webhook.id)
    assert await redis.zrange(delivered, 0, -1) == [delivery_id(event())]
    assert KEEP_MS - 60_000 < await redis.pttl(delivered) <= KEEP_MS
    clock.advance(milliseconds=KEEP_MS + 1)
    await pier.queue(webhook, 1)
    await pier.deliveries.settle(await pier.claimed(webhook), Tried())
    assert await redis.zrange(delivered, 0, -1) == [delivery_id(event(1))]


@pytest.mark.parametrize(("asked_s", "waits_s"), [(1, 5), (90, 90), (10**9, LONGEST_PAUSE_S)])
async def test_endpoint_is_left_alone_as_long_as_it_asks(
    redis: Client, clock: Clock, asked_s: int, waits_s: int
) -> None:
    """All of its deliveries wait, at least as long as this one would have, at most a day."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(2):
        await pier.queue(webhook, number)
    started = clock.ms
    await pier.deliveries.settle(await pier.claimed(webhook), Tried(f"{Why.STATUS} 429", asked_s))

    assert await pier.claim(webhook) is None
    assert await redis.zscore(PUSHING, webhook.member) == clock.ms + min(asked_s, LONGEST_PAUSE_S) * 1000
    clock.advance(seconds=min(asked_s, LONGEST_PAUSE_S))
    assert (await pier.claimed(webhook)).body == '{"n":1}'
    waiting = {each.id: each.at_ms for each in await outstanding(redis, webhook)}
    assert waiting[delivery_id(event(0))] == started + waits_s * 1000


async def test_pause_ends_with_a_delivery_that_arrives(redis: Client, clock: Clock) -> None:
    """An endpoint that answers is not left alone any longer."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(2):
        await pier.queue(webhook, number)
    first, second = await pier.claimed(webhook), await pier.claimed(webhook)
    await pier.deliveries.settle(first, Tried(f"{Why.STATUS} 503", 3_600))

    await pier.deliveries.settle(second, Tried())

    await pier.queue(webhook, 2)
    assert (await pier.claimed(webhook)).body == '{"n":2}'


async def test_late_answer_settles_nothing_that_was_begun_anew(redis: Client, clock: Clock) -> None:
    """A worker that stood still does not undo what the next one has begun; nor a removed endpoint's removal."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    slow = await pier.claimed(webhook)
    clock.advance(milliseconds=HOLD_MS)
    quick = await pier.claimed(webhook)

    assert await pier.deliveries.settle(slow, FAILED) == ""
    assert await pier.deliveries.settle(quick, Tried()) == "delivered"
    assert await pier.deliveries.settle(quick, FAILED) == ""
    await pier.webhooks.remove(OPERATOR, REF.tenant, webhook.id)
    assert await pier.deliveries.settle(quick, FAILED) == ""
    assert not await redis.exists(keys.webhook(REF.tenant, webhook.id))
