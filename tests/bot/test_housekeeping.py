"""Tidying: each partition soon after it has become ours; one that fails does not keep the others waiting."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from bot.housekeeping import Housekeeper
from store.outbox import Outbox
from store.scripts import Client
from tests.bot.stage import eventually
from tests.world import open_world


class Trimmed(Outbox):
    """An outbox that notes what is trimmed, and fails where it is told to."""

    def __init__(self, redis: Client) -> None:
        super().__init__(redis, redis)
        self.asked: list[int] = []
        self.errors: dict[int, Exception] = {}

    async def trim(self, partition: int, *, keep_ms: int = 0) -> int:  # noqa: ARG002 the outbox's
        """Note it."""
        self.asked.append(partition)
        if partition in self.errors:
            raise self.errors[partition]
        return 1


async def test_a_partition_is_tidied_soon_after_it_has_become_ours(
    redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start no partition is ours yet: each has its first time when it is, and its next ten minutes later."""
    monkeypatch.setattr("bot.housekeeping.LOOK_S", 0.005)
    outbox, mine = Trimmed(redis), set[int]()
    running = asyncio.create_task(Housekeeper(outbox, lambda: sorted(mine)).run())
    mine.add(1)
    await eventually(lambda: outbox.asked == [1])
    mine.add(2)
    await eventually(lambda: outbox.asked == [1, 2])

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("error", [RedisAwayError("away"), ValueError("unforeseen")])
async def test_a_partition_that_fails_is_put_off(redis: Client, error: Exception) -> None:
    """Whatever the error is, the others are tidied, and it has its turn again."""
    outbox = Trimmed(redis)
    outbox.errors[1] = error
    running = asyncio.create_task(Housekeeper(outbox, lambda: [1, 2], every_s=0.005).run())

    await eventually(lambda: outbox.asked[:4] == [1, 2, 1, 2])
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_log_tells_of_dead_events(redis: Client) -> None:
    """At the start and when their number has changed: how many, and the command that shows them. None is not said."""
    numbers: list[int | Exception] = [2, 2, RedisAwayError("away"), 2, 0, 3]
    asked: list[int | Exception] = []

    async def dead() -> int:
        asked.append(numbers.pop(0) if numbers else 3)
        if isinstance(asked[-1], Exception):
            raise asked[-1]
        return asked[-1]

    with capture_logs() as logs:
        running = asyncio.create_task(Housekeeper(Trimmed(redis), list, every_s=0.001, dead=dead).run())
        await eventually(lambda: len(asked) > 8)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    told = [each for each in logs if each["event"] == "dead_events"]
    assert [each["events"] for each in told] == [2, 3]
    assert all("credits dead list" in each["reason"] for each in told)
    assert [each["event"] for each in logs if "away" in each["event"]] == ["redis_away"]


async def test_worker_ends_though_a_chore_loses_its_cancellation(
    real_redis: Client, blocking: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the Redis client does at times: it is cancelled again, and holds up no end."""
    lost = [0]

    async def stubborn(_: Housekeeper) -> None:
        while lost[0] < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost[0] += 1

    monkeypatch.setattr(Housekeeper, "run", stubborn)
    async with asyncio.timeout(30), open_world(real_redis, blocking):
        await asyncio.sleep(0)

    assert lost == [2]
