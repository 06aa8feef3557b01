"""Imports that something comes between: a worker dies, Slack is away, a file goes. Nothing is doubled or forgotten."""

import asyncio
from functools import partial
from typing import Any

import pytest

from bot.imports import carrying, charging, fetching, worker
from bot.imports.worker import MOST_TRIES
from bot.playground.people import GENERAL, MANAGER, TEAM, direct_message
from bot.playground.server import Fault
from store import keys
from store.imports import Imports, Reached
from store.keys import AccountRef
from store.orders import Hands
from tests.handlers.driver import last_said
from tests.handlers.dropping import asked, below, calls, charge, drop, given, importer, thread
from tests.world import REF, World, texts_in, usd

CALLS = 40
BLOCK = 1500
"""Bytes: a few calls."""
PENDING = keys.orders(keys.partition_of(TEAM))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of forty calls has several blocks."""
    monkeypatch.setattr(charging, "SIZE", BLOCK)


async def used(world: World) -> int:
    """What all entries together took, in millionths."""
    return -sum([entry.amount.micros async for entry in world.services.ledger.entries(REF)])


async def at_once(world: World) -> None:
    """Whatever was put off is due now."""
    for member in await world.redis.zrange(PENDING, 0, -1):
        await world.redis.zadd(PENDING, {member: 0})


async def confirmed(world: World, **more: Any) -> dict[str, Any]:
    """An import that a manager has said yes to, and that waits for a worker."""
    question = await asked(world, calls(CALLS), **more)
    await world.press(MANAGER, question, "import_charge")
    await given(world)
    return question


async def killed(world: World, patch: pytest.MonkeyPatch, *, at: int) -> None:
    """A worker that is killed after so many blocks, the last of them posted but not noted; it gives nothing back."""
    reached, hangs = Imports.reach, asyncio.Event()
    count = 0

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        nonlocal count
        count += 1
        if count == at:
            hangs.set()
            await asyncio.Event().wait()
        await reached(self, ref, file, place)

    async def nothing(_self: Hands) -> None:
        """A dead worker leaves nothing."""

    with patch.context() as context:
        context.setattr(Imports, "reach", reach)
        context.setattr(Hands, "leave", nothing)
        task = asyncio.create_task(importer(world, "dead").look())
        await asyncio.wait_for(hangs.wait(), 10)
        task.cancel()
        await asyncio.wait([task])


async def lease_ends(world: World) -> None:
    """The dead worker's time has run out."""
    async for key in world.redis.scan_iter(match="*:importer:*"):
        await world.redis.delete(key)


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


@pytest.mark.parametrize("method", ["files.info", "download"])
async def test_slack_is_away(world: World, method: str) -> None:
    """A file that cannot be fetched just now is fetched later."""
    message = await drop(world, calls(2))
    await given(world)
    world.playground.faults.inject(method, Fault("http_500"))

    await importer(world).look()
    assert await world.redis.zcard(PENDING) == 1
    await at_once(world)
    await importer(world).look()

    assert "Charge the 2 call records" in below(world, message)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("error", error="missing_scope"), "install this app again, with the permission `files:read`"),
        (Fault("error", error="file_not_found"), "october.csv is not there any more"),
        (Fault("error", error="file_deleted"), "october.csv is not there any more"),
        (Fault("error", error="no_permission"), "install this app again"),
    ],
)
async def test_slack_does_not_give_it(world: World, fault: Fault, said: str) -> None:
    """The person hears why, and what to do."""
    message = await drop(world, calls(2))
    await given(world)
    world.playground.faults.inject("files.info", fault)

    await importer(world).look()

    assert said in below(world, message)
    assert "Nothing was charged" in below(world, message)


async def test_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than may be is not fetched, and the person hears where it can be imported."""
    monkeypatch.setattr(carrying, "fetch", partial(fetching.fetch, most_bytes=100))
    message = await drop(world, calls(2))
    await given(world)

    await importer(world).look()

    assert "october.csv is larger than 100 MB." in below(world, message)


async def test_page_in_place_of_the_file(world: World) -> None:
    """Slack's page to sign in is no file: the permission is missing, and the person hears what to do."""
    file = world.playground.files.add(MANAGER, "october.csv", b"<!DOCTYPE html><html>Sign in</html>")
    delivery = await world.playground.say(MANAGER, direct_message(MANAGER), "", [file.id])
    assert isinstance(delivery.message, dict)
    await given(world)

    await importer(world).look()

    assert "install this app again, with the permission `files:read`" in below(world, delivery.message)


async def test_file_of_another_workspace(world: World) -> None:
    """One that belongs to another organisation, met in a shared channel, is not charged; neither is an unknown id."""
    foreign = world.playground.files.add(MANAGER, "theirs.csv", calls(2), team="T0ELSEWHERE")
    delivery = await world.playground.say(MANAGER, direct_message(MANAGER), "", [foreign.id])
    assert isinstance(delivery.message, dict)
    await given(world)
    await importer(world).look()
    unknown = [{"id": "F0NOWHERE01", "name": "nowhere.csv"}]
    event = {"type": "message", "channel_type": "im", "channel": direct_message(MANAGER), "user": MANAGER}

    written = world.playground.workspace.post(direct_message(MANAGER), MANAGER, "")
    await world.playground.event({**event, "team": TEAM, "ts": written.ts, "files": unknown})
    await given(world)
    await importer(world).look()

    assert "theirs.csv belongs to another organisation." in below(world, delivery.message)
    assert "nowhere.csv is not there any more" in below(world, written.to_page())
    assert await used(world) == 0


async def test_deleted_before_it_was_charged(world: World) -> None:
    """A file that goes between the question and the yes is not charged, and that is said."""
    question = await asked(world, calls(2))
    [file] = question["below"]["files"]
    world.playground.files.delete(file["id"])

    await charge(world, question)

    text = below(world, question["below"])
    assert "Nothing was charged: *october.csv*." in text
    assert "october.csv is not there any more" in text
    assert await used(world) == 0


async def test_deleted_after_a_part_was_charged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was charged is said, and that the rest was not."""
    question = await confirmed(world)
    await killed(world, monkeypatch, at=3)
    await lease_ends(world)
    [file] = question["below"]["files"]
    world.playground.files.delete(file["id"])

    await importer(world, "next").look()

    text = below(world, question["below"])
    assert "Imported in part: *october.csv*." in text
    assert "*Charged: $" in text
    assert 0 < await used(world) < usd(20).micros


async def test_closed_account(world: World) -> None:
    """Every line is refused, with the reason; the summary says that nothing was charged."""
    question = await asked(world, calls(2))
    await world.redis.hset(keys.account(REF), "state", "closed")

    await charge(world, question)

    text = below(world, question["below"])
    assert "Nothing was charged: no line of *october.csv* can be." in text
    assert "• Line 2: the account is closed" in text
    await world.redis.hdel(keys.account(REF), "state")


async def test_message_that_was_deleted(world: World) -> None:
    """Where the question is gone, the summary comes directly."""
    question = await confirmed(world, channel=GENERAL, text="<@U0CREDITS>")
    found = world.playground.workspace.find(GENERAL, question["ts"])
    assert found
    world.playground.workspace.delete(found)

    with world.playground.oracle.expect("message_not_found"):
        await importer(world).look()

    assert f"*Charged: $20.00* for {CALLS} calls" in last_said(world, MANAGER, direct_message(MANAGER))


async def test_fault_of_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails again and again is told in the end, and nobody waits for it any more."""
    question = await confirmed(world)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(charging.Charger, "charge", broken)
        for _ in range(MOST_TRIES):
            await at_once(world)
            await importer(world).look()

    assert "Something went wrong on my side." in below(world, question["below"])
    assert await used(world) == 0
    assert await world.redis.zcard(PENDING) == 0


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
