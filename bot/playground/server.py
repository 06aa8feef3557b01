"""The playground: a stand-in for a Slack workspace on the loopback, strict about Slack's rules.

Tests drive it in Python exactly as its page drives it over HTTP.
"""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from bot.playground.backend import build_backend
from bot.playground.config import Clock, Json, PlaygroundConfig, Wallet
from bot.playground.delivery import Courier, Delivery, Sent
from bot.playground.faults import Fault, Faults
from bot.playground.files import Files
from bot.playground.interactions import Interactions
from bot.playground.oracle import Oracle, Violation
from bot.playground.page import add_page, doing_router, files_router, reading_router, simulator_router
from bot.playground.scene import Nonsense, Scene
from bot.playground.serving import HOST, WebServer
from bot.playground.simulator import Simulator
from bot.playground.slack_routes import SlackRoutes
from bot.playground.submissions import Submissions
from bot.playground.throttle import Throttle
from bot.playground.views import View
from bot.playground.webapi import ApiCall, WebApi
from bot.playground.workspace import Message, Workspace

__all__ = [
    "ApiCall",
    "Clock",
    "Delivery",
    "Fault",
    "Message",
    "Nonsense",
    "Playground",
    "PlaygroundConfig",
    "Sent",
    "View",
    "Violation",
    "Wallet",
]

T = TypeVar("T")
WAIT_S = 20.0


class Playground:
    """One stand-in workspace with its web server.

    Use it as an async context manager, or with `start` and `stop`. The simulator's calls are paid once it is connected
    to the bot's HTTP API; `wallet` has the cards that its panel offers.
    """

    def __init__(self, config: PlaygroundConfig, wallet: Wallet | None = None) -> None:
        """Read the manifest and the data file.

        Raises:
            OSError: one of them cannot be opened.
            ValueError: the manifest is none.
        """
        self._backend = build_backend(config)
        self._api = WebApi(self._backend)
        self._courier = Courier(self._backend, config.bot_url)
        self._scene = Scene(self._backend, self._courier)
        self._interactions = Interactions(self._scene)
        self._submissions = Submissions(self._scene)
        self.simulator = Simulator(wallet, self._backend.hub, config.clock, config.seed, config.speed)
        app = FastAPI(title="Playground", docs_url=None, redoc_url=None, openapi_url=None)
        # Another site's page must not reach the loopback under a name of its own.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        self._server = WebServer(app, config.port)
        app.include_router(SlackRoutes(self._backend, self._api, self._server.connections).router())
        app.include_router(reading_router(self._backend))
        app.include_router(doing_router(self._backend, self._interactions, self._submissions))
        app.include_router(files_router(self._backend))
        app.include_router(simulator_router(self.simulator))
        add_page(app)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on the loopback; `url` is known afterwards.

        Raises:
            OSError: the port is taken.
        """
        await self._courier.start()
        try:
            await self._server.start()
        except OSError:
            await self._courier.stop()
            raise
        self._scene.origin = self._backend.files.origin = self.url

    async def stop(self) -> None:
        """End the simulator and all streams, close the server and the data file."""
        await self.simulator.stop()
        await self._interactions.stop()
        self._backend.faults.clear()
        self._backend.hub.close()
        await self._server.stop()
        await self._courier.stop()
        self._backend.storage.close()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self._server.port}"

    @property
    def api_url(self) -> str:
        """The address for SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def bot_url(self) -> str | None:
        """The bot's base address."""
        return self._courier.bot_url

    @bot_url.setter
    def bot_url(self, url: str | None) -> None:
        self._courier.bot_url = url

    @property
    def workspace(self) -> Workspace:
        """People, channels and messages."""
        return self._backend.workspace

    @property
    def oracle(self) -> Oracle:
        """What notes the violations; `oracle.expect(rule)` lets a test break one on purpose."""
        return self._backend.oracle

    @property
    def violations(self) -> list[Violation]:
        """Slack's rules that the bot broke so far."""
        return self._backend.oracle.violations

    @property
    def faults(self) -> Faults:
        """Failures of the Web API on demand."""
        return self._backend.faults

    @property
    def files(self) -> Files:
        """What people shared."""
        return self._backend.files

    @property
    def throttle(self) -> Throttle:
        """How often methods may be called."""
        return self._backend.throttle

    @property
    def calls(self) -> list[ApiCall]:
        """The bot's Web API calls, oldest first."""
        return list(self._api.calls)

    @property
    def sent(self) -> list[Sent]:
        """The requests that went to the bot, oldest first, as they were signed."""
        return list(self._courier.sent)

    async def say(self, user: str, channel: str, text: str, files: Sequence[str] = ()) -> Delivery:
        """Send what is in the composer: a message, perhaps with files, or a command when it begins with a slash."""
        return await self._interactions.say(user, channel, text, files)

    async def command(self, user: str, channel: str, text: str) -> Delivery:
        """Type a slash command."""
        return await self._interactions.command(user, channel, text)

    async def action(self, user: str, container: Json, action: Json, state_values: Json | None = None) -> Delivery:
        """Use an element: `container` says where, `action` names its action_id and what was chosen."""
        return await self._interactions.action(user, container, action, state_values)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Delivery:
        """Submit a modal; what `values` leaves out stays as the view has it."""
        return await self._submissions.submit(user, view_id, values or {})

    async def close(self, user: str, view_id: str) -> Delivery:
        """Close the front modal."""
        return await self._submissions.close(user, view_id)

    async def open_home(self, user: str) -> Delivery:
        """Open the app's Home tab."""
        return await self._interactions.open_home(user)

    async def event(self, event: Json) -> Delivery:
        """Send an event to the bot, if the manifest subscribes to it."""
        return await self._interactions.event(event)

    async def post_raw(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Send the bot exactly this; returns status and body."""
        return await self._courier.post_raw(headers, body)

    def sign(self, body: bytes, timestamp: str | None = None) -> dict[str, str]:
        """Slack's signature headers for a body."""
        return self._courier.sign(body, timestamp)

    def messages(self, channel: str, user: str) -> list[Json]:
        """What a person sees in a channel, oldest first, as the page gets it."""
        return self._backend.workspace.page_messages(channel, user)

    def open_view(self, user: str) -> View | None:
        """The modal in front of a person, or None."""
        return self._backend.views.top(user)

    def home(self, user: str) -> View | None:
        """A person's Home tab, or None."""
        return self._backend.views.home(user)

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float = WAIT_S) -> T:
        """Return the first truthy answer of `predicate`, which is asked again at every change here.

        Raises:
            TimeoutError: no such answer in time; the message tells the violations so far.
        """
        try:
            return await self._backend.hub.wait_for(predicate, timeout_s)
        except TimeoutError:
            noted = "; ".join(f"{v.rule} in {v.method}: {v.message}" for v in self.violations) or "none"
            raise TimeoutError(f"not within {timeout_s:g} s; violations: {noted}") from None
