"""Which times are asked for."""

import itertools
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.graph.windows import DAY_MS, HOUR_MS, LONGEST_MS, Window, is_too_late, windows
from store.feeds import Standing

NOW_MS = 1_750_000_000_123


def asked(standing: Standing, now_ms: int = NOW_MS) -> tuple[Window, ...]:
    """With three days back, and 30 the first time."""
    return windows(standing, now_ms, back_days=3, first_days=30)


def test_first_time_goes_back_as_far_as_is_said() -> None:
    """In pieces of a week."""
    found = asked(Standing())

    assert (found[0].from_ms, found[-1].to_ms) == ((NOW_MS - 30 * DAY_MS) // 1000 * 1000, NOW_MS // 1000 * 1000 + 1000)
    assert len(found) == 5


def test_first_time_goes_on_where_it_began_until_all_was_read() -> None:
    """However long that takes; no further than may be asked for, and further only where it is to be."""
    began_ms = NOW_MS // 1000 * 1000 - 40 * DAY_MS
    assert asked(Standing(first_ms=began_ms))[0].from_ms == began_ms
    assert asked(Standing(first_ms=began_ms), NOW_MS + 80 * DAY_MS)[0].from_ms == (NOW_MS - 9 * DAY_MS) // 1000 * 1000
    assert asked(Standing(first_ms=NOW_MS))[0].from_ms == (NOW_MS - 30 * DAY_MS) // 1000 * 1000
    assert [is_too_late(Standing(first_ms=began_ms), NOW_MS + each * DAY_MS) for each in (48, 50)] == [False, True]


def test_each_time_looks_back_over_what_may_have_come_late() -> None:
    """From the last time on, however long ago that was."""
    for hours in (0.25, 3, 24, 24 * 30, 24 * 86):
        through_ms = NOW_MS - int(hours * HOUR_MS)
        assert asked(Standing(through_ms))[0].from_ms == (through_ms - 3 * DAY_MS) // 1000 * 1000


def test_clock_that_went_back_asks_for_no_future() -> None:
    """It looks back from now."""
    [found] = asked(Standing(NOW_MS + DAY_MS))

    assert found == Window((NOW_MS - 3 * DAY_MS) // 1000 * 1000, NOW_MS // 1000 * 1000 + 1000)


def test_what_the_ledger_may_have_forgotten_is_not_asked_for() -> None:
    """Calls of 89 days ago at most; whether some are passed over by that can be told."""
    oldest_ms = (NOW_MS - 89 * DAY_MS) // 1000 * 1000
    for days, too_late in ((85, False), (87, False), (88.9, False), (89.1, True), (200, True)):
        standing = Standing(NOW_MS - int(days * DAY_MS))
        assert asked(standing)[0].from_ms >= oldest_ms
        assert is_too_late(standing, NOW_MS) == too_late
    assert not is_too_late(Standing(), NOW_MS)


@given(
    ago_ms=st.none() | st.integers(-DAY_MS, 200 * DAY_MS),
    now_ms=st.integers(400 * DAY_MS, 30_000 * DAY_MS),
)
def test_windows_have_no_gaps(ago_ms: int | None, now_ms: int) -> None:
    """Each begins at the moment where the one before ends, in whole seconds; the last ends now, none is too long."""
    standing = Standing() if ago_ms is None else Standing(now_ms - ago_ms)
    found = asked(standing, now_ms)

    for one, other in itertools.pairwise(found):
        assert one.to_ms == other.from_ms
    for each in found:
        assert 0 < each.to_ms - each.from_ms <= LONGEST_MS
        assert not (each.from_ms % 1000)
        assert not (each.to_ms % 1000)
        assert [datetime.fromisoformat(text).timestamp() * 1000 for text in each.shown] == [each.from_ms, each.to_ms]
    assert 0 <= found[-1].to_ms - now_ms < 1000
    assert found[0].from_ms >= now_ms - 89 * DAY_MS - 1000
    if standing.through_ms is not None and not is_too_late(standing, now_ms):
        assert found[0].from_ms <= standing.through_ms


@given(st.integers(0, 10**12), st.integers(1, LONGEST_MS // 1000))
def test_halves_share_their_middle(start_ms: int, seconds: int) -> None:
    """Together they are the window; an hour is not halved any more."""
    window = Window(start_ms // 1000 * 1000, start_ms // 1000 * 1000 + seconds * 1000)
    halves = window.halved()

    assert bool(halves) == (seconds > 3600)
    if halves:
        one, other = halves
        assert (one.from_ms, one.to_ms, other.to_ms) == (window.from_ms, other.from_ms, window.to_ms)
        assert not one.to_ms % 1000


def test_moments_are_told_as_graph_takes_them() -> None:
    """In UTC, to the second."""
    at = int(datetime(2026, 11, 4, 9, 15, 2, tzinfo=UTC).timestamp()) * 1000

    assert Window(at, at + 1000).shown == ("2026-11-04T09:15:02Z", "2026-11-04T09:15:03Z")
