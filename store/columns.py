"""Entries by the thousand as Arrow columns, so that what is asked of each of them is asked of all at once.

Imported only where journals are read whole: pyarrow takes longer to load than the bot to start.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv

from store.account import Entry
from store.keys import AccountRef

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
_NUMBERS = {"ms", "version", "micros", "after"}
FILE = pa.schema(
    [(each, pa.int64() if each in _NUMBERS else pa.string()) for each in ("tenant", "account", *IDS, *LINE)]
)
"""The columns of a file of the archive; its rows are sorted by tenant, account and version."""


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


def whole(ref: AccountRef, raw: Sequence[Raw]) -> Columns:
    """All of these entries of one account, as a file keeps them. ValueError where one is not of ten parts."""
    if (clean := _clean(raw)) is not None:
        return clean.add_column(0, "account", [_same(ref.account, raw)]).add_column(
            0, "tenant", [_same(ref.tenant, raw)]
        )
    ids = list(zip(*(entry_id.split(b"-") for entry_id, _ in raw), strict=True))
    parts = dict(zip(LINE, zip(*(line.split(b"\t", len(LINE) - 1) for _, line in raw), strict=True), strict=True))
    parts |= {"ms": ids[0], "version": ids[1]}
    made = [
        pa.array([int(each) for each in parts[name]], pa.int64())
        if name in _NUMBERS
        else pa.array([each.decode() for each in parts[name]], pa.string())
        for name in FILE.names[2:]
    ]
    named = [_same(each, raw) for each in (ref.tenant, ref.account)]
    return pa.Table.from_arrays([*named, *made], schema=FILE)


def _clean(raw: Sequence[Raw]) -> Columns | None:
    """All of entries in which nobody typed what divides them; None for others. Most are, and it is ten times faster."""
    text = b"\n".join([line for _, line in raw])
    if text.count(b"\t") != (len(LINE) - 1) * len(raw) or text.count(b"\n") != len(raw) - 1 or b"\r" in text:
        return None
    ids = _csv(b"\n".join([entry_id for entry_id, _ in raw]), "-", tuple(IDS), IDS)
    parts = _csv(text, "\t", LINE, {each: FILE.field(each).type for each in LINE})
    return pa.Table.from_arrays([*ids.columns, *parts.columns], names=[*IDS, *LINE])


def _same(text: str, raw: Sequence[Raw]) -> Any:
    return pa.repeat(pa.scalar(text), len(raw))


def framed(ref: AccountRef, raw: Sequence[Raw]) -> bytes:
    """Of which the digest is taken: for each entry a line of tenant, account, id and the entry's own line."""
    head = f"{ref.tenant}\t{ref.account}\t".encode()
    return b"".join([head + entry_id + b"\t" + line + b"\n" for entry_id, line in raw])


def lines(columns: Columns) -> bytes:
    """The same of columns that hold all."""

    def text(name: str) -> Any:
        return pc.cast(columns[name], pa.string())

    entry_id = pc.binary_join_element_wise(text("ms"), text("version"), "-")
    ended = pc.binary_join_element_wise(text("memo"), "", "\n")
    parts = [text("tenant"), text("account"), entry_id, *(text(each) for each in LINE[:-1]), ended]
    joined = pc.binary_join_element_wise(*parts, "\t")
    return b"".join(_bytes_of(each) for each in joined.chunks)


def encode(entry: Entry) -> Raw:
    """The entry as the stream has it."""
    return entry.id.encode(), entry.line.encode()


def of_kinds(columns: Columns, kinds: Collection[str]) -> list[int]:
    """The rows whose entries are of these kinds."""
    column = columns["kind"].combine_chunks()
    numbers = [number for number, kind in enumerate(column.dictionary.to_pylist()) if kind in kinds]
    if not numbers:
        return []
    found: list[int] = pc.indices_nonzero(pc.is_in(column.indices, pa.array(numbers, column.indices.type))).to_pylist()
    return found


def rows(columns: Columns, currency: str) -> Iterator[Entry]:
    """The entries of columns that hold all, of accounts of one currency."""
    for row in columns.to_pylist():
        line = "\t".join(str(row[each]) for each in LINE)
        yield Entry.decode(f"{row['ms']}-{row['version']}", {"entry": line}, currency)


def _bytes_of(texts: Any) -> memoryview:
    """All texts of an array, one behind the other."""
    _, offsets, data = texts.buffers()
    bounds = memoryview(offsets).cast("i")
    return memoryview(data)[bounds[texts.offset] : bounds[texts.offset + len(texts)]]


def _csv(text: bytes, divided: str, names: Sequence[str], types: dict[str, Any]) -> Columns:
    return csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=divided, quote_char=False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
        ),
    )
