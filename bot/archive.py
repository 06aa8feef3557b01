"""`credits archive`: the closed days of the journals leave Redis, once they are safe elsewhere."""

import asyncio
from pathlib import Path

import typer

from bot.archiving import open_archive
from bot.reaching import open_redis
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from store import keys
from store.manifest import ArchiveError


def archive(env_file: EnvFile = Path(".env")) -> None:
    """Move the closed days that are old enough from Redis to the archive, now. A running worker does it by itself.

    Nothing leaves Redis before it was read back from the archive. Exit code 1 if something could not be archived.
    """
    settings = settings_for(Profile.TOOL, env_file)
    if settings.archive_url is None:
        typer.echo("There is no archive: set CREDITS_ARCHIVE_URL. Until then the journal stays in Redis.", err=True)
        raise typer.Exit(2)
    refused: list[str] = []
    run(lambda stop: _archive_all(settings, stop, refused))
    if refused:
        raise typer.Exit(1)


async def _archive_all(settings: Settings, stop: asyncio.Event, refused: list[str]) -> None:
    found = open_archive(settings)
    assert found  # noqa: S101 it was asked for
    from store.archiver import Archiver, BusyError  # noqa: PLC0415 it loads pyarrow

    moved = 0
    async with open_redis(settings) as redis:
        archiver = Archiver(redis, found, keep_days=settings.archive_after_days)
        for partition in range(keys.PARTITIONS):
            try:
                moved += await archiver.partition(partition)
            except BusyError as error:
                typer.echo(f"Left out: {error}.")
            except (ArchiveError, OSError) as error:
                refused.append(str(error))
                typer.echo(f"Not archived: {error}", err=True)
            if stop.is_set():
                typer.echo("Stopped; the rest stays in Redis until the next time.", err=True)
                break
    days = settings.archive_after_days
    typer.echo(f"Archived: {moved:,} entries. What is younger than {days} days stays in Redis.")
