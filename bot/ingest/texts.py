"""Columns of text looked at byte by byte, all rows at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from bot.ingest.refusals import Reason

Column = Any
"""A pyarrow StringArray, which has no types."""
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

REASONS: Sequence[Reason] = tuple(Reason)
GOOD = 0
"""In a column of verdicts: no reason to refuse. Other values are one more than a reason's place in `REASONS`."""
Verdicts = npt.NDArray[np.uint8]

_SHORT = 32
"""Characters of a text that is worth to be remembered."""

CODE: Mapping[Reason, int] = {reason: number + 1 for number, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Text:
    """The bytes of a column, one text behind the other, and where each begins (and the last ends)."""

    data: Bytes
    bounds: npt.NDArray[np.int32]

    @property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Of each text, in bytes."""
        return np.diff(self.bounds)

    def rows_with(self, flagged: Flags) -> npt.NDArray[np.intp]:
        """The rows in which a byte is flagged."""
        return np.unique(np.searchsorted(self.bounds, np.flatnonzero(flagged), "right") - 1)

    def table(self, rows: npt.NDArray[np.intp], width: int) -> Bytes:
        """The bytes of rows that all have this length, a row each; not to be written to."""
        if len(rows) == len(self.bounds) - 1:
            return self.data.reshape(-1, width)
        found: Bytes = self.data[self.bounds[rows][:, None] + np.arange(width, dtype=np.int32)]
        return found

    def column(self, data: Bytes) -> Column:
        """A column of texts of the same lengths, made of other bytes."""
        bounds = np.ascontiguousarray(self.bounds)
        return pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))


def text_of(column: Column) -> Text:
    """The column's bytes, without a copy."""
    _, bounds, data = column.buffers()
    taken = np.frombuffer(bounds, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return Text(np.zeros(0, np.uint8), taken)
    first, last = int(taken[0]), int(taken[-1])
    return Text(np.frombuffer(data, np.uint8)[first:last], taken - first if first else taken)


def looked_up(column: Column, decide: Callable[[str], int | Reason]) -> tuple[Whole, Verdicts]:
    """What `decide` says of each text: a number, or why not. Each distinct text is decided on once."""
    coded = column.dictionary_encode()
    said = [decide(each) for each in coded.dictionary.to_pylist()]
    values = np.array([0 if isinstance(each, Reason) else each for each in said], np.int64)
    verdicts = np.array([CODE[each] if isinstance(each, Reason) else GOOD for each in said], np.uint8)
    indices = coded.indices.to_numpy()
    return values[indices], verdicts[indices] if verdicts.any() else none(len(column))


def none(rows: int) -> Verdicts:
    """Nothing to refuse."""
    return np.zeros(rows, np.uint8)


def remembered(decide: Callable[[str], int | Reason]) -> Callable[[str], int | Reason]:
    """The same, which remembers what it said last: blocks of one file have the same texts. Long ones are forgotten."""
    known = lru_cache(1 << 16)(decide)
    return lambda text: known(text) if len(text) <= _SHORT else decide(text)
