"""Imports that are not what was said yes to, or end before their end: told as it is, and never charged twice."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from bot.imports import charging, looking
from bot.imports.worker import MOST_TRIES
from bot.ingest.sources import Source
from bot.playground.people import APP, APP_USER, GENERAL, MANAGER, TEAM, direct_message
from bot.playground.server import Fault
from handlers.views.imports import Counted
from store import keys
from store.centres import CentreRules, Match, Rule
from store.imports import Imports, Reached
from store.keys import AccountRef
from store.roles import Operator
from tests.handlers.driver import last_said
from tests.handlers.dropping import asked, below, call, calls, charge, drop, given, importer, thread, zipped
from tests.handlers.under_way import CALLS, PENDING, at_once, confirmed, killed, lease_ends, used
from tests.world import World, usd

DAY_S = 86_400


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of forty calls has several blocks."""
    monkeypatch.setattr(charging, "SIZE", 1500)


def replace(world: World, message: dict[str, Any], content: bytes) -> None:
    """The message's file has other contents from now on, under the same id."""
    [file] = message["files"]
    known = world.playground.files.get(file["id"])
    assert known
    world.playground.files._storage.save_file(known.id, asdict(known), content)


async def older(world: World, field: str, days: int) -> None:
    """An order was given, or confirmed, so long ago."""
    [order] = [key async for key in world.redis.scan_iter(match="*:order:*")]
    seconds, _ = await world.redis.time()
    await world.redis.hset(order, field, (seconds - days * DAY_S) * 1000)


def failing(error: Exception, *, at: int, times: int) -> Callable[..., Any]:
    """`Imports.reach` that raises at the call of this number, and at as many as there are behind it."""
    reached, count = Imports.reach, 0

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        nonlocal count
        count += 1
        if at <= count < at + times:
            raise error
        await reached(self, ref, file, place)

    return reach


async def test_file_that_is_not_what_was_asked_about(world: World) -> None:
    """Who said yes to two calls has not said yes to what the file holds now: nothing is charged, and that is said."""
    question = await asked(world, calls(2))
    replace(world, question["below"], calls(CALLS, first=2))

    await charge(world, question)

    text = below(world, question["below"])
    assert await used(world) == 0
    assert "Nothing was charged: *october.csv*." in text
    assert "october.csv was changed after it was sent." in text


async def test_file_that_changes_while_it_is_charged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next worker charges nothing of what it is now, and tells what was charged of what it was."""
    question = await confirmed(world)
    await killed(world, monkeypatch, at=3)
    begun = await used(world)
    await lease_ends(world)
    replace(world, question["below"], calls(CALLS, first=CALLS))

    await importer(world, "next").look()

    text = below(world, question["below"])
    assert 0 < await used(world) == begun
    assert "Imported in part: *october.csv*." in text
    assert "*Charged: $" in text


async def test_fault_of_ours_after_a_part(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was charged before it failed for good is told; nobody is told that nothing was."""
    question = await confirmed(world)

    with monkeypatch.context() as patch:
        patch.setattr(Imports, "reach", failing(ZeroDivisionError(), at=3, times=99))
        for _ in range(MOST_TRIES):
            await at_once(world)
            await importer(world).look()

    text = below(world, question["below"])
    assert await used(world) > 0
    assert "Imported in part: *october.csv*." in text
    assert "*Charged: $" in text
    assert "Something went wrong on my side." in text
    assert await world.redis.zcard(PENDING) == 0


async def test_disk_or_network_that_fails_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no file that was changed: the import waits, and comes to its end."""
    question = await confirmed(world)

    with monkeypatch.context() as patch:
        patch.setattr(Imports, "reach", failing(TimeoutError(), at=2, times=1))
        await importer(world).look()
    assert 0 < await used(world) < usd(20).micros
    await at_once(world)
    await importer(world).look()

    assert await used(world) == usd(20).micros
    assert "Imported *october.csv*." in below(world, question["below"])


async def test_tries_count_from_where_it_went_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed while the file was looked into is no reason to give up charging it."""
    message = await drop(world, calls(2))
    await given(world)
    with monkeypatch.context() as patch:
        patch.setattr("bot.imports.carrying.views.looking", lambda *_: 1 / 0)
        for _ in range(MOST_TRIES - 1):
            await at_once(world)
            await importer(world).look()
    await at_once(world)
    await importer(world).look()
    [question] = thread(world, message)
    with monkeypatch.context() as patch:
        patch.setattr(charging.Charger, "charge", lambda *_: 1 / 0)
        await charge(world, {**question, "channel": message["channel"]})
    await at_once(world)

    await importer(world).look()

    assert await used(world) == usd(1).micros
    assert "Imported *october.csv*." in below(world, message)


async def test_yes_after_a_week(world: World) -> None:
    """The week in which a worker must come to an end begins with the yes, not with the question."""
    question = await asked(world, calls(2))
    await older(world, "at_ms", 8)
    world.playground.faults.inject("files.info", Fault("http_500"))

    await charge(world, question)
    await at_once(world)
    await importer(world).look()

    assert await used(world) == usd(1).micros
    assert "Imported *october.csv*." in below(world, question["below"])


async def test_given_up_is_told(world: World) -> None:
    """What was to be charged and could not be for a week is not, and that is said."""
    question = await confirmed(world)
    await older(world, "since_ms", 8)
    world.playground.faults.inject("files.info", Fault("http_500"))

    await importer(world).look()

    text = below(world, question["below"])
    assert await used(world) == 0
    assert "Nothing was charged: *october.csv*." in text
    assert "Something went wrong on my side." in text
    assert await world.redis.zcard(PENDING) == 0


async def test_unpacks_to_too_much(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small zip may hold what takes an hour; nobody else's files wait for that."""
    monkeypatch.setattr(looking, "MOST_UNPACKED", 5_000)
    message = await drop(world, zipped(october=calls(CALLS)), name="october.zip")
    await given(world)

    await importer(world).look()

    assert "october.zip is larger than 100 MB." in below(world, message)
    assert await used(world) == 0


async def test_told_to_stop_while_it_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted until then is no question: the next worker counts all of it."""
    message = await drop(world, calls(CALLS))
    await given(world)
    first, count = importer(world, "first"), looking.count

    def counted(source: Source, stopped: Callable[[], bool]) -> Counted:
        first._stop.set()
        return count(source, stopped)

    with monkeypatch.context() as patch:
        patch.setattr(looking, "count", counted)
        await first.look()
    assert "Charge the" not in below(world, message)

    await importer(world, "next").look()

    assert f"Charge the {CALLS} call records" in below(world, message)


async def test_others_pay_in_another_currency(world: World) -> None:
    """What rules have another account pay is told in its own currency, and never added to that of the first."""
    await world.services.ledger.open_account(AccountRef(TEAM, "europe"), "EUR")
    rule = Rule(Match.USER, "anna@contoso.example", "Sales", "europe")
    await CentreRules(world.redis, world.services.roles).load(Operator("test"), TEAM, (rule,))
    of_anna = [call(f"anna-{number}", UPN=rule.value, Currency="EUR") for number in range(3)]

    both = await asked(world, calls(2, *of_anna))
    await charge(world, both)
    hers = await asked(world, calls(0, call("anna-9", UPN=rule.value, Currency="EUR")))
    await charge(world, hers)

    assert "*Charged: €1.50 + $1.00* for 5 calls" in below(world, both["below"])
    assert "*Charged: €0.50* for one call" in below(world, hers["below"])


async def test_channel_that_is_shared_with_others(world: World) -> None:
    """What a file holds and what is left on the account is told the manager alone, not people of elsewhere."""
    file = world.playground.files.add(MANAGER, "october.csv", calls(2))
    event = {"type": "app_mention", "channel": GENERAL, "user": MANAGER, "team": TEAM, "text": "<@U0CREDITS>"}
    written = world.playground.workspace.post(GENERAL, MANAGER, "<@U0CREDITS>")
    world.playground.files.give(file)
    body = _shared(world, {**event, "ts": written.ts, "files": [file.to_page()]})
    status, _ = await world.playground.post_raw(
        {**world.playground.sign(body), "Content-Type": "application/json"}, body
    )
    assert status == 200
    await given(world)

    await importer(world).look()

    assert thread(world, written.to_page()) == []
    assert "Charge the 2 call records" in last_said(world, MANAGER, direct_message(MANAGER))


async def test_worker_that_lost_its_order_charges_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once another has the order, a worker that was held up leaves it with the block in hand."""
    await confirmed(world)
    [member] = await world.redis.zrange(PENDING, 0, -1)
    lease, reached, blocks = keys.importer(*member.split(":")), Imports.reach, 0

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        nonlocal blocks
        blocks += 1
        await reached(self, ref, file, place)
        if blocks == 2:
            await world.redis.set(lease, "another", px=60_000)
            await asyncio.sleep(5)  # it is ended before

    monkeypatch.setattr(Imports, "reach", reach)
    await asyncio.wait_for(importer(world, "held-up", ttl_ms=600).look(), 10)

    assert blocks == 2
    assert 0 < await used(world) < usd(20).micros
    assert await world.redis.get(lease) == "another"


def _shared(world: World, event: dict[str, Any]) -> bytes:
    """The event as Slack sends it from a channel that is shared with another organisation."""
    payload = {
        "token": "t",
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": "Ev0SHARED",
        "event_time": 1,
        "authorizations": [{"team_id": TEAM, "user_id": APP_USER, "is_bot": True}],
        "is_ext_shared_channel": True,
        "event": event,
    }
    return json.dumps(payload).encode()
