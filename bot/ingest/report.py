"""The PSTN usage report as CSV, read by Arrow: no line and no cell of it is touched one by one, unless it is broken."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from bot.ingest.blocks import BYTES, Block, Place, Texts, block, by_lines
from bot.ingest.cutting import Lines, cut
from bot.ingest.mapping import Cells, mapped
from bot.ingest.refusals import Reason, refused

BOM = b"\xef\xbb\xbf"

_COLUMNS = {
    "usageid": "id",
    "id": "id",
    "calltype": "call_type",
    "numbertype": "number_type",
    "destinationnumber": "number",
    "calleenumber": "number",
    "starttime": "start",
    "durationseconds": "duration",
    "connectionfee": "fee",
    "charge": "charge",
    "currency": "currency",
    "capability": "capability",
    "upn": "user",
    "aadobjectid": "user_id",
    "department": "department",
    "destinationdialed": "destination",
}
"""Headings, of which only letters count, and what their cells are. The report has no department, but people add one."""

_CHARGED = {
    "id": "UsageId", "call_type": "Call Type", "number_type": "Number Type", "number": "Destination Number",
    "start": "Start Time", "duration": "Duration Seconds", "fee": "Connection Fee", "charge": "Charge",
    "currency": "Currency", "capability": "Capability",
}  # fmt: skip
_NEEDED = {each: _CHARGED[each] for each in ("id", "call_type", "number", "start", "duration")}
"""Of direct routing, which brings no charges."""
_NOT_LETTERS = re.compile(r"[^a-z]+")
_TELLING = 4
"""Who has so many of the headings means to be a report."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line: the name of each column's cells, "" of those that we do not need; and its length in bytes."""

    columns: tuple[str, ...]
    length: int

    @property
    def missing(self) -> list[str]:
        """Columns without which it is no report, as the report calls them."""
        needed = _CHARGED if {"fee", "charge", "currency"} & {*self.columns} else _NEEDED
        return [title for name, title in needed.items() if name not in self.columns]

    @property
    def is_telling(self) -> bool:
        """Whether it looks like the heading of a report, be it of one that lacks something."""
        return len({*self.columns} - {""}) >= _TELLING


def heading(start: bytes) -> Heading:
    """What the first line of a file says; any text can be asked. `start` is what the file starts with."""
    line = start[: start.find(b"\n") + 1] or start
    text = line.removeprefix(BOM).decode("utf-8", "replace")
    titles = next(csv.reader([text]), [])
    names = [_COLUMNS.get(_NOT_LETTERS.sub("", each.lower()), "") for each in titles]
    # Of two columns that mean the same, the first counts.
    return Heading(tuple("" if each in names[:at] else each for at, each in enumerate(names)), len(line))


class ReportReader:
    """Reads records below a heading."""

    def __init__(self, found: Heading) -> None:
        self.begin = Place(found.length, 2)
        self._heading = found
        names = [name or f"-{place}" for place, name in enumerate(found.columns)]
        wanted = [name for name in found.columns if name]
        self._read = arrow_csv.ReadOptions(column_names=names, block_size=1 << 30, use_threads=False)
        self._convert = arrow_csv.ConvertOptions(
            check_utf8=False,  # `cut` leaves nothing else
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            null_values=[],
            strings_can_be_null=False,
        )

    def blocks(self, stream: IO[bytes], place: Place, size: int = BYTES) -> Iterator[Block]:
        """All lines from `place` on."""
        return by_lines(stream, place, size, self._take)

    def _take(self, data: bytes, begin: Place, last: bool) -> Block | None:
        lines = cut(data, len(self._heading.columns), last=last)
        if not lines.consumed:
            return None
        return self._block(lines, begin, Place(begin.offset + lines.consumed, begin.line + lines.count))

    def _block(self, lines: Lines, begin: Place, end: Place) -> Block:
        others = [
            refused(begin.line + number, reason, lines.data[start:stop])
            for number, reason, start, stop in lines.refused
        ]
        table, bad = self._parsed(lines.kept())
        numbers, starts, ends = lines.numbers + begin.line, lines.starts, lines.ends
        if bad:
            others += [
                refused(int(numbers[row]), Reason.COLUMNS, lines.data[int(starts[row]) : int(ends[row])]) for row in bad
            ]
            numbers, starts, ends = (np.delete(each, bad) for each in (numbers, starts, ends))
        return block(mapped(table), Texts(lines.data, numbers, starts, ends), others, begin, end)

    def _parsed(self, data: bytes | memoryview) -> tuple[Cells, list[int]]:
        """The cells that we need, by name, and which rows are left out for their number of columns."""
        bad = list[int]()

        def leave_out(row: Any) -> str:
            bad.append(row.number - 1)
            return "skip"

        if not len(data):
            return {name: pa.array([], pa.string()) for name in self._convert.include_columns}, bad
        parse = arrow_csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=leave_out)
        table = arrow_csv.read_csv(pa.BufferReader(data), self._read, parse, self._convert)
        return {name: _one(table[name]) for name in table.column_names}, bad


def _one(column: Any) -> Any:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
