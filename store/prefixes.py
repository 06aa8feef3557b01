"""Longest prefixes for a column of numbers at once: a number becomes an integer, a rate card a list of ranges of them.

The integer has `width` digits to the base of eleven: 1 to 10 for the digits 0 to 9, and 0 behind the number's end. So
what begins with a prefix lies in one range, a number that ends earlier than a prefix never lies in that prefix's range,
and the ranges of two prefixes lie apart or one in the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from store.numbers import MASK, dialled
from store.tariff import LONGEST_PREFIX, RateCard

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BASE = 11
NARROW = 11
"""Digits of the longest prefix that is usual; fewer of them are quicker."""
_PLUS, _ZERO, _MASK = ord("+"), ord("0"), ord(MASK)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: `keys` as the module says, how many digits of each are in its key, and what is known of it.

    `readable` is false for what is no number.
    """

    keys: Ints
    lengths: Ints
    masked: Bools
    readable: Bools


def width_for(prefixes: Sequence[str]) -> int:
    """How many digits the keys need so that none of these prefixes is cut off."""
    return NARROW if max(map(len, prefixes), default=0) <= NARROW else LONGEST_PREFIX


def numbers(column: object, width: int) -> Numbers:
    """The numbers of an Arrow column of strings; what `store.numbers.dialled` says of each."""
    text, begins, ends = _bytes_of(column)
    size = len(text)
    text = np.append(text, np.zeros(width + 2, np.uint8))  # so that a look behind the last number is one at nothing
    first, second = text[begins], text[np.minimum(begins + 1, size)]
    plus = (first == _PLUS) & (ends > begins)
    begins = begins + plus
    begins += 2 * ((first == _ZERO) & (second == _ZERO) & (ends - begins > 1))
    digit = text - _ZERO  # what is no digit wraps around to 10 and more
    known = np.concatenate(([0], np.cumsum(digit[:size] < 10, dtype=np.int32)))  # noqa: PLR2004 digits
    stars = np.concatenate(([0], np.cumsum(text[:size] == _MASK, dtype=np.int32)))
    count = known[ends] - known[begins]
    masked = stars[ends] > stars[begins]
    plain = known[begins + count] - known[begins] == count
    plain &= stars[ends] - stars[begins] == ends - begins - count
    lengths = np.minimum(count, width).astype(np.int64)
    found = Numbers(_keys(digit, begins, lengths, width), lengths, masked, plain & ((count > 0) | masked))
    odd = np.flatnonzero(~plain)
    if len(odd):
        _read_each(column, odd, found, width)
    return found


def key_of(digits: str, width: int) -> int:
    """The key of a number or a prefix."""
    key = 0
    for digit in digits[:width]:
        key = key * BASE + int(digit) + 1
    return key * span_of(len(digits), width)


def span_of(length: int, width: int) -> int:
    """How many keys begin with the same `length` digits."""
    return int(BASE ** max(0, width - length))


@dataclass(frozen=True, slots=True)
class PrefixTable:
    """The prefixes of a card. Answers are places in `card.rates`."""

    width: int
    begins: Ints
    """Where each prefix's range begins; they are in order."""
    breaks: Ints
    owners: Ints
    """From each break to the next, whose prefix is the longest; -1 for nobody's."""
    prices: Ints
    changes: Ints
    """How often the price has changed from one prefix to the next, up to each."""

    def longest(self, keys: Ints) -> Ints:
        """Of each number the rate with the longest prefix, or -1."""
        found: Ints = self.owners[_behind(self.breaks, keys) - 1]
        return found

    def certain(self, keys: Ints, lengths: Ints, rates: Ints) -> Bools:
        """Of each masked number, at the rate that `longest` gave: whether hidden digits could not change the price."""
        spans = np.array([span_of(each, self.width) for each in range(self.width + 1)])
        first = _behind(self.begins, keys)
        last = np.searchsorted(self.begins, keys + spans[lengths], "left") - 1
        some = last >= first
        first, last = np.where(some, first, 0), np.where(some, last, 0)
        same = (rates >= 0) & (self.changes[first] == self.changes[last]) & (self.prices[first] == self.prices[rates])
        certain: Bools = ~some | same
        return certain


@lru_cache(maxsize=64)
def _laid_out(prefixes: tuple[str, ...], width: int) -> tuple[Ints, Ints, Ints]:
    """Where the ranges of sorted prefixes begin; the breaks between the longest ones, and whose is what follows."""
    begins = [key_of(each, width) for each in prefixes]
    ends = [begin + span_of(len(each), width) for begin, each in zip(begins, prefixes, strict=True)]
    owner_from, within = {0: -1}, list[int]()
    for place, begin in enumerate([*begins, BASE**width]):
        while within and ends[within[-1]] <= begin:
            ended = ends[within.pop()]
            owner_from[ended] = within[-1] if within else -1
        if place < len(begins):
            owner_from[begin] = place
            within.append(place)
    breaks = sorted(owner_from)
    return np.array(begins), np.array(breaks), np.array([owner_from[each] for each in breaks])


def table_of(card: RateCard, width: int) -> PrefixTable:
    """The card's prefixes, none longer than `width`."""
    begins, breaks, owners = _laid_out(tuple(card.by_prefix), width)
    prices = np.array([each.micros_per_minute for each in card.rates])
    changes = np.cumsum(np.concatenate(([False], prices[1:] != prices[:-1])))
    return PrefixTable(width, begins, breaks, owners, prices, changes)


def begin_with(prefixes: Sequence[str], keys: Ints, width: int) -> Bools:
    """Which numbers begin with one of these prefixes."""
    known = {*prefixes}
    outer = [each for each in known if not any(each[:end] in known for end in range(1, len(each)))]
    ranges = sorted((key_of(each, width), span_of(len(each), width)) for each in outer)
    bounds = np.array([*chain.from_iterable((begin, begin + span) for begin, span in ranges)])
    inside: Bools = _behind(bounds, keys) % 2 == 1
    return inside


def _behind(bounds: Ints, keys: Ints) -> Ints:
    """How many of the bounds each key has reached. In the keys' order, because that is three times as quick."""
    order = np.argsort(keys)
    found = np.empty(len(keys), np.int64)
    found[order] = np.searchsorted(bounds, keys[order], "right")
    return found


def _keys(digit: npt.NDArray[np.uint8], begins: Ints, lengths: Ints, width: int) -> Ints:
    keys = np.zeros(len(begins), np.int64)
    for place in range(width):
        keys *= BASE
        keys += np.where(place < lengths, digit[begins + place] + np.uint8(1), 0)
    return keys


def _read_each(column: object, rows: Ints, found: Numbers, width: int) -> None:
    """Those that are not just digits, one by one: few, as a rule."""
    for row, number in zip(rows, column.take(pa.array(rows)).to_pylist(), strict=True):  # type: ignore[attr-defined]
        read = dialled(number)
        found.readable[row] = read is not None
        if read:
            found.keys[row] = key_of(read.digits, width)
            found.lengths[row] = min(len(read.digits), width)
            found.masked[row] = read.masked


def _bytes_of(column: object) -> tuple[npt.NDArray[np.uint8], Ints, Ints]:
    """All texts of an Arrow column one behind the other, and where each begins and ends."""
    count, offset = len(column), column.offset  # type: ignore[arg-type,attr-defined]
    _, offsets, data = column.buffers()  # type: ignore[attr-defined]
    bounds = np.frombuffer(offsets, np.int32, count + 1, offset * 4).astype(np.int64)
    text = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]] if data is not None else np.zeros(0, np.uint8)
    bounds -= bounds[0]
    return text, bounds[:-1], bounds[1:]
