"""In front of every endpoint: who asks, how often, with how large a body; behind it: no error leaves unsaid."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api import problems
from bot.api.problems import OF_REASON, Code
from store.outcomes import Refused
from store.tokens import Admitted, Limited, Tokens

LARGEST_BODY = 65_536
LARGEST_USAGE = 8_000_000
"""Bytes: 10,000 records have about 400 each."""
LONGEST_READ_S = 10.0
LONGEST_ADMISSION_S = 3.0
LONGEST_WORK_S = 20.0
"""Longer than any step takes where the ledger answers at all."""

_LENGTH = re.compile(r"[0-9]{1,12}")
_JSON = re.compile(r"application/json(\s*;.*)?", re.IGNORECASE)
_OPEN = ("/docs", "/openapi.json")
"""What is there for everybody."""

log = structlog.get_logger(__name__)


class Door:
    """An ASGI middleware. What it admits finds the caller in `scope["state"]["caller"]`, and its body read."""

    def __init__(self, app: ASGIApp, *, tokens: Tokens, per_minute: int) -> None:
        self._app = app
        self._tokens = tokens
        self._per_minute = per_minute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if scope["type"] != "http" or any(path == each or path.startswith(f"{each}/") for each in _OPEN):
            await self._app(scope, receive, send)
            return
        caller = await self._admit(Headers(scope=scope))
        if isinstance(caller, JSONResponse):
            await caller(scope, receive, send)
            return
        counted = _with_headers(send, self._rates(caller))
        body = await _read(scope, receive, LARGEST_USAGE if path.endswith("/usage") else LARGEST_BODY)
        if isinstance(body, JSONResponse):
            await body(scope, receive, counted)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._work(scope, _again(body, receive), counted)

    async def _admit(self, headers: Headers) -> Admitted | JSONResponse:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return problems.response(Code.TOKEN_MISSING)
        try:
            async with asyncio.timeout(LONGEST_ADMISSION_S):
                answer = await self._tokens.admit(secret.strip(), per_minute=self._per_minute)
        except (RedisError, OSError, TimeoutError):
            log.warning("api_ledger_unavailable", exc_info=True)
            return problems.response(Code.UNAVAILABLE)
        if isinstance(answer, Refused):
            return problems.response(OF_REASON[answer.reason])
        if isinstance(answer, Limited):
            log.info("api_limited", token_id=answer.id)
            limited = {"Retry-After": str(answer.retry_in_s), **self._rates(answer)}
            return problems.response(Code.TOO_MANY_REQUESTS, headers=limited)
        return answer

    def _rates(self, answer: Admitted | Limited) -> dict[str, str]:
        """The token's quota, as the IETF's draft of RateLimit headers writes it."""
        remaining = answer.remaining if isinstance(answer, Admitted) else 0
        return {
            "RateLimit-Policy": f'"token";q={self._per_minute};w=60',
            "RateLimit": f'"token";r={remaining};t={answer.full_in_s}',
        }

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(LONGEST_WORK_S):
                await self._app(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            await _said(error, scope)(scope, receive, send)


def _said(error: Exception, scope: Scope) -> JSONResponse:
    """The problem that an error is."""
    if isinstance(error, RedisError | OSError | TimeoutError):
        log.warning("api_ledger_unavailable", path=scope["path"], exc_info=error)
        return problems.response(Code.UNAVAILABLE if scope["method"] == "GET" else Code.OUTCOME_UNKNOWN)
    reference = secrets.token_hex(4)
    log.error("api_failed", path=scope["path"], reference=reference, exc_info=error)
    return problems.response(Code.INTERNAL, reference=reference)


async def _read(scope: Scope, receive: Receive, largest: int) -> bytes | JSONResponse:
    """The body, never more than `largest` of it, or why it is not taken."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or int(length) > largest:
        return problems.response(Code.TOO_LARGE, largest_bytes=largest)
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_READ_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return problems.response(Code.TOO_SLOW)
                body += message.get("body", b"")
                if len(body) > largest:
                    return problems.response(Code.TOO_LARGE, largest_bytes=largest)
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        return problems.response(Code.TOO_SLOW)
    if body and not _JSON.fullmatch(headers.get("content-type", "")):
        return problems.response(Code.MEDIA_TYPE)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand the body out once; then whatever comes."""
    waiting: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def handed() -> Message:
        return waiting.pop() if waiting else await receive()

    return handed


def _with_headers(send: Send, more: dict[str, str]) -> Callable[[Message], Awaitable[None]]:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(more)
        await send(message)

    return sent
