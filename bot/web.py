"""HTTP: Slack's requests, and whether the process is alive and ready."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp

LARGEST_BODY = 1_000_000
"""Bytes; Slack's own requests stay far below."""

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]


def build_web(app: AsyncApp | None, readiness: Readiness) -> FastAPI:
    """The web application; without a Bolt app (Socket Mode, a worker) it only tells its health."""
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

    if app is not None:
        slack = AsyncSlackRequestHandler(app)

        @web.post("/slack/events")
        async def slack_events(request: Request) -> Response:
            """Everything that Slack sends; 401 for what is not surely from Slack and from now."""
            refusal = await _refuse(request)
            return refusal or await slack.handle(request)

    return web


async def _refuse(request: Request) -> Response | None:
    """What Bolt would stumble over: a timestamp that is no number, a body that is far too large."""
    stamp = request.headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return JSONResponse({"error": "invalid request"}, status_code=401)
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        return JSONResponse({"error": "too large"}, status_code=413)
    return None
