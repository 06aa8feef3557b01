"""What an operator's commands about accounts share: reaching the ledger, reading amounts, saying what came of it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.archiving import open_archive
from bot.reaching import open_redis
from bot.running import run, settings_for
from bot.settings import Profile, SettingsError
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import AmountError, Money, format_money, parse_money
from store.operations import checked_id, random_id
from store.outcomes import Change, Posting, Reason, Refused, Repeated
from store.roles import Operator
from store.scripts import Client

if TYPE_CHECKING:
    from store.archive import Archive

T = TypeVar("T")

REFUSED = {
    Reason.UNKNOWN_ACCOUNT: "there is no such account; `credits account list` shows those that there are",
    Reason.CURRENCY_MISMATCH: "the account is in another currency",
    Reason.OPERATION_CONFLICT: "this id was used before, for something else",
    Reason.AMOUNT_INVALID: "the amount has to be above zero",
    Reason.BALANCE_LIMIT: "the figures would become larger than can be kept exactly",
    Reason.INSUFFICIENT_CREDIT: "not so much credit is available: neither overdraft nor what is set aside can be moved",
    Reason.ACCOUNT_FROZEN: "the account is frozen; `credits account state` opens it",
    Reason.ACCOUNT_CLOSED: "the account is closed; `credits account state` opens it",
    Reason.NOT_EMPTY: "there is still a balance, or something set aside",
    Reason.SAME_ACCOUNT: "these are not two accounts",
    Reason.LOTS_TOO_MANY: "the amount is spread over more than 50 purchases and grants; transfer it in smaller amounts",
    Reason.UNKNOWN_ENTRY: "there is no such entry; if it was archived, CREDITS_ARCHIVE_URL says where",
    Reason.UNKNOWN_RECORD: "the entry has no such call record",
    Reason.NOT_REVERSIBLE: "only usage, grants, adjustments and expired credit are reversed",
    Reason.ALREADY_REVERSED: "that was reversed before",
    Reason.UNKNOWN_TOKEN: "there is no such token; `credits token list` shows those that there are",
    Reason.TOKENS_TOO_MANY: "there are 100 tokens already; revoke those that nobody uses",
    Reason.UNKNOWN_WEBHOOK: "there is no such webhook; `credits webhook list` shows those that there are",
    Reason.WEBHOOKS_TOO_MANY: "the workspace has as many webhooks as it may have",
}
"""Why the ledger refuses what these commands ask for, in an operator's words."""

InFolder = Path(".env")
OfWorkspace = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Slack's id of the workspace, T….")]
Named = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name, such as default.")]
Typed = Annotated[str, typer.Argument(metavar="AMOUNT", help="In the account's currency: 50 or 12.50.")]
Why = Annotated[str, typer.Option("--memo", help="Why; the history shows it.")]
Once = Annotated[
    str, typer.Option("--once", metavar="ID", help="An id of your own: the same command with it again changes nothing.")
]


def ask(env_file: Path, question: Callable[[Client], Awaitable[T]]) -> T:
    """What the ledger answers; exit code 1 where it cannot be reached."""
    settings = settings_for(Profile.TOOL, env_file)
    answers: list[T] = []

    async def work(_stop: asyncio.Event) -> None:
        async with open_redis(settings) as redis:
            answers.append(await question(redis))

    run(work)
    return answers[0]


def archive(env_file: Path) -> "Archive | None":
    """Where archived entries are, if the settings say so."""
    try:
        return open_archive(settings_for(Profile.TOOL, env_file))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def operator() -> Operator:
    """Whoever is logged in here; what no entry's line can hold is left out of the name."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = ""
    return Operator("".join(each for each in name if each.isprintable()) or "unknown")


def account_ref(workspace: str, account: str) -> AccountRef:
    """The account; exit code 2 where these are no names."""
    try:
        return AccountRef(workspace, account)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def operation(once: str) -> str:
    """The id that was given, or a random one; exit code 2 where it is none."""
    try:
        return checked_id(once or random_id())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


async def money(redis: Client, ref: AccountRef, text: str, *, zero: bool = False) -> Money:
    """What was typed, in the account's currency. Exit code 1 without such an account, 2 where it is no amount."""
    account = await Ledger(redis).account(ref)
    if account is None:
        refuse(Reason.UNKNOWN_ACCOUNT)
    if zero and text == "0":
        return Money(0, account.currency)
    try:
        return parse_money(text, account.currency)
    except AmountError as error:
        problem = error.problem.replace("_", " ")
        raise typer.BadParameter(f"{text} is no amount in {account.currency}: {problem}.") from None


def shown(amount: Money) -> str:
    """An amount as it is written in English, to the last digit."""
    return format_money(amount, "en", exact=True)


def say(account: str, outcome: Posting) -> None:
    """What became of the balance; exit code 1 if it was refused."""
    if isinstance(outcome, Refused):
        refuse(outcome.reason)
    if isinstance(outcome, Repeated):
        typer.echo("This was done before; nothing was changed now.")
    if outcome.before is None or outcome.after is None:
        typer.echo(f"Account {account}: entry {outcome.entry}.")
    else:
        typer.echo(f"Account {account}: {shown(outcome.before)} → {shown(outcome.after)}, entry {outcome.entry}.")


def unless_refused(outcome: Change) -> str:
    """The outcome's word; exit code 1 if it was refused."""
    if isinstance(outcome, Refused):
        refuse(outcome.reason)
    return outcome.result


def refuse(reason: Reason) -> NoReturn:
    """Say why nothing was changed, and end with exit code 1."""
    typer.echo(f"Nothing was changed: {REFUSED.get(reason, reason.value)}.", err=True)
    raise typer.Exit(1)


def missing(reason: Reason) -> NoReturn:
    """Say what is not there to be looked at, and end with exit code 1."""
    said = REFUSED.get(reason, reason.value)
    typer.echo(f"{said[:1].upper()}{said[1:]}.", err=True)
    raise typer.Exit(1)
