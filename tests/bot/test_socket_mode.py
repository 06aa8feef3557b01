"""Socket Mode: the same bot, over a connection that it opens itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from bot.app import serve
from bot.settings import Profile, load_settings
from store.scripts import Client

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

    def url(self, path: str) -> str:
        """An address here."""
        return str(self.server.make_url(path))

    async def _method(self, request: web.Request) -> web.Response:
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": "T0SOCKET", "user_id": "U0BOT", "bot_id": "B0BOT"},
            "users.info": {"user": {"id": "U0ANNA", "locale": "de-DE"}},
            "apps.connections.open": {"url": self.url("/link").replace("http", "ws")},
        }
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


async def test_a_command_over_the_socket_is_acknowledged_and_answered(
    slack: SlackWithSockets, server: str, real_redis: Client
) -> None:
    """With an app-level token the bot needs no public address: it connects, acknowledges and answers."""
    assert await real_redis.dbsize() == 0
    settings = load_settings(
        Profile.SERVE,
        env_file=None,
        slack_bot_token="xoxb-socket",
        slack_app_token="xapp-socket",
        slack_api_url=slack.url("/api/"),
        redis_url=server,
        port=0,
    )
    stop = asyncio.Event()

    serving = asyncio.create_task(serve(settings, stop))

    acknowledged = await asyncio.wait_for(slack.acknowledged.get(), PATIENCE_S)
    assert acknowledged["envelope_id"] == "e-1"
    answered = await asyncio.wait_for(slack.answered.get(), PATIENCE_S)
    assert answered["text"].split() == ["Guthaben:", "0,00", "$"]
    stop.set()
    await asyncio.wait_for(serving, PATIENCE_S)
