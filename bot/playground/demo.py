"""The demo: embedded Redis, a workspace to play in, and the bot as a process of its own, as it runs in real life."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import structlog

from bot.app import StartError, build_gateway, build_services, open_stores
from bot.playground.arrangement import TOKEN_FILE, Arranged, arrange, token
from bot.playground.config import PlaygroundConfig
from bot.playground.exchange import Exchange, Problem, UnreachableError
from bot.playground.people import ALERTS, MANAGER, TEAM
from bot.playground.server import Playground
from bot.playground.traffic import record
from bot.playground.wallet import PolicyWallet
from bot.serving import plainly
from bot.settings import Settings
from handlers.locales import Texts
from handlers.services import Services
from handlers.views.help import completions
from store.roles import Actor
from store.scripts import Client

TOKEN = "xoxb-playground"  # noqa: S105 the playground's own
READY_S = 30.0
COOLDOWN_S = 20
"""Seconds between recharges; in real life 15 minutes, which nobody wants to watch."""
PER_DAY = 100
ARRANGED = 9
"""Messages that the arrangement brings about: each of its changes is told."""
UNPRICED = ":label:"
"""How the message about calls without a price begins: the last one, as the bot looks for them every two seconds."""
TOLD_LOOKS = 200
MOST_RECORDS = 10_000

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
            wallet = PolicyWallet(services, gateway, Actor(TEAM, MANAGER))
            async with _playground(settings, wallet) as (playground, secret):
                await _with_bot(
                    settings, playground, secret, stop, partial(_arranged, settings, stores.redis, services)
                )
        sys.stdout.write(f"\n  Stopped. Balance and history are kept in {settings.data_dir}/ for the next time.\n\n")


async def reset(settings: Settings) -> None:
    """Empty the demo: balance, history, messages.

    Raises:
        DemoError: it is running.
    """
    with _alone(settings.data_dir):
        async with open_stores(settings, of_any_form=True) as stores:
            await stores.redis.flushall()
        for path in (*settings.data_dir.glob(f"{_MESSAGES}*"), settings.data_dir / TOKEN_FILE):
            path.unlink(missing_ok=True)


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
async def _playground(settings: Settings, wallet: PolicyWallet) -> AsyncIterator[tuple[Playground, str]]:
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
    playground = Playground(config, wallet)
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
    settings: Settings,
    playground: Playground,
    secret: str,
    stop: asyncio.Event,
    arranging: Callable[[], Awaitable[tuple[Arranged, str]]],
) -> None:
    """Keep the bot running beside the playground; say where the page is when it is ready."""
    port = _free_port()
    playground.bot_url = f"http://127.0.0.1:{port}"
    playground.throttle.lenient = True  # until somebody looks
    keeper = asyncio.create_task(_keep(_environment(settings, playground, secret, port), stop))
    try:
        arranged, api_token = await arranging()  # while the bot starts
        await _until_ready(port, keeper)
        exchange = Exchange(playground.bot_url, api_token)
        await _report_the_past(exchange, arranged)
        playground.simulator.connect(exchange)
        if arranged.is_new:
            await _read_the_arrangement(playground, arranged)
        playground.throttle.lenient = False
        log.debug("bot_ready", port=port)
        sys.stdout.write(f"\n  Credits is running: {playground.url}\n  Stop it with Ctrl-C.\n\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        stop.set()
        await playground.simulator.stop()
        await keeper


def _environment(settings: Settings, playground: Playground, secret: str, port: int) -> dict[str, str]:
    """What the bot is told at its start."""
    return {
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


async def _arranged(settings: Settings, redis: Client, services: Services) -> tuple[Arranged, str]:
    return await arrange(services, redis, datetime.now(UTC)), await token(services, settings.data_dir)


async def _report_the_past(exchange: Exchange, arranged: Arranged) -> None:
    try:
        for start in range(0, len(arranged.past), MOST_RECORDS):
            await exchange.report([record(each) for each in arranged.past[start : start + MOST_RECORDS]])
    except (Problem, UnreachableError) as error:
        await exchange.close()
        raise DemoError(f"The bot does not take the calls of the past: {error}") from error


async def _read_the_arrangement(playground: Playground, arranged: Arranged) -> None:
    """What the bot tells of the demo's own arrangements is no news to whoever opens the page for the first time."""
    for _ in range(TOLD_LOOKS):
        told = playground.workspace.timeline(ALERTS)
        if len(told) >= ARRANGED and (not arranged.unpriced or any(UNPRICED in each.text for each in told)):
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
