"""What the web server reads of a request before it knows who sent it."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from fastapi import Request
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot import web
from bot.serving import WebServer
from bot.web import LARGEST_BODY, build_web
from tests.world import SECRET

CHUNK = b"x" * 100_000
MOST = 200
"""Chunks offered, twenty times what is taken."""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where Slack's requests are taken, by an app that knows nobody."""

    async def ready() -> dict[str, bool]:
        return {}

    async def nobody() -> AuthorizeResult:
        raise AssertionError

    app = AsyncApp(signing_secret=SECRET, authorize=nobody)
    server = WebServer(build_web(app, ready, secret=SecretStr(SECRET)), "127.0.0.1", 0, grace_s=1)
    await server.start()
    yield f"http://127.0.0.1:{server.port}/slack/events"
    await server.stop()


class Endless:
    """A body in chunks, without a length, that counts what is taken of it."""

    def __init__(self) -> None:
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(MOST):
            self.sent += len(CHUNK)
            yield CHUNK


def headers(body: bytes = b"") -> dict[str, str]:
    """The headers of a request from now, signed."""
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


async def post(address: str, body: Endless | bytes, given: dict[str, str]) -> int:
    """The status, 0 where the connection was closed while the body was still being sent."""
    try:
        data = body if isinstance(body, bytes) else body.__aiter__()
        async with aiohttp.ClientSession() as client, client.post(address, data=data, headers=given) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of each piece of a body that the application took in."""
    pieces: list[int] = []
    stream = Request.stream

    async def counted(request: Request) -> AsyncIterator[bytes]:
        async for piece in stream(request):
            pieces.append(len(piece))
            yield piece

    monkeypatch.setattr(Request, "stream", counted)
    return pieces


@pytest.mark.parametrize(
    "change",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=aa"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "1"},
    ],
    ids=["unsigned", "no signature", "no time", "a word", "long ago"],
)
async def test_without_the_headers_of_slack_nothing_is_read(
    address: str, read: list[int], change: dict[str, str]
) -> None:
    """A request that cannot be Slack's by its headers is 401, and none of its endless body is taken in."""
    status = await post(address, Endless(), {**headers(), **change})

    assert status in {401, 0}
    assert read == []


async def test_an_endless_body_is_cut_off(address: str, read: list[int]) -> None:
    """A body without a length is taken in up to the limit and not beyond: 413."""
    status = await post(address, Endless(), headers())

    assert status in {413, 0}
    assert LARGEST_BODY < sum(read) <= LARGEST_BODY + 2 * len(CHUNK) + 65_536


async def test_a_length_beyond_the_limit_is_not_read(address: str, read: list[int]) -> None:
    """A body that says it is too large is 413 at once."""
    status = await post(address, b"x" * (LARGEST_BODY + 1), headers())

    assert status in {413, 0}
    assert read == []


async def test_a_body_at_the_limit_is_read(address: str, read: list[int]) -> None:
    """The largest body that is taken reaches the signature's check, whole."""
    status = await post(address, b"x" * LARGEST_BODY, headers(b"y"))

    assert status == 401
    assert sum(read) == LARGEST_BODY


async def test_a_signed_body_in_chunks_is_taken(address: str) -> None:
    """A genuine request without a length goes through."""
    question = b'{"type": "url_verification", "challenge": "c-1"}'

    async def pieces() -> AsyncIterator[bytes]:
        yield question[:20]
        await asyncio.sleep(0)
        yield question[20:]

    given = {**headers(question), "content-type": "application/json"}
    async with aiohttp.ClientSession() as client, client.post(address, data=pieces(), headers=given) as answer:
        assert (answer.status, await answer.json()) == (200, {"challenge": "c-1"})


async def test_a_body_that_never_ends_is_given_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of which nothing more comes is not waited for longer than the limit: 408."""
    monkeypatch.setattr(web, "LONGEST_READ_S", 0.05)
    ended = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"
        await ended.wait()

    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession() as client,
        client.post(address, data=pieces(), headers=headers()) as answer,
    ):
        ended.set()

    assert answer.status == 408


@pytest.mark.parametrize(("redis", "dead", "status"), [(True, 3, 200), (True, None, 200), (False, None, 503)])
async def test_ready_tells_of_dead_events_and_is_ready_all_the_same(redis: bool, dead: int | None, status: int) -> None:
    """How many wait for an operator, null where that is not known; the status is that of the parts alone."""

    async def ready() -> dict[str, bool]:
        return {"redis": redis}

    async def lying() -> int | None:
        return dead

    server = WebServer(build_web(None, ready, dead=lying), "127.0.0.1", 0, grace_s=1)
    await server.start()
    url = f"http://127.0.0.1:{server.port}/readyz"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        told = (answer.status, await answer.json())
    await server.stop()

    assert told == (status, {"ready": redis, "parts": {"redis": redis}, "dead_events": dead})
