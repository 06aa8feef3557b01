"""The bytes of a CSV file cut into lines: which of them are whole records, and which are to be refused unread.

A record is a line, with quotes as RFC 4180 has them: at both ends of a cell, doubled within it. It goes over several
lines only where it has as many columns as the heading. Of anything else that seems to go on, the first line is refused
alone and the next one read on its own, so a quote that somebody forgot costs one line and never those after it.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from bot.ingest.blocks import LONGEST
from bot.ingest.refusals import Reason
from bot.ingest.texts import Bytes, Flags, Whole

_CELL = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\r\n]*+)'
_RECORD = re.compile(_CELL + rb"(?:," + _CELL + rb")*+\r?\n")
_GROUP = 256
"""Lines that are looked at together for one that is not UTF-8."""
_STRAY = re.compile(rb"\r(?!\n)")
_NEWLINE, _RETURN, _QUOTE, _COMMA = b'\n\r",'


@dataclass(slots=True)
class Lines:
    """Cut lines of `data`: where records start and end (their newline included), and the number of their first line.

    `numbers` count from 0. `consumed` is how many bytes are dealt with, `count` how many lines that was. `gaps` says
    that there may be something between records.
    """

    data: bytes
    starts: Whole
    ends: Whole
    numbers: Whole
    consumed: int
    count: int
    gaps: bool = False
    refused: list[tuple[int, Reason, int, int]] = field(default_factory=list)
    """The number of the line, why, and where it starts and ends."""

    def kept(self) -> bytes | memoryview:
        """The bytes of the records alone, one behind the other."""
        if not len(self.starts):
            return b""
        if not self.gaps:
            return memoryview(self.data)[: self.consumed]
        jumps = np.flatnonzero(self.starts[1:] != self.ends[:-1])
        begins = [int(self.starts[0]), *self.starts[jumps + 1].tolist()]
        stops = [*self.ends[jumps].tolist(), int(self.ends[-1])]
        view = memoryview(self.data)
        return b"".join([view[begin:stop] for begin, stop in zip(begins, stops, strict=True)])


def cut(data: bytes, columns: int, *, last: bool) -> Lines:
    """Cut what ends in `data`. What does not is left, unless it is `last`: then its last line has its newline."""
    view = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(view == _NEWLINE).astype(np.int64) + 1
    if not len(ends):
        return Lines(data, ends, ends, ends, 0, 0)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    suspect = _suspects(data, view, starts, ends)
    if suspect is None:
        return Lines(data, starts, ends, np.arange(len(ends)), int(ends[-1]), len(ends))
    return _looked_at(data, columns, starts, ends, np.flatnonzero(suspect), last=last)


def _suspects(data: bytes, view: Bytes, starts: Whole, ends: Whole) -> Flags | None:
    """Lines that are not plainly one record; None where there are none of these."""
    lengths = ends - starts
    suspect: Flags = (lengths > LONGEST) | (lengths == 1)
    returned = view[ends - 2] == _RETURN  # of an empty first line it is another's byte, and that line is suspect
    suspect |= returned & (lengths == len("\r\n"))
    returns = view[: ends[-1]] == _RETURN
    if np.count_nonzero(returns) != np.count_nonzero(returned & (lengths > 1)):
        returns = np.flatnonzero(returns)
        suspect[_lines_of(ends, returns[view[returns + 1] != _NEWLINE])] = True
    for line in (*_with_zero(data, ends), *_not_utf8(data, ends)):
        suspect[line] = True
    if b'"' in data:
        suspect |= _quoted_wrong(view, ends)
    return suspect if suspect.any() else None


def _lines_of(ends: Whole, places: Whole) -> Whole:
    found: Whole = np.searchsorted(ends, places, "right")
    return found[found < len(ends)]


def _quoted_wrong(view: Bytes, ends: Whole) -> Flags:
    """Lines with a quote that is not closed in it, or that does not stand at the beginning or end of a cell."""
    quotes = np.flatnonzero(view == _QUOTE)
    until = np.searchsorted(quotes, ends)
    before = np.concatenate((np.zeros(1, np.int64), until[:-1]))
    wrong: Flags = ((until - before) & 1).astype(np.bool_)
    of_line = np.repeat(np.arange(len(ends)), until - before)
    quotes = quotes[: len(of_line)]
    closes = ((np.arange(len(quotes)) - before[of_line]) & 1).astype(np.bool_)
    beside = view[np.where(closes, np.minimum(quotes + 1, len(view) - 1), np.maximum(quotes - 1, 0))]
    fine = (
        (beside == _COMMA) | (beside == _QUOTE) | (beside == _NEWLINE) | (closes & (beside == _RETURN)) | (quotes == 0)
    )
    wrong[of_line[~fine]] = True
    return wrong


def _with_zero(data: bytes, ends: Whole) -> Iterator[int]:
    """The lines that have a zero byte."""
    found = data.find(b"\0")
    while 0 <= found < ends[-1]:
        yield (line := int(np.searchsorted(ends, found, "right")))
        found = data.find(b"\0", int(ends[line]))


def _not_utf8(data: bytes, ends: Whole) -> Iterator[int]:
    """The lines that are not UTF-8. What Arrow finds right is not decoded: that takes ten times as long."""
    if _is_utf8(data, 0, int(ends[-1])):
        return
    begin = 0
    for stop in (*ends[_GROUP - 1 :: _GROUP].tolist(), int(ends[-1])):
        if _is_utf8(data, begin, stop):
            begin = stop
        while begin < stop:
            try:
                str(memoryview(data)[begin:stop], "utf-8")
            except UnicodeDecodeError as error:
                yield (line := int(np.searchsorted(ends, begin + error.start, "right")))
                begin = int(ends[line])
            else:
                begin = stop


def _is_utf8(data: bytes, begin: int, end: int) -> bool:
    bounds = pa.py_buffer(np.array([begin, end], np.int32))
    try:
        pa.StringArray.from_buffers(1, bounds, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _looked_at(data: bytes, columns: int, starts: Whole, ends: Whole, suspects: Whole, *, last: bool) -> Lines:
    """The same with the lines that are not plainly one record looked at one by one."""
    found = Lines(data, starts, ends, np.arange(len(ends)), int(ends[-1]), len(ends), gaps=True)
    kept, stops, done = np.ones(len(ends), np.bool_), ends, -1
    for line in suspects.tolist():
        if line <= done:
            continue
        start, end = int(starts[line]), int(ends[line])
        stop, reason = _record(data, start, end, columns, last=last)
        if stop is None:  # it goes on behind this block
            kept[line:] = False
            found.consumed, found.count = start, line
            break
        if stop > end and reason is None:
            if stops is ends:
                stops = ends.copy()
            stops[line] = stop
        done = int(np.searchsorted(ends, stop))
        kept[line + 1 : done + 1] = False
        if reason is not None:
            kept[line] = False
            if isinstance(reason, Reason):
                found.refused.append((line, reason, start, stop))
    found.starts, found.ends, found.numbers = starts[kept], stops[kept], found.numbers[kept]
    return found


_SKIPPED = ""
"""Instead of a reason: an empty line is nobody's mistake."""


def _record(data: bytes, start: int, end: int, columns: int, *, last: bool) -> tuple[int | None, Reason | str | None]:
    """Where the record ends that starts here, and why it is refused; None for the end where that is not to be seen."""
    if end - start > LONGEST:
        return end, Reason.LINE_TOO_LONG
    if not data[start:end].strip(b"\r\n"):
        return end, _SKIPPED
    found = _RECORD.match(data, start, start + LONGEST)
    if found is None:
        if _STRAY.search(_QUOTED.sub(b"", data[start:end])):
            return end, Reason.STRAY_RETURN
        return (end, Reason.QUOTES) if last or len(data) - start >= LONGEST else (None, None)
    record = found[0]
    if (wrong := _unfit(record)) is not None:
        return found.end(), wrong
    if found.end() > end and len(next(csv.reader(io.StringIO(record.decode(), newline="")))) != columns:
        return end, Reason.COLUMNS
    return found.end(), None


_QUOTED = re.compile(rb'"[^"]*"?')


def _unfit(record: bytes) -> Reason | None:
    if b"\0" in record:
        return Reason.ZERO_BYTE
    try:
        record.decode()
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    return None
