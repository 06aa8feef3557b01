"""`credits graph`: whether call records can be read from Microsoft Graph, and how far they were."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import desk
from bot.ending import end
from bot.polling import feed_of, open_graph, open_poller
from bot.reaching import open_redis
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from store.account import Account
from store.feeds import Standing
from store.leases import LeaseLostError
from store.ledger import Ledger
from store.scripts import Client

if TYPE_CHECKING:
    from bot.ingest.graph.polling import Poller, Round

app = typer.Typer(help="Call records from Microsoft Graph.", no_args_is_help=True)

NOTHING = (
    "There is nothing to poll: set CREDITS_GRAPH_TENANT_ID, CREDITS_GRAPH_CLIENT_ID, CREDITS_GRAPH_CLIENT_SECRET and"
    " CREDITS_GRAPH_WORKSPACE."
)
BUSY = "Another worker reads them at this moment; nothing was done here."
LOOK_MS = 3 * 86_400_000
"""Records come a day or two late, so that there are some in the last three days if there are any."""


@app.command()
def check(env_file: EnvFile = Path(".env")) -> None:
    """Sign in, ask for a page of call records, and say how far they were read. Nothing is charged or changed.

    Exit code 0: all is well; 1: something is not, and what to do about it is said; 2: there is nothing to poll.
    """
    settings = _settings(env_file)
    _try(settings)

    async def look(redis: Client) -> tuple[Standing, Account | None]:
        feed = feed_of(settings, redis)
        return await feed.standing(), await Ledger(redis).account(feed.ref)

    standing, account = desk.ask(env_file, look)
    typer.echo(_told(settings, standing))
    if account is None:
        typer.echo("There is no such account yet; `credits account open` opens it. Nothing is read before.", err=True)
        raise typer.Exit(1)


@app.command()
def poll(
    once: Annotated[bool, typer.Option("--once", help="Read once, now, and say what became of it.")] = False,
    env_file: EnvFile = Path(".env"),
) -> None:
    """Read call records and charge them, as the worker does by itself, until it is stopped.

    Exit code 0: all was read; 1: it was not, and why is said; 2: there is nothing to poll. Whatever was charged stays
    charged, and is not charged again.
    """
    settings = _settings(env_file)
    said = list[str]()

    async def work(stop: asyncio.Event) -> None:
        async with open_redis(settings) as redis, open_poller(settings, redis) as poller:
            task = asyncio.create_task(_once(poller, said) if once else poller.run())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
            await end([stopped, task])
            if not task.cancelled():
                task.result()

    run(work)
    if said:
        typer.echo(said[0], err=True)
        raise typer.Exit(1)


async def _once(poller: "Poller", said: list[str]) -> None:
    from bot.ingest.graph.problems import GraphError  # noqa: PLC0415 msal and pyarrow load slower than a command

    try:
        done = await poller.poll()
    except LeaseLostError:
        said.append(BUSY)
    except GraphError as error:
        said.append(str(error))
    else:
        if done:
            _say(done)
        else:
            said.append(BUSY)


def _say(done: "Round") -> None:
    """What became of the rows, most of them first."""
    typer.echo(f"Read {done.read} rows on {done.pages} pages.")
    for count, what in (
        *((count, state) for state, count in done.posted.most_common()),
        (done.repeated, "known already"),
        *((count, f"refused: {reason}") for reason, count in done.refused.most_common()),
        *((count, f"no record: {reason}") for reason, count in done.malformed.most_common()),
        *((count, f"with a {column} that nobody knows: {code}") for (column, code), count in done.unknown.items()),
    ):
        if count:
            typer.echo(f"{count:>8} {what}")


def _settings(env_file: Path) -> Settings:
    settings = settings_for(Profile.TOOL, env_file)
    if not settings.polls_graph:
        typer.echo(NOTHING, err=True)
        raise typer.Exit(2)
    return settings


def _try(settings: Settings) -> None:
    from bot.ingest.graph.problems import GraphError  # noqa: PLC0415 msal and pyarrow load slower than a command
    from bot.ingest.graph.windows import Window  # noqa: PLC0415 as above

    said = list[str]()

    async def ask(_stop: asyncio.Event) -> None:
        try:
            async with open_graph(settings) as graph:
                now_ms = int(datetime.now(UTC).timestamp()) * 1000
                page = await anext(graph.pages(Window(now_ms - LOOK_MS, now_ms)))
        except GraphError as error:
            said.append(str(error))
        else:
            more = "" if page.last else " or more"
            typer.echo(f"Microsoft Graph answers: {len(page.rows)}{more} call records of the last three days.")

    run(ask)
    if said:
        typer.echo(said[0], err=True)
        raise typer.Exit(1)


def _told(settings: Settings, standing: Standing) -> str:
    where = f"account {settings.graph_account} of workspace {settings.graph_workspace}"
    if standing.through_ms is None:
        return f"They are for {where}; none was read yet."
    through = f"They are for {where}, read through {_moment(standing.through_ms)}."
    return f"{through} The last time it failed: {standing.problem}." if standing.problem else through


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"
