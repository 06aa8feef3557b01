"""`credits verify`: replay every journal and say what does not come to what Redis keeps, while the bot works on."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.archiving import open_archive
from bot.reaching import open_redis
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from store.keys import AccountRef
from store.manifest import ArchiveError

if TYPE_CHECKING:
    from store.verify import Difference, Verifier

OfTenant = Annotated[str, typer.Option("--tenant", metavar="T…", help="Only the accounts of this workspace.")]
OfAccount = Annotated[str, typer.Option("--account", metavar="NAME", help="Only accounts of this name.")]
InFolder = Path(".env")


def verify(tenant: OfTenant = "", account: OfAccount = "", env_file: EnvFile = InFolder) -> None:
    """Prove the ledger: journals and archive, replayed, come to the balances, lots, holds and sums that are kept.

    Exit code 1 if anything is different, 2 if it could not be finished. Nothing is changed, and nothing has to stop.
    """
    require_names(tenant, account)
    settings = settings_for(Profile.TOOL, env_file)
    desk = _Desk(settings, tenant, account)
    try:
        run(desk.work)
    except typer.Exit:
        raise typer.Exit(2) from None
    except (ArchiveError, OSError) as error:
        typer.echo(f"Could not be finished: {error}", err=True)
        raise typer.Exit(2) from None
    if not desk.finished:
        typer.echo("Stopped before the end: nothing is proven.", err=True)
        raise typer.Exit(2)
    if desk.differences:
        raise typer.Exit(1)


def require_names(tenant: str, account: str) -> None:
    """What cannot be the name of a workspace or an account is asked back."""
    try:
        AccountRef(tenant or "T", account or "default")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


class _Desk:
    """One proof: says what is different, and at the end what was looked at."""

    def __init__(self, settings: Settings, tenant: str, account: str) -> None:
        self._settings = settings
        self._wanted = tenant, account
        self.differences = 0
        self.finished = False

    async def work(self, stop: asyncio.Event) -> None:
        """Prove all that is wanted, unless stopped."""
        from store.summed import differences  # noqa: PLC0415 it loads pyarrow
        from store.verify import Verifier, expected, partitions  # noqa: PLC0415 as above

        begun = time.monotonic()
        async with open_redis(self._settings) as redis:
            every = partitions(self._wanted[0])
            total = sum([await expected(redis, each, *self._wanted) for each in every])
            with _bar(total) as bar:
                archive = open_archive(self._settings)
                verifier = Verifier(redis, archive=archive, advance=bar.advance)
                for each in every:
                    await self._say(verifier.partition(each, *self._wanted), bar)
                    await self._say(differences(redis, archive, each, *self._wanted), bar)
                    if stop.is_set():
                        return
                await self._say(verifier.unlisted(*self._wanted), bar)
        self.finished = True
        self._sum_up(verifier, time.monotonic() - begun)

    async def _say(self, found: AsyncIterator["Difference"], bar: "_Bar") -> None:
        async for difference in found:
            self.differences += 1
            bar.say(str(difference))

    def _sum_up(self, verifier: "Verifier", seconds: float) -> None:
        entries = _counted(verifier.entries, "entry", "entries")
        accounts = _counted(verifier.accounts, "account", "accounts")
        found = {0: "no difference", 1: "1 difference"}.get(self.differences, f"{self.differences:,} differences")
        typer.echo(f"Looked at {entries} of {accounts} in {seconds:.1f} s: {found}.")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


class _Bar:
    """Shows how far it is where a person watches, and keeps out of the way of what is said."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("Entries", total=total)

    def advance(self, entries: int) -> None:
        """So many more were looked at."""
        self._progress.advance(self._task, entries)

    def say(self, text: str) -> None:
        """A line that stays, on standard output."""
        with self._paused():
            typer.echo(text)

    @contextlib.contextmanager
    def _paused(self) -> Iterator[None]:
        if self._progress.disable:
            yield
            return
        self._progress.stop()
        yield
        self._progress.start()


@contextlib.contextmanager
def _bar(total: int) -> Iterator[_Bar]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn()
    console = Console(file=sys.stderr)
    hidden = not console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=hidden) as progress:
        yield _Bar(progress, total)
