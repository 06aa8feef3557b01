"""Reports made for a test, and all that is read of them."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.ingest.blocks import BYTES, Place
from bot.ingest.files import Part, find_in
from bot.ingest.refusals import Refused
from store.call import CallRecord
from store.calls import SCHEMA, Batch

CALL = {
    "UsageId": "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11",
    "AAD ObjectId": "0d5c7c2e-1a3b-4f39-8a55-6f0b7b8c2d10",
    "UPN": "sales@contoso.example",
    "User Display Name": "Sales",
    "Call Type": "user_out",
    "Number Type": "Subscriber",
    "Destination Dialed": "United Kingdom",
    "Destination Number": "+447700900***",
    "Start Time": "2026-11-04T09:15:02.1184213Z",
    "Duration Seconds": "247",
    "Connection Fee": "0.05",
    "Charge": "0.70",
    "Currency": "EUR",
    "Capability": "MCOPSTNPP",
}
RECORD = {
    "id": "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11",
    "service": "calling",
    "start_ms": 1_793_783_702_118,
    "duration_s": 247,
    "number": "+447700900***",
    "user": "sales@contoso.example",
    "department": "",
    "destination": "United Kingdom",
    "call_type": "user_out",
    "capability": "MCOPSTNPP",
    "own_micros": 750_000,
    "fee_micros": 50_000,
    "currency": "EUR",
}
"""What is read of `CALL`."""
TITLES = ",".join(CALL)


@dataclass(slots=True)
class Told:
    """All that is read: records, the lines they are in, refused lines, codes nobody knows, where blocks ended."""

    records: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: list[Place] = field(default_factory=list)

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Of each refused line its number, and why."""
        return [(each.line, each.reason) for each in self.refused]

    @property
    def ids(self) -> list[str]:
        """Of each record."""
        return [each["id"] for each in self.records]


def line(**changed: str) -> str:
    """A line of a report: `CALL` with cells changed, whose titles are written with "_" for spaces."""
    cells = CALL | {title.replace("_", " "): text for title, text in changed.items()}
    written = io.StringIO()
    csv.writer(written).writerow(cells.values())
    return written.getvalue()


def report(*lines: str) -> bytes:
    """A report of these lines."""
    return f"{TITLES}\r\n{''.join(lines)}".encode()


def part(data: bytes, name: str = "some.file") -> Part:
    """The one part of a file."""
    (found,) = find_in(name, lambda: io.BytesIO(data)).parts
    return found


def read(data: bytes, size: int = BYTES, place: Place | None = None) -> Told:
    """All that is in a file of one part, from a place on."""
    return read_part(part(data), size, place)


def read_part(found: Part, size: int = BYTES, place: Place | None = None) -> Told:
    """All that is in a part; what is read can always be a call's record."""
    told = Told()
    for block in found.blocks(place, size):
        assert block.begin == (told.ends[-1] if told.ends else place or block.begin)
        assert len(block.lines) == block.records.num_rows
        told.records += [asdict(each) for each in to_records(block.records)]
        told.lines += block.lines.tolist()
        told.refused += block.refused
        told.unknown += block.unknown
        told.ends.append(block.end)
    return told


def to_records(batch: Batch) -> list[CallRecord]:
    """The calls of columns, one by one. ValueError where one of them cannot be a call's record."""
    columns: Iterable[list[Any]] = (batch.column(name).to_pylist() for name in SCHEMA.names)
    return [CallRecord(*row) for row in zip(*columns, strict=True)]
