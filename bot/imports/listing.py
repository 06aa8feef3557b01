"""The first refused lines of an import, kept beside its place, so that whoever goes on with it has them all."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.ingest.refusals import Refused
from handlers.views.imports import MOST_LISTED, Line


class Listing:
    """Keeps the first lines, in the order in which they are refused; the others are only counted."""

    def __init__(self, marks: Iterable[Any] = ()) -> None:
        """`marks`: those of the files that are gone on with; the longest holds the others."""
        longest: list[Any] = max(marks, key=len, default=[])
        self._lines = [Line(*each) for each in longest]

    @property
    def mark(self) -> list[tuple[str, int, str]]:
        """What is kept until now."""
        return [(each.file, each.number, each.reason) for each in self._lines]

    def write(self, name: str, lines: Sequence[Refused]) -> None:
        """Lines of the file of this name."""
        free = MOST_LISTED - len(self._lines)
        self._lines += [Line(name, each.line, str(each.reason)) for each in lines[:free]]
