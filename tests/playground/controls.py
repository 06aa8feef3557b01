"""Example objects of the playground's tests: a bot that answers as told, a clock that stands, cards, an API."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.config import Clock, Labels
from bot.playground.exchange import Exchange, UnreachableError
from bot.playground.people import GENERAL, OWNER, TEAM
from bot.playground.server import Playground, View

SECRET = "invented-signing-secret"
TOKEN = "xoxb-invented"
SCOPES = (
    "commands",
    "chat:write",
    "users:read",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
    "im:history",
    "channels:join",
)

Json = dict[str, Any]
Answer = Callable[["Received"], Awaitable[web.StreamResponse]]


@dataclass
class Hands:
    """A clock whose hands are moved by the test."""

    now_s: float = 1_800_000_000.0

    def clock(self) -> Clock:
        """The clock to hand in."""
        return Clock(wall=lambda: self.now_s, monotonic=lambda: self.now_s)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


@dataclass(frozen=True)
class Received:
    """One request as the bot got it."""

    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """The form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def payload(self) -> Json:
        """The interaction, or the event."""
        text = self.fields.get("payload") if b"payload=" in self.body[:8] else self.body
        return dict(json.loads(text or "{}"))

    @property
    def kind(self) -> str:
        """command, block_actions, view_submission, view_closed or event_callback."""
        return "command" if self.body.startswith(b"token=") else str(self.payload["type"])


@dataclass
class StandInBot:
    """A bot that keeps what it gets and answers by kind; an empty 200 where nothing was said."""

    received: list[Received] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on the loopback."""
        app = web.Application()
        app.router.add_post("/slack/events", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()

    def answer_with(self, kind: str, body: Json | str | None, status: int = 200) -> None:
        """Acknowledge this kind with a JSON body, a text, or nothing."""

        async def answer(_received: Received) -> web.StreamResponse:
            if isinstance(body, dict):
                return web.json_response(body, status=status)
            return web.Response(text=body or "", status=status)

        self.answers[kind] = answer

    def last(self, kind: str) -> Received:
        """The newest request of this kind."""
        return [request for request in self.received if request.kind == kind][-1]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        received = Received(dict(request.headers), await request.read())
        self.received.append(received)
        answer = self.answers.get(received.kind)
        return await answer(received) if answer else web.Response()


@dataclass
class Purse:
    """Two payment cards."""

    chosen: str = "good"

    async def cards(self, tenant: str) -> list[tuple[str, Labels]]:
        """Both."""
        _only_here(tenant)
        return [("good", {"en": "Succeeds", "de": "Gelingt"}), ("bad", {"en": "Declines"})]

    async def card(self, tenant: str) -> str:
        """The one in use."""
        _only_here(tenant)
        return self.chosen

    async def choose_card(self, tenant: str, card_id: str) -> None:
        """Use another."""
        _only_here(tenant)
        self.chosen = card_id


class CountingExchange(Exchange):
    """The API with 10.00 behind it, where a minute costs 0.32. It may be told to refuse holds, or to break."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "crd_invented")
        self.micros = 10_000_000
        self.records: list[Json] = []
        self.broken = False
        self.refuse = ""

    async def _once(self, method: str, path: str, asked: Json) -> tuple[int, Json, str]:
        """Answer as the API does."""
        del method
        if self.broken:
            raise UnreachableError("no ledger")
        if path == "/v1/rates":
            return 200, {"per_minute": {"amount": "0.320000"}, "connection_fee": {"amount": "0.000000"}}, ""
        if path.endswith("/usage"):
            return 200, {"records": [self._charged(each) for each in asked["json"]["records"]]}, ""
        if path.endswith("/holds") and self.refuse:
            return 402, {"code": self.refuse, "title": "No", "detail": "Not now."}, ""
        balance = {"amount": f"{self.micros / 1_000_000:.6f}"}
        return 200, {"currency": "USD", "balance": balance, "services": {}}, ""

    def _charged(self, record: Json) -> Json:
        micros = -(-record["duration_s"] // 60) * 320_000
        self.micros -= micros
        self.records.append(record)
        return {"outcome": "charged", "charged": {"amount": f"{micros / 1_000_000:.6f}"}, "reason": None}


def _only_here(tenant: str) -> None:
    """The panel is about the stand-in workspace and no other tenant."""
    assert tenant == TEAM


def write_manifest(folder: Path, *, without: str = "", events: tuple[str, ...] = ("app_home_opened",)) -> Path:
    """A small manifest, `without` one scope."""
    command = {
        "command": "/credits",
        "description": "Communications credits",
        "usage_hint": "[balance | add 50 | history]",
        "should_escape": True,
    }
    document = {
        "display_information": {"name": "Credits"},
        "features": {"slash_commands": [command]},
        "oauth_config": {"scopes": {"bot": [scope for scope in SCOPES if scope != without]}},
        "settings": {
            "interactivity": {"is_enabled": True},
            "event_subscriptions": {"bot_events": list(events)},
        },
    }
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def plain(text: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def section(text: str = "Balance: 12.00", **fields: Any) -> Json:
    """A section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **fields}


def button(action_id: str = "press", **fields: Any) -> Json:
    """A button."""
    return {"type": "button", "action_id": action_id, "text": plain("Press"), **fields}


def actions(*elements: Json, **fields: Any) -> Json:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements), **fields}


def text_input(block_id: str = "amount", **element: Any) -> Json:
    """An input block with a text field whose action_id is "value"."""
    held = {"type": "plain_text_input", "action_id": "value", **element}
    return {"type": "input", "block_id": block_id, "label": plain("Amount"), "element": held}


def modal(*blocks: Json, **fields: Any) -> Json:
    """A modal."""
    submit = {"submit": plain("Save")} if any(block["type"] == "input" for block in blocks) else {}
    return {"type": "modal", "title": plain("Add credit"), "blocks": list(blocks), **submit, **fields}


def home(*blocks: Json) -> Json:
    """A Home tab."""
    return {"type": "home", "blocks": list(blocks)}


def entered(block_id: str, value: str) -> Json:
    """What one types into a `text_input`."""
    return {block_id: {"value": {"type": "plain_text_input", "value": value}}}


async def refused(call: Awaitable[Any]) -> str:
    """The error that a call of Slack's client is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def rules(playground: Playground) -> list[str]:
    """What was noted, oldest first."""
    return [violation.rule for violation in playground.violations]


async def trigger(playground: Playground, bot: StandInBot, user: str = OWNER) -> str:
    """A fresh trigger id of a command."""
    await playground.command(user, GENERAL, "/credits")
    return bot.last("command").fields["trigger_id"]


async def opened(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, view: Json, user: str = OWNER
) -> View:
    """An open modal."""
    await client.views_open(trigger_id=await trigger(playground, bot, user), view=view)
    found = playground.open_view(user)
    assert found is not None
    return found
