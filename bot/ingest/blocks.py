"""What readers give: records in columns, a block at a time, each with the place to go on from."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Protocol

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from bot.ingest.mapping import Mapped
from bot.ingest.refusals import Reason, Refused, refused
from bot.ingest.texts import GOOD, REASONS, Whole
from store.calls import SCHEMA, Batch

BYTES = 4 << 20
"""How much of a file is in hand at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """Between two records of a file.

    Attributes:
        offset: the bytes before it; of a JSON page, where lines mean nothing, the records before it.
        line: the number of the line, or record, that comes next; the first is 1.
    """

    offset: int
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file, all of them read.

    Attributes:
        records: a RecordBatch of `store.calls.SCHEMA`, in the order of the file.
        lines: of each record, the number of its (first) line.
        refused: lines that are no records, in their order.
        unknown: codes that the model does not have, by column and code, and how many records have them.
        begin: where it begins.
        end: where the next block begins: who has taken this one goes on there.
    """

    records: Batch
    lines: Whole
    refused: Sequence[Refused]
    unknown: Counter[tuple[str, str]]
    begin: Place
    end: Place
    _texts: "Texts"

    def refuse(self, row: int, reason: str) -> Refused:
        """The line of a record, refused for a reason that whoever took it has found."""
        line = int(self.lines[row])
        return refused(line, reason, self._texts.of(line))


@dataclass(frozen=True, slots=True)
class Texts:
    """Of rows, the lines' numbers (ascending), and their bytes in `data`."""

    data: bytes
    numbers: Whole
    starts: Whole
    ends: Whole

    def of(self, line: int) -> bytes:
        """The bytes of a line."""
        row = int(np.searchsorted(self.numbers, line))
        return self.data[int(self.starts[row]) : int(self.ends[row])]


def block(mapped: Mapped, texts: Texts, others: Sequence[Refused], begin: Place, end: Place) -> Block:
    """A block of the rows of `texts`; `others` are lines that did not become rows."""
    wrong = [
        refused(line, REASONS[code - 1], texts.of(line))
        for line, code in (
            (int(texts.numbers[row]), int(mapped.verdicts[row])) for row in np.flatnonzero(mapped.verdicts).tolist()
        )
    ]
    lines = sorted((*others, *wrong), key=lambda each: each.line)
    numbers = texts.numbers[mapped.verdicts == GOOD] if wrong else texts.numbers
    return Block(mapped.records, numbers, lines, mapped.unknown, begin, end, texts)


Take = Callable[[bytes, Place, bool], Block | None]
"""What can be told of bytes that begin at a place, as a block; `True` where the file ends with them. None of nothing.

Bytes in which a line ends are never nothing for long: `LONGEST` of them are enough for any record.
"""

LONGEST = 1 << 16
"""Of a record with all its lines, in bytes."""


def by_lines(stream: IO[bytes], place: Place, size: int, take: Take) -> Iterator[Block]:
    """Blocks of a stream from a place on, `size` bytes at a time; a line that has no end is refused unread.

    The stream's last line need not end.
    """
    stream.seek(place.offset)
    data, last = b"", False
    while not last:
        more = stream.read(size)
        last = not more
        data += more
        if unended := last and data != b"" and not data.endswith(b"\n"):
            data += b"\n"
        if (found := take(data, place, last)) is not None:
            data, place = data[found.end.offset - place.offset :], found.end
            yield replace(found, end=Place(place.offset - 1, place.line)) if unended else found
        elif len(data) > LONGEST and b"\n" not in data:
            length, rest = _skip_line(stream, size)
            end = Place(place.offset + len(data) + length, place.line + 1)
            yield nothing_but([refused(place.line, Reason.LINE_TOO_LONG, data)], place, end)
            data, place = rest, end


def nothing_but(lines: Sequence[Refused], begin: Place, end: Place) -> Block:
    """A block without records."""
    none = np.zeros(0, np.int64)
    batch = pa.RecordBatch.from_pylist([], schema=SCHEMA)
    return Block(batch, none, lines, Counter(), begin, end, Texts(b"", none, none, none))


def _skip_line(stream: IO[bytes], size: int) -> tuple[int, bytes]:
    """Read to the end of the line: how many bytes that was, and what was read behind it."""
    length = 0
    while more := stream.read(size):
        if (end := more.find(b"\n")) >= 0:
            return length + end + 1, more[end + 1 :]
        length += len(more)
    return length, b""


class Reader(Protocol):
    """Reads one format."""

    begin: Place
    """Where the first record is."""

    def blocks(self, stream: IO[bytes], place: Place, size: int = BYTES) -> Iterator[Block]:
        """Everything from there on; `size` is how many bytes to take at a time."""
