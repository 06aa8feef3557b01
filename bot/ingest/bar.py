"""How far an import is, for a person who watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.ingest.blocks import Place
from bot.ingest.files import Format, Part
from bot.ingest.sources import Source
from bot.ingest.taking import Follow
from bot.ingest.tally import Tally


@contextmanager
def bar(source: Source) -> Iterator[Follow]:
    """A bar on standard error where that is a terminal: how much of the file is taken, and what it has cost."""
    parts, console = source.found.parts, Console(file=sys.stderr)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[calls]} calls")
    hidden = not console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(source.name, total=sum(each.size for each in parts), calls="0")

        def follow(number: int, place: Place, tally: Tally) -> None:
            taken = sum(each.size for each in parts[:number]) + _within(parts[number], place)
            progress.update(task, completed=taken, calls=f"{tally.records:,}")

        yield follow


def _within(part: Part, place: Place) -> int:
    """The bytes before a place; of pages, whose places count records, nobody knows."""
    return 0 if part.format is Format.PAGES else place.offset
