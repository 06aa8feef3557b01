"""A period's usage: its days, those before it, its parts and points."""

from datetime import date

import pytest

from store.report import MOST_POINTS, Part, Period, date_of, report, span
from store.tally import Day, Group, Tally

TODAY = date(2026, 3, 31).toordinal() - date(1970, 1, 1).toordinal()


def days(*numbers: int) -> dict[int, Day]:
    """A call for a dollar on each."""
    found = {}
    for number in numbers:
        found[number] = Day()
        found[number].groups[Group("calling", "Ruritania")].add(Tally(1, 1_000_000, 60))
    return found


@pytest.mark.parametrize(
    ("period", "first", "before"),
    [
        (Period.WEEK, date(2026, 3, 25), (date(2026, 3, 18), date(2026, 3, 24))),
        (Period.DAYS, date(2026, 3, 2), (date(2026, 1, 31), date(2026, 3, 1))),
        (Period.MONTH, date(2026, 3, 1), (date(2026, 2, 1), date(2026, 2, 28))),
    ],
)
def test_period_and_the_one_before(period: Period, first: date, before: tuple[date, date]) -> None:
    """A month is compared with the same days of the month before, as far as that goes."""
    begins, *ends = span(period, TODAY)

    assert (date_of(begins), *map(date_of, ends)) == (first, *before)


@pytest.mark.parametrize("period", Period)
def test_points_cover_the_period_once(period: Period) -> None:
    """Each day is in one point, and there are no more than a chart takes."""
    every = report(period, Part.DESTINATION, TODAY, days(*range(TODAY - 100, TODAY + 100)))

    assert len(every.points) <= MOST_POINTS
    assert sum(tally.calls for point in every.points for tally in point.parts.values()) == every.total.calls
    assert every.total.calls == (every.last - every.first).days + 1
    assert (every.points[0].first, every.points[-1].last) == (every.first, date_of(TODAY))


def test_dearest_part_comes_first() -> None:
    """And what came to nothing is left out."""
    found = days(TODAY)
    found[TODAY].groups[Group("calling", "Syldavia")].add(Tally(1, 2_000_000, 60))
    found[TODAY].groups[Group("calling", "Borduria")]

    made = report(Period.WEEK, Part.DESTINATION, TODAY, found)

    assert [name for name, _ in made.parts] == ["Syldavia", "Ruritania"]
    assert not made.before
