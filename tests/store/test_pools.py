"""Pools and the months that they are counted in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.call import LATEST_MS
from store.pools import MAX_SECONDS, Pool, begins_ms, is_zone, label, month_number, month_of
from tests.store.rating import at


@pytest.mark.parametrize(
    ("moment", "zone", "month"),
    [
        ("2026-03-31T21:59:59", "Europe/Berlin", "2026-03"),
        ("2026-03-31T22:00", "Europe/Berlin", "2026-04"),
        ("2026-11-01T00:00", "America/Los_Angeles", "2026-10"),
        ("1970-01-01T00:00", "America/Los_Angeles", "1969-12"),
        ("2026-10-31T10:00", "Pacific/Kiritimati", "2026-11"),
        # The clock of St. John's was put back from 00:01 on 1 November 2009, into October.
        ("2009-11-01T02:30", "America/St_Johns", "2009-11"),
        ("2009-11-01T02:31", "America/St_Johns", "2009-11"),
        # In Asunción 1 October 2017 began at 01:00.
        ("2017-10-01T03:59", "America/Asuncion", "2017-09"),
        ("2017-10-01T04:00", "America/Asuncion", "2017-10"),
    ],
)
def test_month_is_that_of_the_time_zone(moment: str, zone: str, month: str) -> None:
    """A moment lies in the month that the wall clock there shows; a clock put back does not bring a month back."""
    assert month_of(at(moment), zone) == month


@given(st.integers(0, LATEST_MS - 1), st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata"]))
def test_months_follow_on_each_other(moment: int, zone: str) -> None:
    """Each moment lies between its month's beginning and the next one's."""
    number = month_number(moment, zone)

    assert begins_ms(number, zone) <= moment < begins_ms(number + 1, zone)
    if zone == "UTC":
        assert label(number) == f"{datetime.fromtimestamp(moment // 1000, UTC):%Y-%m}".zfill(7)


def test_pool_is_shared_by_its_licences() -> None:
    """Sixty minutes a licence make ten hours of ten."""
    assert Pool("audio", ("conference",), 3600, 10).seconds == 36_000


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Audio"},
        {"name": ""},
        {"name": "two words"},
        {"services": ()},
        {"services": ("Calling",)},
        {"seconds_each": -1},
        {"licences": -1},
        {"seconds_each": MAX_SECONDS + 1},
        {"prefixes": ("+49",)},
        {"prefixes": ("",)},
    ],
)
def test_pool_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """Names without spaces, services, seconds in range, prefixes of digits."""
    with pytest.raises(ValueError, match=r".+"):
        Pool(**{"name": "audio", "services": ("conference",), "seconds_each": 3600, "licences": 1, **changes})


def test_zones_are_known_by_their_names() -> None:
    """IANA names are zones; other words, paths and folders are not."""
    assert is_zone("Europe/Berlin")
    assert not any(map(is_zone, ["", "Berlin", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlin\x00"]))
