"""`credits dead`: what was put aside is said in plain words, comes back exactly once, or is forgotten after asking."""

import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.dead import WHAT
from bot.playground.people import ALERTS
from bot.playground.server import Fault
from bot.trying import UNREADABLE
from store import keys
from store.dead import DeadLetters
from store.events import Codec
from tests.bot.news import LOW, emit
from tests.bot.stage import OUTBOX, PARTITION, Stage, eventually
from tests.faults.processes import Process
from tests.world import REF

pytestmark = pytest.mark.redis
DEAD = keys.dead(PARTITION)
RECORD = {
    "type": "balance_low", "tenant": REF.tenant, "account": "default", "at_ms": "1", "currency": "USD",
    "level_micros": "20", "balance_micros": "10", "group": "alerts", "why": "Slack answers msg_too_long",
    "tried": "12", "stream_id": "1700000000000-0",
}  # fmt: skip
BROKEN = {"nonsense": "1", "group": "alerts", "why": UNREADABLE, "stream_id": "1700000000001-0"}


class Desk:
    """An operator's terminal, and the Redis behind it."""

    def __init__(self, redis: Redis, address: str) -> None:
        self.redis = redis
        self.address = address

    def type(self, *words: str, answer: str = "") -> Result:
        """Run `credits dead …`."""
        given = {"REDIS_URL": self.address, "CREDITS_LOG_LEVEL": "error"}
        return CliRunner().invoke(app, ["dead", *words, "--env-file", "nowhere"], input=answer, env=given)

    def bury(self, record: dict[str, str], place: str = "1700000060000-0", partition: int = PARTITION) -> str:
        """Put a letter there; answers its id."""
        self.redis.xadd(keys.dead(partition), dict(record), id=place)  # type: ignore[arg-type]
        return f"{partition:02d}-{place}"

    def back(self) -> list[dict[str, str]]:
        """What is in the outbox."""
        found: Any = self.redis.xrange(OUTBOX)
        return [record for _, record in found]


@pytest.fixture
def desk(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty Redis; the log stays as it is."""
    monkeypatch.setattr("bot.running.logs.configure", lambda **_given: None)
    with Redis.from_url(server, decode_responses=True) as redis:
        redis.flushall()
        yield Desk(redis, server)


def test_every_event_has_its_words() -> None:
    """What each type of event says is written down for people."""
    assert WHAT.keys() == Codec.TYPES.keys()


def test_without_dead_events_that_is_said(desk: Desk) -> None:
    """Nothing to look at is no error; for programs it is an empty list."""
    assert desk.type("list").output == "No dead event.\n"
    assert json.loads(desk.type("list", "--json").output) == []


def test_list_says_what_whose_when_why_and_how_often(desk: Desk) -> None:
    """In words, with the id for the other commands; a broken record is listed, too."""
    first = desk.bury(RECORD)
    second = desk.bury(BROKEN, "1700000120000-0", partition=3)

    assert desk.type("list").output == (
        "2 dead events, the longest dead first.\n\n"
        f"{first}\n"
        "  what   the balance fell below an alert level (balance_low)\n"
        f"  whose  workspace {REF.tenant}, account default\n"
        "  when   2023-11-14 22:13, put aside 2023-11-14 22:14 UTC\n"
        "  why    Slack answers msg_too_long (tried 12 times)\n\n"
        f"{second}\n"
        "  what   an unknown event (no type)\n"
        "  whose  nobody knows\n"
        "  when   2023-11-14 22:13, put aside 2023-11-14 22:15 UTC\n"
        "  why    it is broken, or was written by a later version (not tried)\n"
    )


def test_list_for_programs(desk: Desk) -> None:
    """The same as JSON, of one workspace where that is asked for."""
    mine = desk.bury(RECORD)
    desk.bury({**RECORD, "tenant": "T0OTHER"}, partition=keys.partition_of("T0OTHER"))

    assert json.loads(desk.type("list", "--json", "--workspace", REF.tenant).output) == [
        {
            "id": mine,
            "event_id": f"{PARTITION:02d}-1700000000000-0",
            "type": "balance_low",
            "what": "the balance fell below an alert level (balance_low)",
            "workspace": REF.tenant,
            "account": "default",
            "work": "alerts",
            "why": "Slack answers msg_too_long",
            "tries": 12,
            "happened_at": "2023-11-14T22:13:20+00:00",
            "put_aside_at": "2023-11-14T22:14:20+00:00",
            "readable": True,
        }
    ]


def test_replay_of_one_leaves_the_others(desk: Desk) -> None:
    """By its id, and only that; named twice it comes back once."""
    mine, other = desk.bury(RECORD), desk.bury(RECORD, "1700000060000-1")

    result = desk.type("replay", mine, mine)

    assert (result.exit_code, result.output.split(".")[0]) == (0, "Replayed: 1 dead event")
    assert [each["replay_of"] for each in desk.back()] == [f"{PARTITION:02d}-1700000000000-0"]
    assert desk.redis.xrange(DEAD) == [(other.partition("-")[2], RECORD)]


def test_replay_of_all_of_a_workspace(desk: Desk) -> None:
    """Another workspace's stay; what this version cannot read is said."""
    desk.bury(RECORD)
    unread = desk.bury({**RECORD, "type": "of the future"}, "1700000060001-0")
    desk.bury({**RECORD, "tenant": "T0OTHER"}, partition=3)

    result = desk.type("replay", "--all", "--workspace", REF.tenant)

    assert "Replayed: 2 dead events" in result.output
    assert f"cannot read {unread} " in result.output
    assert len(desk.back()) == 2
    assert desk.redis.xlen(keys.dead(3)) == 1


@pytest.mark.parametrize("words", [["replay"], ["replay", "--all", "03-1-0"], ["drop"]])
def test_neither_all_nor_some_is_asked_back(desk: Desk, words: list[str]) -> None:
    """A command that does not say which, or says it twice, does nothing: exit code 2."""
    desk.bury(RECORD)

    assert desk.type(*words).exit_code == 2
    assert desk.redis.xlen(DEAD) == 1


@pytest.mark.parametrize("verb", ["replay", "drop"])
def test_an_unknown_id_stops_all(desk: Desk, verb: str) -> None:
    """One id that is not there: it is named, exit code 1, and the others are left alone."""
    mine = desk.bury(RECORD)

    result = desk.type(verb, mine, "07-1-0")

    assert (result.exit_code, desk.redis.xlen(DEAD), desk.back()) == (1, 1, [])
    assert "nothing was done: 07-1-0" in result.output


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("", 1), ("y\n", 0)])
def test_drop_says_what_is_lost_and_asks(desk: Desk, answer: str, left: int) -> None:
    """Only a yes drops; before, it is said what nobody will be told, and that no money is touched."""
    mine = desk.bury(RECORD)

    result = desk.type("drop", mine, answer=answer)

    assert "the balance fell below an alert level" in result.output
    assert "Nobody will be told" in result.output
    assert desk.redis.xlen(DEAD) == left
    assert (result.exit_code == 0) == (left == 0)
    assert desk.back() == []


def test_drop_without_asking(desk: Desk) -> None:
    """With --yes, for programs."""
    assert desk.type("drop", desk.bury(RECORD), "--yes").exit_code == 0
    assert desk.redis.xlen(DEAD) == 0


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the wrong folder the command says so, instead of starting an empty server there."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["dead", "list"], env={"REDIS_URL": ""})

    assert result.exit_code == 1
    assert "CREDITS_DATA_DIR" in result.output
    assert list(tmp_path.iterdir()) == []


async def test_a_replay_killed_at_any_moment_brings_each_event_back_once(desk: Desk) -> None:
    """`kill -9` of `credits dead replay --all`, again and again: in the end each is back exactly once."""
    for number in range(3000):
        desk.bury({**RECORD, "stream_id": f"{number + 1}-0"}, f"{number + 1}-0")
    seed = random.Random(7)  # noqa: S311 no secret
    kills = 0
    while desk.redis.xlen(DEAD):
        left = int(desk.redis.xlen(DEAD))
        replay = await Process.start("dead", "replay", "--all", "--env-file", "nowhere", REDIS_URL=desk.address)
        if kills < 4:
            some = seed.randint(1, 400)
            await eventually(lambda: desk.redis.xlen(DEAD) <= max(left - some, 0), 30)  # noqa: B023 awaited here
            kills += 1
            await replay.kill()
        else:
            assert await replay.ended() == 0, replay.text

    ids = [each["replay_of"] for each in desk.back()]
    assert kills == 4
    assert sorted(ids) == sorted(f"{PARTITION:02d}-{number + 1}-0" for number in range(3000))


# -- through the running worker


async def test_a_failed_event_is_told_once_after_its_cause_is_gone(stage: Stage) -> None:
    """Slack refuses until it is put aside; the cause removed, it is replayed: told once, with its own id."""
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="msg_too_long"), 3)
    [low] = await emit(stage, "balance_low")
    stage.tell(first_pause_s=0.001, give_up_after=3)
    letters = DeadLetters(stage.redis)
    [letter] = await eventually(letters.find)
    assert (letter.event_id, letter.why, letter.tries) == (low, "Slack answers msg_too_long", 3)
    assert stage.told() == []

    await letters.replay(letter)
    await eventually(lambda: stage.marks() == [low])
    await stage.quiet()
    [said] = stage.told()
    assert said.metadata == {"event_type": "credits_event", "event_payload": {"event_id": f"{low}/news"}}
    assert await letters.count() == 0


async def test_what_was_posted_before_it_was_put_aside_is_found(stage: Stage) -> None:
    """It was posted, its answer lost, and the search failed until it was put aside: it is not posted twice."""
    stage.playground.faults.inject("chat.postMessage", Fault("drop_after"))
    stage.playground.faults.inject("conversations.history", Fault("error", error="missing_scope"), 3)
    [low] = await emit(stage, "balance_low")
    stage.tell(first_pause_s=0.001, give_up_after=3)
    letters = DeadLetters(stage.redis)
    [letter] = await eventually(letters.find)
    assert stage.marks() == [low]

    await letters.replay(letter)
    await stage.quiet()
    assert stage.marks() == [low]
    assert (await letters.count(), stage.count("chat.postMessage")) == (0, 1)


async def test_a_replayed_event_told_after_later_ones_leaves_them_standing(stage: Stage) -> None:
    """It goes into the incident's thread, once, and the message in the channel keeps what is true now."""
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="msg_too_long"), 2)
    [low, exhausted] = await emit(stage, "balance_low", "balance_exhausted")
    worker = stage.tell(first_pause_s=0.001, give_up_after=2)
    letters = DeadLetters(stage.redis)
    [letter] = await eventually(letters.find)
    await eventually(lambda: stage.marks() == [exhausted])

    await letters.replay(letter)
    await eventually(lambda: stage.marks() == [exhausted, low])
    await worker.kill()
    stage.tell("w2")
    await stage.quiet()
    standing, late = stage.told(ALERTS)
    assert (late.thread_ts, stage.marks()) == (standing.ts, [exhausted, low])


async def test_a_replay_concerns_only_whose_reaction_failed(stage: Stage) -> None:
    """The payments pass over an alert that came back, and do no payment again."""
    await stage.redis.xadd(DEAD, {**LOW, **RECORD, "type": "recharge_due", "payment": "p1", "attempt": "1"})
    with capture_logs() as logs:
        stage.charge()
        await eventually(partial(stage.handled, "payments"))
        [letter] = await DeadLetters(stage.redis).find()
        await DeadLetters(stage.redis).replay(letter)
        await eventually(partial(stage.handled, "payments"))

    assert [each for each in logs if str(each["event"]).startswith("payment_")] == []
