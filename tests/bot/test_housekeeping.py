"""Tidying: each partition soon after it has become ours; one that fails does not keep the others waiting."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisAwayError

from bot.housekeeping import Housekeeper
from store.outbox import Outbox
from store.scripts import Client
from tests.bot.stage import eventually


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
