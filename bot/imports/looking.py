"""What is in a file that was dropped: so many call records, or why it cannot be charged."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.imports.fetching import Trouble as Away
from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import Source, fetched
from handlers.views.imports import RATE_CARD, Counted, Trouble
from store.cardfile import MAX_BYTES, CardError, CardProblem, read_card

MOST_UNPACKED = 1 << 30
"""Bytes of a file as it is unpacked: other workspaces' files wait meanwhile. More is for the command line."""
_NO_CARD = {CardProblem.TOO_LARGE, CardProblem.NOT_TEXT, CardProblem.NO_COLUMN, CardProblem.NO_RATES}
"""Other things can be wrong only with what has a rate card's columns."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that has call records, or what is the matter with it."""

    source: Source | None
    trouble: Trouble | None = None


def open_file(path: Path, name: str, digest: str) -> Opened:
    """Tell what a file is, by what is in it.

    Raises:
        OSError: it cannot be read.
    """
    try:
        source = fetched(path, name, digest)
    except UnreadableFileError as error:
        if _is_card(path):
            return Opened(None, Trouble(name, RATE_CARD))
        return Opened(None, Trouble(error.name, error.problem, error.detail))
    if sum(part.size for part in source.found.parts) > MOST_UNPACKED:
        return Opened(None, Trouble(name, Away.TOO_LARGE))
    return Opened(source)


def count(source: Source, stopped: Callable[[], bool]) -> Counted:
    """How many lines of a file are records, and how many are not; of those until it is `stopped`.

    Raises:
        UnreadableFileError: it is damaged further down.
    """
    records, refused, first = 0, 0, ""
    for part in source.found.parts:
        for block in part.blocks():
            if stopped():
                break
            records += len(block.records)
            refused += len(block.refused)
            first = first or next((str(each.reason) for each in block.refused), "")
    return Counted(source.name, records, refused, first)


def _is_card(path: Path) -> bool:
    if path.stat().st_size > MAX_BYTES:
        return False
    try:
        read_card(path.read_bytes())
    except CardError as error:
        return error.problem not in _NO_CARD
    return True
