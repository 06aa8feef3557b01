"""`credits usage`: the sums of what was used, made again from the entries."""

from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile
from store.keys import DEFAULT_ACCOUNT
from store.manifest import ArchiveError
from store.scripts import Client
from store.usage import Usage

app = typer.Typer(help="Sums of what was used: make them again.", no_args_is_help=True)

Account = Annotated[str, typer.Option("--account", help="The account's name.")]


@app.callback()
def usage() -> None:
    """Sums of what was used."""


@app.command()
def rebuild(workspace: OfWorkspace, account: Account = DEFAULT_ACCOUNT, env_file: EnvFile = InFolder) -> None:
    """Sum up all entries of an account anew, from journal and archive, and compare with what the ledger counts.

    While it runs, /credits usage shows what is summed up so far. Exit code 1 where the sums are not the ledger's.
    """
    ref, past = desk.account_ref(workspace, account), desk.archive(env_file)

    async def make(redis: Client) -> tuple[int, list[str]]:
        sums = Usage(redis, past=past)
        await sums.rebuild(ref)
        try:
            return await sums.catch_up(ref), await sums.contradictions(ref)
        except (ArchiveError, ValueError) as error:
            return 0, [str(error)]

    entries, wrong = desk.ask(env_file, make)
    for each in wrong:
        typer.echo(each, err=True)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{entries} entries of {account} are summed up; they come to what the ledger counts.")
