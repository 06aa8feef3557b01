"""`credits`: the command line."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from bot import logs
from bot.app import StartError
from bot.app import serve as run_server
from bot.connect import ConnectError
from bot.embedded import EmbeddedRedisError
from bot.settings import Profile, Settings, SettingsError, load_settings

app = typer.Typer(
    help="Communications credits in Slack: the prepaid balance that pays an organisation's telephone minutes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

EnvFile = Annotated[Path, typer.Option("--env-file", help="Settings, one NAME=value a line; the environment wins.")]
UntilEof = Annotated[bool, typer.Option("--until-eof", hidden=True)]


@app.command()
def serve(
    no_listener: Annotated[
        bool, typer.Option("--no-listener", help="Answer Slack only; `credits worker` does the background work.")
    ] = False,
    env_file: EnvFile = Path(".env"),
    until_eof: UntilEof = False,
) -> None:
    """Answer Slack, and do the background work."""
    settings = _settings(Profile.SERVE, env_file)
    _run(lambda stop: run_server(settings, stop, worker=not no_listener), until_eof=until_eof)


@app.command()
def worker(env_file: EnvFile = Path(".env"), until_eof: UntilEof = False) -> None:
    """Do the background work only: payments and messages. Run as many as you like."""
    settings = _settings(Profile.WORKER, env_file)
    _run(lambda stop: run_server(settings, stop, web=False), until_eof=until_eof)


@app.command()
def demo() -> None:
    """Try it in a browser: no Slack, no Redis."""
    from bot.playground import demo as playground  # noqa: PLC0415 only here: nothing else knows the playground

    settings = _demo_settings()
    _run(lambda stop: playground.run(settings, stop))


@app.command()
def demo_reset() -> None:
    """Empty the demo: balance, history, messages."""
    from bot.playground import demo as playground  # noqa: PLC0415 as above

    settings = _demo_settings()
    _run(lambda _: playground.reset(settings))
    typer.echo("The demo is empty again.")


def _settings(profile: Profile, env_file: Path | None, **given: Any) -> Settings:
    try:
        settings = load_settings(profile, env_file=env_file, **given)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    logs.configure(level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    return settings


def _demo_settings() -> Settings:
    """The demo's own: a sandbox over the embedded Redis, whatever a real installation is set to."""
    from bot.playground import demo as playground  # noqa: PLC0415 as above

    return _settings(
        Profile.DEMO,
        None,
        redis_url=None,
        sandbox=True,
        host="127.0.0.1",
        recharge_cooldown_s=playground.COOLDOWN_S,
        recharges_per_day=playground.PER_DAY,
        log_level="warning",
    )


def _run(main: Callable[[asyncio.Event], Awaitable[None]], *, until_eof: bool = False) -> None:
    """Run `main` until SIGINT or SIGTERM, or with `until_eof` until whoever started us is gone."""

    async def supervised() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if until_eof:
            await _watch_stdin(stop)
        await main(stop)

    try:
        uvloop.run(supervised())
    except (StartError, ConnectError, EmbeddedRedisError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


async def _watch_stdin(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def wait() -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        stop.set()

    stop.watcher = asyncio.create_task(wait())  # type: ignore[attr-defined]


if __name__ == "__main__":
    app()
