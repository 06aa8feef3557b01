"""Columns in which few values are different: which are alike, and texts that are made once for all that are."""

from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from store.prefixes import Bools, Ints

Texts = Any
"""A pyarrow DictionaryArray of strings, or the array of its words."""


def encoded(column: Any) -> tuple[Ints, Texts]:
    """Of each row the place of its value among those that there are, and these."""
    found = column.dictionary_encode()
    return found.indices.to_numpy().astype(np.int64), found.dictionary


def alike(first: Ints, *others: Ints) -> tuple[Ints, Ints]:
    """Of each row a number that it shares with those that are alike in all columns, and for each number such a row."""
    codes, kinds = encoded(pa.array(first))
    for column in others:
        more, values = encoded(pa.array(column))
        if len(values) > 1:
            codes, kinds = encoded(pa.array(codes * len(values) + more))
    rows = np.empty(len(kinds), np.int64)
    rows[codes] = np.arange(len(codes))
    return codes, rows


def spelled(column: Ints) -> Texts:
    """The integers as decimal texts."""
    return pa.array(column).cast(pa.string())


class TextColumn:
    """A column of texts while it is put together."""

    def __init__(self, count: int) -> None:
        self._places = np.zeros(count, np.int32)
        self._words: list[Texts] = [pa.array([""], pa.string())]
        self._size = 1

    def put(self, rows: Ints | Bools, places: Ints, words: Texts) -> None:
        """Row by row the word at each of these places; rows that are put nowhere are empty."""
        if not len(places):
            return
        used = np.bincount(places, minlength=len(words)) > 0
        if not used.all():
            words = words.filter(pa.array(used))
            places = (np.cumsum(used) - 1)[places]
        self._places[rows] = places + self._size
        self._words.append(words)
        self._size += len(words)

    def column(self) -> Texts:
        """What was put, as a dictionary column in whose dictionary each text is once."""
        words = pa.concat_arrays(self._words).dictionary_encode()
        return pa.DictionaryArray.from_arrays(words.indices.take(pa.array(self._places)), words.dictionary)
