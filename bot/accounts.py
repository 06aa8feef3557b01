"""`credits account`: a workspace's accounts, listed, opened, frozen and closed at the command line."""

from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, Named, OfWorkspace, Once
from bot.running import EnvFile
from store.account import Account, State
from store.keys import DEFAULT_ACCOUNT, AccountRef
from store.ledger import Ledger
from store.money import Money, known_currency
from store.outcomes import Change
from store.policy import Limits, Policies
from store.roles import Roles
from store.scripts import Client
from store.workspaces import Workspaces

app = typer.Typer(help="Accounts of a workspace: list, open, freeze and close them.", no_args_is_help=True)

Limit = Annotated[str, typer.Argument(metavar="LIMIT", help="In the account's currency: 50 or 12.50, or 0.")]
Currency = Annotated[str, typer.Argument(metavar="CURRENCY", help="Its code: USD, EUR ….")]


@app.command("list")
def show(workspace: OfWorkspace, env_file: EnvFile = InFolder) -> None:
    """Say which accounts there are, their state and their balance."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = desk.ask(env_file, lambda redis: Workspaces(redis).accounts(workspace))
    if not found:
        typer.echo(f"Workspace {workspace} has no account.")
    for ref, account in found.items():
        typer.echo(_line(ref, account))


@app.command("open")
def open_account(workspace: OfWorkspace, account: Named, currency: Currency, env_file: EnvFile = InFolder) -> None:
    """Make an account with a balance of zero, in this currency. One that is there stays as it is."""
    if not known_currency(currency):
        raise typer.BadParameter(f"{currency} is no currency's code, such as USD or EUR.")
    ref = desk.account_ref(workspace, account)
    outcome = desk.ask(env_file, lambda redis: Ledger(redis).open_account(ref, currency))
    said = desk.unless_refused(outcome)
    typer.echo(f"Account {account} is open." if said == "opened" else f"Account {account} was there already.")


@app.command("state")
def set_state(
    workspace: OfWorkspace, account: Named, state: State, once: Once = "", env_file: EnvFile = InFolder
) -> None:
    """Freeze an account, close it, or open it again."""
    ref = desk.account_ref(workspace, account)
    operation = desk.operation(once)
    outcome = desk.ask(
        env_file, lambda redis: _policies(redis).set_state(desk.operator(), ref, state, operation_id=operation)
    )
    desk.unless_refused(outcome)
    typer.echo(f"Account {account}: {state}.")


@app.command("overdraft")
def set_overdraft(
    workspace: OfWorkspace, account: Named, limit: Limit, once: Once = "", env_file: EnvFile = InFolder
) -> None:
    """Let new usage go below zero by LIMIT, 0 for not at all. Usage that has happened is always charged."""
    ref = desk.account_ref(workspace, account)
    operation = desk.operation(once)

    async def allow(redis: Client) -> tuple[Change, Money]:
        money = await desk.money(redis, ref, limit, zero=True)
        return await _policies(redis).set_overdraft(desk.operator(), ref, money, operation_id=operation), money

    outcome, money = desk.ask(env_file, allow)
    desk.unless_refused(outcome)
    typer.echo(f"Account {account}: new usage may go below zero by {desk.shown(money)}.")


def _policies(redis: Client) -> Policies:
    return Policies(redis, Roles(redis), Limits())


def _line(ref: AccountRef, account: Account) -> str:
    pieces = [f"{ref.account}: {account.state}", f"balance {desk.shown(account.balance)}"]
    if account.held.micros:
        pieces.append(f"{desk.shown(account.held)} of it set aside")
    if account.overdraft_micros:
        pieces.append(f"overdraft to {desk.shown(account.overdraft)}")
    return ", ".join(pieces)
