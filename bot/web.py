"""HTTP: Slack's requests, and whether the process is alive and ready."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import SecretStr
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

LARGEST_BODY = 1_000_000
"""Bytes; Slack's own requests stay far below."""

STAMP_DIGITS = 12
"""Seconds since the epoch have no more digits for the next thirty thousand years."""

log = structlog.get_logger(__name__)

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]


def build_web(app: AsyncApp | None, readiness: Readiness, *, secret: SecretStr | None = None) -> FastAPI:
    """The web application; without a Bolt app and its signing secret (Socket Mode) it only tells its health."""
    web = FastAPI(title="Communications credits", docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/healthz")
    async def health() -> dict[str, str]:
        """Alive: the event loop answers."""
        return {"status": "ok"}

    @web.get("/readyz")
    async def ready() -> JSONResponse:
        """Ready: every part that is needed to work answers; 503 names those that do not."""
        parts = await readiness()
        fine = all(parts.values())
        return JSONResponse({"ready": fine, "parts": dict(parts)}, status_code=200 if fine else 503)

    if app is not None and secret is not None:
        slack, verifier = AsyncSlackRequestHandler(app), SignatureVerifier(secret.get_secret_value())

        @web.post("/slack/events")
        async def slack_events(request: Request) -> Response:
            """Everything that Slack sends; 401 for what is not surely from Slack and from now."""
            refusal = await _refuse(request, verifier)
            if refusal:
                return refusal
            try:
                return await slack.handle(request)
            except (ValueError, TypeError, AttributeError, LookupError):
                # Signed, and yet nothing that Slack sends.
                log.warning("request_unreadable", exc_info=True)
                return JSONResponse({"error": "unreadable request"}, status_code=400)

    return web


async def _refuse(request: Request, verifier: SignatureVerifier) -> Response | None:
    """Whoever cannot sign gets no further than here: neither to the parsers behind it nor to their errors."""
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        return JSONResponse({"error": "too large"}, status_code=413)
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    well_formed = stamp.isascii() and stamp.isdigit() and len(stamp) <= STAMP_DIGITS and signature.isascii()
    try:
        genuine = well_formed and verifier.is_valid((await request.body()).decode(), stamp, signature)
    except UnicodeDecodeError:
        genuine = False
    return None if genuine else JSONResponse({"error": "invalid request"}, status_code=401)
