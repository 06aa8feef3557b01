"""Polling: every record is charged once, whatever goes wrong; how far it came is written after the charge."""

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.ending import end
from bot.ingest.graph.polling import Plan
from store import keys
from tests.bot.stage import eventually
from tests.controls import REF
from tests.ingest.graph_desk import Desk
from tests.ingest.graph_service import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    NUMBER,
    PERSON,
    PLACE,
    calls,
)

pytestmark = pytest.mark.redis


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


async def test_feed_is_left_though_its_keeping_loses_its_cancellation(desk: Desk) -> None:
    """As the Redis client does at times: else this worker would keep it from all others for good."""
    take, kept, lost = desk.feed.take, asyncio.Event(), [0]

    async def stubborn() -> bool:
        if not desk.service.asked:
            taken = await take()
            desk.feed.ttl_ms = 60  # to be renewed soon; it is there for longer
            return taken
        kept.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost[0] += 1
            if lost[0] > 1:
                raise
        return True

    desk.feed.take = stubborn  # type: ignore[method-assign]
    desk.charging.at = lambda _: _waiting(kept)

    assert await desk.poller.poll() is not None

    assert lost[0]
    assert not [each for each in asyncio.all_tasks() if "_kept" in repr(each)]


async def _waiting(gate: asyncio.Event) -> None:
    await gate.wait()


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


async def test_clock_that_went_back_is_followed(desk: Desk) -> None:
    """What is ahead of it was not read, whatever was written down."""
    await desk.feed.take()
    await desk.feed.advance(through_ms=NOW_MS + 30 * DAY_MS)
    await desk.feed.leave()

    await desk.poller.look()

    assert (await desk.feed.standing()).through_ms == NOW_MS


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
    assert polled["log_level"] == "warning"


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
    await end([running])

    moments = desk.service.asked
    assert moments[-1] - moments[0] > 20 * 60_000
    assert (await desk.feed.standing()).through_ms


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
