"""Socket Mode: the same bot, over a connection that it opens itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from structlog.testing import capture_logs

from bot.app import serve
from bot.settings import Profile, Settings, load_settings
from store.scripts import Client
from tests.bot.stage import eventually

PATIENCE_S = 15


class SlackWithSockets:
    """As much of Slack as one command over a socket needs."""

    def __init__(self) -> None:
        self.acknowledged: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.answered: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        application = web.Application()
        application.router.add_route("*", "/api/{method}", self._method)
        application.router.add_post("/response", self._response)
        application.router.add_get("/link", self._link)
        self.server = TestServer(application)

        self.refusals = 0
        """How often the next requests for a link are refused."""

    def url(self, path: str) -> str:
        """An address here."""
        return str(self.server.make_url(path))

    async def _method(self, request: web.Request) -> web.Response:
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": "T0SOCKET", "user_id": "U0BOT", "bot_id": "B0BOT"},
            "users.info": {"user": {"id": "U0ANNA", "locale": "de-DE"}},
            "apps.connections.open": {"url": self.url("/link").replace("http", "ws")},
        }
        if request.match_info["method"] == "apps.connections.open" and self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        return web.json_response({"ok": True, **answers[request.match_info["method"]]})

    async def _response(self, request: web.Request) -> web.Response:
        await self.answered.put(await request.json())
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "debug_info": {}, "connection_info": {}})
        command = {
            "command": "/credits",
            "text": "guthaben",
            "team_id": "T0SOCKET",
            "user_id": "U0ANNA",
            "channel_id": "C0ONE",
            "trigger_id": "1.2.3",
            "response_url": self.url("/response"),
        }
        await socket.send_json(
            {"type": "slash_commands", "envelope_id": "e-1", "accepts_response_payload": True, "payload": command}
        )
        async for message in socket:
            if message.type is WSMsgType.TEXT and "envelope_id" in message.data:
                await self.acknowledged.put(message.json())
        return socket


@pytest.fixture
async def slack() -> AsyncIterator[SlackWithSockets]:
    """A running Slack."""
    running = SlackWithSockets()
    await running.server.start_server()
    yield running
    await running.server.close()


def settings_of(slack: SlackWithSockets, server: str) -> Settings:
    """Socket Mode's."""
    return load_settings(
        Profile.SERVE,
        env_file=None,
        slack_bot_token="xoxb-socket",
        slack_app_token="xapp-socket",
        slack_api_url=slack.url("/api/"),
        redis_url=server,
        port=0,
    )


async def test_a_command_over_the_socket_is_acknowledged_and_answered(
    slack: SlackWithSockets, server: str, real_redis: Client
) -> None:
    """With an app-level token the bot needs no public address: it connects, acknowledges and answers."""
    assert await real_redis.dbsize() == 0
    stop = asyncio.Event()

    serving = asyncio.create_task(serve(settings_of(slack, server), stop))

    acknowledged = await asyncio.wait_for(slack.acknowledged.get(), PATIENCE_S)
    assert acknowledged["envelope_id"] == "e-1"
    answered = await asyncio.wait_for(slack.answered.get(), PATIENCE_S)
    assert answered["text"].split() == ["Guthaben:", "0,00", "$"]
    stop.set()
    await asyncio.wait_for(serving, PATIENCE_S)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client tries again at once."""
    connect = SocketModeClient.connect

    async def at_once(self: SocketModeClient) -> None:
        self.ping_interval = 0.05  # also its pause between tries
        await connect(self)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(SocketModeClient, "connect", at_once)


async def test_a_slack_that_is_away_at_the_start_is_waited_for(
    slack: SlackWithSockets, server: str, real_redis: Client, hasty: None
) -> None:
    """Said in one sentence without a traceback; when Slack is there, the bot connects and answers."""
    slack.refusals = 3
    stop = asyncio.Event()
    with capture_logs() as logs:
        serving = asyncio.create_task(serve(settings_of(slack, server), stop))
        await asyncio.wait_for(slack.answered.get(), PATIENCE_S)
        stop.set()
        await asyncio.wait_for(serving, PATIENCE_S)

    lines = [each for each in logs if str(each["event"]).startswith("socket_")]
    assert [each["event"] for each in lines] == ["socket_away", "socket_back"]
    assert "SLACK_API_URL" in lines[0]["reason"]


async def test_while_slack_is_away_the_end_comes_all_the_same(
    slack: SlackWithSockets, server: str, real_redis: Client
) -> None:
    """SIGTERM ends a bot that has not been connected yet."""
    slack.refusals = 1_000
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings_of(slack, server), stop))
    await eventually(lambda: slack.refusals < 1_000)
    stop.set()

    await asyncio.wait_for(serving, PATIENCE_S)
