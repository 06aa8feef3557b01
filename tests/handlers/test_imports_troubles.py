"""Files that Slack does not give, and whatever else ends an import early: told, and nothing is lost."""

from functools import partial

import pytest

from bot.imports import carrying, charging, fetching
from bot.imports.worker import MOST_TRIES
from bot.playground.people import GENERAL, MANAGER, TEAM, direct_message
from bot.playground.server import Fault
from store import keys
from tests.handlers.driver import last_said
from tests.handlers.dropping import asked, below, calls, charge, drop, given, importer
from tests.handlers.under_way import BLOCK, CALLS, PENDING, at_once, confirmed, killed, lease_ends, used
from tests.world import REF, World, usd


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of forty calls has several blocks."""
    monkeypatch.setattr(charging, "SIZE", BLOCK)


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
