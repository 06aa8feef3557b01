"""Thousands of entries taken by `Replay` at once: the numbers in columns, the lots by runs that one lot paid.

What is said is what `Replay.take` says of one after the other, because whatever is not plainly right is handed to it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.account import HOLDS, WALLET, Entry
from store.columns import Columns
from store.records import KIND
from store.replay import MAY_BE_NOTHING, Replay

_SAFE = 2**62
"""Sums that stay below it in magnitude are exact."""

EntryAt = Callable[[int], Entry]
"""The entry of a row; ValueError where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows `start` to `stop` are one account's, oldest first; `replay` has taken what was before them."""

    replay: Replay
    start: int
    stop: int


def take(columns: Columns | None, segments: Sequence[Segment], entry_at: EntryAt) -> Iterator[tuple[Replay, str]]:
    """Take the rows of all segments, which follow one another; what is wrong is told in words, with whose it is.

    `columns` is None where not even that can be read.
    """
    if columns is None or not _numbers_fit(columns, segments):
        if len(segments) > 1:
            for each in segments:
                part = columns.slice(each.start, each.stop - each.start) if columns is not None else None
                yield from take(part, [Segment(each.replay, 0, each.stop - each.start)], _from(each.start, entry_at))
        else:
            yield from _one_by_one(segments[0], entry_at)
        return
    _add_up(columns, segments)
    yield from _take_parts(columns, segments, entry_at)


def _from(start: int, entry_at: EntryAt) -> EntryAt:
    return lambda row: entry_at(start + row)


def _one_by_one(segment: Segment, entry_at: EntryAt) -> Iterator[tuple[Replay, str]]:
    for row in range(segment.start, segment.stop):
        try:
            entry = entry_at(row)
        except ValueError as error:
            yield segment.replay, f"an entry after version {segment.replay.version} cannot be read: {error}"
            continue
        for each in segment.replay.take(entry):
            yield segment.replay, each


def _numbers_fit(columns: Columns, segments: Sequence[Segment]) -> bool:
    ms, version, micros, after = (_one(columns, each) for each in ("ms", "version", "micros", "after"))
    largest = max(abs(each) for column in (micros, after) for each in pc.min_max(column).as_py().values())
    if max(largest, max((abs(each.replay.balance) for each in segments), default=0)) * (len(micros) + 1) >= _SAFE:
        return False
    credited, debited = (pc.equal(_one(columns, each), WALLET) for each in ("credit", "debit"))
    change = pc.subtract(pc.if_else(credited, micros, 0), pc.if_else(debited, micros, 0))
    before = {each: _before(columns, segments, each) for each in ("ms", "version", "after")}
    kinds = _one(columns, "kind").cast(pa.string())
    return all(
        pc.all(each).as_py()
        for each in (
            pc.greater_equal(ms, before["ms"]),
            pc.equal(version, pc.add(before["version"], 1)),
            pc.equal(pc.subtract(after, before["after"]), change),
            pc.greater_equal(micros, pc.if_else(pc.is_in(kinds, pa.array([*MAY_BE_NOTHING])), 0, 1)),
        )
    )


def _before(columns: Columns, segments: Sequence[Segment], name: str) -> Any:
    """The column as it was one entry earlier, which for a segment's first is what its replay has come to."""
    column, found = _one(columns, name), []
    for each in segments:
        state = {"ms": each.replay.last[0], "version": each.replay.version, "after": each.replay.balance}
        found += [pa.array([state[name]], pa.int64()), column.slice(each.start, each.stop - each.start - 1)]
    return pa.concat_arrays(found)


def _add_up(columns: Columns, segments: Sequence[Segment]) -> None:
    for each in segments:
        part = columns.slice(each.start, each.stop - each.start)
        sums = part.group_by(["debit", "credit"], use_threads=False).aggregate([("micros", "sum")])
        for row in sums.to_pylist():
            each.replay.move(row["debit"], row["credit"], row["micros_sum"])
        ms, version, after = (part[name][-1].as_py() for name in ("ms", "version", "after"))
        each.replay.arrive((ms, version), after)


def _take_parts(columns: Columns, segments: Sequence[Segment], entry_at: EntryAt) -> Iterator[tuple[Replay, str]]:
    lots = _one(columns, "lots").dictionary_encode()
    names: list[str] = lots.dictionary.to_pylist()
    usage = pc.and_(
        pc.equal(_one(columns, "debit"), WALLET),
        pc.invert(pc.is_in(_one(columns, "credit").cast(pa.string()), pa.array([WALLET, HOLDS]))),
    )
    # The lines of call records are looked at one by one.
    usage = pc.and_(usage, pc.not_equal(_one(columns, "kind").cast(pa.string()), KIND))
    whole = pa.array([each.isdecimal() and each.isascii() for each in names], pa.bool_())
    plain = pc.and_(usage, whole.take(lots.indices))
    paid_by = pc.if_else(plain, lots.indices, -1)
    changes = pc.indices_nonzero(pc.not_equal(paid_by[1:], paid_by[:-1])).to_pylist()
    bounds = sorted({0, len(paid_by), *(each + 1 for each in changes), *(each.start for each in segments)})
    starts = pa.array(bounds[:-1], pa.int64())
    sums = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(_one(columns, "micros"))])
    paid = pc.subtract(sums.take(pa.array(bounds[1:], pa.int64())), sums.take(starts)).to_pylist()
    which = paid_by.take(starts).to_pylist()
    coming = iter(segments)
    segment = next(coming)
    for (start, stop), lot, micros in zip(pairwise(bounds), which, paid, strict=True):
        while start >= segment.stop:
            segment = next(coming)
        if lot >= 0 and segment.replay.take_from(names[lot], micros):
            continue
        for row in range(start, stop):
            for each in segment.replay.take_parts(entry_at(row)):
                yield segment.replay, each


def _one(columns: Columns, name: str) -> Any:
    """A column in one piece."""
    column = columns[name]
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
