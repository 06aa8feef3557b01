"""Entries by the thousand as Arrow columns, so that what is asked of each of them is asked of all at once.

Imported only where journals are read whole: pyarrow takes longer to load than the bot to start.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv

from store.account import Entry

Raw = tuple[bytes, bytes]
"""An entry as the stream has it: its id and its line."""
Columns = Any
"""A pyarrow Table, which has no types."""

LINE = ("kind", "debit", "credit", "micros", "after", "lots", "actor", "operation", "ref", "memo")
"""The parts of an entry's line, in order."""
_FEW = pa.dictionary(pa.int32(), pa.string())
"""Texts of which few are different."""
TYPES = {"kind": _FEW, "debit": _FEW, "credit": _FEW, "micros": pa.int64(), "after": pa.int64(), "lots": pa.string()}
"""What the proof needs of a line; the rest is for people."""
IDS = {"ms": pa.int64(), "version": pa.int64()}
_BLOCK = 1 << 28


def parse(raw: Sequence[Raw]) -> Columns | None:
    """What the proof needs of these entries, ids included, or None if one of them is not as the scripts write it."""
    lines = b"\n".join([line for _, line in raw])
    if lines.count(b"\t") != (len(LINE) - 1) * len(raw) or lines.count(b"\n") != len(raw) - 1 or b"\r" in lines:
        # A memo may hold whatever people typed: it is left out.
        heads = [line.split(b"\t", len(LINE) - 1)[: len(LINE) - 1] for _, line in raw]
        lines = b"\n".join([b"\t".join(head) + b"\t" for head in heads])
        if any(len(head) != len(LINE) - 1 for head in heads) or lines.count(b"\n") != len(raw) - 1 or b"\r" in lines:
            return None
    try:
        ids = _csv(b"\n".join([entry_id for entry_id, _ in raw]), "-", tuple(IDS), IDS)
        parts = _csv(lines, "\t", LINE, TYPES)
    except pa.ArrowInvalid:
        return None
    if not len(ids) == len(parts) == len(raw):
        return None
    return pa.Table.from_arrays([*ids.columns, *parts.columns], names=[*IDS, *TYPES])


def decode(raw: Raw, currency: str) -> Entry:
    """One entry. ValueError where it is not as the scripts write it."""
    entry_id, line = raw
    return Entry.decode(entry_id.decode(), {"entry": line.decode("utf-8", "replace")}, currency)


def rows(columns: Columns, currencies: Sequence[str] | str) -> Iterator[Entry]:
    """The entries of columns that hold all of a line; `currencies` of each row, or of all."""
    for number, row in enumerate(columns.to_pylist()):
        currency = currencies if isinstance(currencies, str) else currencies[number]
        line = "\t".join(str(row[each]) for each in LINE)
        yield Entry.decode(f"{row['ms']}-{row['version']}", {"entry": line}, currency)


def _csv(text: bytes, divided: str, names: Sequence[str], types: dict[str, Any]) -> Columns:
    return csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=divided, quote_char=False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
        ),
    )
