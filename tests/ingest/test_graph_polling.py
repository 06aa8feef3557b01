"""Polling: every record is charged once, whatever goes wrong; how far it came is written after the charge."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest
from aiohttp import web
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from bot.ingest.graph.polling import Plan
from bot.ingest.graph.problems import GraphError, Problem
from bot.polling import end
from store import keys
from store.account import State
from store.roles import Operator
from store.scripts import Client
from tests.bot.stage import eventually
from tests.controls import REF, Bank
from tests.ingest.graph_desk import Desk
from tests.ingest.graph_service import DAY_MS, HOUR_MS, NUMBER, PERSON, PLACE, FastClock, GraphService, calls, opened

pytestmark = pytest.mark.redis
NOW_MS = int(datetime.now(UTC).timestamp()) * 1000


@pytest.fixture
async def desk(real_redis: Client) -> AsyncIterator[Desk]:
    """Thirty calls of the last two days, pages of ten."""
    rng = random.Random(3)  # noqa: S311 replays by its seed
    rows = calls(rng, 30, NOW_MS - 2 * DAY_MS, NOW_MS - 1000)
    service = GraphService(FastClock(NOW_MS), rows, page=10)
    async with opened(service) as graph:
        yield Desk(await Bank.open(real_redis), service, graph)


async def test_records_are_charged_and_it_is_written_how_far(desk: Desk) -> None:
    """The cursor after the last charge; the next round is due in a quarter of an hour."""
    done = await desk.poller.look()

    assert done is not None
    assert (done.windows, done.read) == (1, done.posted["charged"] + done.repeated)
    assert done.posted["charged"] == 30
    assert set((await desk.charged()).values()) == {1}
    assert desk.steps[-3:] == ["after charging", "before the cursor", "before the end"]
    standing = await desk.feed.standing()
    assert standing.through_ms == NOW_MS
    assert 13 * 60_000 < standing.due_ms - NOW_MS < 17 * 60_000
    await desk.bank.prove()


async def test_nothing_is_asked_before_it_is_due(desk: Desk) -> None:
    """Not by another worker either."""
    await desk.poller.look()
    asked = len(desk.service.asked)

    assert await desk.poller.look() is None
    assert await desk.hire().look() is None
    assert len(desk.service.asked) == asked
    desk.service.clock.ms += 20 * 60_000
    assert await desk.poller.look() is not None


async def test_record_that_comes_late_is_charged(desk: Desk) -> None:
    """Two days after its call; what was read before is charged no second time."""
    late = desk.service.rows[0]
    desk.service.rows[0] = late.__class__(late.number, NOW_MS - HOUR_MS, NOW_MS + 2 * DAY_MS - 2 * HOUR_MS, late.cents)
    await desk.poller.look()
    assert len(await desk.charged()) == 29

    for _ in range(48):
        desk.service.clock.ms += HOUR_MS
        await desk.poller.look()

    charged = await desk.charged()
    assert len(charged) == 30
    assert set(charged.values()) == {1}


async def test_worker_that_has_it_is_not_disturbed(desk: Desk) -> None:
    """A second one does nothing meanwhile, even if asked to."""
    other = desk.hire()
    await desk.feed.take()
    desk.hire()

    assert await desk.poller.poll() is None
    assert not desk.service.asked
    assert await other.poll() is not None


async def test_round_that_is_not_due_any_more_is_left(desk: Desk) -> None:
    """Another worker has just done it, between the look and the lease."""
    desk.service.clock.ms += 60_000
    await desk.feed.take()
    await desk.feed.advance(due_ms=NOW_MS + HOUR_MS)
    await desk.feed.leave()

    assert await desk.poller.poll(only_if_due=True) is None
    assert await desk.poller.poll() is not None


async def test_feed_is_kept_while_graph_lets_us_wait(desk: Desk) -> None:
    """A round can take longer than the lease."""
    desk.feed.ttl_ms = 60
    lease, gate, renewed = keys.feed_reader(REF, "graph-00ff"), asyncio.Event(), [0]
    take = desk.feed.take

    async def counted() -> bool:
        renewed[0] += 1
        return await take()

    desk.feed.take = counted  # type: ignore[method-assign]
    desk.feed.at = lambda _: _waiting(gate)
    round_ = asyncio.create_task(desk.poller.poll())
    desk.charging.at = lambda _: _waiting(gate)

    await eventually(lambda: renewed[0] > 4)
    assert await desk.redis.get(lease)
    gate.set()
    assert await round_ is not None
    assert await desk.redis.get(lease) is None


async def _waiting(gate: asyncio.Event) -> None:
    await gate.wait()


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


async def test_long_time_is_read_in_weeks(desk: Desk) -> None:
    """After each it is written how far: what is cut short goes on there, some days before."""
    desk.plan = Plan(first_days=89)
    desk.service.rows = calls(desk.rng, 40, NOW_MS - 88 * DAY_MS, NOW_MS)
    poller = desk.hire()
    said, desk.service.says = [None] * 30, desk.service.says
    desk.service.says.extend([*said[:6], web.Response(status=403)])

    await poller.look()
    through_ms = (await desk.feed.standing()).through_ms
    assert through_ms is not None
    assert NOW_MS - 85 * DAY_MS < through_ms < NOW_MS - 30 * DAY_MS
    desk.service.clock.ms += HOUR_MS
    await poller.look()

    assert len(desk.service.windows) > 13
    assert (through_ms - 3 * DAY_MS) in {from_ms for from_ms, _ in desk.service.windows}
    assert set((await desk.charged()).values()) == {1}
    assert len(await desk.charged()) == 40


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


async def test_clock_that_went_back_is_followed(desk: Desk) -> None:
    """What is ahead of it was not read, whatever was written down."""
    await desk.feed.take()
    await desk.feed.advance(through_ms=NOW_MS + 30 * DAY_MS)
    await desk.feed.leave()

    await desk.poller.look()

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


async def test_row_that_is_no_record_keeps_no_other_waiting(desk: Desk) -> None:
    """It is counted by its reason; codes nobody knows are taken, and counted."""
    good = desk.service.rows[0].row
    rows = [good, good | {"id": None}, 7, good | {"id": "x" * 8, "licenseCapability": "NEW", "charge": 1.5}]
    desk.service.says.append(web.json_response({"value": rows}))

    with capture_logs() as logs:
        done = await desk.poller.look()

    assert done is not None
    assert done.read == 4
    assert done.malformed == {"id_missing": 1, "not_a_record": 1}
    assert done.unknown == {("capability", "NEW"): 1}
    assert +done.posted == {"charged": 1, "unrated": 1}
    [polled] = [each for each in logs if each["event"] == "graph_polled"]
    assert polled["malformed"] == {"id_missing": 1, "not_a_record": 1}
    assert polled["unknown_codes"] == 1


async def test_log_has_nobody_in_it(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Neither who called nor whom, and no token, at any level."""
    desk.service.faults = desk.service.at_random(0.4)
    with capture_logs() as logs, caplog.at_level("DEBUG"), caplog.at_level("DEBUG", "msal"):
        for _ in range(10):
            await desk.poller.look()
            desk.service.clock.ms += HOUR_MS

    told = f"{logs}{caplog.text}"
    assert "graph_polled" in told
    for each in (PERSON, NUMBER, PLACE, "Anna", "skiptoken", *desk.service.tokens, *await desk.charged()):
        assert each not in told


async def test_worker_polls_by_itself(desk: Desk) -> None:
    """Until it is ended."""
    running = asyncio.create_task(desk.poller.run())
    await eventually(lambda: len(desk.service.windows) > 3)
    await end(running)

    moments = desk.service.asked
    assert moments[-1] - moments[0] > 20 * 60_000
    assert (await desk.feed.standing()).through_ms


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


async def test_calls_that_are_too_old_are_passed_over_aloud(desk: Desk) -> None:
    """After three months in which nobody polled."""
    await desk.feed.take()
    await desk.feed.advance(through_ms=NOW_MS - 100 * DAY_MS)
    await desk.feed.leave()

    with capture_logs() as logs:
        await desk.poller.look()

    assert [each["event"] for each in logs] == ["graph_calls_passed_over", "graph_polled"]
    assert desk.service.windows[0][0] >= NOW_MS - 89 * DAY_MS - 1000
    assert len(await desk.charged()) == 30
