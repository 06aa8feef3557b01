"""What a period's usage comes to, for people: totals, parts, points of a chart. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from store.tally import Day, Group, Tally

MOST_POINTS = 20
"""What a chart takes."""
_WEEK, _MONTH = 7, 30
_EPOCH = date(1970, 1, 1).toordinal()


class Period(StrEnum):
    """What people ask for, each up to today."""

    WEEK = "7d"
    DAYS = "30d"
    MONTH = "month"


class Part(StrEnum):
    """What usage is divided by."""

    SERVICE = "service"
    DESTINATION = "destination"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Point:
    """Some days of a chart: their first and last, and of each part what they come to."""

    first: date
    last: date
    parts: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Report:
    """Usage of a period.

    Attributes:
        period: which.
        part: by what it is divided.
        first: its first day; the last is the day of asking.
        last: that day.
        total: all of it.
        before: the period before, as long as this one; of a month the same days of the month before.
        parts: what it is divided into, by name, the dearest first.
        points: some days each, oldest first, at most `MOST_POINTS`.
    """

    period: Period
    part: Part
    first: date
    last: date
    total: Tally
    before: Tally
    parts: Sequence[tuple[str, Tally]]
    points: Sequence[Point]


def span(period: Period, today: int) -> tuple[int, int, int]:
    """The numbers of the period's first day, and of the first and the last day of the period before."""
    if period is Period.WEEK:
        return today - _WEEK + 1, today - 2 * _WEEK + 1, today - _WEEK
    if period is Period.DAYS:
        return today - _MONTH + 1, today - 2 * _MONTH + 1, today - _MONTH
    day = date_of(today)
    first = today - day.day + 1
    before = date_of(first - 1)
    return first, first - before.day, first - before.day + min(day.day, before.day) - 1


def report(period: Period, part: Part, today: int, days: Mapping[int, Day]) -> Report:
    """The report of a period that ends today, from the days of it and of the period before."""
    first, before, before_end = span(period, today)
    count = today - first + 1
    step = -(-count // MOST_POINTS) if period is not Period.DAYS else 3
    found = [(each, _parts(days, part, each, min(each + step - 1, today))) for each in range(first, today + 1, step)]
    parts = _parts(days, part, first, today)
    return Report(
        period,
        part,
        date_of(first),
        date_of(today),
        total_of(parts.values()),
        total_of(_parts(days, part, before, before_end).values()),
        sorted(parts.items(), key=lambda each: (-each[1].micros, -each[1].billed_s, each[0])),
        [Point(date_of(each), date_of(min(each + step - 1, today)), tallies) for each, tallies in found],
    )


def total_of(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    total = Tally()
    for each in tallies:
        total.add(each)
    return total


def date_of(day: int) -> date:
    """The day of this number since 1970-01-01."""
    return date.fromordinal(day + _EPOCH)


def _parts(days: Mapping[int, Day], part: Part, first: int, last: int) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    place = Group._fields.index(part)
    for day in range(first, last + 1):
        for group, tally in days[day].groups.items() if day in days else ():
            found.setdefault(group[place], Tally()).add(tally)
    return {name: tally for name, tally in found.items() if tally}
