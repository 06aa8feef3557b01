"""`credits cost-centres`: the rules that say who bears a call, loaded and listed."""

from pathlib import Path
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile
from store.centres import CentreRules, CentresError, read_rules, write_rules
from store.keys import DEFAULT_ACCOUNT
from store.roles import Roles
from store.scripts import Client

app = typer.Typer(help="Rules that say which cost centre bears a call: load and list them.", no_args_is_help=True)


@app.command()
def load(
    workspace: OfWorkspace,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    env_file: EnvFile = InFolder,
) -> None:
    """Load the rules from a CSV file: Match, Value, Cost centre, and if you like Account.

    Match is user, department, number or service; of a number the Value is how it begins. The first rule that matches a
    call counts, for the calls that are charged from now on. An empty table takes all rules away.
    """
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    try:
        rules = read_rules(file.read_bytes())
    except CentresError as error:
        typer.echo(f"Nothing was changed: {file.name}: {error}.", err=True)
        raise typer.Exit(1) from None

    async def change(redis: Client) -> str:
        kept = CentreRules(redis, Roles(redis))
        return desk.unless_refused(await kept.load(desk.operator(), workspace, rules))

    ending = "count from now on" if desk.ask(env_file, change) == "changed" else "were there already"
    typer.echo(f"{len(rules)} rules for cost centres {ending}.")


@app.command("list")
def show(workspace: OfWorkspace, env_file: EnvFile = InFolder) -> None:
    """Write the rules as the CSV file that `load` reads."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = desk.ask(env_file, lambda redis: CentreRules(redis, Roles(redis)).version(workspace))
    typer.echo(write_rules(found.rules), nl=False)
