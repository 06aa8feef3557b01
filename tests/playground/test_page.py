"""What the page gets over HTTP: the state, messages, the stream, and what a person does."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, FINANCE, GENERAL, MEMBER, OWNER
from bot.playground.server import Playground, PlaygroundConfig
from bot.playground.workspace import PAGE_MESSAGES
from tests.playground.controls import StandInBot, actions, button, entered, home, modal, section, text_input


@pytest.fixture
async def web(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a page."""
    async with aiohttp.ClientSession(playground.url) as session:
        yield session


async def get(web: aiohttp.ClientSession, path: str, **query: str) -> Any:
    """The JSON of a GET."""
    async with web.get(path, params=query) as response:
        assert response.status == 200
        return await response.json()


async def post(web: aiohttp.ClientSession, path: str, body: Any) -> Any:
    """The JSON of a POST."""
    async with web.post(path, json=body) as response:
        assert response.status == 200, await response.text()
        return await response.json()


class Events:
    """The stream of one person."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._lines = response.content

    async def next(self, kind: str) -> Any:
        """The next event of this type; others are passed over."""
        async with asyncio.timeout(5):
            while True:
                line = await self._lines.readline()
                assert line, "the stream ended"
                if line.startswith(b"data: "):
                    event = json.loads(line.removeprefix(b"data: "))
                    if event["type"] == kind:
                        return event

    async def comment(self) -> str:
        """The next comment."""
        async with asyncio.timeout(5):
            while not (line := await self._lines.readline()).startswith(b":"):
                assert line, "the stream ended"
            return line.decode().strip()


async def test_the_state_is_what_this_person_sees(web: aiohttp.ClientSession) -> None:
    """Channels of theirs, everyone in the switch but the stranger, the manifest's commands."""
    state = await get(web, "/play/state", user=MEMBER)

    names = [channel["name"] for channel in state["channels"]]
    [command] = state["commands"]
    assert state["team"]["name"] == "Contoso Telephony"
    assert names == ["general", "credits-alerts", "telephony", MEMBER]
    assert [(user["role"], user["locale"]) for user in state["users"]] == [
        ("owner", "en-US"),
        ("manager", "en-US"),
        ("member", "de-DE"),
    ]
    assert command["command"] == "/credits"
    assert [sub["word"] for sub in command["subcommands"]] == ["balance", "add", "history"]
    assert state["violations"] == []


async def test_completions_come_in_the_persons_language(config: PlaygroundConfig) -> None:
    """Whoever starts the playground may name the subcommands per locale."""
    words = {"de-DE": [("guthaben", "Guthaben anzeigen")]}
    given = replace(config, completions=lambda locale: words.get(locale, [("balance", "Show the balance")]))
    async with Playground(given) as playground, aiohttp.ClientSession(playground.url) as web:
        german, english = [(await get(web, "/play/state", user=user)) for user in (MEMBER, OWNER)]

    assert german["commands"][0]["subcommands"] == [{"word": "guthaben", "description": "Guthaben anzeigen"}]
    assert english["commands"][0]["subcommands"][0]["word"] == "balance"


async def test_messages_are_counted_until_they_are_read(web: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    """Unread counts go away with the look at the channel, for that person."""
    await client.chat_postMessage(channel=ALERTS, text="Low")

    before = await get(web, "/play/state", user=OWNER)
    messages = await get(web, f"/play/channels/{ALERTS}/messages", user=OWNER)
    after = await get(web, "/play/state", user=OWNER)
    other = await get(web, "/play/state", user=MEMBER)

    assert [message["text"] for message in messages["messages"]] == ["Low"]
    assert (before["unread"], after["unread"], other["unread"]) == ({ALERTS: 1}, {}, {ALERTS: 1})


@pytest.mark.parametrize("path", [f"/play/channels/{FINANCE}/messages?user={MEMBER}", "/play/state?user=U0NOBODY"])
async def test_what_a_person_cannot_see_is_refused(web: aiohttp.ClientSession, path: str) -> None:
    """A private channel of others is not shown."""
    async with web.get(path) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_a_long_channel_is_shown_from_its_end(playground: Playground, web: aiohttp.ClientSession) -> None:
    """The page gets the last 500 messages."""
    for number in range(PAGE_MESSAGES + 1):
        await playground.say(OWNER, GENERAL, str(number))

    messages = (await get(web, f"/play/channels/{GENERAL}/messages", user=OWNER))["messages"]

    assert [messages[0]["text"], messages[-1]["text"]] == ["1", str(PAGE_MESSAGES)]


async def test_a_malformed_request_is_told_as_an_error(web: aiohttp.ClientSession) -> None:
    """The page gets one sentence in `error`, whatever is missing."""
    async with web.post("/play/messages", json={"user": OWNER, "text": "x"}) as response:
        assert response.status == 422
        assert "channel" in (await response.json())["error"]


async def test_the_stream_tells_what_the_person_may_see(
    playground: Playground, web: aiohttp.ClientSession, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Messages, their changes, deliveries and violations arrive; another's ephemerals and views do not."""
    async with web.get("/play/stream", params={"user": OWNER}) as response:
        events = Events(response)
        await events.comment()
        await client.chat_postEphemeral(channel=ALERTS, user=MEMBER, text="not for you")
        posted = await client.chat_postMessage(channel=ALERTS, text="a")
        await client.chat_update(channel=ALERTS, ts=posted["ts"], text="b")
        await client.chat_delete(channel=ALERTS, ts=posted["ts"])
        await playground.command(MEMBER, GENERAL, "/credits")
        await client.views_open(trigger_id=bot.last("command").fields["trigger_id"], view=modal())
        await playground.command(OWNER, GENERAL, "/credits")
        await client.views_open(trigger_id=bot.last("command").fields["trigger_id"], view=modal(section("mine")))
        await client.views_publish(user_id=OWNER, view=home())
        playground.oracle.record("rule", "method", "message")

        first = await events.next("message")
        assert response.content_type == "text/event-stream"
        assert (first["channel"], first["message"]["text"]) == (ALERTS, "a")
        assert (await events.next("message_changed"))["message"]["text"] == "b"
        assert (await events.next("message_deleted"))["message"]["ts"] == posted["ts"]
        assert (await events.next("delivery"))["kind"] == "command"
        assert (await events.next("view_opened"))["view"]["blocks"][0]["text"]["text"] == "mine"
        assert (await events.next("home"))["view"]["type"] == "home"
        assert (await events.next("violation"))["violation"]["rule"] == "rule"


async def test_an_idle_stream_beats(web: aiohttp.ClientSession) -> None:
    """A comment now and then keeps the connection."""
    async with web.get("/play/stream", params={"user": OWNER}) as response:
        events = Events(response)

        assert await events.comment() == ": hello"
        assert await events.comment() == ": heartbeat"


async def test_a_stream_ends_with_the_playground(config: PlaygroundConfig) -> None:
    """An open page does not hold up the end."""
    playground = Playground(config)
    await playground.start()
    async with aiohttp.ClientSession(playground.url) as web, web.get("/play/stream?user=" + OWNER) as response:
        await Events(response).comment()
        async with asyncio.timeout(1.5):
            await playground.stop()
            assert await response.content.read() is not None


async def test_a_person_can_do_over_http_what_tests_do(
    playground: Playground, web: aiohttp.ClientSession, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A command, a button, a modal with errors and a submission, from the page."""
    said = await post(web, "/play/messages", {"user": OWNER, "channel": GENERAL, "text": "/credits add"})
    view = modal(text_input(), actions(button("more"), block_id="row"))
    await client.views_open(trigger_id=bot.last("command").fields["trigger_id"], view=view)
    [front] = (await get(web, "/play/views", user=OWNER))["views"]
    place = {"type": "view", "view_id": front["id"]}
    acted = await post(web, "/play/actions", {"user": OWNER, "container": place, "action": {"action_id": "more"}})
    path = f"/play/views/{front['id']}/submit"
    empty = await post(web, path, {"user": OWNER, "state": {"values": {}}})
    sent = await post(web, path, {"user": OWNER, "state": {"values": entered("amount", "50")}})

    assert said["ok"]
    assert said["ack_ms"] is not None
    assert acted["ok"]
    assert (empty["ok"], empty["codes"]) == (False, {"amount": "required"})
    assert (sent["ok"], sent["response_action"]) == (True, "close")


async def test_a_modal_can_be_closed_from_the_page(
    playground: Playground, web: aiohttp.ClientSession, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Closing takes the view away."""
    await playground.command(OWNER, GENERAL, "/credits")
    opened = await client.views_open(trigger_id=bot.last("command").fields["trigger_id"], view=modal())

    assert (await post(web, f"/play/views/{opened['view']['id']}/close", {"user": OWNER}))["ok"]
    assert playground.open_view(OWNER) is None


async def test_the_home_tab_over_http(web: aiohttp.ClientSession, bot: StandInBot, client: AsyncWebClient) -> None:
    """Nothing before the first publish; opening announces it to the bot."""
    before = await get(web, "/play/home", user=OWNER)
    opened = await post(web, "/play/home/open", {"user": OWNER})
    await client.views_publish(user_id=OWNER, view=home(section("12.00")))
    after = await get(web, "/play/home", user=OWNER)

    assert before == {"view": None}
    assert opened["ok"]
    assert bot.last("event_callback").payload["event"]["user"] == OWNER
    assert after["view"]["type"] == "home"


async def test_violations_over_http(playground: Playground, web: aiohttp.ClientSession) -> None:
    """The panel lists them and can clear them."""
    playground.oracle.record("rule", "method", "message", "detail")

    [listed] = await get(web, "/play/violations")
    async with web.delete("/play/violations") as response:
        cleared = await response.json()

    assert (listed["rule"], listed["method"], listed["detail"]) == ("rule", "method", "detail")
    assert cleared == {"ok": True}
    assert playground.violations == []


async def test_the_app_can_be_invited_over_http(playground: Playground, web: aiohttp.ClientSession) -> None:
    """A member invites the app into a private channel; an outsider cannot."""
    async with web.post(f"/play/channels/{FINANCE}/invite", json={"user": MEMBER}) as response:
        assert response.status == 400
    assert (await post(web, f"/play/channels/{FINANCE}/invite", {"user": OWNER}))["ok"]
    assert playground.workspace.channels[FINANCE].to_page()["app_is_member"]


async def test_another_host_name_is_refused(playground: Playground, web: aiohttp.ClientSession) -> None:
    """A site that points its own name at the loopback gets nothing."""
    async with web.get("/play/state?user=" + OWNER, headers={"Host": "attacker.example"}) as response:
        assert response.status == 400


async def test_a_page_is_served_with_its_policy(web: aiohttp.ClientSession) -> None:
    """The page loads nothing from elsewhere."""
    async with web.get("/") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
