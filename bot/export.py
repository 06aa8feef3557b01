"""`credits export`: every entry, from journal and archive, for spreadsheets, databases and bookkeepers' programs."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from bot.archiving import open_archive
from bot.reaching import open_redis
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from bot.verify import OfAccount, OfTenant, require_names
from store.books import Beancount, Hledger
from store.export import Csv, Format, JsonLines, Wanted, export
from store.ledger import Ledger
from store.manifest import ArchiveError
from store.scripts import Client


class Kind(StrEnum):
    """What is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


TEXTS: dict[Kind, type[Csv | JsonLines | Beancount | Hledger]] = {
    Kind.CSV: Csv,
    Kind.JSONL: JsonLines,
    Kind.BEANCOUNT: Beancount,
    Kind.HLEDGER: Hledger,
}
_DAY = ["%Y-%m-%d"]
From = Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="From the beginning of this day, UTC.")]
To = Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="To the end of this day, UTC.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file; without it, standard output.")]


def entries(
    form: Annotated[Kind, typer.Option("--format", "-f", help="What to write.")] = Kind.CSV,
    tenant: OfTenant = "",
    account: OfAccount = "",
    since: From = None,
    until: To = None,
    output: Output = None,
    env_file: EnvFile = Path(".env"),
) -> None:
    """Write all entries: csv, jsonl and parquet as tables, beancount and hledger as journals with their balances.

    Reads through Redis and the archive. A file is there when it is complete, not before.
    """
    require_names(tenant, account)
    if form is Kind.PARQUET and output is None:
        raise typer.BadParameter("Parquet needs a file: say --output.")
    settings = settings_for(Profile.TOOL, env_file)
    wanted = Wanted(tenant, account, _ms(since), _ms(until, days=1))
    try:
        run(lambda stop: write(settings, wanted, form, output, stop))
    except (ArchiveError, OSError) as error:
        typer.echo(f"Could not be written: {error}", err=True)
        raise typer.Exit(1) from None


async def write(settings: Settings, wanted: Wanted, form: Kind, output: Path | None, stop: asyncio.Event) -> None:
    """Write what is wanted to the file `output`, or to standard output.

    Raises:
        ArchiveError: an entry is missing.
        OSError: it cannot be written, or was told to stop; there is no file then.
    """
    async with open_redis(settings) as redis:
        ledger = Ledger(redis, past=open_archive(settings))
        with _complete(output) as path:
            if form is Kind.PARQUET:
                from store.tables import Parquet  # noqa: PLC0415 it loads pyarrow

                assert path  # noqa: S101 it was asked for
                with Parquet(path) as table:
                    async for _ in _until(stop, redis, ledger, wanted, table):
                        pass
                return
            with _opened(path) as file:
                async for text in _until(stop, redis, ledger, wanted, TEXTS[form]()):
                    file.write(text)


async def _until(
    stop: asyncio.Event, redis: Client, ledger: Ledger, wanted: Wanted, made: Format
) -> AsyncIterator[str]:
    async for text in export(redis, ledger, wanted, made):
        if stop.is_set():
            raise OSError("it was stopped")
        yield text


@contextlib.contextmanager
def _complete(output: Path | None) -> Iterator[Path | None]:
    """A place to write to, which becomes `output` when all went well."""
    if output is None:
        yield None
        return
    part = output.with_name(f"{output.name}.part")
    try:
        yield part
        os.replace(part, output)  # noqa: PTH105 Path.replace says the same
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[IO[Any]]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _ms(day: datetime | None, *, days: int = 0) -> int | None:
    if day is None:
        return None
    return round((day.replace(tzinfo=UTC) + timedelta(days=days)).timestamp() * 1000)
