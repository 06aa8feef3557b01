"""Sums by the column are those of one call after the other."""

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from store.account import Entry
from store.records import UsageRecord, records_of
from store.tallies import Days
from store.tally import Group, Tally, hour_of, told_by
from store.unpacked import unpack
from tests.controls import usd
from tests.store.recorded import START_MS, pack

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe")
GROUNDS = ("", "own 5 0", "free no-time", "unrated masked", "rate c 44 1 60/60 0 120", "rate c 4 1 6/6 0 18 pool p 7")

calls = st.builds(
    UsageRecord,
    id=st.uuids().map(str),
    amount=st.integers(1, 9_999_999).map(lambda micros: usd(0).__class__(micros, "USD")),
    start_ms=st.integers(0, 400 * 86_400_000).map(lambda ms: START_MS + ms),
    destination=st.sampled_from(("", "Ruritania", "Österreich")),
    duration_s=st.integers(0, 900),
    centre=st.sampled_from(("", "Sales")),
    basis=st.sampled_from(GROUNDS),
)


def entry(records: list[UsageRecord], service: str) -> Entry:
    """An entry of these lines."""
    return Entry("1-1", "records", "wallet", f"usage:{service}", usd(1), usd(0), 1, "", "test", "", "", pack(records))


@settings(deadline=None)
@given(
    entries=st.lists(
        st.tuples(st.lists(calls, min_size=1, max_size=8), st.sampled_from(("calling", "inbound"))),
        min_size=1,
        max_size=5,
    ),
    zone=st.sampled_from(ZONES),
)
def test_columns_and_calls_come_to_the_same(entries: list[tuple[list[UsageRecord], str]], zone: str) -> None:
    """Whatever lines say, and whichever columns an entry has."""
    made, days = [entry(*each) for each in entries], Days()
    expected: defaultdict[tuple[int, Group], Tally] = defaultdict(Tally)
    for each in made:
        for line in records_of(each):
            local = datetime.fromtimestamp(line.start_ms / 1000, ZoneInfo(zone))
            day = local.toordinal() - date(1970, 1, 1).toordinal()
            group = Group(each.credit.removeprefix("usage:"), line.destination, line.centre)
            expected[day, group].add(Tally(1, line.amount.micros, *told_by(line.basis, line.duration_s)))

    days.take(unpack(made), [each.credit.removeprefix("usage:") for each in made], zone)

    assert {(day, group): tally for day, each in days.items() for group, tally in each.groups.items()} == expected
    assert all(
        sum(tally.micros for tally in each.hours.values()) == sum(tally.micros for tally in each.groups.values())
        for each in days.values()
    )


def test_hour_is_that_of_the_clock() -> None:
    """Also where clocks are put forward by half an hour, or are a quarter beside the hour."""
    assert hour_of(0, "UTC") == 0
    assert hour_of(0, "Asia/Kathmandu") == 5
    assert hour_of(0, "America/New_York") == -5
