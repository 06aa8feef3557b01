"""Answers at a response URL: five in thirty minutes, ephemeral unless said otherwise."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground.people import ALERTS, GENERAL, MEMBER, OWNER
from bot.playground.server import Playground
from tests.playground.controls import Hands, StandInBot, actions, button, rules


async def after_command(playground: Playground, bot: StandInBot) -> AsyncWebhookClient:
    """A client of the response URL of a command."""
    await playground.command(OWNER, GENERAL, "/credits")
    return AsyncWebhookClient(bot.last("command").fields["response_url"])


async def after_press(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> tuple[AsyncWebhookClient, str]:
    """A client of the response URL of a pressed button, and the message's ts."""
    posted = await client.chat_postMessage(channel=ALERTS, text="Low", blocks=[actions(button())])
    place = {"type": "message", "channel": ALERTS, "message_ts": posted["ts"]}
    await playground.action(OWNER, place, {"action_id": "press"})
    return AsyncWebhookClient(bot.last("block_actions").payload["response_url"]), posted["ts"]


async def test_an_answer_is_for_the_person_alone(playground: Playground, bot: StandInBot) -> None:
    """Without response_type it is ephemeral."""
    url = await after_command(playground, bot)

    answer = await url.send(text="Balance: 12.00")

    [seen] = playground.messages(GENERAL, OWNER)
    assert (answer.status_code, answer.body) == (200, "ok")
    assert (seen["text"], seen["ephemeral"]) == ("Balance: 12.00", True)
    assert playground.messages(GENERAL, MEMBER) == []


async def test_an_answer_can_be_for_the_channel(playground: Playground, bot: StandInBot) -> None:
    """in_channel is seen by all."""
    url = await after_command(playground, bot)

    await url.send(text="Hello", response_type="in_channel")

    assert [m["text"] for m in playground.messages(GENERAL, MEMBER)] == ["Hello"]


async def test_the_sixth_use_is_refused_and_noted(playground: Playground, bot: StandInBot) -> None:
    """Five uses, then used_url."""
    url = await after_command(playground, bot)
    answers = [await url.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert rules(playground) == ["used_url"]
    assert len(playground.messages(GENERAL, OWNER)) == 5


async def test_half_an_hour_later_it_is_refused_and_noted(
    playground: Playground, bot: StandInBot, hands: Hands
) -> None:
    """30 minutes are in time, more is not."""
    url = await after_command(playground, bot)

    hands.move(30 * 60)
    in_time = await url.send(text="in time")
    hands.move(0.1)
    too_late = await url.send(text="too late")

    assert (in_time.status_code, too_late.status_code) == (200, 404)
    assert rules(playground) == ["expired_url"]


async def test_an_invented_url_is_refused_and_noted(playground: Playground) -> None:
    """Only URLs that were handed out work."""
    answer = await AsyncWebhookClient(f"{playground.url}/response/invented").send(text="x")

    assert answer.status_code == 404
    assert rules(playground) == ["unknown_response_url"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"text": "x", "blocks": [{"type": "blink"}]}, "unknown_block"),
        ({"response_type": "ephemeral"}, "no_text"),
        ({"text": "x", "response_type": "everyone"}, "invalid_response_type"),
    ],
)
async def test_an_answer_is_checked_like_a_message(
    playground: Playground, bot: StandInBot, body: dict[str, object], rule: str
) -> None:
    """What is no message is refused and noted."""
    url = await after_command(playground, bot)

    assert (await url.send_dict(body)).status_code == 404
    assert rules(playground) == [rule]
    assert playground.messages(GENERAL, OWNER) == []


async def test_an_answer_that_is_no_object_is_refused(playground: Playground, bot: StandInBot) -> None:
    """Text that is no JSON object is no answer."""
    url = await after_command(playground, bot)

    async with aiohttp.ClientSession() as web, web.post(url.url, data="Balance: 12.00") as response:
        assert response.status == 404
    assert rules(playground) == ["wrong_type"]
    assert playground.messages(GENERAL, OWNER) == []


async def test_an_answer_can_replace_the_buttons_message(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """replace_original changes the message, for everyone."""
    url, ts = await after_press(playground, bot, client)

    await url.send(text="Done", replace_original=True)

    [seen] = playground.messages(ALERTS, MEMBER)
    assert (seen["ts"], seen["text"], seen.get("blocks")) == (ts, "Done", None)


async def test_an_answer_can_delete_the_buttons_message(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """delete_original takes it away."""
    url, _ = await after_press(playground, bot, client)

    await url.send(delete_original=True)

    assert playground.messages(ALERTS, MEMBER) == []


async def test_an_answer_leaves_the_buttons_message_alone_otherwise(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Without replace_original a new ephemeral message appears."""
    url, _ = await after_press(playground, bot, client)

    await url.send(text="Noted")

    assert [m["text"] for m in playground.messages(ALERTS, OWNER)] == ["Low", "Noted"]
    assert [m["text"] for m in playground.messages(ALERTS, MEMBER)] == ["Low"]
