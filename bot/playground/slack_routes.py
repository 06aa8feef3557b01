"""The HTTP face that the bot sees: the Web API, the response URLs and the files."""

import asyncio
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal
from bot.playground.faults import Fault
from bot.playground.responses import respond
from bot.playground.serving import Connections
from bot.playground.webapi import Answer, WebApi, parse_arguments, rate_limited

BEARER = "Bearer "
DOWNLOAD = "download"
"""What a test calls a file's address, to break it."""
SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Sign in to see this file.</p></body></html>"


class SlackRoutes:
    """Routes under /api and /response; faults that a test asked for strike here."""

    def __init__(self, backend: Backend, api: WebApi, connections: Connections) -> None:
        self._backend = backend
        self._api = api
        self._connections = connections

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        router.add_api_route("/api/{name}", self.call, methods=["GET", "POST"], response_model=None)
        router.add_api_route("/response/{token}", self.response_url, methods=["POST"], response_model=None)
        for address in ("/files-pri/{file_id}", "/files-pri/{file_id}/download"):
            router.add_api_route(address, self.download, methods=["GET"], response_model=None)
        router.add_api_route("/signin", self.sign_in, methods=["GET"], response_model=None)
        return router

    async def call(self, name: str, request: Request) -> Response:
        """A Web API method."""
        raw = await _arguments(request)
        fault = self._backend.faults.take(name)
        if fault is not None and (early := await self._fail(fault, request)) is not None:
            return early
        response = _to_http(self._answer(name, raw, request))
        if fault is not None and fault.kind == "drop_after":
            self._cut(request)
        return response

    async def response_url(self, token: str, request: Request) -> Response:
        """An answer to an interaction."""
        body = await request.body()
        fault = self._backend.faults.take("response_url")
        if fault is not None and (early := await self._fail(fault, request)) is not None:
            return early
        oracle = self._backend.oracle
        try:
            respond(self._backend, token, _json(body))
        except Refusal as refusal:
            oracle.record_refusal("response_url", refusal)
            return JSONResponse({"ok": False, "error": refusal.code}, 404)
        if fault is not None and fault.kind == "drop_after":
            self._cut(request)
        return PlainTextResponse("ok")

    async def download(self, file_id: str, request: Request) -> Response:
        """A file. As in Slack, a token that may not have it is sent to a page for people."""
        fault = self._backend.faults.take(DOWNLOAD)
        if fault is not None and (early := await self._fail(fault, request)) is not None:
            return early
        given = request.headers.get("authorization", "").removeprefix(BEARER)
        known = hmac.compare_digest(given.encode(), self._backend.config.bot_token.encode())
        if not known or "files:read" not in self._backend.manifest.scopes:
            return RedirectResponse("/signin", 302)
        visible = self._backend.files.visible(file_id, self._backend.workspace.channels)
        content = self._backend.files.content(file_id) if visible else None
        return Response(content, media_type="application/octet-stream") if content is not None else Response("", 404)

    async def sign_in(self) -> Response:
        """What Slack shows people who are not signed in."""
        return HTMLResponse(SIGN_IN)

    def _answer(self, name: str, raw: Json, request: Request) -> Answer:
        header = request.headers.get("authorization", "")
        token = header.removeprefix(BEARER) if header.startswith(BEARER) else raw.get("token")
        try:
            args = parse_arguments(raw)
        except Refusal as refusal:
            self._backend.oracle.record_refusal(name, refusal)
            return Answer({"ok": False, "error": refusal.code})
        return self._api.call(name, args, token)

    async def _fail(self, fault: Fault, request: Request) -> Response | None:
        """What a fault does before the method is carried out; None to go on."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "hang":
            await self._backend.faults.hang()
        if fault.kind in ("hang", "drop_before"):
            self._cut(request)
        answers = {
            "error": _to_http(Answer({"ok": False, "error": fault.error})),
            "rate_limited": _to_http(rate_limited(int(fault.seconds))),
            "http_500": PlainTextResponse("", 500),
            "hang": PlainTextResponse(""),
            "drop_before": PlainTextResponse(""),
        }
        return answers.get(fault.kind)

    def _cut(self, request: Request) -> None:
        if request.client is not None:
            self._connections.cut((request.client.host, request.client.port))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _arguments(request: Request) -> Json:
    """Query, form and JSON arguments alike."""
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        body = _json(await request.body())
        return args | body if isinstance(body, dict) else args
    return args | dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _to_http(answer: Answer) -> Response:
    return JSONResponse(answer.body, answer.status, answer.headers)
