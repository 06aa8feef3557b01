"""`credits transfer`, `reverse`, `records` and `adjust`: what an operator puts right at the command line."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, Named, OfWorkspace, Once, Typed, Why
from bot.running import EnvFile
from store.corrections import Corrections
from store.manifest import ArchiveError
from store.outcomes import Posting, Reason, Refused
from store.roles import Roles
from store.scripts import Client
from store.transfers import Transfers


def transfer(
    workspace: OfWorkspace,
    giver: Annotated[str, typer.Argument(metavar="FROM", help="The account that gives.")],
    taker: Annotated[str, typer.Argument(metavar="TO", help="The account that takes.")],
    amount: Typed,
    memo: Why = "",
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Move available credit from one account of a workspace to another."""
    ref, operation = desk.account_ref(workspace, giver), desk.operation(once)
    desk.account_ref(workspace, taker)

    async def move(redis: Client) -> Posting:
        money = await desk.money(redis, ref, amount)
        transfers = Transfers(redis, Roles(redis))
        return await transfers.transfer_credit(desk.operator(), ref, taker, money, operation_id=operation, memo=memo)

    desk.say(giver, desk.ask(env_file, move))


def reverse(
    workspace: OfWorkspace,
    account: Named,
    entry: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY[#RECORD]",
            help="The entry's id, as `credits export` gives it; with # and its id, one call record of it alone.",
        ),
    ],
    memo: Why = "",
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Post the opposite of an entry: of usage, a grant, an adjustment or expired credit. Once for each.

    Of an entry of call records, one record is given back, or all that are left, with the included minutes that they
    used. Archived entries are reversed as well.
    """
    ref, operation = desk.account_ref(workspace, account), desk.operation(once)
    past, (of, single, record) = desk.archive(env_file), entry.partition("#")

    async def put_right(redis: Client) -> tuple[Posting, Mapping[tuple[str, str], int]]:
        corrections, by = Corrections(redis, Roles(redis), past=past), desk.operator()
        if single:
            done = await corrections.reverse_record(by, ref, of, record, operation_id=operation, memo=memo)
        else:
            done = await corrections.reverse_entry(by, ref, of, operation_id=operation, memo=memo)
        return done, {} if isinstance(done, Refused) else await corrections.returned(ref, done.entry)

    with _in_words():
        outcome, minutes = desk.ask(env_file, put_right)
    desk.say(account, outcome)
    for (pool, month), seconds in minutes.items():
        typer.echo(f"Included minutes given back to {pool} in {month}: {seconds // 60}:{seconds % 60:02d}.")


def records(
    workspace: OfWorkspace,
    account: Named,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The id of an entry of call records.")],
    env_file: EnvFile = InFolder,
) -> None:
    """List the call records of an entry: id, start, destination, charge, memo, and by which entry it was reversed."""
    ref, past = desk.account_ref(workspace, account), desk.archive(env_file)
    with _in_words():
        found = desk.ask(env_file, lambda redis: Corrections(redis, Roles(redis), past=past).records(ref, entry))
    if found is None:
        desk.missing(Reason.UNKNOWN_ENTRY)
    for line, reversed_by in found:
        start = datetime.fromtimestamp(line.start_ms / 1000, UTC).isoformat(sep=" ", timespec="seconds")
        texts = (line.id, start, line.destination, desk.shown(line.amount), line.memo)
        said = "\t".join("".join(each for each in text if each.isprintable()) for text in texts)
        typer.echo(f"{said}\t{f'reversed by {reversed_by}' if reversed_by else ''}".rstrip("\t"))


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """What cannot be read is said, with exit code 1."""
    try:
        yield
    except (ArchiveError, OSError, ValueError) as error:
        typer.echo(f"Nothing was changed: {error}.", err=True)
        raise typer.Exit(1) from None


def adjust(
    workspace: OfWorkspace,
    account: Named,
    amount: Typed,
    memo: Annotated[str, typer.Option("--memo", help="Why; the history shows it.")],
    down: Annotated[bool, typer.Option("--down", help="Take it from the balance instead of adding it.")] = False,
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Correct a balance by an amount that you answer for."""
    ref, operation = desk.account_ref(workspace, account), desk.operation(once)

    async def correct(redis: Client) -> Posting:
        money = await desk.money(redis, ref, amount)
        change, corrections = -money if down else money, Corrections(redis, Roles(redis))
        return await corrections.adjust_balance(desk.operator(), ref, change, operation_id=operation, memo=memo)

    desk.say(account, desk.ask(env_file, correct))
