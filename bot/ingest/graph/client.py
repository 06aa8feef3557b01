"""Asking Microsoft Graph for call records: page by page, as patiently as it wants, and never anybody else."""

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from yarl import URL

from bot.ingest.graph.access import Clock
from bot.ingest.graph.problems import GraphError, Problem
from bot.ingest.graph.signin import SignIn, word
from bot.ingest.graph.windows import HOUR_MS, Window
from bot.ingest.rows import DECODER
from bot.outages import plainly

ATTEMPTS = 8
"""How often one page is asked for before the others have to wait until next time."""
SLOW_ATTEMPTS = 2
"""How often it may be too slow."""
LONGEST_WAIT_S = 300.0
"""What Graph wants us to wait longer than that is waited for between two rounds, not within one."""
MINUTE_S, PER_MINUTE = 60.0, 40
"""Graph takes 50 requests a minute for this collection; some are left for others."""
LARGEST = 32 << 20
"""Bytes of a page, unpacked; 1,000 rows are about one million."""
TIMEOUT_S, CONNECT_S = 120.0, 15.0

_PATH = "{root}/v1.0/communications/callRecords/getPstnCalls(fromDateTime={from_},toDateTime={to})"
_OK, _UNAUTHORIZED, _FORBIDDEN, _TIMED_OUT, _BUSY, _SERVERS, _LATE = 200, 401, 403, 408, 429, 500, 504


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as Graph has them, amounts as they are written; `last` of its window."""

    rows: list[Any]
    last: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Again(Exception):  # noqa: N818 no error: it is tried again
    """It did not work, and might the next time: not before `wait_s`."""

    def __init__(self, problem: Problem, detail: str, wait_s: float | None = None) -> None:
        super().__init__(detail)
        self.problem = problem
        self.wait_s = wait_s


class Graph:
    """The records of one organisation."""

    def __init__(
        self,
        root: str,
        sign_in: SignIn,
        session: aiohttp.ClientSession,
        clock: Clock | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`root`: the server, such as `https://graph.microsoft.com`."""
        self._root = URL(root)
        self._sign_in = sign_in
        self._session = session
        self._clock = clock or Clock()
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_S)
        self._asked = deque[int](maxlen=PER_MINUTE)

    async def pages(self, window: Window) -> AsyncGenerator[Page, None]:
        """All records of calls that began in a window, in pages; some more than once, as they come.

        Raises:
            GraphError: not all could be read; TOO_SLOW where a shorter window might be.
        """
        from_, to = window.shown
        url = URL(_PATH.format(root=str(self._root).rstrip("/"), from_=from_, to=to), encoded=True)
        asked = set[URL]()
        while True:
            asked.add(url)
            found = await self._get(url, window)
            link = found.get("@odata.nextLink")
            yield Page(found["value"], last=link is None)
            if link is None:
                return
            url = self._checked(link)
            if url in asked:
                raise GraphError(Problem.NEVER_ENDING)

    def _checked(self, link: object) -> URL:
        """The next page's address; whoever answers there gets our token."""
        try:
            url = URL(link, encoded=True) if isinstance(link, str) else URL()
            ours = url.origin() == self._root.origin() and url.user is None and url.password is None
        except ValueError:
            ours = False
        if not ours:
            raise GraphError(Problem.FOREIGN_LINK)
        return url

    async def _get(self, url: URL, window: Window) -> dict[str, Any]:
        """One page, however often it has to be asked for."""
        slow = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask(url, window)
            except _Again as again:
                slow += again.problem is Problem.TOO_SLOW
                if attempt == ATTEMPTS or slow == SLOW_ATTEMPTS:
                    raise GraphError(again.problem, str(again), wait_s=again.wait_s or 0) from None
                wait_s = max(2.0 ** (attempt - 1), again.wait_s or 0)
                if wait_s > LONGEST_WAIT_S:
                    raise GraphError(Problem.BUSY, f"{wait_s:.0f} s", wait_s=wait_s) from None
                # never earlier than it was said; later, so that not everybody comes back at once
                await self._clock.sleep(wait_s * random.uniform(1, 1.25))  # noqa: S311 no secret
        raise AssertionError

    async def _ask(self, url: URL, window: Window) -> dict[str, Any]:
        token = await self._token()
        answer = await self._send(url, token)
        if answer.status == _UNAUTHORIZED:
            answer = await self._send(url, await self._token(refused=token))
        if answer.status != _OK:
            raise _refused(answer, self._clock.now_ms())
        self._check_clock(answer, window)
        return await asyncio.to_thread(_parsed, answer.body)

    async def _token(self, *, refused: str = "") -> str:
        try:
            return await self._sign_in.token(refused=refused)
        except GraphError as error:
            if error.problem is Problem.AWAY:
                raise _Again(Problem.AWAY, "the sign-in fails") from None
            raise

    async def _send(self, url: URL, token: str) -> _Answer:
        await self._pace()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            async with self._session.get(
                url, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                body = bytearray()
                async for part in response.content.iter_chunked(1 << 16):
                    body += part
                    if len(body) > LARGEST:
                        raise GraphError(Problem.BROKEN, "a page is too large")
                return _Answer(response.status, response.headers, bytes(body))
        except aiohttp.ConnectionTimeoutError:
            raise _Again(Problem.AWAY, "no connection in time") from None
        except TimeoutError:
            raise _Again(Problem.TOO_SLOW, "") from None
        except (aiohttp.ClientError, OSError) as error:
            raise _Again(Problem.AWAY, _why(error)) from None

    async def _pace(self) -> None:
        """Not more requests in a minute than are ours."""
        if len(self._asked) == PER_MINUTE:
            left_s = MINUTE_S - (self._clock.now_ms() - self._asked[0]) / 1000
            if 0 < left_s <= MINUTE_S:
                await self._clock.sleep(left_s)
        self._asked.append(self._clock.now_ms())

    def _check_clock(self, answer: _Answer, window: Window) -> None:
        """Calls that began before the window's end are known, or come late. That is true if its end is not ahead."""
        theirs_ms = _date_ms(answer.headers.get("Date", ""))
        if theirs_ms is not None and window.to_ms - theirs_ms > HOUR_MS:
            raise GraphError(Problem.CLOCK, f"{(window.to_ms - theirs_ms) / HOUR_MS:.1f} hours")


def _refused(answer: _Answer, now_ms: int) -> Exception:
    """What a refusal means."""
    code = _code(answer.body)
    if answer.status == _UNAUTHORIZED:
        return GraphError(Problem.TOKEN_REFUSED)
    if answer.status == _FORBIDDEN:
        return GraphError(Problem.FORBIDDEN, f"({code})")
    wait_s = _wait_s(answer.headers, now_ms)
    if answer.status == _BUSY:
        return _Again(Problem.BUSY, "a while", wait_s)
    if answer.status in {_TIMED_OUT, _LATE}:
        return _Again(Problem.TOO_SLOW, "", wait_s)
    if answer.status >= _SERVERS:
        return _Again(Problem.AWAY, f"status {answer.status}", wait_s)
    return GraphError(Problem.REFUSED, f"status {answer.status}, {code}")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Again(Problem.BROKEN, "it is no JSON, or ends too early") from None
    if not isinstance(found, dict) or not isinstance(found.get("value"), list):
        raise _Again(Problem.BROKEN, "there are no records in it")
    return found


def _code(body: bytes) -> str:
    """Graph's own word for an error; its message is left out, which can quote what was asked for."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    error = found.get("error") if isinstance(found, dict) else None
    return word(error.get("code") if isinstance(error, dict) else None)


def _wait_s(headers: Mapping[str, str], now_ms: int) -> float | None:
    """What `Retry-After` says, in seconds or as a date by the server's own clock; None where it says nothing."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until_ms = _date_ms(text)
    if until_ms is None:
        return None
    return max(0.0, (until_ms - (_date_ms(headers.get("Date", "")) or now_ms)) / 1000)


def _date_ms(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def _why(error: BaseException) -> str:
    """Without the address, in which a page's mark can stand."""
    told = (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError)
    return plainly(error) if isinstance(error, told) else type(error).__name__
