"""Imports that something comes between: a worker dies, Slack is away, a file goes. Nothing is doubled or forgotten."""

import asyncio

import pytest

from bot.imports import charging, worker
from bot.playground.people import MANAGER, TEAM
from bot.playground.server import Fault
from store.imports import Imports, Reached
from store.keys import AccountRef
from tests.handlers.dropping import below, calls, drop, given, importer, thread
from tests.handlers.under_way import BLOCK, CALLS, PENDING, at_once, confirmed, killed, lease_ends, used
from tests.world import World, texts_in, usd


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of forty calls has several blocks."""
    monkeypatch.setattr(charging, "SIZE", BLOCK)


@pytest.mark.parametrize("at", [1, 2, 4])
async def test_killed_worker_is_taken_over(world: World, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Another goes on behind the last block that was noted, charges each call once, and tells all of it."""
    question = await confirmed(world)
    await killed(world, monkeypatch, at=at)
    begun = await used(world)
    await importer(world, "next").look()
    assert await used(world) == begun, "the dead worker still has it"

    await lease_ends(world)
    await importer(world, "next").look()

    assert 0 < begun < usd(20).micros
    assert await used(world) == usd(20).micros
    [message] = thread(world, question["below"])
    assert f"{CALLS} call records read." in texts_in(message)
    assert await world.redis.zcard(PENDING) == 0


async def test_two_workers_do_it_once(world: World) -> None:
    """Whoever comes second leaves it alone."""
    question = await confirmed(world)

    await asyncio.gather(*(importer(world, f"w{number}").look() for number in range(3)))

    assert await used(world) == usd(20).micros
    assert f"*Charged: $20.00* for {CALLS} calls" in below(world, question["below"])


async def test_told_to_stop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends stops behind the block in hand; the next one goes on, and the summary counts both."""
    question = await confirmed(world)
    first, reached = importer(world, "first"), Imports.reach

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        await reached(self, ref, file, place)
        await first.stop(0)

    with monkeypatch.context() as patch:
        patch.setattr(Imports, "reach", reach)
        await first.look()
    assert 0 < await used(world) < usd(20).micros

    await importer(world, "next").look()

    assert await used(world) == usd(20).micros
    assert f"*Charged: $20.00* for {CALLS} calls" in below(world, question["below"])


async def test_charged_but_not_told(world: World) -> None:
    """While Slack is away the money is charged all the same, once, and the summary comes when Slack is back."""
    question = await confirmed(world)
    world.playground.faults.inject("chat.update", Fault("http_500"), times=50)

    await importer(world).look()
    await at_once(world)
    await importer(world).look()
    world.playground.faults.clear()
    charged = await used(world)
    await at_once(world)
    await importer(world).look()

    assert charged == usd(20).micros
    assert await used(world) == usd(20).micros
    assert f"*Charged: $20.00* for {CALLS} calls" in below(world, question["below"])


async def test_waits_longer_and_longer_and_not_for_ever(world: World) -> None:
    """A tenth of its age, at least five seconds and at most ten minutes; after a week it is given up."""
    await drop(world, calls(2))
    await given(world)
    world.playground.faults.inject("files.info", Fault("http_500"), times=4)
    [order] = [key async for key in world.redis.scan_iter(match="*:order:*")]
    waited = []
    for age_s in (0, 100, 86_400, 8 * 86_400):
        seconds, _ = await world.redis.time()
        await world.redis.hset(order, "at_ms", (seconds - age_s) * 1000)
        await at_once(world)
        await importer(world).look()
        due = await world.redis.zrange(PENDING, 0, -1, withscores=True)
        waited.append(round(due[0][1] / 1000 - seconds) if due else None)

    first, second, third, fourth = waited
    assert first in range(5, 9)
    assert second in range(10, 14)
    assert third in range(600, 604)
    assert fourth is None


async def test_order_that_is_not_kept_any_more(world: World) -> None:
    """It is taken off, and keeps nothing else waiting."""
    await world.redis.zadd(PENDING, {f"{TEAM}:gone": 0})

    await importer(world).look()

    assert await world.redis.zcard(PENDING) == 0


async def test_progress_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is charged the message says how far it is, and is changed no more often than it may be."""
    question = await confirmed(world)
    reached = Imports.reach
    before = _changes(world)

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        await reached(self, ref, file, place)
        await asyncio.sleep(0)  # the message is changed beside it

    monkeypatch.setattr(Imports, "reach", reach)
    await importer(world).look()

    shown = [texts_in(each.args) for each in world.playground.calls if each.method == "chat.update"][before:]
    assert "Importing *october.csv*: 0 calls so far." in shown[0]
    assert "Imported *october.csv*." in shown[-1]
    assert len(shown) <= 3
    assert thread(world, question["below"])


def _changes(world: World) -> int:
    return sum(each.method == "chat.update" for each in world.playground.calls)


async def test_worker_of_the_process(living: World) -> None:
    """The background work sees to orders by itself."""
    assert worker.LOOK_S <= 1
    message = await drop(living, calls(2))

    await living.playground.wait_for(lambda: "Charge the 2 call records" in below(living, message))
    [question] = thread(living, message)
    await living.press(MANAGER, {**question, "channel": message["channel"]}, "import_charge")

    await living.playground.wait_for(lambda: "Imported *october.csv*." in below(living, message))
    assert await used(living) == usd(1).micros
