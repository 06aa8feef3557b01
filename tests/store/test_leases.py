"""Leases: each partition is read by one worker at a time, and a dead one's partitions go to the living."""

import asyncio
from collections import Counter

import pytest

from store import keys
from store.leases import Leases
from store.scripts import Client

ALL = frozenset(range(keys.PARTITIONS))


async def settle(workers: list[Leases]) -> None:
    """Renew until everybody has heard of everybody: once to tell, once to give back, once to take."""
    for _ in range(3):
        for worker in workers:
            await worker.renew()


def team(redis: Client, size: int, ttl_ms: int = 60_000) -> list[Leases]:
    """So many workers of one group."""
    return [Leases(redis, "alerts", f"w{number}", ttl_ms=ttl_ms) for number in range(size)]


async def expire(redis: Client, worker: Leases) -> None:
    """Let a worker's heartbeat and leases run out, as they do when it stalls."""
    await redis.zadd(keys.workers(worker.group), {worker.owner: 1})
    for partition in worker.held:
        if await redis.get(keys.lease(partition, worker.group)) == worker.owner:
            await redis.delete(keys.lease(partition, worker.group))


async def test_one_worker_holds_everything(redis: Client) -> None:
    """Alone, a worker takes every partition at once, and renewing takes nothing new."""
    [worker] = team(redis, 1)

    assert await worker.renew() == ALL
    assert await worker.renew() == frozenset()
    assert worker.held == ALL


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
async def test_every_partition_has_one_holder(redis: Client, size: int) -> None:
    """However many workers, they hold every partition, each exactly once, and each worker has a share."""
    workers = team(redis, size)
    await settle(workers)

    held = Counter(partition for worker in workers for partition in worker.held)
    assert held == Counter(dict.fromkeys(ALL, 1))
    assert all(worker.held for worker in workers)
    for worker in workers:
        for partition in worker.held:
            assert await redis.get(keys.lease(partition, "alerts")) == worker.owner


async def test_no_partition_is_held_twice_while_a_worker_joins(redis: Client) -> None:
    """At no step of a hand-over do two workers hold the same partition in Redis, and none takes it unasked."""
    first, second = team(redis, 2)
    await first.renew()

    taken = await second.renew()

    assert taken == frozenset()
    assert first.held == ALL
    await first.renew()
    assert await second.renew() == ALL - first.held


async def test_dead_workers_partitions_are_taken_over(redis: Client) -> None:
    """When heartbeat and leases have run out, the living take what the dead one had."""
    workers = team(redis, 3)
    await settle(workers)
    dead, *living = workers
    await expire(redis, dead)

    taken = [await worker.renew() for worker in living]

    assert frozenset().union(*taken) >= dead.held
    assert frozenset().union(*(worker.held for worker in living)) == ALL


async def test_lease_runs_out_by_itself(real_redis: Client) -> None:
    """A worker that stops renewing is followed after its lease's time, without anyone's doing."""
    first = Leases(real_redis, "alerts", "w0", ttl_ms=60, partitions=[1, 2])
    second = Leases(real_redis, "alerts", "w1", ttl_ms=60, partitions=[1, 2])
    await first.renew()
    async with asyncio.timeout(5):
        while second.held != {1, 2}:
            await second.renew()
            await asyncio.sleep(0.01)

    assert not await first.write(1, "cr:{p01}:x", {"a": "1"})


async def test_leaving_frees_everything_at_once(redis: Client) -> None:
    """After a clean stop the others need not wait."""
    first, second = team(redis, 2)
    await settle([first, second])

    await first.leave()

    assert first.held == frozenset()
    await second.renew()
    assert second.held == ALL


async def leases(redis: Client) -> list[str]:
    """Those that anybody has."""
    return [key async for key in redis.scan_iter("cr:*:lease:*")]


async def test_leaving_frees_what_is_being_taken(redis: Client) -> None:
    """A renewal that is under way ends first, and none comes after it."""
    [worker] = team(redis, 1)
    renewing = asyncio.create_task(worker.renew())
    await asyncio.sleep(0)

    await worker.leave()
    await renewing

    assert await worker.renew() == frozenset()
    assert await leases(redis) == []


async def test_leaving_frees_what_a_cut_off_renewal_took(redis: Client) -> None:
    """What it had asked for is given back, whether or not it learnt of it."""
    [worker] = team(redis, 1)
    renewing = asyncio.create_task(worker.renew())
    async with asyncio.timeout(10):
        while not await leases(redis):  # noqa: ASYNC110 only Redis knows when
            await asyncio.sleep(0)
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)

    await worker.leave()

    assert await leases(redis) == []


async def test_leaving_does_not_free_anothers_lease(redis: Client) -> None:
    """A worker that lost its leases without noticing does not take its successor's away by leaving."""
    first, second = team(redis, 2)
    await first.renew()
    await expire(redis, first)
    await second.renew()

    await first.leave()

    assert await redis.get(keys.lease(0, "alerts")) == second.owner


async def test_stalled_worker_takes_its_partitions_anew(redis: Client) -> None:
    """Whoever had them meanwhile may have left things behind, so they count as newly taken."""
    first, second = team(redis, 2)
    await first.renew()
    await expire(redis, first)
    await second.renew()
    await second.leave()

    assert await first.renew() == ALL


async def test_groups_do_not_disturb_each_other(redis: Client) -> None:
    """Two groups hold the same partitions independently."""
    alerts, payments = Leases(redis, "alerts", "w"), Leases(redis, "payments", "v")

    assert await alerts.renew() == ALL
    assert await payments.renew() == ALL


async def test_write_of_the_holder_is_made(redis: Client) -> None:
    """The holder's fields are set, with a life time if one is given."""
    worker = Leases(redis, "alerts", "w", partitions=[1])
    await worker.renew()

    assert await worker.write(1, "cr:{p01}:a", {"ts": "1", "text": "ü"})
    assert await worker.write(1, "cr:{p01}:b", {"ts": "1"}, ttl_ms=60_000)
    assert await redis.hgetall("cr:{p01}:a") == {"ts": "1", "text": "ü"}
    assert await redis.pttl("cr:{p01}:a") == -1
    assert 0 < await redis.pttl("cr:{p01}:b") <= 60_000


@pytest.mark.parametrize("holder", ["somebody else", None])
async def test_write_without_the_lease_is_fenced(redis: Client, holder: str | None) -> None:
    """Once the lease is another's, or nobody's, nothing is written."""
    worker = Leases(redis, "alerts", "w", partitions=[1])
    await worker.renew()
    await redis.delete(keys.lease(1, "alerts"))
    if holder:
        await redis.set(keys.lease(1, "alerts"), holder)

    assert not await worker.write(1, "cr:{p01}:a", {"ts": "1"})
    assert await redis.exists("cr:{p01}:a") == 0
