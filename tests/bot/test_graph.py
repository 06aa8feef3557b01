"""`credits graph`, and the worker's polling."""

import asyncio
import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from aiohttp import web

from bot.ending import end
from bot.graph import BUSY
from bot.graph_settings import GraphSettings
from bot.ingest.graph.access import SITES, Cloud, Site
from bot.ingest.graph.signin import SignIn
from bot.polling import feed_of, polling
from bot.settings import Profile, load_settings
from store.ledger import Ledger
from store.scripts import Client
from tests.bot.graph_shell import GIVEN, set_up
from tests.bot.stage import eventually
from tests.bot.terminal import Terminal
from tests.controls import CURRENCY, REF, Bank
from tests.ingest.graph_service import DAY_MS, LOGIN, NOW_MS, SECRET, FastClock, GraphService, calls


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell in which polling is set up, and nothing else."""
    return set_up(monkeypatch)


@pytest.fixture
def graph(given: pytest.MonkeyPatch) -> Iterator[GraphService]:
    """Microsoft's servers, beside whatever runs here."""
    rng = random.Random(1)  # noqa: S311 replays by its seed
    service = GraphService(FastClock(NOW_MS), calls(rng, 5, NOW_MS - DAY_MS, NOW_MS - 60_000), page=3)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(service.start(), loop).result(30)
    given.setitem(SITES, Cloud.GLOBAL, Site(LOGIN, service.root))
    given.setattr("bot.ingest.graph.signin.SignIn", partial(SignIn, http=service))
    yield service
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def terminal(server: str) -> Terminal:
    """Of an empty ledger."""
    found = Terminal(server)
    found.ask(lambda redis: redis.flushall())
    return found


def _open(terminal: Terminal) -> None:
    terminal.ask(lambda redis: Ledger(redis).open_account(REF, CURRENCY))


def test_check_says_that_all_is_well(graph: GraphService, terminal: Terminal) -> None:
    """How many records there are, whose they become, and that none was read."""
    _open(terminal)

    result = terminal.type("graph", "check")

    assert result.exit_code == 0
    assert result.output == (
        "Microsoft Graph answers: 3 or more call records of the last three days.\n"
        f"They are for account default of workspace {REF.tenant}; none was read yet.\n"
    )
    assert len(graph.asked) == 1


def test_check_says_how_far_they_were_read(graph: GraphService, terminal: Terminal) -> None:
    """And what went wrong the last time."""
    _open(terminal)

    async def read(redis: Client) -> None:
        feed = feed_of(load_settings(Profile.TOOL, env_file=None), redis)
        await feed.take()
        await feed.advance(through_ms=NOW_MS, problem="away")

    terminal.ask(read)
    said = terminal.type("graph", "check").output

    assert f"read through {datetime.fromtimestamp(NOW_MS / 1000, UTC):%Y-%m-%d %H:%M} UTC." in said
    assert said.endswith("The last time it failed: away.\n")


def test_doctor_says_that_they_are_not_read(graph: GraphService, terminal: Terminal) -> None:
    """A problem that a person has to mend endangers money."""
    _open(terminal)

    async def fail(redis: Client) -> None:
        feed = feed_of(load_settings(Profile.TOOL, env_file=None), redis)
        await feed.take()
        await feed.end_round(due_ms=NOW_MS, problem="secret_expired", mend=True)

    terminal.ask(fail)
    result = terminal.type("doctor", "--json")

    assert result.exit_code == 1
    [found] = [each for each in json.loads(result.output)["findings"] if each["subject"] == "call records"]
    assert (found["level"], "secret_expired" in found["said"]) == ("unsafe", True)


def test_check_misses_the_account(graph: GraphService, terminal: Terminal) -> None:
    """Exit code 1, and the command that opens it."""
    result = terminal.type("graph", "check")

    assert result.exit_code == 1
    assert "credits account open" in result.output


def test_check_says_what_is_wrong(graph: GraphService, terminal: Terminal) -> None:
    """Exit code 1: the permission is missing, or the secret is another's; never with the secret."""
    graph.faults = lambda _: web.Response(status=403)
    forbidden = terminal.type("graph", "check")
    graph.secret = "another"
    wrong = terminal.type("graph", "check")

    assert (forbidden.exit_code, wrong.exit_code) == (1, 1)
    assert "CallRecord-PstnCalls.Read.All" in forbidden.output
    assert "CREDITS_GRAPH_CLIENT_SECRET takes the secret's value" in wrong.output
    assert SECRET not in wrong.output


def test_check_without_settings(given: pytest.MonkeyPatch, terminal: Terminal) -> None:
    """Exit code 2, and which they are."""
    for name in GIVEN:
        given.delenv(name)

    result = terminal.type("graph", "check")

    assert result.exit_code == 2
    assert all(name in result.output for name in GIVEN)


def test_poll_once_says_what_became_of_the_records(graph: GraphService, terminal: Terminal) -> None:
    """Charged, and no second time; what is no record is told by its reason, a code that is new by itself."""
    _open(terminal)
    graph.says += [None, lambda _: web.json_response({"value": [7, graph.rows[0].row | {"licenseCapability": "NEW"}]})]

    first, second, third = (terminal.type("graph", "poll", "--once") for _ in range(3))

    assert first.exit_code == 0
    assert first.output == (
        "Read 5 rows on 2 pages.\n"
        "       3 charged\n"
        "       1 known already\n"
        "       1 no record: not_a_record\n"
        "       1 with a capability that nobody knows: NEW\n"
    )
    assert "       2 charged\n" in second.output
    assert "charged" not in third.output
    assert "known already" in third.output


def test_poll_once_says_what_is_wrong(graph: GraphService, terminal: Terminal) -> None:
    """Exit code 1: no account, no permission, or another worker that is at it."""
    missing = terminal.type("graph", "poll", "--once")
    _open(terminal)
    graph.faults = lambda _: web.Response(status=403)
    forbidden = terminal.type("graph", "poll", "--once")
    terminal.ask(lambda redis: feed_of(load_settings(Profile.TOOL, env_file=None), redis).take())
    busy = terminal.type("graph", "poll", "--once")

    assert [each.exit_code for each in (missing, forbidden, busy)] == [1, 1, 1]
    assert "credits account open" in missing.output
    assert "CallRecord-PstnCalls.Read.All" in forbidden.output
    assert busy.output == f"{BUSY}\n"
    assert len(graph.asked) == 1


def test_poll_goes_on_until_it_is_stopped(graph: GraphService, terminal: Terminal) -> None:
    """By a signal, even in the middle of a page; what was not read is read the next time."""
    _open(terminal)

    def stop(_: web.Request) -> None:
        graph.faults = lambda _: None
        os.kill(os.getpid(), signal.SIGTERM)

    graph.faults = stop
    result = terminal.type("graph", "poll")

    assert (result.exit_code, result.output) == (0, "")
    assert "charged" in terminal.type("graph", "poll", "--once").output


async def test_worker_polls_while_it_runs(graph: GraphService, real_redis: Client) -> None:
    """From its start on, by its settings; it ends with the worker."""
    bank = await Bank.open(real_redis)
    settings = load_settings(Profile.TOOL, env_file=None)

    async with polling(settings, real_redis):
        await eventually(lambda: _is_read(settings, real_redis))

    assert not [each for each in asyncio.all_tasks() if "Poller" in repr(each)]
    assert -(await bank.account()).balance.micros == sum(each.cents for each in graph.rows) * 10_000
    await bank.prove()


async def _is_read(settings: GraphSettings, redis: Client) -> bool:
    standing = await feed_of(settings, redis).standing()
    return standing.through_ms is not None and standing.due_ms > 0


async def test_worker_without_settings_polls_nothing(given: pytest.MonkeyPatch, real_redis: Client) -> None:
    """Nothing is begun."""
    for name in GIVEN:
        given.delenv(name)
    tasks = len(asyncio.all_tasks())

    async with polling(load_settings(Profile.TOOL, env_file=None), real_redis):
        assert len(asyncio.all_tasks()) == tasks


async def test_task_that_loses_its_cancellation_ends_all_the_same() -> None:
    """It is cancelled again."""
    lost = [0]

    async def stubborn() -> None:
        while lost[0] < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost[0] += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end([task])

    assert lost == [2]
    assert task.done()
