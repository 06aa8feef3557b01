"""Pushing: each event to each endpoint that hears of it, whatever receivers do meanwhile."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from store import keys
from store.deliveries import Claimed, Deliveries
from store.webhook import Webhook
from tests.bot.stage import PARTITION, eventually
from tests.bot.webhooks.receiver import FINE, HANG, RESET, Receiver, Request, answer, receiving
from tests.bot.webhooks.wharf import OPERATOR, Wharf
from tests.world import REF

pytestmark = [pytest.mark.redis, pytest.mark.usefixtures("quick")]


async def test_events_arrive_in_their_order_signed_and_once(wharf: Wharf, receiver: Receiver) -> None:
    """Thirty of them, the first before the worker was there."""
    webhook, secret = await wharf.add(receiver)
    ids = await wharf.put(10)
    wharf.start()
    ids += await wharf.put(20)
    await wharf.done(webhook)

    assert receiver.ids == ids
    bodies: list[Any] = [each.verify(secret) for each in receiver.requests]
    assert {each["type"] for each in bodies} == {"balance.low"}
    sequences = [each["data"]["sequence"] for each in bodies]
    assert sequences == sorted(sequences)
    assert bodies[0]["data"]["account"]["version"] == 0


async def test_what_happens_while_the_last_is_being_settled_is_sent_at_once(
    wharf: Wharf, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait until it is looked again for what is due, however close it comes."""
    monkeypatch.setattr("bot.webhooks.courier.TICK_S", 60)
    await wharf.add(receiver)
    claim = Deliveries.claim
    ids: list[str] = []

    async def claiming(self: Deliveries, webhook: Webhook) -> Claimed | None:
        found = await claim(self, webhook)
        if found is None and len(ids) < 3:
            ids.extend(await wharf.put(1))
            await eventually(lambda: wharf.redis.zcard(keys.delivering(REF.tenant, webhook.id)))
        return found

    monkeypatch.setattr(Deliveries, "claim", claiming)
    pusher = wharf.start()
    await eventually(lambda: pusher.listener.mine)
    await wharf.put(1)
    await eventually(lambda: len(ids) == 3 and receiver.ids[1:] == ids)


async def test_endpoint_is_told_of_what_it_asked_for(wharf: Wharf, receiver: Receiver) -> None:
    """And of nothing that is not for outside."""
    webhook, _ = await wharf.add(receiver, "balance.exhausted")
    wharf.start()
    await wharf.put(1, "balance_low")
    await wharf.put(1, "managers_changed")
    ids = await wharf.put(1, "balance_exhausted")
    await wharf.done(webhook)

    assert receiver.ids == ids


async def test_what_happened_before_an_endpoint_was_registered_is_not_told(wharf: Wharf, receiver: Receiver) -> None:
    """Though the outbox still holds it when the group is made."""
    await wharf.put(3)
    await asyncio.sleep(0.002)
    webhook, _ = await wharf.add(receiver)
    wharf.start()
    ids = await wharf.put(1)
    await wharf.done(webhook)

    assert receiver.ids == ids


@pytest.mark.parametrize("given", [HANG, RESET, answer(500), answer(302, "Location: http://127.0.0.1:1/")])
async def test_dead_endpoint_does_not_delay_another(
    wharf: Wharf, receiver: Receiver, given: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is dead, the other is told of everything before the dead one is even tried again."""
    monkeypatch.setattr("store.deliveries.DELAYS_S", (600,) * 8)
    async with receiving(rule=lambda _: given) as dead:
        await wharf.add(dead)
        webhook, _ = await wharf.add(receiver)
        wharf.start()
        await wharf.put(1)
        await eventually(lambda: dead.requests)
        ids = await wharf.put(20)
        await wharf.done(webhook)

        assert receiver.ids[1:] == ids
        assert len(set(dead.ids)) == len(dead.ids)


async def test_failed_delivery_comes_again_the_same(wharf: Wharf, receiver: Receiver) -> None:
    """With the same id and body, so that a receiver recognises it; the signature is of its own time."""
    receiver.script = [answer(500), RESET, answer(302, "Location: /x"), b"", answer(429, "Retry-After: 0")]
    webhook, secret = await wharf.add(receiver)
    wharf.start()
    ids = await wharf.put(1)
    await wharf.done(webhook)

    assert receiver.ids == ids * 6
    assert len({each.body for each in receiver.requests}) == 1
    assert all(each.verify(secret) for each in receiver.requests)


async def test_delivery_that_is_given_up_is_kept_and_can_be_tried_again(wharf: Wharf, receiver: Receiver) -> None:
    """After nine tries; when a person says so it comes, and so does the rest."""
    receiver.rule = lambda _: answer(503)
    webhook, _ = await wharf.add(receiver)
    wharf.start()
    [lost] = await wharf.put(1)

    async def given_up() -> bool:
        return [each.over for each in await wharf.left(webhook)] == [True]

    await eventually(given_up)
    assert receiver.ids == [lost] * 9
    receiver.rule = lambda _: FINE
    [later] = await wharf.put(1)
    await eventually(lambda: receiver.ids[9:] == [later])
    await wharf.webhooks.retry(OPERATOR, REF.tenant, webhook.id)
    await wharf.done(webhook)
    assert receiver.ids[9:] == [later, lost]


async def test_gone_endpoint_is_left_alone(wharf: Wharf, receiver: Receiver) -> None:
    """After 410 nothing more is sent."""
    receiver.script = [answer(410)]
    webhook, _ = await wharf.add(receiver)
    wharf.start()
    await wharf.put(3)

    async def gone() -> bool:
        return (await wharf.look(webhook.id)).state == "gone"

    await eventually(gone)
    await wharf.put(2)
    await eventually(wharf.handled)
    assert len(receiver.requests) == 1
    assert await wharf.redis.zcard(keys.pushing(PARTITION)) == 0


async def test_endpoint_that_asks_for_time_has_it(wharf: Wharf, receiver: Receiver) -> None:
    """Its other deliveries wait as well, and come then."""
    moments: list[float] = []

    def rule(_: Request) -> bytes:
        moments.append(time.monotonic())
        return FINE if moments[1:] else answer(429, "Retry-After: 1")

    receiver.rule = rule
    webhook, _ = await wharf.add(receiver)
    wharf.start()
    ids = await wharf.put(2)
    await wharf.done(webhook)

    assert moments[1] - moments[0] > 0.9
    assert Counter(receiver.ids) == Counter([ids[0], *ids])


async def test_removed_endpoint_is_told_nothing_more(wharf: Wharf, receiver: Receiver) -> None:
    """Not even what was on its way."""
    receiver.rule = lambda _: answer(500)
    webhook, _ = await wharf.add(receiver)
    pusher = wharf.start()
    await wharf.put(3)
    await eventually(lambda: receiver.requests)
    await wharf.webhooks.remove(OPERATOR, REF.tenant, webhook.id)
    await eventually(lambda: not pusher.courier._lanes)
    number = len(receiver.requests)
    await wharf.put(3)
    await eventually(wharf.handled)

    assert len(receiver.requests) == number
    assert await wharf.redis.zcard(keys.pushing(PARTITION)) == 0
