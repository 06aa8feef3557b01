"""Reading: what was handed out and did not arrive is handled all the same, in order; no more is read than fits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.connect import connect
from store import keys
from store.outbox import Delivery, Outbox
from store.scripts import Client
from tests.bot.hall import Cut, Hall, Recorder, nothing_pending
from tests.bot.stage import OUTBOX, PARTITION, eventually
from tests.listening import listening

OTHER = PARTITION + 1
OTHER_TENANT = next(name for name in map("T{}".format, range(9999)) if keys.partition_of(name) == OTHER)


@pytest.fixture
async def cut(server: str, tmp_path: Path) -> AsyncIterator[Cut]:
    """What stands between the server and whoever connects to `cut.sock`."""
    cut = Cut(server)
    async with listening(cut.serve, path=tmp_path / "cut.sock"):
        yield cut


@pytest.mark.parametrize("others", [[], [OTHER]])
async def test_events_whose_answer_was_lost_are_handled_before_the_next(
    real_redis: Client, cut: Cut, tmp_path: Path, others: list[int]
) -> None:
    """The server hands events out and the answer never arrives: they come at once, in order, and once."""
    blocking = await connect(f"unix://{tmp_path / 'cut.sock'}", blocking=True)
    hall, react = Hall(real_redis, blocking), Recorder()
    worker = hall.start(react, partitions=[PARTITION, *others])
    await eventually(lambda: worker.listener.mine)
    cut.at = b"recharge_resumed"
    ids = await hall.put("default")
    await eventually(lambda: cut.cuts)
    ids += await hall.put(*["default"] * 3)

    await eventually(lambda: react.done == ids)
    assert [event_id for _, event_id, _ in react.begun] == ids
    await eventually(lambda: nothing_pending(hall))
    await worker.kill()
    await blocking.aclose()


async def test_what_was_handed_out_after_the_take_over_is_found(hall: Hall) -> None:
    """A worker that stood still read after its lease was gone: its successor finds what it was handed."""
    react = Recorder()
    [event] = await hall.put("default")
    hall.start(react)
    await eventually(lambda: nothing_pending(hall) if react.done else False)
    place = event.removeprefix(f"{PARTITION:02d}-")
    await hall.redis.xclaim(OUTBOX, "alerts", "stood-still", 0, [place], force=True)

    await eventually(lambda: react.begun == [("default", event, False), ("default", event, True)])
    await eventually(lambda: nothing_pending(hall))


async def test_what_is_finished_during_a_take_over_is_not_handled_again(hall: Hall, blocking: Client) -> None:
    """An event that is acknowledged while the answer with it is on its way comes once."""
    react = Recorder()
    react.hold["default"] = asyncio.Event()

    class Slow(Outbox):
        """An outbox whose answer takes until the event under way is done."""

        async def take_over(self, *given: Any, **named: Any) -> list[Delivery]:
            found = await super().take_over(*given, **named)
            if found:
                react.hold["default"].set()
                await eventually(lambda: nothing_pending(hall))
            return found

    worker = hall.start(react, outbox=Slow(hall.redis, blocking))
    first = await hall.put("default")
    await eventually(lambda: react.begun)
    worker.listener._ready = frozenset()
    await eventually(lambda: react.done == first and worker.listener.mine)
    second = await hall.put("default")
    await eventually(lambda: react.done[-1:] == second)

    assert react.begun == [("default", each, False) for each in first + second]


async def test_no_more_is_read_than_fits(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one account's event cannot be handled, what is behind it stays in Redis; other partitions go on."""
    monkeypatch.setattr("bot.listener.MOST_IN_HAND", 100)
    react = Recorder()
    react.hold["default"] = asyncio.Event()
    ids = await hall.put(*["default"] * 400)
    worker = hall.start(react, partitions=[PARTITION, OTHER])
    await eventually(lambda: len(worker.listener._inflight) >= 100)
    other = await hall.put("other", partition=OTHER, tenant=OTHER_TENANT)
    await eventually(lambda: react.done == other)

    assert len(worker.listener._inflight) < 200
    react.hold["default"].set()
    await eventually(lambda: react.done == other + ids)


async def test_no_more_is_taken_over_than_fits(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long queue that a dead worker left is taken over in parts, in order, and then reading goes on."""
    monkeypatch.setattr("bot.listener.MOST_IN_HAND", 100)
    react = Recorder()
    react.hold["default"] = asyncio.Event()
    await hall.outbox.ensure_group("alerts", [PARTITION])
    ids = await hall.put(*["default"] * 400)
    await hall.outbox.read("alerts", "dead", [PARTITION], block_ms=1, count=1000)
    worker = hall.start(react)
    await eventually(lambda: len(worker.listener._inflight) >= 100)

    assert len(worker.listener._inflight) < 200
    react.hold["default"].set()
    ids += await hall.put("default")
    await eventually(lambda: react.done == ids)
