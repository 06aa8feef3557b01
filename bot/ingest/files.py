"""Files of call records: what is in one is told by how it begins, never by its name."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from bot.ingest.blocks import BYTES, LONGEST, Block, Place, Reader
from bot.ingest.jsonlines import LinesReader
from bot.ingest.packed import Member, Opener, is_zip, members
from bot.ingest.pages import PagesReader
from bot.ingest.refusals import Problem, UnreadableFileError
from bot.ingest.report import BOM, ReportReader, heading
from bot.ingest.rows import GRAPH, Shape, shape_of

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PAGE = re.compile(r'\s*(?:\[|\{.*?"value"\s*:\s*\[)\s*(?=(\{)|\])', re.DOTALL)
_LOOKED_AT = 20
"""So many first lines are looked at for one that tells what they are."""


class Format(StrEnum):
    """What can be read."""

    REPORT = "report"
    PAGES = "pages"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or one within a zip.

    Attributes:
        name: its name, behind the zip's where it is in one.
        format: what it is.
        size: its bytes, unpacked.
    """

    name: str
    format: Format
    size: int
    _open: Opener
    _reader: Reader

    def blocks(self, place: Place | None = None, size: int = BYTES) -> Iterator[Block]:
        """All records from `place` on (that is where a block ended), or from the first; the same for every `size`.

        Raises:
            UnreadableFileError: a zip was changed while it was read.
        """
        with self._open() as stream:
            yield from self._reader.blocks(stream, place or self._reader.begin, size)


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a file: the parts that have records, and the names of those left alone, with why."""

    parts: tuple[Part, ...]
    left_alone: tuple[tuple[str, str], ...] = ()


def find(path: Path) -> Found:
    """The records in a file.

    Raises:
        UnreadableFileError: there are none, or they cannot be read; the message says what is accepted.
        OSError: the file cannot be opened.
    """
    return find_in(path.name, lambda: path.open("rb"))


def find_in(name: str, opener: Opener) -> Found:
    """The same of anything that can be opened, more than once, as a seekable stream."""
    with opener() as stream:
        start = stream.read(LONGEST)
        size = stream.seek(0, 2)
        if is_zip(start):
            return _in_zip(name, opener, members(name, stream))
    return Found((_part(name, size, start, opener),))


def _in_zip(name: str, opener: Opener, found: list[Member]) -> Found:
    parts, left = list[Part](), list[tuple[str, str]]()
    for each in found:
        inner = f"{name}/{each.name}"
        try:
            parts.append(_part(inner, each.size, each.start, partial(each.open, opener)))
        except UnreadableFileError as error:
            left.append((inner, str(error)))
    if not parts:
        raise UnreadableFileError(Problem.NO_RECORDS, name)
    return Found(tuple(parts), tuple(left))


def _part(name: str, size: int, start: bytes, opener: Opener) -> Part:
    """Told by the file's first bytes."""
    if not start.strip():
        raise UnreadableFileError(Problem.EMPTY, name)
    if start.startswith(_UTF16):
        raise UnreadableFileError(Problem.UTF16, name)
    text = start.removeprefix(BOM).decode("utf-8", "replace").lstrip()
    if text.startswith(("{", "[")):
        if page := _PAGE.match(text):
            if page[1] is None:
                return Part(name, Format.PAGES, size, opener, PagesReader(GRAPH))
            if shape := _shape_at(text, page.end()):
                return Part(name, Format.PAGES, size, opener, PagesReader(shape))
        if shape := _shape_of_lines(text):
            return Part(name, Format.LINES, size, opener, LinesReader(shape))
        raise UnreadableFileError(Problem.UNKNOWN, name)
    titles = heading(start)
    if not titles.is_telling:
        raise UnreadableFileError(Problem.UNKNOWN, name)
    if titles.missing:
        raise UnreadableFileError(Problem.COLUMNS_MISSING, name, ", ".join(titles.missing))
    return Part(name, Format.REPORT, size, opener, ReportReader(titles))


def _shape_at(text: str, at: int) -> Shape | None:
    try:
        return _shape(json.JSONDecoder().raw_decode(text, at)[0])
    except (ValueError, RecursionError):
        return None


def _shape_of_lines(text: str) -> Shape | None:
    """Of the first line that is an object of a kind that we know."""
    for line in text.splitlines()[:_LOOKED_AT]:
        if shape := _shape_at(line.strip(), 0):
            return shape
    return None


def _shape(value: Any) -> Shape | None:
    return shape_of(value) if isinstance(value, dict) else None
