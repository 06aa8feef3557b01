"""Lines of call records as the script takes them: the pack that the journal keeps, and by what they are known."""

import zlib
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.lines import Lines
from store.marks import bytes_of
from store.records import COLUMN, FIELD, FORMAT, UNPACKED, UNUSED
from store.texts import together, written

_LEVEL = 3
_TEXTS = ("destination", "memo", "number", "user", "centre", "basis")


@dataclass(frozen=True, slots=True)
class Packed:
    """What the script is told of lines, one at least.

    `memo` is the pack, see `store.records`. `starts` are days and how many lines start on each, `marks` the names and
    checks of lines by turns, those of a day by their names; `order` are the places of the lines in that order.
    """

    memo: str
    amounts: str
    starts: str
    marks: str
    order: Any


@dataclass(frozen=True, slots=True)
class Marks:
    """By what lines are known: as in `Packed`."""

    starts: str
    marks: str
    order: Any


UNKNOWN = Marks("", "", None)
"""Of lines that are not to be known."""


def marks_of(batch: Any) -> Marks:
    """By what the rows of a batch with `day`, `name` and `check` are known."""
    order = pc.sort_indices(batch, sort_keys=[("day", "ascending"), ("name", "ascending")])
    marks = pc.binary_join_element_wise(written(batch["name"].take(order)), written(batch["check"].take(order)), "")
    return Marks(_counted(batch["day"].take(order)), together(marks).decode(), order)


def pack(lines: Lines, uses: str = UNUSED, *, known: bool = True) -> Packed:
    """The lines as the script takes them; `uses` is what they took of pools, as the pack says it."""
    batch = lines.batch
    amounts, ids = together(written(batch["micros"]), " "), batch["id"]
    marks = marks_of(batch) if known else UNKNOWN
    columns = {"amount": amounts, "start": _differences(batch["start_ms"]), **_told(batch)}
    packed = UNPACKED
    if batch["guid"].null_count:
        columns["id"] = together(ids, " ")
    else:
        packed = _base64(bytes_of(batch["guid"]))
    text = COLUMN.encode().join([" ".join(columns).encode(), *columns.values()])
    return Packed(
        f"{FORMAT} {len(lines)} {packed} {_base64(zlib.compress(text, _LEVEL))} {uses}",
        amounts.decode(),
        marks.starts,
        marks.marks,
        marks.order,
    )


def _told(batch: Any) -> dict[str, bytes]:
    """The columns that say something."""
    found, there, empty = dict[str, bytes](), {*batch.schema.names}, len(batch) - 1
    for name in _TEXTS:
        if name in there and len(column := _column(batch[name])) > empty:
            found[name] = column
    if "duration_s" in there and pc.max(batch["duration_s"]).as_py():
        found["duration"] = together(written(batch["duration_s"]), " ")
    return found


def _differences(starts: Any) -> bytes:
    """The first as it is, then the difference to the one before."""
    return together(written(pa.concat_arrays([starts.slice(0, 1), pc.pairwise_diff(starts).slice(1)])), " ")


def _counted(days: Any) -> str:
    """Days in order, as each and how often it comes."""
    runs, said, before = pc.run_end_encode(days), list[str](), 0
    for day, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        said.append(f"{day} {end - before}")
        before = end
    return " ".join(said)


def _column(texts: Any) -> bytes:
    """Texts as a column; a character that divides columns becomes a question mark."""
    joined = together(texts, FIELD)
    if COLUMN.encode() in joined or joined.count(FIELD.encode()) != len(texts) - 1:
        joined = together(pc.replace_substring_regex(texts, f"[{FIELD}{COLUMN}]", "?"), FIELD)
    return joined


def _base64(data: Any) -> str:
    return b2a_base64(data, newline=False).decode()
