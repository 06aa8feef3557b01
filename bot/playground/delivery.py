"""Requests to the bot, signed as Slack signs them, given up after 3 s."""

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.people import SLACKBOT

EVENTS_PATH = "/slack/events"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SENT_KEPT = 500
BODY_SHOWN = 200

OPERATION_TIMEOUT = "operation_timeout"
DISPATCH_FAILED = "dispatch_failed"
DISPATCH_UNKNOWN = "dispatch_unknown_error"


@dataclass(frozen=True)
class Delivery:
    """How a request to the bot, or what a person tried to do, went.

    `ack_ms` is how long the bot took to acknowledge. `error` is Slack's word for a failure; `message` is what was
    posted, or what Slackbot said. A submission that
    was turned back carries `errors` by block_id (and `codes` where Slack itself turned it back), one that was
    taken the `response_action`.
    """

    ok: bool
    status: int | None = None
    ack_ms: float | None = None
    error: str | None = None
    message: str | Json | None = None
    errors: dict[str, str] | None = None
    codes: dict[str, str] | None = None
    response_action: str | None = None

    def to_page(self) -> Json:
        """The outcome as the page gets it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Sent:
    """A request as it went out, for tests that send it again."""

    kind: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the bot acknowledged with; `error` when it did not."""

    delivery: Delivery
    body: bytes = b""
    content_type: str = ""

    @property
    def json(self) -> Any:
        """The body read as JSON, None when it is empty or none."""
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            return None


@dataclass
class Courier:
    """Carries requests to `bot_url`."""

    backend: Backend
    bot_url: str | None
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=SENT_KEPT))
    _session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(auto_decompress=True)

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def sign(self, body: bytes, timestamp: str | None = None) -> dict[str, str]:
        """The two headers that prove a request to be Slack's; `timestamp` is Unix seconds, now when None."""
        stamp = timestamp if timestamp is not None else str(int(self.backend.config.clock.wall()))
        secret = self.backend.config.signing_secret.encode()
        digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def send_form(self, kind: str, fields: Mapping[str, str]) -> Reply:
        """A command, or an interaction as `payload=`."""
        return await self._send(kind, urlencode(fields).encode(), {"Content-Type": FORM})

    async def send_json(self, kind: str, payload: Json, headers: Mapping[str, str]) -> Reply:
        """An event."""
        return await self._send(kind, json.dumps(payload).encode(), {"Content-Type": JSON, **headers})

    async def post_raw(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Send exactly this, unsigned and unjudged, and return the status and body (for forged requests)."""
        session, url = self._ready()
        async with session.post(url, data=body, headers=headers) as response:
            return response.status, await response.read()

    async def _send(self, kind: str, body: bytes, headers: dict[str, str]) -> Reply:
        headers |= self.sign(body) | {"User-Agent": "Slackbot 1.0 (playground)", "Accept": "application/json,*/*"}
        self.sent.append(Sent(kind, headers, body))
        clock = self.backend.config.clock
        started = clock.monotonic()
        try:
            session, url = self._ready()
            timeout = aiohttp.ClientTimeout(total=self.backend.config.acknowledge_timeout_s)
            async with session.post(url, data=body, headers=headers, timeout=timeout) as response:
                answered = await response.read()
                ack_ms = round((clock.monotonic() - started) * 1000, 1)
                reply = self._judge(kind, response, answered, ack_ms)
        except TimeoutError:
            limit = self.backend.config.acknowledge_timeout_s
            self.backend.oracle.record("late_acknowledgement", kind, f"no acknowledgement within {limit:g} s")
            reply = Reply(Delivery(ok=False, error=OPERATION_TIMEOUT))
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            # Nobody listens: the bot is down or restarting, which breaks no rule of Slack's.
            reply = Reply(Delivery(ok=False, error=DISPATCH_FAILED, message=str(error)))
        except aiohttp.ClientError as error:
            reply = Reply(Delivery(ok=False, error=DISPATCH_UNKNOWN, message=str(error)))
        self._tell(kind, reply.delivery)
        return reply

    def _judge(self, kind: str, response: aiohttp.ClientResponse, body: bytes, ack_ms: float) -> Reply:
        status = response.status
        if status // 100 != 2:  # noqa: PLR2004 - the family of successes
            shown = body[:BODY_SHOWN].decode(errors="replace")
            self.backend.oracle.record("bad_acknowledgement", kind, f"HTTP {status} instead of 200", shown)
            return Reply(Delivery(ok=False, status=status, ack_ms=ack_ms, error=DISPATCH_FAILED))
        return Reply(Delivery(ok=True, status=status, ack_ms=ack_ms), body, response.content_type)

    def _ready(self) -> tuple[aiohttp.ClientSession, str]:
        if self._session is None or self.bot_url is None:
            raise ConnectionRefusedError("the playground knows no bot yet")
        return self._session, self.bot_url.rstrip("/") + EVENTS_PATH

    def _tell(self, kind: str, delivery: Delivery) -> None:
        event: Json = {"type": "delivery", "kind": kind, "ok": delivery.ok, "ms": delivery.ack_ms}
        if delivery.error is not None:
            event["error"] = delivery.error
        self.backend.hub.publish(event)


SLACKBOT_SAYS = {
    "en": {
        OPERATION_TIMEOUT: "“{0}” did not work: the app did not answer in time ({1}).",
        DISPATCH_FAILED: "“{0}” did not work: the app could not be reached or answered with an error ({1}).",
        DISPATCH_UNKNOWN: "“{0}” did not work, for a reason nobody knows ({1}).",
        "invalid_command": "“{0}” is no command here. A message that begins with “/” is taken as one.",
        "invalid_command_response": "“{0}” was answered with something that is no message ({1}).",
    },
    "de": {
        OPERATION_TIMEOUT: "„{0}“ hat nicht geklappt: Die App hat nicht rechtzeitig geantwortet ({1}).",
        DISPATCH_FAILED: "„{0}“ hat nicht geklappt: Die App ist nicht erreichbar oder meldet einen Fehler ({1}).",
        DISPATCH_UNKNOWN: "„{0}“ hat nicht geklappt, aus unbekanntem Grund ({1}).",
        "invalid_command": "„{0}“ ist hier kein Befehl. Eine Nachricht, die mit „/“ beginnt, gilt als Befehl.",
        "invalid_command_response": "Die Antwort auf „{0}“ ist keine Nachricht ({1}).",
    },
}


def say_as_slackbot(backend: Backend, user: str, channel: str, about: str, error: str) -> str:
    """Tell a person, and only them, what went wrong; returns the text."""
    language = backend.workspace.users[user].locale.partition("-")[0]
    text = SLACKBOT_SAYS.get(language, SLACKBOT_SAYS["en"])[error].format(about, error)
    backend.workspace.post(channel, SLACKBOT, text, username="Slackbot", ephemeral_for=user)
    return text
