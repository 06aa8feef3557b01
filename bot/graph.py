"""`credits graph`: whether call records can be read from Microsoft Graph, and how far they were."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot import desk
from bot.polling import feed_of, open_graph
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from store.account import Account
from store.feeds import Standing
from store.ledger import Ledger
from store.scripts import Client

app = typer.Typer(help="Call records from Microsoft Graph.", no_args_is_help=True)

NOTHING = (
    "There is nothing to poll: set CREDITS_GRAPH_TENANT_ID, CREDITS_GRAPH_CLIENT_ID, CREDITS_GRAPH_CLIENT_SECRET and"
    " CREDITS_GRAPH_WORKSPACE."
)
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
