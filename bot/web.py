"""HTTP: Slack's requests, and whether the process is alive and ready."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import SecretStr
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

LARGEST_BODY = 1_000_000
"""Bytes; Slack's own requests stay far below."""

LONGEST_READ_S = 10.0
"""Slack itself gives up after 3 s."""

_NUMBER = re.compile(r"[0-9]{1,12}")
"""Seconds since the epoch have no more digits for the next thirty thousand years, nor has any length we take."""
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_WINDOW_S = 300
"""How far from now a request may be stamped, as Slack asks for and as the verifier checks again."""

log = structlog.get_logger(__name__)

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
Dead = Callable[[], Awaitable[int | None]]
"""How many dead events there are; None where that is not known."""


async def _unknown() -> None:
    """Nobody counts."""


def build_web(
    app: AsyncApp | None,
    readiness: Readiness,
    *,
    secret: SecretStr | None = None,
    dead: Dead = _unknown,
    api: ASGIApp | None = None,
) -> FastAPI:
    """The web application: health, the HTTP API at /v1, and with a Bolt app and its signing secret Slack's requests."""
    web = FastAPI(title="Communications credits", docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/healthz")
    async def health() -> dict[str, str]:
        """Alive: the event loop answers."""
        return {"status": "ok"}

    @web.get("/readyz")
    async def ready() -> JSONResponse:
        """Ready: every part that is needed to work answers; 503 names those that do not.

        Dead events, which wait for an operator, are only told: they keep nothing from working.
        """
        parts, lying = await asyncio.gather(readiness(), dead())
        fine = all(parts.values())
        told = {"ready": fine, "parts": dict(parts), "dead_events": lying}
        return JSONResponse(told, status_code=200 if fine else 503)

    if app is not None and secret is not None:
        verifier = SignatureVerifier(secret.get_secret_value())

        @web.post("/slack/events")
        async def slack_events(request: Request) -> Response:
            """Everything that Slack sends; 401 for what is not surely from Slack and from now."""
            body = await _genuine(request, verifier)
            if isinstance(body, Response):
                return body
            try:
                return to_starlette_response(await app.async_dispatch(to_async_bolt_request(request, body)))
            except (ValueError, TypeError, AttributeError, LookupError):
                # Signed, and yet nothing that Slack sends.
                log.warning("request_unreadable", exc_info=True)
                return JSONResponse({"error": "unreadable request"}, status_code=400)

    if api is not None:
        web.mount("/v1", api)
    return web


async def _genuine(request: Request, verifier: SignatureVerifier) -> bytes | Response:
    """The body, or the refusal: whoever cannot sign gets no further, neither to the parsers nor to their errors.

    What the headers tell is checked before anything is read, and never more than `LARGEST_BODY` is held: a body may
    come without its length, in chunks without end.
    """
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (_NUMBER.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)) or abs(time.time() - int(stamp)) > _WINDOW_S:
        return _refused(401, "invalid request")
    length = request.headers.get("content-length", "0")
    if not _NUMBER.fullmatch(length) or int(length) > LARGEST_BODY:
        return _refused(413, "too large")
    try:
        async with asyncio.timeout(LONGEST_READ_S):
            body = await _read(request)
    except (TimeoutError, ClientDisconnect):
        return _refused(408, "too slow")
    if body is None:
        return _refused(413, "too large")
    try:
        return body if verifier.is_valid(body.decode(), stamp, signature) else _refused(401, "invalid request")
    except UnicodeDecodeError:
        return _refused(401, "invalid request")


async def _read(request: Request) -> bytes | None:
    """The body, None as soon as it is larger than `LARGEST_BODY`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _refused(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=status)
