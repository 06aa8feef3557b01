"""Deliveries that fail: tried again as the schedule says, given up and told, begun anew when a person says so."""

import pytest

from store import keys
from store.deliveries import BURY_MS, DELAYS_S, Tried, Why, outstanding
from store.outcomes import Done
from store.payload import delivery_id
from store.roles import Roles
from store.scripts import Client
from tests.controls import REF
from tests.store.clock import Clock
from tests.store.failing import FAILED, fail, give_up
from tests.store.pier import OPERATOR, PUSHING, Pier, event


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
