"""The listener: every event handled, in an account's order, by one worker at a time, whatever dies meanwhile."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisAwayError

from store import keys
from store.events import Codec, Event, PoolExhausted, RechargeResumed
from store.outbox import Delivery, Outbox
from store.scripts import Client
from tests.bot.hall import Hall, Recorder, nothing_pending
from tests.bot.stage import OUTBOX, PARTITION, eventually
from tests.world import REF

FUTURE = {"type": "of the future", "tenant": REF.tenant, "account": "default", "at_ms": "1", "by": ""}


async def test_an_accounts_events_are_handled_in_order_and_accounts_side_by_side(hall: Hall) -> None:
    """One account's first event hangs: its others wait, another account's are all handled."""
    react = Recorder()
    react.hold["default"] = asyncio.Event()
    mine, theirs = await hall.put(*["default"] * 5), await hall.put(*["other"] * 5)
    hall.start(react)
    await eventually(lambda: react.done == theirs)

    assert [event_id for account, event_id, _ in react.begun if account == "default"] == mine[:1]
    react.hold["default"].set()
    await eventually(lambda: react.done == theirs + mine)
    await eventually(lambda: nothing_pending(hall))


async def test_events_apart_keep_no_other_waiting(hall: Hall) -> None:
    """While what is less urgent waits for Slack, the account's other events are handled, each kind in its order."""
    hangs, done = asyncio.Event(), list[str]()

    async def react(event: Event, **_: bool) -> None:
        if isinstance(event, PoolExhausted):
            await hangs.wait()
        done.append(event.id)

    pool = {"type": "pool_exhausted", "pool": "p", "month": "2026-11", "used_s": "60", "limit_s": "60"}
    record = {"tenant": REF.tenant, "account": "default", "at_ms": "1", **pool}
    apart = [f"{PARTITION:02d}-{await hall.redis.xadd(OUTBOX, record)}" for _ in range(2)]
    others = await hall.put("default", "default")
    hall.start(react, apart=frozenset({"pool_exhausted"}))
    await eventually(lambda: done == others)

    hangs.set()

    await eventually(lambda: done == others + apart)
    await eventually(lambda: nothing_pending(hall))


async def test_a_failed_event_is_tried_again_before_the_next(hall: Hall) -> None:
    """An error is followed by the same event, marked as a repetition; order is kept."""
    react = Recorder()
    ids = await hall.put("default", "default")
    react.errors[ids[0]] = [ValueError("once"), RedisAwayError("twice")]
    hall.start(react)
    await eventually(lambda: react.done == ids)

    assert react.begun == [("default", ids[0], again) for again in (False, True, True)] + [("default", ids[1], False)]


async def test_a_poison_event_goes_to_the_dead_and_the_next_is_handled(hall: Hall) -> None:
    """After so many failures an alert is put aside with its reason; Redis or Slack being away does not count."""
    react = Recorder()
    ids = await hall.put("default", "default")
    react.errors[ids[0]] = [RedisAwayError("away")] * 5 + [ValueError("poison")] * 99
    hall.start(react, give_up_after=3)
    await eventually(lambda: react.done == ids[1:])

    [(_, dead)] = await hall.redis.xrange(keys.dead(PARTITION))
    assert "poison" in dead["why"]
    assert f"{PARTITION:02d}-{dead['stream_id']}" == ids[0]
    assert len(react.begun) == 9
    await eventually(lambda: nothing_pending(hall))


async def test_a_payment_is_never_given_up(hall: Hall) -> None:
    """Without a limit an event is tried until it is handled, however often it fails and however long Redis is away."""
    react = Recorder()
    [event] = await hall.put("default")
    react.errors[event] = [*([ValueError("again")] * 20), *([RedisAwayError("away")] * 1100)]
    hall.start(react, group="payments", first_pause_s=1e-6)
    await eventually(lambda: react.done == [event])

    assert await hall.redis.xlen(keys.dead(PARTITION)) == 0


async def test_an_unreadable_event_is_put_aside_at_once(hall: Hall) -> None:
    """What is broken, or of a type that was unknown for long, is kept for an operator, and holds nothing up."""
    react = Recorder()
    await hall.redis.xadd(OUTBOX, FUTURE, id="1-1")
    await hall.redis.xadd(OUTBOX, {"nonsense": "1"})
    [event] = await hall.put("default")
    hall.start(react)
    await eventually(lambda: react.done == [event])

    await eventually(lambda: nothing_pending(hall))
    assert await hall.redis.xlen(keys.dead(PARTITION)) == 2


async def test_an_event_of_a_later_version_waits_for_its_worker(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """During a rolling upgrade the old worker neither handles nor drops it, nor holds others up; the new one has it."""
    old, new = Recorder(), Recorder()
    place = await hall.redis.xadd(OUTBOX, FUTURE)
    [known] = await hall.put("default")
    first = hall.start(old)
    await eventually(lambda: old.done == [known])
    await first.stop()
    assert await hall.pending() == 1

    monkeypatch.setitem(Codec.TYPES, FUTURE["type"], RechargeResumed)
    hall.start(new, "w2")
    await eventually(lambda: new.begun == [("default", f"{PARTITION:02d}-{place}", True)])
    await eventually(lambda: nothing_pending(hall))
    assert await hall.redis.xlen(keys.dead(PARTITION)) == 0


async def test_an_event_of_a_later_version_is_put_aside_in_the_end(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no worker of that version has come within the time, it is kept for an operator like a broken one."""
    monkeypatch.setattr("bot.trying.NEWER_KEPT_MS", 200)
    await hall.redis.xadd(OUTBOX, FUTURE)
    hall.start(Recorder())

    await eventually(lambda: hall.redis.xlen(keys.dead(PARTITION)))
    await eventually(lambda: nothing_pending(hall))


class Flaky(Outbox):
    """An outbox whose dead-letter stream is away the first time."""

    failures = 2

    async def give_up(self, group: str, delivery: Delivery, why: str, *, tries: int = 0) -> None:
        """Fail, then work."""
        if self.failures:
            self.failures -= 1
            raise RedisAwayError("away")
        await super().give_up(group, delivery, why, tries=tries)


async def test_what_else_is_done_before_an_event_is_put_aside_is_done_first(hall: Hall) -> None:
    """With the event and the reason, again if Redis was away; until then the event is not put aside."""
    asked: list[tuple[str, str, int]] = []

    async def put_aside(event: Event, why: str) -> None:
        asked.append((event.id, why, await hall.redis.xlen(keys.dead(PARTITION))))
        if len(asked) == 1:
            raise RedisAwayError("away")

    react = Recorder()
    ids = await hall.put("default", "default")
    react.errors[ids[0]] = [ValueError("poison")] * 99
    hall.start(react, give_up_after=1, put_aside=put_aside)
    await eventually(lambda: react.done == ids[1:])

    assert asked == [(ids[0], "ValueError('poison')", 0)] * 2
    assert await hall.redis.xlen(keys.dead(PARTITION)) == 1


async def test_redis_away_while_giving_up_is_waited_for(hall: Hall, blocking: Client) -> None:
    """The account's later events are not left lying because the dead-letter stream could not be written."""
    react = Recorder()
    ids = await hall.put("default", "default")
    react.errors[ids[0]] = [ValueError("poison")] * 99
    hall.start(react, give_up_after=1, outbox=Flaky(hall.redis, blocking))
    await eventually(lambda: react.done == ids[1:])

    assert await hall.redis.xlen(keys.dead(PARTITION)) == 1
    assert [event_id for _, event_id, _ in react.begun] == ids  # only putting it aside was tried again
