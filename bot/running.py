"""What every command does first and last: read the settings, run until it is told to stop, say what is wrong."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvloop
from redis.exceptions import RedisError

from bot import logs
from bot.app import StartError
from bot.connect import ConnectError
from bot.embedded import EmbeddedRedisError
from bot.outages import plainly
from bot.settings import Profile, Settings, SettingsError, load_settings

EnvFile = Annotated[Path, typer.Option("--env-file", help="Settings, one NAME=value a line; the environment wins.")]

COLLECTED_AFTER: Final = 50_000
"""So many more objects than before are looked through for garbage; Python itself does it after 700."""


@contextlib.contextmanager
def collected_seldom() -> Iterator[None]:
    """Look for garbage less often, and never at what is there already.

    Replies with thousands of entries are thousands of objects, which would be looked through again and again while they
    come in: a proof of the ledger takes 1.7 times as long with Python's own setting.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def settings_for(profile: Profile, env_file: Path | None, **given: Any) -> Settings:
    """The settings, with the log set up as they say; exit code 2 and one message where one is wrong."""
    try:
        settings = load_settings(profile, env_file=env_file, **given)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    logs.configure(level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    return settings


def run(main: Callable[[asyncio.Event], Awaitable[None]], *, until_eof: bool = False) -> None:
    """Run `main` until SIGINT or SIGTERM, or with `until_eof` until whoever started us is gone.

    Exit code 1 and one message where it cannot start, or loses Redis.
    """

    async def supervised() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if until_eof:
            await _watch_stdin(stop)
        await main(stop)

    try:
        with collected_seldom():
            uvloop.run(supervised())
    except SettingsError as error:  # one that is only found out by its use
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except (StartError, ConnectError, EmbeddedRedisError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except RedisError as error:
        typer.echo(f"Redis does not answer (REDIS_URL): {plainly(error)}.", err=True)
        raise typer.Exit(1) from None


async def _watch_stdin(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def wait() -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        stop.set()

    stop.watcher = asyncio.create_task(wait())  # type: ignore[attr-defined]
