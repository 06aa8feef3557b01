"""The HTTP face that the page sees: everything under /play, and the page itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.files import LARGEST
from bot.playground.forms import UnknownInput
from bot.playground.hub import Stream
from bot.playground.interactions import Interactions
from bot.playground.people import APP, APP_USER, STRANGER, TEAM, TEAM_NAME, Channel
from bot.playground.sample import NAME as SAMPLE
from bot.playground.sample import sample
from bot.playground.scene import Nonsense
from bot.playground.simulator import InvalidSetting, Simulator
from bot.playground.submissions import Submissions

LONGEST_NAME = 255
EVENT_STREAM = "text/event-stream"
STATIC = Path(__file__).parent / "static"
NO_PAGE = "<!doctype html><title>Playground</title><p>The page is not built: run <code>make web</code>."
# The page loads nothing from elsewhere; pictures in messages may come over https.
POLICY = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"


class Told(BaseModel):
    """What the page sends; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid")


class Person(Told):
    """Just who."""

    user: str


class Composed(Person):
    """What is in the composer."""

    channel: str
    text: str = Field(default="", max_length=40_000)
    files: list[str] = Field(default_factory=list, max_length=10)


class Acted(Person):
    """An element that was used."""

    container: Json
    action: Json
    state_values: Json | None = None


class State(Told):
    """What was entered in a modal."""

    values: Json = Field(default_factory=dict)


class Submitted(Person):
    """A modal that was submitted."""

    state: State = Field(default_factory=State)


def reading_router(backend: Backend) -> APIRouter:
    """What the page asks without changing anything."""
    router = APIRouter(prefix="/play")

    @router.get("/state")
    async def state(user: str) -> Json:
        return page_state(backend, user)

    @router.get("/channels/{channel_id}/messages")
    async def messages(channel_id: str, user: str) -> Json:
        channel = _member(backend, channel_id, user)
        return {"messages": backend.workspace.page_messages(channel.id, user)}

    @router.get("/stream")
    async def stream(user: str, request: Request) -> StreamingResponse:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_events(backend, user, request), media_type=EVENT_STREAM, headers=headers)

    @router.get("/home")
    async def home(user: str) -> Json:
        view = backend.views.home(user)
        return {"view": view.to_slack() if view else None}

    @router.get("/views")
    async def open_views(user: str) -> Json:
        return {"views": [view.to_slack() for view in backend.views.stack(user)]}

    @router.get("/violations")
    async def violations() -> list[Json]:
        return [violation.to_page() for violation in backend.oracle.violations]

    return router


def doing_router(backend: Backend, interactions: Interactions, submissions: Submissions) -> APIRouter:
    """What a person does."""
    router = APIRouter(prefix="/play")

    @router.post("/messages")
    async def say(body: Composed) -> Json:
        if not body.text and not body.files:
            raise Nonsense("there is nothing to send")
        return (await interactions.say(body.user, body.channel, body.text, body.files)).to_page()

    @router.post("/actions")
    async def act(body: Acted) -> Json:
        delivery = await interactions.action(body.user, body.container, body.action, body.state_values)
        return delivery.to_page()

    @router.post("/views/{view_id}/submit")
    async def submit(view_id: str, body: Submitted) -> Json:
        return (await submissions.submit(body.user, view_id, body.state.values)).to_page()

    @router.post("/views/{view_id}/close")
    async def close(view_id: str, body: Person) -> Json:
        return (await submissions.close(body.user, view_id)).to_page()

    @router.post("/home/open")
    async def open_home(body: Person) -> Json:
        return (await interactions.open_home(body.user)).to_page()

    @router.post("/channels/{channel_id}/invite")
    async def invite(channel_id: str, body: Person) -> Json:
        backend.workspace.join(_member(backend, channel_id, body.user), APP_USER)
        return {"ok": True}

    @router.delete("/violations")
    async def clear_violations() -> Json:
        backend.oracle.clear()
        return {"ok": True}

    return router


def files_router(backend: Backend) -> APIRouter:
    """What people have to share."""
    router = APIRouter(prefix="/play")

    @router.post("/files")
    async def upload(user: str, name: str, request: Request) -> Json:
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST:
                raise Nonsense(f"a file may have {LARGEST >> 20} MB at most")
        if user not in backend.workspace.users or not 0 < len(name) <= LONGEST_NAME:
            raise Nonsense("nobody's file, or one without a name")
        return backend.files.add(user, name, bytes(content)).to_page()

    @router.get(f"/{SAMPLE}")
    async def sample_calls() -> Response:
        today = datetime.fromtimestamp(backend.config.clock.wall(), UTC).date()
        headers = {"Content-Disposition": f'attachment; filename="{SAMPLE}"'}
        return Response(sample(today), media_type="text/csv", headers=headers)

    return router


def simulator_router(simulator: Simulator) -> APIRouter:
    """The call simulator's panel."""
    router = APIRouter(prefix="/play/simulator")

    @router.get("")
    async def state() -> Json:
        return await simulator.state()

    @router.post("")
    async def change(changes: Json) -> Json:
        return await simulator.set(changes)

    @router.post("/call")
    async def call_now() -> Json:
        return simulator.place()

    @router.post("/busy-day")
    async def busy_day() -> Json:
        return simulator.play_busy_day()

    return router


def add_page(app: FastAPI) -> None:
    """The page itself and its files, and what errors look like."""

    @app.get("/")
    async def index() -> Response:
        built = STATIC / "index.html"
        page = FileResponse(built) if built.is_file() else HTMLResponse(NO_PAGE)
        page.headers["Content-Security-Policy"] = POLICY
        page.headers["Cache-Control"] = "no-cache"
        return page

    @app.exception_handler(Nonsense)
    @app.exception_handler(UnknownInput)
    @app.exception_handler(InvalidSetting)
    async def refused(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 400)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = ", ".join(".".join(str(part) for part in found["loc"]) for found in error.errors())
        return JSONResponse({"error": f"missing or malformed: {wrong}"}, 422)

    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC), name="static")


def page_state(backend: Backend, user_id: str) -> Json:
    """Everything the page draws at first, as one person sees it."""
    users = backend.workspace.users
    if user_id not in users:
        raise Nonsense(f"there is no person {user_id}")
    seen = [channel for channel in backend.workspace.channels.values() if user_id in channel.members]
    offered = backend.config.completions
    words = list(offered(users[user_id].locale)) if offered else []
    app = users[APP_USER]
    return {
        "team": {"id": TEAM, "name": TEAM_NAME},
        "app": {"id": APP, "name": app.real_name, "user_id": APP_USER, "avatar": None},
        "users": [user.to_page() for user in users.values() if user.id != STRANGER and not user.is_bot],
        "channels": [channel.to_page() for channel in seen],
        "commands": [
            {
                "command": command.command,
                "usage_hint": command.usage_hint,
                "description": command.description,
                "subcommands": [
                    {"word": word, "description": text}
                    for word, text in words or [(word, "") for word in command.words]
                ],
            }
            for command in backend.manifest.commands
        ],
        "violations": [violation.to_page() for violation in backend.oracle.violations],
        "unread": backend.workspace.unread(user_id),
    }


async def _events(backend: Backend, user: str, request: Request) -> AsyncIterator[str]:
    """Server-sent events: one JSON each, a comment as a heartbeat, until the reader or the playground goes."""
    with backend.hub.subscribe(user) as stream:
        yield ": hello\n\n"
        while not await request.is_disconnected():
            event = await _next(stream, backend.config.heartbeat_s)
            if event is None:
                return
            yield f"data: {json.dumps(event)}\n\n" if event else ": heartbeat\n\n"


async def _next(stream: Stream, heartbeat_s: float) -> Json | None:
    """The next event, {} when none came in time, None at the end."""
    try:
        async with asyncio.timeout(heartbeat_s):
            return await stream.get()
    except TimeoutError:
        return {}


def _member(backend: Backend, channel_id: str, user: str) -> Channel:
    channel = backend.workspace.channels.get(channel_id)
    if channel is None or user not in channel.members:
        raise Nonsense(f"{user} is no member of {channel_id}")
    return channel
