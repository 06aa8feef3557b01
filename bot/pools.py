"""`credits pools`: minutes that an account has included every month, and the time zone of those months."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, Named, OfWorkspace, Once
from bot.running import EnvFile
from store.keys import DEFAULT_ACCOUNT
from store.ledger import Ledger
from store.outcomes import Change, Done, Reason, Refused
from store.plans import Plan, Plans
from store.pools import Pool
from store.roles import Roles
from store.scripts import Client

app = typer.Typer(help="Minutes included every month, which calls use before credit.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The pool's name: a-z 0-9 -.")]


@app.command("list")
def show(workspace: OfWorkspace, account: Named = DEFAULT_ACCOUNT, env_file: EnvFile = InFolder) -> None:
    """Say which pools an account has, in the order in which they are used."""
    ref = desk.account_ref(workspace, account)
    plan = desk.ask(env_file, lambda redis: _plans(redis).plan(ref))
    _say(account, plan)


@app.command("set")
def set_pool(
    workspace: OfWorkspace,
    account: Named,
    name: Name,
    minutes: Annotated[int, typer.Option("--minutes", min=0, help="Each month, for each licence.")],
    licences: Annotated[int, typer.Option("--licences", min=0, help="How many licences share it.")] = 1,
    services: Annotated[str, typer.Option("--services", help="Divided by commas.")] = "conference",
    prefixes: Annotated[
        str, typer.Option("--prefixes", help="Only numbers that begin so, divided by commas; all without it.")
    ] = "",
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Add a pool behind those that there are, or change the one of this name in its place."""
    try:
        pool = Pool(name, _listed(services), minutes * 60, licences, _listed(prefixes))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None

    def changed(pools: tuple[Pool, ...]) -> tuple[Pool, ...]:
        if any(each.name == name for each in pools):
            return tuple(pool if each.name == name else each for each in pools)
        return (*pools, pool)

    _, plan = _change(env_file, workspace, account, changed, once)
    _say(account, plan)


@app.command()
def remove(workspace: OfWorkspace, account: Named, name: Name, once: Once = "", env_file: EnvFile = InFolder) -> None:
    """Take a pool away; what calls have used of it stays as it is. Exit code 1 if there is none of this name."""

    def without(pools: tuple[Pool, ...]) -> tuple[Pool, ...]:
        left = tuple(each for each in pools if each.name != name)
        if left == pools and not once:  # with an id it may be what this very command left
            raise LookupError(name)
        return left

    said, plan = _change(env_file, workspace, account, without, once)
    if said == "unchanged":
        typer.echo(f"Nothing was changed: account {account} has no pool {name}.", err=True)
        raise typer.Exit(1)
    _say(account, plan)


@app.command()
def zone(
    workspace: OfWorkspace,
    name: Annotated[str, typer.Argument(metavar="ZONE", help="Such as Europe/Berlin.")],
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Let the workspace's months begin by the clock of a time zone."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    operation = desk.operation(once)

    async def choose(redis: Client) -> Change:
        try:
            return await _plans(redis).set_zone(desk.operator(), workspace, name, operation_id=operation)
        except ValueError:
            raise typer.BadParameter(f"{name} is no time zone's name, such as Europe/Berlin.") from None

    desk.unless_refused(desk.ask(env_file, choose))
    typer.echo(f"Workspace {workspace}: months begin by the clock of {name}.")


def _change(
    env_file: Path, workspace: str, account: str, changed: Callable[[tuple[Pool, ...]], tuple[Pool, ...]], once: str
) -> tuple[str, Plan]:
    """Change an account's pools; answers "changed" or "unchanged", also by LookupError, and how they are now."""
    ref, operation = desk.account_ref(workspace, account), desk.operation(once)

    async def change(redis: Client) -> tuple[Change, Plan]:
        plan = await _plans(redis).plan(ref)
        try:
            pools = changed(plan.pools)
            outcome = await _plans(redis).set_pools(desk.operator(), ref, pools, operation_id=operation)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.") from None
        except LookupError:
            there = await Ledger(redis).account(ref)
            return Done("unchanged") if there else Refused(Reason.UNKNOWN_ACCOUNT), plan
        return outcome, replace(plan, pools=pools)

    outcome, plan = desk.ask(env_file, change)
    return desk.unless_refused(outcome), plan


def _say(account: str, plan: Plan) -> None:
    if not plan.pools:
        typer.echo(f"Account {account} has no pool.")
    for each in plan.pools:
        where = f"numbers that begin with {', '.join(each.prefixes)}" if each.prefixes else "every number"
        minutes = f"{each.seconds_each / 60:g} minutes × {each.licences} licences"
        typer.echo(f"{each.name}: {minutes} a month, {', '.join(each.services)}, {where}; months of {plan.zone}")


def _plans(redis: Client) -> Plans:
    return Plans(redis, Roles(redis))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in text.split(","))))
