"""A stand-in for Microsoft Graph's call records and its sign-in: it pages, repeats, delays, throttles and fails."""

import contextlib
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.ingest.graph.access import Access, Clock, Site
from bot.ingest.graph.client import Graph
from bot.ingest.graph.signin import SignIn

LOGIN = "https://login.example.test"
ORGANISATION = "6f1d3c10-0000-4000-8000-000000000001"
APP = "6f1d3c10-0000-4000-8000-000000000002"
SECRET = "invented-client-secret~value"
PERSON, NUMBER, PLACE = "anna.beispiel@contoso.example", "+447700900123", "United Kingdom"
PER_MINUTE = 50
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = int(datetime.now(UTC).timestamp()) * 1000
"""When the tests began."""


class FastClock(Clock):
    """Time passes when somebody waits."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return self.ms

    async def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.ms += int(seconds * 1000) + 1


@dataclass(frozen=True)
class Call:
    """A call that Graph tells of from `appears_ms` on."""

    number: int
    start_ms: int
    appears_ms: int
    cents: int

    @property
    def id(self) -> str:
        """Its record's."""
        return str(UUID(int=self.number, version=4))

    @property
    def row(self) -> dict[str, Any]:
        """As Graph tells it."""
        started = datetime.fromtimestamp(self.start_ms / 1000, UTC)
        return {
            "id": self.id.upper(), "callId": f"{self.number}@192.0.2.17", "userId": str(UUID(int=7)),
            "userPrincipalName": PERSON, "userDisplayName": "Anna Beispiel",
            "startDateTime": f"{started:%Y-%m-%dT%H:%M:%S}.{started.microsecond:06}3Z",
            "endDateTime": f"{started:%Y-%m-%dT%H:%M:%S}Z", "duration": 61, "charge": self.cents / 100,
            "connectionCharge": 0.0, "callType": "user_out", "currency": "USD", "calleeNumber": NUMBER,
            "callerNumber": "+441632960001", "usageCountryCode": "DE", "tenantCountryCode": "DE",
            "destinationContext": "International", "destinationName": PLACE, "conferenceId": None,
            "licenseCapability": "MCOPSTNPP", "inventoryType": "Subscriber", "operator": "Microsoft",
            "callDurationSource": "microsoft",
        }  # fmt: skip


def calls(rng: random.Random, count: int, from_ms: int, to_ms: int, late_ms: int = 0) -> list[Call]:
    """Calls at random moments, each told up to `late_ms` after it began."""
    starts = [rng.randint(from_ms, to_ms) for _ in range(count)]
    return [
        Call(number, start, start + rng.randint(0, late_ms), rng.randint(1, 900))
        for number, start in enumerate(starts, 1)
    ]


@dataclass
class Said:
    """A response as msal takes it."""

    status_code: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """As requests does."""
        if self.status_code >= 400:
            raise OSError(f"status {self.status_code}")


Fault = Callable[[web.Request], "web.StreamResponse | None"]


class GraphService:
    """Both servers. Tests say what goes wrong; it notes what was asked for."""

    def __init__(self, clock: FastClock, rows: Iterable[Call] = (), *, page: int = 1000, seed: int = 0) -> None:
        self.clock = clock
        self.rows = list(rows)
        self.page = page
        self.rng = random.Random(seed)  # noqa: S311 replays by its seed
        self.asked: list[int] = []
        """When, of each request for records."""
        self.windows: list[tuple[int, int]] = []
        """Of each request for a first page."""
        self.rude = 0
        """Requests within a time that was to be waited for."""
        self.refused = 0
        self.tokens: dict[str, int] = {}
        """Until when each is good."""
        self.token_life_ms = HOUR_MS
        self.secret = SECRET
        self.sign_in_says: deque[Said | OSError] = deque()
        """Answers to come before the right ones."""
        self.says: deque[web.StreamResponse | Fault | None] = deque()
        """The same for records; None is the right answer."""
        self.faults: Fault = lambda _: None
        self.root = ""
        self._lists: dict[str, list[Call]] = {}
        self._busy_until = 0

    def access(self) -> Access:
        """How to get in."""
        return Access(ORGANISATION, APP, SECRET, Site(LOGIN, self.root))

    async def start(self) -> TestServer:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_get("/v1.0/communications/callRecords/{function}", self._answer)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server(access_log=None)
        self.root = str(server.make_url("")).rstrip("/")
        return server

    # What msal talks to.

    def get(self, url: str, **_: Any) -> Said:
        """Where one signs in."""
        if ORGANISATION not in url:
            return Said(400, json.dumps({"error": "invalid_tenant"}))
        base = f"{LOGIN}/{ORGANISATION}/oauth2/v2.0"
        told = {"token_endpoint": f"{base}/token", "authorization_endpoint": f"{base}/authorize", "issuer": LOGIN}
        return Said(200, json.dumps(told))

    def post(self, url: str, data: Mapping[str, str], **_: Any) -> Said:
        """A token for the right secret."""
        if self.sign_in_says:
            said = self.sign_in_says.popleft()
            if isinstance(said, OSError):
                raise said
            return said
        assert url == f"{LOGIN}/{ORGANISATION}/oauth2/v2.0/token"
        assert data["grant_type"] == "client_credentials"
        assert data["scope"] == f"{self.root}/.default"
        if (data["client_id"], data["client_secret"]) != (APP, self.secret):
            return self.no(7000215)
        token = f"token-{len(self.tokens)}-{'x' * 20}"
        self.tokens[token] = self.clock.now_ms() + self.token_life_ms
        return Said(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 3599}))

    def close(self) -> None:
        """Nothing to close."""

    @staticmethod
    def no(code: int) -> Said:
        """A sign-in that is refused, in Microsoft's words."""
        told = {"error": "invalid_client", "error_description": f"AADSTS{code}: not for {APP}", "error_codes": [code]}
        return Said(401, json.dumps(told))

    # Records.

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        now = self.clock.now_ms()
        self.asked.append(now)
        self.rude += now < self._busy_until
        if self.says:
            said = self.says.popleft()
            said = said(request) if callable(said) else said
            if said is not None:
                return said
        if len([each for each in self.asked[-PER_MINUTE - 1 :] if each > now - 60_000]) > PER_MINUTE:
            return self.busy(60)
        if (failed := self.faults(request)) is not None:
            return failed
        if self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), 0) < now:
            self.refused += 1
            return web.json_response({"error": {"code": "InvalidAuthenticationToken"}}, status=401)
        return self._page(request)

    def _page(self, request: web.Request) -> web.Response:
        mark = parse_qs(request.query_string).get("$skiptoken", [""])[0]
        if mark:
            name, _, at = mark.partition("-")
            begin, found = int(at), self._lists[name]
        else:
            from_ms, to_ms = _window(request.match_info["function"])
            self.windows.append((from_ms, to_ms))
            shown = (each for each in self.rows if each.appears_ms <= self.clock.now_ms())
            found = sorted(
                (each for each in shown if from_ms <= each.start_ms <= to_ms), key=lambda each: each.start_ms
            )
            begin, name = 0, str(len(self._lists))
            self._lists[name] = found
        end = begin + self.page
        told: dict[str, Any] = {"@odata.context": f"{self.root}/v1.0/$metadata", "value": []}
        told["value"] = [each.row for each in found[begin:end]]
        told["@odata.count"] = len(told["value"])
        if end < len(found):
            again = self.rng.randint(0, min(3, self.page - 1))  # some rows are on both pages
            told["@odata.nextLink"] = f"{self.root}{request.path}?$skiptoken={name}-{end - again}"
        return web.json_response(told, headers=self.dated())

    def dated(self) -> dict[str, str]:
        """The server's own clock."""
        return {"Date": formatdate(self.clock.now_ms() / 1000, usegmt=True)}

    def busy(self, seconds: int, *, status: int = 429, as_date: bool = False) -> web.Response:
        """Come back later."""
        now = self.clock.now_ms() // 1000 * 1000 if as_date else self.clock.now_ms()
        self._busy_until = now + seconds * 1000
        text = formatdate(self._busy_until / 1000, usegmt=True) if as_date else str(seconds)
        return web.json_response(
            {"error": {"code": "TooManyRequests"}}, status=status, headers={"Retry-After": text, **self.dated()}
        )

    def at_random(self, share: float) -> Fault:
        """Something goes wrong with this share of the requests."""
        kinds: list[Fault] = [
            lambda _: web.Response(status=500),
            lambda _: web.Response(status=502, text="<html>"),
            lambda _: web.Response(status=504),
            lambda _: self.busy(self.rng.randint(1, 90)),
            lambda _: self.busy(self.rng.randint(1, 90), status=503, as_date=True),
            lambda _: web.Response(text='{"value": [{"id": "'),
            lambda _: web.Response(text="[]"),
            dropped,
            self._expired,
            self._cut_short,
        ]
        return lambda request: self.rng.choice(kinds)(request) if self.rng.random() < share else None

    def _expired(self, _: web.Request) -> None:
        self.tokens.clear()

    def _cut_short(self, request: web.Request) -> web.StreamResponse:
        body = self._page(request).body
        assert isinstance(body, bytes)
        return web.Response(body=body[: self.rng.randint(0, len(body) - 1)], headers=self.dated())


def dropped(request: web.Request) -> web.StreamResponse:
    """The connection is gone instead of an answer."""
    assert request.transport
    request.transport.abort()
    return web.Response()


def _window(function: str) -> tuple[int, int]:
    from_, to = function.removeprefix("getPstnCalls(fromDateTime=").removesuffix(")").split(",toDateTime=")
    from_ms, to_ms = (int(datetime.fromisoformat(each).timestamp() * 1000) for each in (from_, to))
    assert 0 < to_ms - from_ms <= 90 * DAY_MS
    return from_ms, to_ms


@contextlib.asynccontextmanager
async def opened(service: GraphService, timeout_s: float = 60) -> AsyncIterator[Graph]:
    """A client of the stand-in, which listens meanwhile."""
    async with await service.start(), aiohttp.ClientSession() as session:
        session._retry_connection = False  # aiohttp asks once more by itself where the connection is gone
        sign_in = SignIn(service.access(), http=service)
        yield Graph(service.root, sign_in, session, service.clock, timeout_s=timeout_s)
