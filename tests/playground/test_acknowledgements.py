"""How the bot acknowledges, and what a late, wrong or missing acknowledgement leads to."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.playground.people import GENERAL, MEMBER, OWNER
from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.controls import (
    Received,
    StandInBot,
    rules,
    section,
    write_manifest,
)


async def test_an_empty_acknowledgement_shows_nothing(playground: Playground) -> None:
    """200 without a body is all Slack wants."""
    delivery = await playground.command(OWNER, GENERAL, "/credits")

    assert (delivery.ok, delivery.status, delivery.error) == (True, 200, None)
    assert playground.messages(GENERAL, OWNER) == []
    assert playground.violations == []


@pytest.mark.parametrize(
    "body", ["Balance: 12.00", {"text": "Balance: 12.00"}, {"text": "Balance: 12.00", "blocks": [section()]}]
)
async def test_a_commands_answer_is_shown_to_the_person(
    playground: Playground, bot: StandInBot, body: dict[str, object] | str
) -> None:
    """Text and JSON in the body of the acknowledgement are an ephemeral message."""
    bot.answer_with("command", body)

    await playground.command(OWNER, GENERAL, "/credits balance")

    [seen] = playground.messages(GENERAL, OWNER)
    assert (seen["text"], seen["ephemeral"]) == ("Balance: 12.00", True)
    assert playground.messages(GENERAL, MEMBER) == []


async def test_a_commands_answer_can_be_for_everyone(playground: Playground, bot: StandInBot) -> None:
    """response_type in_channel is seen by all."""
    bot.answer_with("command", {"text": "Hello", "response_type": "in_channel"})

    await playground.command(OWNER, GENERAL, "/credits")

    assert [m["text"] for m in playground.messages(GENERAL, MEMBER)] == ["Hello"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"text": "x", "blocks": [{"type": "blink"}]}, "unknown_block"),
        ({"text": "x", "response_type": "everyone"}, "invalid_command_response"),
        ({"colour": "red"}, "unknown_argument"),
    ],
)
async def test_a_commands_answer_is_checked_like_a_message(
    playground: Playground, bot: StandInBot, body: dict[str, object], rule: str
) -> None:
    """What is no message is not shown; Slackbot tells the person, the panel tells why."""
    bot.answer_with("command", body)

    delivery = await playground.command(OWNER, GENERAL, "/credits")

    [told] = playground.messages(GENERAL, OWNER)
    assert (delivery.ok, delivery.error) == (False, "invalid_command_response")
    assert told["username"] == "Slackbot"
    assert rule in rules(playground)


async def test_a_late_acknowledgement_is_given_up_and_noted(playground: Playground, bot: StandInBot) -> None:
    """Past the limit the person hears of a timeout, whatever comes later."""
    go_on = asyncio.Event()

    async def late(_request: Received) -> web.StreamResponse:
        await go_on.wait()
        return web.Response(text="too late")

    bot.answers["command"] = late
    delivery = await playground.command(MEMBER, GENERAL, "/credits")
    go_on.set()

    [told] = playground.messages(GENERAL, MEMBER)
    assert (delivery.ok, delivery.error) == (False, "operation_timeout")
    assert "operation_timeout" in told["text"]
    assert told["ephemeral"] is True
    assert rules(playground) == ["late_acknowledgement"]


async def test_an_error_status_is_told_and_noted(playground: Playground, bot: StandInBot) -> None:
    """A 500 is no acknowledgement."""
    bot.answer_with("command", "boom", status=500)

    delivery = await playground.command(OWNER, GENERAL, "/credits")

    assert (delivery.status, delivery.error) == (500, "dispatch_failed")
    assert rules(playground) == ["bad_acknowledgement"]


async def test_a_bot_that_is_down_breaks_no_rule(playground: Playground, bot: StandInBot) -> None:
    """Nobody listens: the person is told, nothing is noted."""
    await bot.stop()

    delivery = await playground.command(OWNER, GENERAL, "/credits")

    assert (delivery.ok, delivery.error) == (False, "dispatch_failed")
    assert playground.violations == []


async def test_a_bot_that_hangs_up_is_told_as_unknown(playground: Playground, bot: StandInBot) -> None:
    """A connection that breaks leaves it open what happened."""

    async def hang_up(_request: Received) -> web.StreamResponse:
        raise asyncio.CancelledError

    bot.answers["command"] = hang_up

    delivery = await playground.command(OWNER, GENERAL, "/credits")

    assert delivery.error == "dispatch_unknown_error"


async def test_an_unknown_command_never_reaches_the_bot(playground: Playground, bot: StandInBot) -> None:
    """Slackbot answers for commands that nobody has, in the person's language."""
    delivery = await playground.command(MEMBER, GENERAL, "/creditz")

    [told] = playground.messages(GENERAL, MEMBER)
    assert (delivery.ok, delivery.error) == (False, "invalid_command")
    assert "kein Befehl" in told["text"]
    assert bot.received == []


async def test_the_home_tab_is_announced(playground: Playground, bot: StandInBot) -> None:
    """Opening the tab sends app_home_opened in an event's envelope, as JSON, signed."""
    delivery = await playground.open_home(MEMBER)

    request = bot.last("event_callback")
    assert delivery.ok
    assert request.headers["Content-Type"] == "application/json"
    assert (request.payload["event"]["type"], request.payload["event"]["tab"]) == ("app_home_opened", "home")
    assert request.payload["event"]["user"] == MEMBER
    assert request.payload["event_id"].startswith("Ev")


async def test_an_event_nobody_subscribed_to_is_not_sent(
    config: PlaygroundConfig, tmp_path: Path, bot: StandInBot
) -> None:
    """The manifest decides which events come."""
    manifest = write_manifest(tmp_path, events=())
    async with Playground(replace(config, manifest=manifest, bot_url=bot.url)) as playground:
        assert (await playground.open_home(OWNER)).error == "not_subscribed"

    assert bot.received == []


async def test_a_failed_event_comes_three_times_more(playground: Playground, bot: StandInBot) -> None:
    """Retries carry the same event id, their number and the reason."""
    bot.answer_with("event_callback", "boom", status=500)

    await playground.open_home(OWNER)
    await playground.wait_for(lambda: len(playground.sent) == 4)
    await playground.wait_for(lambda: len(playground.violations) == 4)

    assert [request.headers.get("x-slack-retry-num") for request in bot.received] == [None, "1", "2", "3"]
    assert bot.received[1].headers["x-slack-retry-reason"] == "http_error"
    assert len({request.payload["event_id"] for request in bot.received}) == 1
