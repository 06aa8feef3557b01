"""`credits token`: a workspace's API tokens, made, listed and revoked at the command line."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace, Once
from bot.running import EnvFile
from store.keys import DEFAULT_ACCOUNT
from store.outcomes import Done, Refused
from store.roles import Roles
from store.scripts import Client
from store.tokens import DAYS, LONGEST_DAYS, Scope, Token, Tokens, checked_name

app = typer.Typer(help="API tokens of a workspace: create, list and revoke them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for, such as the telephone system.")]
Scopes = Annotated[
    list[Scope] | None, typer.Option("--scope", help="What it may do; again for more. Without it: everything.")
]
Account = Annotated[str, typer.Option("--account", help="The only account it is for. Without it: all of them.")]
Days = Annotated[int, typer.Option("--days", min=1, max=LONGEST_DAYS, help="How long it is good.")]
TokenId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `credits token list` shows it.")]


@app.command("create")
def create(
    workspace: OfWorkspace,
    name: Name,
    scope: Scopes = None,
    account: Account = "",
    days: Days = DAYS,
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Make a token and print it, this once: only its digest is kept. Nothing else is printed to standard output."""
    desk.account_ref(workspace, account or DEFAULT_ACCOUNT)
    try:
        checked_name(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    operation, scopes = desk.operation(once), scope or list(Scope)
    outcome = desk.ask(
        env_file,
        lambda redis: _tokens(redis).make(
            desk.operator(), workspace, name=name, scopes=scopes, account=account, days=days, operation_id=operation
        ),
    )
    if isinstance(outcome, Refused):
        desk.refuse(outcome.reason)
    if isinstance(outcome, Done):
        typer.echo(
            f"Token {outcome.result} was made before with this id, and shown then. Nothing was changed.", err=True
        )
        raise typer.Exit(1)
    good = "1 day" if days == 1 else f"{days} days"
    typer.echo(f"Token {outcome.id}, good for {good}. It is shown only now:", err=True)
    typer.echo(outcome.secret)


@app.command("list")
def show(workspace: OfWorkspace, env_file: EnvFile = InFolder) -> None:
    """Say which tokens there are, what they may do, who made them, when they were used and until when they are good."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = desk.ask(env_file, lambda redis: _tokens(redis).list(desk.operator(), workspace))
    if isinstance(found, Refused):
        desk.missing(found.reason)
    if not found:
        typer.echo(f"Workspace {workspace} has no token.")
    for token in found:
        typer.echo(_line(token))


@app.command("revoke")
def revoke(workspace: OfWorkspace, token_id: TokenId, once: Once = "", env_file: EnvFile = InFolder) -> None:
    """End a token now. Whoever still uses it is refused from here on."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    operation = desk.operation(once)
    outcome = desk.ask(
        env_file, lambda redis: _tokens(redis).revoke(desk.operator(), workspace, token_id, operation_id=operation)
    )
    said = desk.unless_refused(outcome)
    typer.echo(f"Token {token_id} is revoked." if said == "changed" else f"Token {token_id} was revoked before.")


def _tokens(redis: Client) -> Tokens:
    return Tokens(redis, Roles(redis))


def _line(token: Token) -> str:
    until = f"revoked by {token.revoked_by} on {_day(token.revoked_ms)}" if token.revoked_ms else _until(token)
    pieces = [
        f"{token.id} {token.name}: {until}",
        " ".join(sorted(token.scopes)),
        f"account {token.account}" if token.account else "all accounts",
        f"made by {token.made_by} on {_day(token.made_ms)}",
        f"last used on {_day(token.seen_ms)}" if token.seen_ms else "never used",
    ]
    return ", ".join(pieces)


def _until(token: Token) -> str:
    over = token.expires_ms <= datetime.now(UTC).timestamp() * 1000
    return f"expired on {_day(token.expires_ms)}" if over else f"good until {_day(token.expires_ms)}"


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
