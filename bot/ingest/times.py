"""ISO 8601 times in columns: "2026-11-04T09:15:02.1184213Z", with 0 to 9 decimals, "Z", an offset or nothing (UTC)."""

import numpy as np
import numpy.typing as npt

from bot.ingest.refusals import Reason
from bot.ingest.texts import CODE, Bytes, Column, Flags, Verdicts, Whole, none, text_of
from store.call import LATEST_MS

_SECOND = 19
"""The length of a time that ends with its seconds."""
_LONGEST = _SECOND + 10 + 6
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.int32)
"""Of each month; of those that are none, 0."""
_DAY_MS, _MINUTE_MS = 86_400_000, 60_000
_ZERO, _DASH, _COLON, _DOT, _COMMA, _PLUS = b"0-:.,+"
_ENDS = b"Zz"
_BETWEEN = b"Tt "

Numbers = npt.NDArray[np.int32]


def to_ms(column: Column) -> tuple[Whole, Verdicts]:
    """Milliseconds since the epoch, what is finer cut off; START_MISSING or START_MALFORMED for what is no time."""
    text, verdicts = text_of(column), none(len(column))
    found, lengths = np.zeros(len(column), np.int64), text.lengths
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        if not _SECOND <= length <= _LONGEST:
            verdicts[rows] = CODE[Reason.START_MALFORMED if length else Reason.START_MISSING]
            continue
        ms, right = _of_one_length(text.table(rows, length))
        found[rows] = ms
        verdicts[rows[~right]] = CODE[Reason.START_MALFORMED]
    return found, verdicts


def _of_one_length(table: Bytes) -> tuple[Whole, Flags]:
    ms, right = _to_the_second(table)
    if table.shape[1] > _SECOND:
        more, fine = _of_end(table[:, _SECOND:])
        ms += more
        right &= fine
    return ms, right & (ms >= 0) & (ms < LATEST_MS)


def _to_the_second(table: Bytes) -> tuple[Whole, Flags]:
    parts = (table[:, each].astype(np.int32) - _ZERO for each in _DIGITS)
    y3, y2, y1, y0, m1, m0, d1, d0, h1, h0, n1, n0, s1, s0 = digits = list(parts)
    right = np.logical_and.reduce([each.astype(np.uint32) < 10 for each in digits])  # noqa: PLR2004 - a digit
    for place, byte in ((4, _DASH), (7, _DASH), (13, _COLON), (16, _COLON)):
        right &= table[:, place] == byte
    between = table[:, 10]
    right &= (between == _BETWEEN[0]) | (between == _BETWEEN[1]) | (between == _BETWEEN[2])
    year, month, day = y3 * 1000 + y2 * 100 + y1 * 10 + y0, m1 * 10 + m0, d1 * 10 + d0
    hour, minute, second = h1 * 10 + h0, n1 * 10 + n0, s1 * 10 + s0
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month[~right] = 0
    right &= (day > 0) & (day <= _DAYS[month] + (leap & (month == 2)))  # noqa: PLR2004 - February
    right &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004
    seconds = hour * 3600 + minute * 60 + second
    return _days(year, month, day) * np.int64(_DAY_MS) + seconds.astype(np.int64) * 1000, right


def _days(year: Numbers, month: Numbers, day: Numbers) -> Whole:
    """Days since the epoch. Years are counted from March, so that the leap day is a year's last."""
    late = month <= 2  # noqa: PLR2004 - February
    year = year - late
    of_year = (153 * (month + np.where(late, 9, -3)) + 2) // 5 + day - 1
    return (365 * year + year // 4 - year // 100 + year // 400 + of_year - 719_468).astype(np.int64)


def _of_fraction(table: Bytes) -> tuple[Whole, Flags]:
    """Milliseconds of ".1184213", or 0 of nothing."""
    rows, width = table.shape
    ms, right = np.zeros(rows, np.int64), np.ones(rows, np.bool_)
    if not width:
        return ms, right
    right &= (width > 1) & ((table[:, 0] == _DOT) | (table[:, 0] == _COMMA))
    for place in range(1, width):
        digit = table[:, place] - np.uint8(_ZERO)
        right &= digit < 10  # noqa: PLR2004
        if place <= 3:  # noqa: PLR2004 - the milliseconds
            ms += digit.astype(np.int64) * 10 ** (3 - place)
    return ms, right & (width <= 10)  # noqa: PLR2004


def _of_end(table: Bytes) -> tuple[Whole, Flags]:
    """Milliseconds of what comes after the seconds: a fraction, and "Z", an offset or nothing."""
    last = table[:, -1]
    zulu = (last == _ENDS[0]) | (last == _ENDS[1])
    if zulu.all():
        return _of_fraction(table[:, :-1])
    rows, width = table.shape
    ms, right = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    sign = table[:, -6] if width >= 6 else np.zeros(rows, np.uint8)  # noqa: PLR2004 - "+01:00"
    offset = ~zulu & ((sign == _PLUS) | (sign == _DASH))
    for those, length in ((zulu, 1), (offset, 6), (~zulu & ~offset, 0)):
        if those.any():
            part = table[those]
            ms[those], right[those] = _of_fraction(part[:, : width - length])
    if offset.any():
        moved, fine = _of_offset(table[offset][:, -6:])
        ms[offset] -= moved
        right[offset] &= fine
    return ms, right


def _of_offset(table: Bytes) -> tuple[Whole, Flags]:
    """Milliseconds of "+01:00"."""
    h1, h0, m1, m0 = digits = [table[:, each].astype(np.int64) - _ZERO for each in (1, 2, 4, 5)]
    right = np.logical_and.reduce([(each >= 0) & (each < 10) for each in digits]) & (table[:, 3] == _COLON)  # noqa: PLR2004
    hours, minutes = h1 * 10 + h0, m1 * 10 + m0
    right &= (hours < 24) & (minutes < 60)  # noqa: PLR2004
    return np.where(table[:, 0] == _PLUS, 1, -1) * (hours * 60 + minutes) * _MINUTE_MS, right
