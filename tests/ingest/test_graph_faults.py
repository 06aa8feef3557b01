"""Polling when something goes wrong: the cursor stays behind what is charged, and whoever runs it is told."""

import random
from functools import partial

import pytest
from aiohttp import web
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from bot.ingest.graph.problems import GraphError, Problem
from store import keys
from store.account import State
from store.roles import Operator
from store.scripts import Client
from tests.controls import REF, Bank
from tests.ingest.graph_desk import Desk
from tests.ingest.graph_service import DAY_MS, HOUR_MS, NOW_MS, FastClock, GraphService, calls, opened

pytestmark = pytest.mark.redis


async def test_worker_that_was_held_up_writes_nothing(desk: Desk) -> None:
    """Its successor knows better; what it has charged is charged."""
    taken_over = desk.hire()

    async def take_over(step: str) -> None:
        if step == "before the cursor":
            await desk.redis.set(keys.feed_reader(REF, "graph-00ff"), "another")

    desk.feed.at = take_over
    with capture_logs() as logs:
        assert await taken_over.look() is None

    assert [each["event"] for each in logs] == ["graph_taken_over"]
    assert (await desk.feed.standing()).through_ms is None
    assert len(await desk.charged()) == 30


async def test_window_that_is_too_much_is_halved(desk: Desk) -> None:
    """Until Graph can answer."""
    desk.service.faults = lambda _: web.Response(status=504) if len(desk.service.asked) < 6 else None

    done = await desk.poller.look()

    assert done is not None
    assert done.windows > 2
    assert len(await desk.charged()) == 30
    assert (await desk.feed.standing()).through_ms == NOW_MS


async def test_round_that_is_cut_short_takes_nothing_back(desk: Desk) -> None:
    """Where we were is kept while what was read before is read again, in halves of which the second fails."""
    await desk.poller.look()
    desk.service.clock.ms += HOUR_MS
    desk.service.says.extend([web.Response(status=504), web.Response(status=504)])
    desk.service.faults = lambda _: web.Response(status=403) if len(desk.service.windows) > 2 else None

    await desk.poller.look()

    assert (await desk.feed.standing()).problem == "forbidden"
    assert (await desk.feed.standing()).through_ms == NOW_MS


async def test_graph_that_is_too_slow_for_an_hour_is_told(desk: Desk) -> None:
    """There is an end to halving."""
    desk.service.faults = lambda _: web.Response(status=504)

    with pytest.raises(GraphError) as caught:
        await desk.poller.poll()

    assert caught.value.problem is Problem.TOO_SLOW
    assert len(desk.service.asked) < 30


async def test_what_graph_wants_us_to_wait_is_waited_for_between_rounds(desk: Desk) -> None:
    """Across restarts, too."""
    desk.service.says.append(lambda _: desk.service.busy(7200))
    await desk.poller.look()

    desk.service.clock.ms += 7_000_000
    await desk.hire().look()
    assert len(desk.service.asked) == 1
    desk.service.clock.ms += 300_000
    await desk.hire().look()
    assert len(await desk.charged()) == 30
    assert desk.service.rude == 0


async def test_problem_is_told_once_and_that_it_is_over(desk: Desk) -> None:
    """At once, with what to do; it stays readable in Redis, and is told in Slack."""
    desk.service.faults = lambda _: web.Response(status=403)
    with capture_logs() as logs:
        for _ in range(3):
            await desk.poller.look()
            desk.service.clock.ms += HOUR_MS
        assert (await desk.feed.standing()).problem == "forbidden"
        desk.service.faults = lambda _: None
        await desk.poller.look()

    told = [each for each in logs if each["event"].startswith("graph_")]
    assert [each["event"] for each in told] == ["graph_away", "graph_polled", "graph_back"]
    assert "CallRecord-PstnCalls.Read.All" in told[0]["reason"]
    assert [each for each in await desk.bank.event_types() if each.startswith("feed_")] == [
        "feed_failed",
        "feed_recovered",
    ]
    assert (await desk.feed.standing()).problem == ""


async def test_account_that_is_still_to_be_opened(desk: Desk) -> None:
    """Nothing is read for it: records would be refused and passed over."""
    await desk.redis.delete(keys.account(REF))

    with pytest.raises(GraphError, match="no account default"):
        await desk.poller.poll()

    assert not desk.service.asked
    assert (await desk.feed.standing()).problem == "no_account"


@pytest.mark.parametrize("error", [RedisAwayError("away"), ValueError("unforeseen")])
async def test_charge_that_fails_leaves_the_cursor(desk: Desk, error: Exception) -> None:
    """The page is read again. What nobody has foreseen waits until the next time."""
    failing = [error]

    async def fail(step: str) -> None:
        if step == "after charging" and failing:
            raise failing.pop()

    desk.charging.at = fail
    with capture_logs() as logs:
        await desk.poller.look()
        asked = len(desk.service.asked)
        await desk.poller.look()

    assert (len(desk.service.asked) > asked) == isinstance(error, RedisAwayError)
    assert logs[0]["event"] == ("redis_away" if isinstance(error, RedisAwayError) else "graph_polling_failed")
    desk.service.clock.ms += HOUR_MS
    await desk.poller.look()
    charged = await desk.charged()
    assert (len(charged), set(charged.values())) == (30, {1})


@pytest.mark.parametrize("seed", range(4))
async def test_every_record_is_charged_once_whatever_goes_wrong(real_redis: Client, seed: int) -> None:
    """A week of calls that are told up to 48 h late; a third of the requests fail, workers are killed anywhere.

    Graph is never asked while it wants to be left alone, nor more than 50 times a minute.
    """
    rng = random.Random(seed)  # noqa: S311 replays by its seed
    begin_ms = NOW_MS - 12 * DAY_MS
    rows = calls(rng, 240, begin_ms - 2 * DAY_MS, begin_ms + 7 * DAY_MS, late_ms=2 * DAY_MS)
    service = GraphService(FastClock(begin_ms), rows, page=25, seed=seed)
    service.faults = service.at_random(0.3)
    async with opened(service) as graph:
        desk = Desk(await Bank.open(real_redis), service, graph)
        desk.kill_share = 0.06
        while service.clock.now_ms() < begin_ms + 9 * DAY_MS:
            await desk.look()
            service.clock.ms += rng.randint(1, 8) * HOUR_MS
        desk.kill_share, service.faults = 0, lambda _: None
        await desk.look()

    charged = await desk.charged()
    assert set(charged) == {each.id for each in rows}
    assert set(charged.values()) == {1}
    account = await desk.bank.account()
    assert account.balance.micros == -sum(each.cents for each in rows) * 10_000
    assert desk.kills.total() > 2
    assert service.rude == 0
    for at, moment in enumerate(service.asked):
        assert sum(moment <= each < moment + 60_000 for each in service.asked[at : at + 60]) <= 50
    await desk.bank.prove()


async def test_calls_that_an_account_does_not_take_are_asked_for_until_it_does(desk: Desk) -> None:
    """They are not passed over, and keep nobody else waiting; it is told in the log."""
    closed = partial(desk.bank.policies.set_state, Operator("test"), REF)
    await closed(State.CLOSED, operation_id="close")
    with capture_logs() as logs:
        await desk.poller.look()
    assert (await desk.feed.standing()).through_ms is None
    assert (await desk.feed.standing()).told == ("not_taken",)
    assert "account_closed" in logs[0]["reason"]

    await closed(State.OPEN, operation_id="open")
    desk.service.clock.ms += 20 * 60_000
    await desk.poller.look()

    assert len(await desk.charged()) == 30
    assert (await desk.feed.standing()).problem == ""
