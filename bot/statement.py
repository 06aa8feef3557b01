"""`credits statement`: what each cost centre bears of a month."""

import re
from enum import StrEnum
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile
from store.keys import DEFAULT_ACCOUNT
from store.manifest import ArchiveError
from store.outcomes import Reason
from store.scripts import Client

_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])", re.ASCII)


class Form(StrEnum):
    """What is written."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def statement(
    workspace: OfWorkspace,
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help="Such as 2026-11.")],
    centre: Annotated[
        str | None, typer.Option("--cost-centre", help="This one alone; `unassigned` for what no rule assigned.")
    ] = None,
    account: Annotated[str, typer.Option("--account", help="The account's name.")] = DEFAULT_ACCOUNT,
    form: Annotated[Form, typer.Option("--format", "-f", help="What to write.")] = Form.TEXT,
    env_file: EnvFile = InFolder,
) -> None:
    """Say what each cost centre bears of a month's calls, by service, to the last millionth.

    It is reckoned from every entry, in Redis and in the archive, and only written where all of them come to what the
    ledger counts; exit code 1 otherwise.
    """
    from store import statement as made  # noqa: PLC0415 it loads pyarrow, which no other command waits for

    if not _MONTH.fullmatch(month):
        raise typer.BadParameter(f"{month} is no month, such as 2026-11.")
    ref, past = desk.account_ref(workspace, account), desk.archive(env_file)
    wanted = "" if centre == made.UNASSIGNED else centre

    async def reckon(redis: Client) -> "made.Statement | str":
        try:
            return await made.state(redis, ref, month, centre=wanted, past=past)
        except LookupError:
            desk.missing(Reason.UNKNOWN_ACCOUNT)
        except (ArchiveError, ValueError) as error:
            return str(error)

    found = desk.ask(env_file, reckon)
    if isinstance(found, str):
        typer.echo(f"There is no statement: {found}", err=True)
        raise typer.Exit(1)
    write = {Form.TEXT: made.as_text, Form.CSV: made.as_csv, Form.JSON: made.as_json}[form]
    typer.echo(write(found).rstrip("\n"))
