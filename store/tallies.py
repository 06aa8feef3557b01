"""Sums of many lines at once: what `store.tally` says of each call, by the column.

Imported only where journals are read whole: pyarrow takes longer to load than the bot to start.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from store.fewer import Texts, alike, encoded
from store.prefixes import Ints
from store.tally import HOURS, QUARTER_MS, Day, Group, Tally, hour_of, hour_of_quarter, seconds_of
from store.unpacked import Unpacked


class Days(defaultdict[int, Day]):
    """Days by their numbers since 1970-01-01."""

    def __init__(self) -> None:
        super().__init__(Day)

    def add(self, start_ms: int, zone: str, group: Group, tally: Tally) -> None:
        """Some calls that started then."""
        day, hour = divmod(hour_of(start_ms, zone), HOURS)
        self[day].add(group, hour, tally)

    def take(self, lines: Unpacked, services: Sequence[str], zone: str, *, rows: Ints | None = None) -> None:
        """Lines of call records, or some of their rows; `services` are those of their entries, in order.

        Raises:
            ValueError: the ground of a price cannot be read.
        """
        if rows is None:
            rows = np.arange(len(lines))
        if not len(rows):
            return
        names, of_entry = np.unique(np.array(services), return_inverse=True)
        service = of_entry[lines.entry[rows]]
        destinations, destination = _words(lines.destination, rows)
        centres, centre = _words(lines.centre, rows)
        grounds, ground = _words(lines.basis, rows)
        told = np.array([seconds_of(each) for each in grounds], np.int64).reshape(-1, 3)[ground]
        billed = np.where(told[:, 0] < 0, lines.duration_s[rows], told[:, 0])
        columns = np.stack((np.ones(len(rows), np.int64), lines.micros[rows], billed, told[:, 1], told[:, 2]))
        hours = hours_of(lines.start_ms[rows], zone)
        days, hour = np.divmod(hours, HOURS)
        for row, tally in _sums(columns, days, service, destination, centre):
            group = Group(str(names[service[row]]), destinations[destination[row]], centres[centre[row]])
            self[int(days[row])].groups[group].add(tally)
        for row, tally in _sums(columns, hours, service):
            self[int(days[row])].hours[str(names[service[row]]), int(hour[row])].add(tally)


def hours_of(starts_ms: Ints, zone: str) -> Ints:
    """As `hour_of`, for many."""
    quarters, places = np.unique(starts_ms // QUARTER_MS, return_inverse=True)
    return np.array([hour_of_quarter(each, zone) for each in quarters.tolist()], np.int64)[places]


def _words(column: Texts, rows: Ints) -> tuple[list[str], Ints]:
    places, words = encoded(column)
    return words.to_pylist(), places[rows]


def _sums(columns: Ints, *keys: Ints) -> Iterator[tuple[int, Tally]]:
    """For the rows that are alike in all keys one of them, and the sums of their columns."""
    codes, one = alike(*keys)
    order = np.argsort(codes, kind="stable")
    begins = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sums = np.add.reduceat(columns[:, order], begins, axis=1).T.tolist()
    return zip(one[codes[order[begins]]].tolist(), (Tally(*each) for each in sums), strict=True)
