"""The lines of many entries of call records as columns: what is asked of each line is asked of all at once.

Imported only where journals are read whole: pyarrow takes longer to load than the bot to start.
"""

import zlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.account import Entry
from store.basis import UNRATED
from store.fewer import TextColumn, Texts, encoded
from store.prefixes import Ints
from store.records import COLUMN, FIELD
from store.tally import place_of

_NAMES_OF_OLD = ("amount", "start", "destination", "memo", "id")
_NUMBERS = {"amount": " ", "start": " ", "duration": " "}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Lines in the order of their entries, and in these in their own.

    Attributes:
        entry: of each line the place of its entry among those that were unpacked, from 0.
        micros: what it costs, millionths.
        start_ms: when the call began, ms since the epoch.
        duration_s: how long it lasted, seconds.
        destination: where it went, as a dictionary column; so are the next two.
        centre: the cost centre.
        basis: the ground of its price, see `store.basis`; "" where none was kept.
    """

    entry: Ints
    micros: Ints
    start_ms: Ints
    duration_s: Ints
    destination: Texts
    centre: Texts
    basis: Texts

    def __len__(self) -> int:
        return len(self.entry)


def unpack(entries: Sequence[Entry]) -> Unpacked:
    """The lines of entries of call records, one entry at least.

    Raises:
        ValueError: a pack is damaged, or of a format that this version does not know.
    """
    packs = [_columns(each) for each in entries]
    counts = np.array([count for count, _ in packs], np.int64)
    entry = np.repeat(np.arange(len(packs)), counts)
    steps = _integers(packs, counts, "start")
    ran = np.cumsum(steps)
    begins = np.cumsum(counts) - counts
    before = (ran[begins] - steps[begins])[entry]
    return Unpacked(
        entry=entry,
        micros=_integers(packs, counts, "amount"),
        start_ms=ran - before,
        duration_s=_integers(packs, counts, "duration"),
        destination=_texts(packs, counts, "destination"),
        centre=_texts(packs, counts, "centre"),
        basis=_texts(packs, counts, "basis"),
    )


def placed(entries: Sequence[Entry], lines: Unpacked) -> Unpacked:
    """The lines of these entries, with what a call's number begins with where it has no price and no destination."""
    words = [each.startswith(UNRATED) for each in lines.basis.dictionary.to_pylist()]
    nowhere = [not each for each in lines.destination.dictionary.to_pylist()]
    if not any(words) or not any(nowhere):
        return lines
    rows = np.array(words, np.bool_)[lines.basis.indices.to_numpy()]
    rows &= np.array(nowhere, np.bool_)[lines.destination.indices.to_numpy()]
    packs = [_columns(each) for each in entries]
    counts = np.array([count for count, _ in packs], np.int64)
    places, numbers = encoded(_texts(packs, counts, "number").filter(pa.array(rows)))
    column = TextColumn(len(lines))
    column.put(
        np.arange(len(lines)), lines.destination.indices.to_numpy().astype(np.int64), lines.destination.dictionary
    )
    column.put(rows, places, pa.array([place_of("", each) for each in numbers.to_pylist()], pa.string()))
    return replace(lines, destination=column.column())


_Pack = tuple[int, dict[str, str]]


def _columns(entry: Entry) -> _Pack:
    form, count, _, packed, *_ = entry.memo.split(" ")
    try:
        texts = zlib.decompress(b64decode(packed, validate=True)).decode().split(COLUMN)
    except (zlib.error, ValueError) as error:
        raise ValueError(f"entry {entry.id} is packed in a way that cannot be read: {error}") from error
    names: Sequence[str] = _NAMES_OF_OLD[: len(texts)]
    if form == "2":
        names, texts = texts[0].split(" "), texts[1:]
    elif form != "1":
        raise ValueError(f"entry {entry.id} is packed in format {form}")
    return int(count), dict(zip(names, texts, strict=True))


def _integers(packs: Sequence[_Pack], counts: Ints, name: str) -> Ints:
    """A column of numbers, 0 where an entry has none of that name."""
    there = [place for place, (_, columns) in enumerate(packs) if name in columns]
    found = _split([packs[place][1][name] for place in there], _NUMBERS[name], counts[there])
    numbers: Ints = found.cast(pa.int64()).to_numpy(zero_copy_only=False)
    if len(there) == len(packs):
        return numbers
    column = np.zeros(int(counts.sum()), np.int64)
    column[_rows(counts, there)] = numbers
    return column


def _texts(packs: Sequence[_Pack], counts: Ints, name: str) -> Texts:
    """A column of texts, "" where an entry has none of that name."""
    there = [place for place, (_, columns) in enumerate(packs) if name in columns]
    found = _split([packs[place][1][name] for place in there], FIELD, counts[there]).dictionary_encode()
    if len(there) == len(packs):
        return found
    column = TextColumn(int(counts.sum()))
    column.put(_rows(counts, there), found.indices.to_numpy().astype(np.int64), found.dictionary)
    return column.column()


def _split(texts: Sequence[str], divided: str, counts: Any) -> Any:
    """The parts of the texts, one text behind the other; ValueError where one has another number of them."""
    if not texts:
        return pa.array([], pa.string())
    parts = pc.split_pattern(pa.array(texts, pa.large_string()), divided)
    if not np.array_equal(pc.list_value_length(parts).to_numpy(zero_copy_only=False), counts):
        raise ValueError("a pack has another number of lines than it says")
    return parts.values.cast(pa.string())


def _rows(counts: Ints, there: Sequence[int]) -> Ints:
    """The rows of these entries' lines."""
    chosen = np.zeros(len(counts), np.bool_)
    chosen[list(there)] = True
    return np.flatnonzero(np.repeat(chosen, counts))
