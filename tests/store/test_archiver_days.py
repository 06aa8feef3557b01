"""Which day an entry belongs to."""

from datetime import UTC, datetime

from store import archiver


def test_days_are_of_utc() -> None:
    """A day ends at midnight UTC, whatever the machine's zone."""
    ms = round(datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)

    assert archiver._day(ms) == "2024-02-29"
    assert archiver._end_ms("2024-02-29") == ms + 1000
