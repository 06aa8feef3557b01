"""Lines of call records as the script takes them: the pack that the journal keeps, and by what they are known."""

import zlib
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.lines import Lines
from store.marks import bytes_of
from store.records import COLUMN, FIELD, FORMAT, UNPACKED
from store.texts import together, written

_LEVEL = 3


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


def pack(lines: Lines) -> Packed:
    """The lines as the script takes them."""
    batch = lines.batch
    amounts, ids = together(written(batch["micros"]), " "), batch["id"]
    order = pc.sort_indices(batch, sort_keys=[("day", "ascending"), ("name", "ascending")])
    marks = pc.binary_join_element_wise(written(batch["name"].take(order)), written(batch["check"].take(order)), "")
    columns = [amounts, _differences(batch["start_ms"]), _column(batch["destination"]), _column(batch["memo"])]
    packed = UNPACKED
    if batch["guid"].null_count:
        columns.append(together(ids, " "))
    else:
        packed = _base64(bytes_of(batch["guid"]))
    text = _base64(zlib.compress(COLUMN.encode().join(columns), _LEVEL))
    return Packed(
        f"{FORMAT} {len(lines)} {packed} {text}",
        amounts.decode(),
        _counted(batch["day"].take(order)),
        together(marks).decode(),
        order,
    )


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
