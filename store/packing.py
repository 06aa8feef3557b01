"""Lines of call records as the script takes them: the pack that the journal keeps, and by what they are known."""

import zlib
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.lines import Lines
from store.marks import MARK, bytes_of, mark_texts
from store.records import COLUMN, FIELD, FORMAT, UNPACKED, UNUSED
from store.texts import together, written

_LEVEL = 3
_TEXTS = ("destination", "memo", "number", "user", "centre", "basis")


@dataclass(frozen=True, slots=True)
class Packed:
    """What the script is told of lines, one at least.

    `memo` is the pack, see `store.records`. `marks` are those of the lines, by their days and the sets that keep them;
    `order` are the places of the lines in that order. `starts` are the days, as lua/lib/marks tells.
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


Told = Mapping[int, str]
"""Of days by which call each was told last; of those that are missing, that nobody has told them."""
NOBODY: Told = {}

UNKNOWN = Marks("", "", None)
"""Of lines that are not to be known."""


class Joined:
    """A column of texts, joined once for all the pages that are cut from it."""

    def __init__(self, texts: Any, divided: str) -> None:
        self._joined = memoryview(_harmless(texts, divided))
        lengths = pc.binary_length(texts).to_numpy()
        self._begins = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))) + np.arange(len(texts) + 1)

    def part(self, first: int, stop: int) -> bytes:
        """Rows `first` to before `stop`, one at least, joined."""
        return bytes(self._joined[self._begins[first] : self._begins[stop] - 1])


class Columns:
    """The columns of lines as packs have them, laid out for pages that are cut from them."""

    def __init__(self, batch: Any) -> None:
        """`batch` is that of `Lines`."""
        there = {*batch.schema.names}
        self._starts = batch["start_ms"].to_numpy()
        self._numbers = {"amount": Joined(written(batch["micros"]), " ")}
        self._differences = Joined(written(_differences(batch["start_ms"])), " ")
        if "duration_s" in there and pc.max(batch["duration_s"]).as_py():
            self._numbers["duration"] = Joined(written(batch["duration_s"]), " ")
        self._texts = {name: Joined(batch[name], FIELD) for name in _TEXTS if name in there}

    def page(self, first: int, stop: int) -> dict[str, bytes]:
        """Amounts, starts, and what else says something in rows `first` to before `stop`, one at least."""
        starts = str(self._starts[first]).encode()
        if stop > first + 1:
            starts += b" " + self._differences.part(first + 1, stop)
        found = {"amount": self._numbers["amount"].part(first, stop), "start": starts}
        for name, column in self._texts.items():
            if len(part := column.part(first, stop)) > stop - first - 1:
                found[name] = part
        if "duration" in self._numbers:
            found["duration"] = self._numbers["duration"].part(first, stop)
        return found


def marks_of(batch: Any, told: Told = NOBODY) -> Marks:
    """By what the rows of a batch with `day`, `name` and `check` are known; it may have a `mark` made of both.

    `told`: by which call each day was told last, for whoever knows all that was told of it.
    """
    days = batch["day"].to_numpy()
    names = batch["name"].to_numpy()
    order = np.argsort(names) if days.min() == days.max() else np.lexsort((names, days))
    there = "mark" in batch.schema.names
    marks = batch["mark"] if there else mark_texts(batch["name"], batch["check"])
    texts = np.frombuffer(marks.buffers()[1], f"V{MARK}", len(marks), marks.offset * MARK)
    return Marks(_counted(days[order], told), texts[order].tobytes().decode(), order)


def pack(
    lines: Lines,
    uses: str = UNUSED,
    *,
    known: bool = True,
    columns: dict[str, bytes] | None = None,
    told: Told = NOBODY,
) -> Packed:
    """The lines as the script takes them; `uses` is what they took of pools, as the pack says it.

    `columns` are those of the lines, where they were laid out before; `told` as `marks_of` has it.
    """
    batch = lines.batch
    columns = columns or Columns(batch).page(0, len(batch))
    marks = marks_of(batch, told) if known else UNKNOWN
    packed = UNPACKED
    if batch["guid"].null_count:
        columns = {**columns, "id": together(batch["id"], " ")}
    else:
        packed = _base64(bytes_of(batch["guid"]))
    text = COLUMN.encode().join([" ".join(columns).encode(), *columns.values()])
    return Packed(
        f"{FORMAT} {len(lines)} {packed} {_base64(zlib.compress(text, _LEVEL))} {uses}",
        columns["amount"].decode(),
        marks.starts,
        marks.marks,
        marks.order,
    )


def _differences(starts: Any) -> Any:
    """To the one before; that of the first is of no matter."""
    return pc.pairwise_diff(starts).fill_null(0)


def neighbours(days: Sequence[int], told: Told) -> str:
    """By which call the day before each, that day, and the day after were told last."""
    return " ".join(_three(day, told) for day in days)


def _counted(days: Any, told: Told) -> str:
    """Days in order, as each, how often it comes, and who told it and its neighbours last."""
    begins = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    return " ".join(
        f"{day} {stop - begin} {_three(day, told)}"
        for day, begin, stop in zip(days[begins[:-1]].tolist(), begins, begins[1:], strict=False)
    )


def _three(day: int, told: Told) -> str:
    return f"{told.get(day - 1, '-')} {told.get(day, '-')} {told.get(day + 1, '-')}"


def _harmless(texts: Any, divided: str) -> bytes:
    """Texts as a column; a character that divides columns becomes a question mark."""
    joined = together(texts, divided)
    if divided == FIELD and (COLUMN.encode() in joined or joined.count(FIELD.encode()) > max(len(texts) - 1, 0)):
        joined = together(pc.replace_substring_regex(texts, f"[{FIELD}{COLUMN}]", "?"), FIELD)
    return joined


def _base64(data: Any) -> str:
    return b2a_base64(data, newline=False).decode()
