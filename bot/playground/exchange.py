"""The telephone exchange's side of the HTTP API: a client with a token, over a connection, and nothing else.

Each request that changes money can be sent again: it carries a key made of the call's id, or it is a record with an id.
While there is no answer, or one that says so, the same is sent again.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.playground.config import Json

TRIES = 8
"""Over some seven seconds: a bot that died is started again meanwhile."""
AGAIN = frozenset({408, 429, 503})
"""Answers after which the same request is sent again."""
TIMEOUT_S = 30
LONGEST_PAUSE_S = 2.0
FIRST_PAUSE_S = 0.1
CONNECTIONS = 20
LEAST_PROBLEM = 400

_UNRATED = "unrated"


class Problem(Exception):  # noqa: N818 - what the API calls it
    """The API said no: `code` says why, for programs, `title` and `detail` for people."""

    def __init__(self, told: Json, status: int) -> None:
        self.code = str(told.get("code", status))
        self.title = str(told.get("title", f"HTTP {status}"))
        self.detail = str(told.get("detail", ""))
        super().__init__(f"{self.title}. {self.detail}".strip())

    @property
    def of_this_call(self) -> bool:
        """Whether it is about money or a service: this call may not be, another may."""
        return self.code in OF_CALLS


OF_CALLS = frozenset({"insufficient_credit", "service_stopped", "account_frozen", "account_closed"})


class UnreachableError(Exception):
    """Nobody answered, however often it was asked."""


class Exchange:
    """The API, for one account."""

    def __init__(self, url: str, token: str, account: str = "default") -> None:
        """`url` is the server's, such as http://127.0.0.1:8080."""
        self.url = url
        self._account = account
        self._currency = ""
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def account(self) -> Json:
        """What is left, and which services are open."""
        told = await self._ask("GET", f"/v1/accounts/{self._account}")
        self._currency = str(told["currency"])
        return told

    async def currency(self) -> str:
        """The account's, which never changes."""
        return self._currency or str((await self.account())["currency"])

    async def rate(self, service: str, number: str) -> Json | None:
        """What a call to a number costs, None where nobody has said; digits that are hidden do not count."""
        asked = {"service": service, "number": number.rstrip("*"), "account": self._account}
        try:
            return await self._ask("GET", "/v1/rates", params=asked)
        except Problem as problem:
            if problem.code == _UNRATED:
                return None
            raise

    async def hold(self, call_id: str, amount: Json, *, service: str, ttl_s: int, memo: str) -> None:
        """Set credit aside: the call may begin. A Problem says why it may not."""
        body = {"id": call_id, "amount": amount, "service": service, "ttl_s": ttl_s, "memo": memo}
        await self._ask("POST", f"/v1/accounts/{self._account}/holds", body, key=f"{call_id}-place")

    async def extend(self, call_id: str, amount: Json, *, ttl_s: int, minute: int) -> None:
        """Set more aside: the call may go on for that minute, counted from 1. A Problem says why it may not."""
        body = {"amount": amount, "ttl_s": ttl_s}
        await self._ask("POST", self._at(call_id, "extend"), body, key=f"{call_id}-minute-{minute}")

    async def release(self, call_id: str) -> None:
        """Give back what was set aside."""
        await self._ask("POST", self._at(call_id, "release"), {}, key=f"{call_id}-release")

    async def report(self, records: Sequence[Json]) -> list[Json]:
        """Report calls that have happened; answers what became of each, in their order."""
        told = await self._ask("POST", f"/v1/accounts/{self._account}/usage", {"records": list(records)})
        return list(told["records"])

    def _at(self, call_id: str, verb: str) -> str:
        return f"/v1/holds/{call_id}/{verb}?account={self._account}"

    async def _ask(
        self, method: str, path: str, body: Json | None = None, *, key: str = "", params: dict[str, str] | None = None
    ) -> Json:
        """The answer, as JSON.

        Raises:
            Problem: the API said no.
            UnreachableError: there was no answer.
        """
        asked = {"json": body, "params": params, "headers": {"Idempotency-Key": key} if key else {}}
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            pause_s = min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S)
            try:
                status, told, wait = await self._once(method, path, asked)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                if last:
                    raise UnreachableError(f"the API does not answer: {type(error).__name__}") from error
            else:
                if status < LEAST_PROBLEM:
                    return told
                if last or status not in AGAIN:
                    raise Problem(told, status)
                pause_s = float(wait or pause_s)
            await asyncio.sleep(pause_s)
        raise AssertionError

    async def _once(self, method: str, path: str, asked: dict[str, Any]) -> tuple[int, Json, str]:
        """Status, body, and how long to wait where the answer says so; ValueError for a body that is no JSON."""
        async with self._web().request(method, f"{self.url}{path}", **asked) as answer:
            told = await answer.json(content_type=None)
            return answer.status, dict(told), answer.headers.get("Retry-After", "")

    def _web(self) -> aiohttp.ClientSession:
        """The connections, opened where there is a loop."""
        if self._session is None:
            options: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=TIMEOUT_S), "headers": self._headers}
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS), **options)
        return self._session
