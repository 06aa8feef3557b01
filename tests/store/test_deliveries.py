"""Deliveries: queued once, claimed by one, tried as the schedule says, settled once, told when given up."""

import pytest

from store import keys
from store.deliveries import BURY_MS, DELAYS_S, HOLD_MS, KEEP_MS, LONGEST_PAUSE_S, Deliveries, Tried, Why, outstanding
from store.leases import Leases
from store.outcomes import Done
from store.payload import delivery_id
from store.roles import Roles
from store.scripts import Client
from store.webhook import Webhook
from tests.controls import REF
from tests.store.clock import Clock
from tests.store.pier import OPERATOR, PARTITION, PUSHING, Pier, event

FAILED = Tried(f"{Why.STATUS} 500")


async def fail(pier: Pier, webhook: Webhook, clock: Clock, tried: Tried = FAILED) -> str:
    """Wait until the next try is due, and let it fail; answers what becomes of it."""
    due_ms = await pier.redis.zscore(PUSHING, webhook.member)
    clock.advance(milliseconds=max(0, due_ms - clock.ms))
    return await pier.deliveries.settle(await pier.claimed(webhook), tried)


async def give_up(pier: Pier, webhook: Webhook, clock: Clock) -> None:
    """Let the next delivery fail until it is given up."""
    while await fail(pier, webhook, clock) == "later":
        await pier.claim(webhook)


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


async def test_failed_delivery_is_tried_nine_times_over_a_day_and_a_half(redis: Client, clock: Clock) -> None:
    """0, 5 s, 30 s, 2 min, 10 min, 1, 3, 8 and 24 h; each is noted before it is made; then it is given up."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    found, started = [], clock.ms

    for delay_s in DELAYS_S:
        claimed = await pier.claimed(webhook)
        assert await pier.deliveries.settle(claimed, FAILED) == "later"
        assert await pier.claim(webhook) is None
        due_ms = await redis.zscore(PUSHING, webhook.member)
        found.append(round((due_ms - clock.ms) / 1000))
        clock.advance(milliseconds=due_ms - clock.ms - 1)
        assert await pier.claim(webhook) is None, delay_s
        clock.advance(milliseconds=1)
    last = await pier.claimed(webhook)

    assert found == [5, 30, 120, 600, 3_600, 10_800, 28_800, 86_400]
    assert last.tries == 9
    assert await pier.deliveries.settle(last, FAILED) == "undelivered"
    assert await pier.claim(webhook) is None
    [left] = await outstanding(redis, webhook)
    assert (left.over, left.tries, left.why, left.at_ms) == (True, 9, "status 500", clock.ms)
    assert (left.type, left.account) == ("balance.low", REF.account)
    assert clock.ms - started == sum(DELAYS_S) * 1000


async def test_tries_are_spread_by_chance(redis: Client, clock: Clock) -> None:
    """By up to a fifth of the delay, so that what failed together does not come back together."""
    pier = Pier(redis, Roles(redis), chance=1)
    webhook = await pier.add()
    await pier.queue(webhook)

    await pier.deliveries.settle(await pier.claimed(webhook), FAILED)
    await pier.claim(webhook)

    assert await redis.zscore(PUSHING, webhook.member) == clock.ms + 6_000


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


async def test_given_up_delivery_is_told_once_until_one_arrives(redis: Client, clock: Clock) -> None:
    """The first with the endpoint's host and the reason, no further one; then that it goes again, once."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(2):
        await pier.queue(webhook, number)
        await give_up(pier, webhook, clock)

    [(kind, told)] = await pier.told()
    assert (kind, told["host"], told["webhook"]) == ("webhook_failed", "hooks.example.com", webhook.id)
    assert (told["about"], told["why"], told["account"]) == ("balance.low", "status 500", REF.account)
    for number in (2, 3):
        await pier.queue(webhook, number)
        await pier.deliveries.settle(await pier.claimed(webhook), Tried())
    assert [kind for kind, _ in await pier.told()] == ["webhook_failed", "webhook_recovered"]
    await pier.queue(webhook, 4)
    await give_up(pier, webhook, clock)
    assert [kind for kind, _ in await pier.told()] == ["webhook_failed", "webhook_recovered", "webhook_failed"]


async def test_endpoint_that_is_gone_is_switched_off_at_once(redis: Client, clock: Clock) -> None:
    """No further try; it is told with that reason; nothing more is queued, and what waits is kept."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(2):
        await pier.queue(webhook, number)

    assert await pier.deliveries.settle(await pier.claimed(webhook), Tried(Why.GONE)) == "gone"

    assert (await pier.look(webhook.id)).state == "gone"
    assert await pier.claim(webhook) is None
    assert not await pier.queue(webhook, 2)
    [(_, told)] = await pier.told()
    assert told["why"] == "gone"
    assert [each.over for each in await outstanding(redis, webhook)] == [True, False]


@pytest.mark.parametrize("state", ["gone", "off"])
async def test_person_has_everything_tried_again(redis: Client, clock: Clock, state: str) -> None:
    """What waits and what was given up, as if it were new. Gone is taken to be back, off stays off."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(3):
        await pier.queue(webhook, number)
    await fail(pier, webhook, clock, Tried(f"{Why.STATUS} 503", 3_600))
    clock.advance(hours=1)
    await pier.deliveries.settle(await pier.claimed(webhook), Tried(Why.GONE))
    if state == "off":
        await pier.webhooks.switch(OPERATOR, REF.tenant, webhook.id, on=False)

    assert await pier.webhooks.retry(OPERATOR, REF.tenant, webhook.id) == Done("3")

    if state == "off":
        assert await pier.claim(webhook) is None
        await pier.webhooks.switch(OPERATOR, REF.tenant, webhook.id, on=True)
    assert await redis.zscore(PUSHING, webhook.member) == clock.ms
    assert not any(each.over for each in await outstanding(redis, webhook))
    found = [await pier.claimed(webhook) for _ in range(3)]
    assert [(each.body, each.tries) for each in found] == [(f'{{"n":{number}}}', 1) for number in range(3)]


async def test_retry_ends_a_pause(redis: Client, clock: Clock) -> None:
    """A person knows better than the answer that asked to wait."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook)
    await pier.deliveries.settle(await pier.claimed(webhook), Tried(f"{Why.STATUS} 503", 3_600))

    await pier.webhooks.retry(OPERATOR, REF.tenant, webhook.id)

    assert (await pier.claimed(webhook)).tries == 1


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


async def test_what_was_given_up_long_ago_is_buried(redis: Client, clock: Clock) -> None:
    """After a month, when the next one is given up; what was given up since stays."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    for number in range(2):
        await pier.queue(webhook, number)
        await give_up(pier, webhook, clock)
    clock.advance(milliseconds=BURY_MS - 2 * sum(DELAYS_S) * 1000)
    await pier.leases.renew()
    await pier.queue(webhook, 2)
    await give_up(pier, webhook, clock)

    assert [each.id for each in await outstanding(redis, webhook)] == [delivery_id(event(n)) for n in (1, 2)]
    assert len(await redis.hkeys(keys.deliveries(REF.tenant, webhook.id))) == 6
    assert await redis.zcard(keys.undelivered(REF.tenant, webhook.id)) == 2
