"""Pushing when workers die, Redis is away or answers are lost: nothing is lost, and little comes twice."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from store.deliveries import Deliveries
from tests.bot.stage import eventually
from tests.bot.test_crashes import CutRedis, Knife
from tests.bot.webhooks.receiver import FINE, HANG, Receiver, Request, answer
from tests.bot.webhooks.wharf import Wharf
from tests.world import REF

pytestmark = [pytest.mark.redis, pytest.mark.usefixtures("quick")]


@pytest.mark.parametrize("moment", ["before the answer", "before the try is settled"])
async def test_worker_that_dies_on_the_way_loses_nothing(
    wharf: Wharf, receiver: Receiver, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one makes the try again when its time is over; the receiver sees the same id."""
    webhook, _ = await wharf.add(receiver)
    settle, settling = Deliveries.settle, asyncio.Event()

    async def stuck(self: Deliveries, *_given: object) -> str:
        if self._leases.owner == "w1":
            settling.set()
            await asyncio.Event().wait()
        return await settle(self, *_given)  # type: ignore[arg-type]

    monkeypatch.setattr(Deliveries, "settle", stuck)
    if moment == "before the answer":
        receiver.script = [HANG]
    first = wharf.start("w1")
    ids = await wharf.put(3)
    await eventually(lambda: receiver.requests)
    if moment == "before the try is settled":
        await eventually(settling.is_set)
    await first.kill()
    wharf.start("w2")
    await wharf.done(webhook)

    assert receiver.ids[0] == ids[0]
    assert Counter(receiver.ids) == Counter([ids[0], *ids])


async def test_two_workers_share_without_sending_twice(
    wharf: Wharf, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the partition sends; a worker that stops hands over, and nothing is lost or repeated."""
    monkeypatch.setattr("store.deliveries.HOLD_MS", 60_000)
    webhook, _ = await wharf.add(receiver)
    first = wharf.start("w1")
    wharf.start("w2")
    ids = await wharf.put(20)
    await eventually(lambda: len(receiver.requests) > 5)
    await first.stop()
    ids += await wharf.put(20)
    await wharf.done(webhook)

    assert Counter(receiver.ids) == Counter(ids)


async def test_redis_that_is_away_for_a_while_is_waited_for(
    wharf: Wharf, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said in the log; then it goes on. Whatever else goes wrong stands there, too, and ends nothing."""
    webhook, _ = await wharf.add(receiver)
    due, errors = Deliveries.due, [RedisError("away"), LookupError("odd")]

    async def failing(self: Deliveries, partitions: Any) -> Any:
        if errors:
            raise errors.pop(0)
        return await due(self, partitions)

    claim, others = Deliveries.claim, [RedisError("away"), LookupError("odd")]

    async def claiming(self: Deliveries, hook: Any) -> Any:
        if others:
            raise others.pop(0)
        return await claim(self, hook)

    monkeypatch.setattr(Deliveries, "due", failing)
    monkeypatch.setattr(Deliveries, "claim", claiming)
    with capture_logs() as logs:
        wharf.start()
        ids = await wharf.put(2)
        await wharf.done(webhook)

    assert receiver.ids == ids
    said = {each["event"] for each in logs}
    assert {"redis_away", "deliveries_not_read", "delivery_failed"} <= said


async def told_all(wharf: Wharf) -> None:
    """Wait until every endpoint was told all."""
    for webhook in await wharf.webhooks.all(REF.tenant):
        await wharf.done(webhook)


async def flow(wharf: Wharf, server: str, receiver: Receiver, at: int | None, number: int) -> int:
    """Two events for two endpoints, the world standing still at step `at`; then another worker. Answers the steps."""
    knife = Knife(at)
    client: Any = CutRedis.from_url(server, decode_responses=True)
    client.knife = knife
    first = wharf.start(f"a{number}", redis=client)
    await eventually(lambda: first.listener.mine)
    ids = await wharf.put(2)
    if at is None:
        await told_all(wharf)
    else:
        await eventually(knife.cut.is_set)
    await first.kill()
    await client.aclose()
    second = wharf.start(f"b{number}")
    await told_all(wharf)
    await second.stop()
    for path in ("/one", "/two"):
        counts = Counter(each.id for each in receiver.requests if path in each.line)
        assert set(counts) == set(ids), at
        assert counts.total() <= 3, (at, counts)
    receiver.requests.clear()
    return knife.steps


async def test_crash_at_any_step_loses_nothing(wharf: Wharf, receiver: Receiver, server: str) -> None:
    """Both endpoints hear of every event, and of the one that was on its way again, wherever the worker stood still."""
    for path in ("/one", "/two"):
        await wharf.add(receiver, path=path)

    steps = await flow(wharf, server, receiver, None, 0)
    assert steps > 30
    for at in range(1, steps - 5, 5):
        await flow(wharf, server, receiver, at, at)


async def test_everything_that_fails_once_comes(wharf: Wharf, receiver: Receiver) -> None:
    """Each of forty events twice, and not more often."""
    seen: set[str] = set()

    def rule(request: Request) -> bytes:
        new = request.id not in seen
        seen.add(request.id)
        return answer(500) if new else FINE

    receiver.rule = rule
    webhook, _ = await wharf.add(receiver)
    wharf.start()
    ids = await wharf.put(40)
    await wharf.done(webhook)

    assert Counter(receiver.ids) == Counter(ids * 2)
