"""The demo: embedded Redis, a workspace to play in, and the bot as a process of its own, as it runs in real life."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import structlog
from redis.exceptions import RedisError

from bot.app import StartError, build_gateway, build_services, open_stores
from bot.playground.config import PlaygroundConfig
from bot.playground.meter import LedgerMeter
from bot.playground.people import ALERTS, MANAGER, OWNER, TEAM
from bot.playground.server import Playground
from bot.playground.simulator import Simulator
from bot.serving import plainly
from bot.settings import Settings
from handlers.locales import Texts
from handlers.services import Services
from handlers.views.help import completions
from store.account import AlertPolicy
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Posted
from store.roles import Actor

TOKEN = "xoxb-playground"  # noqa: S105 the playground's own
READY_S = 30.0
REFRESH_S = 0.5
WELCOME = "25"
LEVELS = ("20", "5")
COOLDOWN_S = 20
"""Seconds between recharges; in real life 15 minutes, which nobody wants to watch."""
PER_DAY = 100
ARRANGED = 2
"""Messages that the arrangement brings about: the manager appointed, the warnings set."""
TOLD_LOOKS = 100

_LOCK = "demo.lock"
_MESSAGES = "playground.sqlite3"

log = structlog.get_logger(__name__)


class DemoError(StartError):
    """The demo cannot run; `str()` says why and what to do."""


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run the demo until `stop`; `CREDITS_PORT` is the page's.

    Raises:
        DemoError: it runs already, the port is taken, or the bot does not start.
    """
    with _alone(settings.data_dir):
        async with open_stores(settings) as stores:
            gateway = build_gateway(settings, stores.redis)
            services = build_services(settings, stores.redis, gateway)
            is_new = await prepare(services)
            meter = LedgerMeter(services, gateway, Actor(TEAM, MANAGER))
            async with _playground(settings, meter) as (playground, secret):
                following = asyncio.create_task(_follow(playground.simulator, meter))
                await _with_bot(settings, playground, secret, stop, is_new=is_new)
                following.cancel()
        sys.stdout.write(f"\n  Stopped. Balance and history are kept in {settings.data_dir}/ for the next time.\n\n")


async def prepare(services: Services) -> bool:
    """An account with a little credit, a manager, and warnings; once, and never again over what was changed since.

    Answers whether this was the first time.
    """
    ref, owner, manager = AccountRef(TEAM), Actor(TEAM, OWNER, is_admin=True), Actor(TEAM, MANAGER)
    await services.ledger.open_account(ref, services.currency)
    welcome = await services.ledger.add_credit(
        ref, Money.of(WELCOME, services.currency), operation_id="demo:welcome", actor="demo", memo="Demo"
    )
    await services.roles.change_managers(owner, appoint=[MANAGER], dismiss=[], operation_id="demo:manager")
    levels = tuple(Money.of(level, services.currency) for level in LEVELS)
    policy = AlertPolicy(levels, ALERTS)
    await services.policies.set_alerts(manager, ref, policy, locale="en-US", operation_id="demo:alerts")
    return isinstance(welcome, Posted)


async def reset(settings: Settings) -> None:
    """Empty the demo: balance, history, messages.

    Raises:
        DemoError: it is running.
    """
    with _alone(settings.data_dir):
        async with open_stores(settings, of_any_form=True) as stores:
            await stores.redis.flushall()
        for path in settings.data_dir.glob(f"{_MESSAGES}*"):
            path.unlink()


async def _follow(simulator: Simulator, meter: LedgerMeter) -> None:
    """Show the balance anew when something else than a call has changed it, such as a recharge."""
    shown: tuple[int, str] | None = None
    while True:
        with contextlib.suppress(RedisError, OSError):
            balance = await meter.balance(TEAM)
            if balance != shown:
                shown = balance
                await simulator.refresh()
        await asyncio.sleep(REFRESH_S)


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One demo for each data folder; the lock of a killed one vanishes by itself."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoError(
                "The demo is running already on this data folder. Stop it with Ctrl-C where it was started, or start"
                " another with a folder of its own: CREDITS_DATA_DIR=data2 make demo"
            ) from None
        yield


@contextlib.asynccontextmanager
async def _playground(settings: Settings, meter: LedgerMeter) -> AsyncIterator[tuple[Playground, str]]:
    secret = secrets.token_hex(16)
    config = PlaygroundConfig(
        port=settings.port,
        signing_secret=secret,
        bot_token=TOKEN,
        manifest=Path(__file__).parents[2] / "manifest.yml",
        data_file=settings.data_dir / _MESSAGES,
        # A seed that came again would bring the same operation ids, and the ledger would take its calls for repeats.
        seed=secrets.randbits(64),
        completions=lambda locale: completions(Texts.of(locale)),
    )
    playground = Playground(config, meter)
    try:
        await playground.start()
    except OSError as error:
        raise DemoError(
            f"Port {settings.port} cannot be used ({plainly(error)}). Choose another: CREDITS_PORT=8081 make demo"
        ) from error
    try:
        yield playground, secret
    finally:
        await playground.stop()


async def _with_bot(
    settings: Settings, playground: Playground, secret: str, stop: asyncio.Event, *, is_new: bool
) -> None:
    """Keep the bot running beside the playground; say where the page is when it is ready."""
    port = _free_port()
    playground.bot_url = f"http://127.0.0.1:{port}"
    environment = {
        **_neutral(os.environ),
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": secret,
        "SLACK_API_URL": playground.api_url,
        "CREDITS_HOST": "127.0.0.1",
        "CREDITS_PORT": str(port),
        "CREDITS_DATA_DIR": str(settings.data_dir.resolve()),
        "CREDITS_CURRENCY": settings.currency,
        "CREDITS_SANDBOX": "true",
        "CREDITS_RECHARGE_COOLDOWN_S": str(settings.recharge_cooldown_s),
        "CREDITS_RECHARGES_PER_DAY": str(settings.recharges_per_day),
        "CREDITS_LOG_LEVEL": settings.log_level,
    }
    keeper = asyncio.create_task(_keep(environment, stop))
    try:
        await _until_ready(port, keeper)
        if is_new:
            await _read_the_arrangement(playground)
        log.debug("bot_ready", port=port)
        sys.stdout.write(f"\n  Credits is running: {playground.url}\n  Stop it with Ctrl-C.\n\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        stop.set()
        await keeper


async def _read_the_arrangement(playground: Playground) -> None:
    """What the bot tells of the demo's own arrangements is no news to whoever opens the page for the first time."""
    for _ in range(TOLD_LOOKS):
        if len(playground.workspace.timeline(ALERTS)) >= ARRANGED:
            break
        await asyncio.sleep(0.05)
    playground.workspace.read_all()


async def _keep(environment: Mapping[str, str], stop: asyncio.Event) -> None:
    """Start the bot, and start it again should it die; it ends when its standard input does, whatever kills us."""
    command = (sys.executable, "-m", "bot.cli", "serve", "--env-file", os.devnull, "--until-eof")
    while not stop.is_set():
        bot = await asyncio.create_subprocess_exec(
            *command, env=dict(environment), stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        ended, asked = asyncio.create_task(bot.wait()), asyncio.create_task(stop.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if ended.done():
            log.warning("bot_ended", code=ended.result())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)
            continue
        if bot.stdin:
            bot.stdin.close()
        await ended


async def _until_ready(port: int, keeper: asyncio.Task[None]) -> None:
    async with aiohttp.ClientSession() as session:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                while not keeper.done():
                    with contextlib.suppress(aiohttp.ClientError):
                        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                            if answer.ok:
                                return
                    await asyncio.sleep(0.05)
    raise DemoError("The bot did not become ready; its messages are above.")


def _neutral(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what belongs to a real installation: the demo must not meet a real workspace or a real Redis."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("SLACK_", "CREDITS_")) and name != "REDIS_URL"
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
