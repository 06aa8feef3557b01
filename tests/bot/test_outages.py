"""What is away is said in one sentence that helps, once a minute while it lasts, and when it is over."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import aiohttp
import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.outages import Outage, plainly
from bot.playground.server import Fault
from bot.posting import SlackAwayError, patiently
from bot.ticker import Ticker
from bot.workspaces import Workspaces
from store.schedule import Due, Schedule
from tests.bot.hall import Hall, Recorder, nothing_pending
from tests.bot.stage import Stage, eventually
from tests.world import TOKEN

NOWHERE = "http://127.0.0.1:9/api/"


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def events(logs: list[MutableMapping[str, Any]], name: str) -> list[str]:
    """The log's events that begin so, in order."""
    return [str(each["event"]) for each in logs if str(each["event"]).startswith(name)]


def test_an_outage_is_said_once_a_minute_and_its_end_once() -> None:
    """A hundred failures in a hundred seconds are two lines; the end is one, and only where the outage was said."""
    watch = Watch()
    outage = Outage("thing", "It is away: {why}.", "It is back.", clock=watch)
    with capture_logs() as logs:
        outage.back()
        for watch.now in range(100):
            outage.away("no answer")
        outage.back()
        outage.back()

    assert [each["reason"] for each in logs] == ["It is away: no answer."] * 2 + ["It is back."]


def test_what_flutters_is_not_said_each_time() -> None:
    """Away and back ten times within a minute: one line for each."""
    watch = Watch()
    outage = Outage("thing", "It is away: {why}.", "It is back.", clock=watch)
    with capture_logs() as logs:
        for watch.now in range(10):
            outage.away("no answer")
            outage.back()

    assert [each["event"] for each in logs] == ["thing_away", "thing_back"]


async def reason_at(url: str) -> str:
    """Why a call to Slack at that address fails, in plain words."""
    with pytest.raises(SlackAwayError) as caught:
        await patiently(AsyncWebClient(token=TOKEN, base_url=url, retry_handlers=[]).auth_test)
    return plainly(caught.value)


async def test_no_connection_is_named_plainly() -> None:
    """Nobody listens: address and reason, no class of a library."""
    assert await reason_at(NOWHERE) == "no connection to 127.0.0.1:9 (Connection refused)"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("drop_before"), "the connection was closed instead of an answer"),
        (Fault("http_500"), "what answers is not Slack"),
        (Fault("error", error="internal_error"), "Slack answers internal_error"),
        (Fault("error", error="invalid_auth"), "Slack answers invalid_auth to SLACK_BOT_TOKEN"),
    ],
    ids=["dropped", "not Slack", "trouble", "token"],
)
async def test_what_slack_does_wrong_is_named_plainly(stage: Stage, fault: Fault, told: str) -> None:
    """Each way to fail has its own words."""
    stage.playground.faults.inject("auth.test", fault)

    assert await reason_at(stage.playground.api_url) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError(), "no answer in time"),
        (RedisAwayError("Error 111 connecting."), "Error 111 connecting"),
        (OSError(), "OSError"),
        (ValueError("poison"), "ValueError('poison')"),
        (
            SlackApiError("a page", "<html>"),  # type: ignore[no-untyped-call]
            "what answers is not Slack",
        ),
    ],
    ids=repr,
)
def test_other_errors_are_named_plainly(error: Exception, told: str) -> None:
    """A sentence where the library has one, and otherwise what Python shows."""
    assert plainly(error) == told


def test_a_name_that_cannot_be_resolved_is_said() -> None:
    """The name, and that it is the network or the address."""
    key = aiohttp.client_reqrep.ConnectionKey("slack.invalid", 443, True, True, None, None, None)
    error = aiohttp.ClientConnectorDNSError(key, OSError(-2, "Name or service not known"))

    assert plainly(error) == "the name slack.invalid cannot be resolved"


async def test_the_sign_in_goes_on_until_slack_answers(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three failures of three kinds, a hanging one among them, are one sentence with the setting's name, and an end."""
    monkeypatch.setattr("bot.workspaces._AGAIN_S", 0.01)
    workspaces = Workspaces(TOKEN, stage.playground.api_url, timeout_s=1)
    for fault in (Fault("drop_before"), Fault("hang"), Fault("error", error="unheard_of")):
        stage.playground.faults.inject("auth.test", fault)
    with capture_logs() as logs:
        async with asyncio.timeout(6):
            await workspaces.keep_signing_in()
    stage.playground.faults.release()

    away, back = [each for each in logs if str(each["event"]).startswith("slack_")]
    assert "SLACK_API_URL" in away["reason"]
    assert stage.playground.api_url in away["reason"]
    assert "Error" not in away["reason"]
    assert back["event"] == "slack_back"


async def test_reactions_that_wait_are_one_line_and_their_end_another(hall: Hall) -> None:
    """Five accounts wait for what is away: one sentence with the reason; when all are done, that."""
    react = Recorder()
    ids = await hall.put(*(f"a{number}" for number in range(5)))
    for each in ids:
        react.errors[each] = [SlackAwayError("no answer")] * 4
    with capture_logs() as logs:
        hall.start(react)
        await eventually(lambda: len(react.done) == 5)
        await eventually(lambda: nothing_pending(hall))
        await eventually(lambda: len(events(logs, "reaction_")) > 1)

    assert events(logs, "reaction_") == ["reaction_away", "reaction_back"]
    assert next(each for each in logs if each["event"] == "reaction_away")["reason"] == (
        "What is to be done waits: no answer."
    )


class Away(Schedule):
    """A schedule whose Redis is away."""

    asked = 0

    async def due(self, partitions: list[int]) -> list[Due]:  # type: ignore[override]  # noqa: ARG002 the schedule's
        """Fail."""
        self.asked += 1
        raise RedisAwayError("Error 111 connecting to redis.example:6379.")


async def test_redis_that_is_away_is_said_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the background work asks again and again, and says so once, with the setting's name."""
    monkeypatch.setattr("bot.ticker.TICK_S", 0.001)
    worker = hall.start(Recorder())
    schedule = Away(hall.redis)
    with capture_logs() as logs:
        ticking = asyncio.create_task(Ticker(schedule, worker.listener, nothing).run())
        await eventually(lambda: schedule.asked > 5)
        await worker.stop()
        await ticking

    [away] = [each for each in logs if each["event"] == "redis_away"]
    assert "REDIS_URL" in away["reason"]
    assert "redis.example:6379" in away["reason"]


async def nothing(due: Due) -> None:
    """Look at nothing."""
