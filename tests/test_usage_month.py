"""The made-up month that imports are measured and proved by."""

import io
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ingest.refusals import Reason
from store.call import is_known
from tests.ingest.reading import read
from tests.usage_month import BROKEN, KINDS, Made, Month, write


def _written(month: Month) -> tuple[bytes, Made]:
    file = io.BytesIO()
    made = write(month, file)
    return file.getvalue(), made


def test_same_seed_makes_the_same_month() -> None:
    """And another one another."""
    assert _written(Month(300)) == _written(Month(300))
    assert _written(Month(300, seed=5))[0] != _written(Month(300))[0]


def test_month_is_read_as_it_was_made() -> None:
    """Good lines are records, broken ones refused, repeats among them, of every kind."""
    data, made = _written(Month(6000))

    told = read(data)

    assert len(told.records) == made.good
    assert len(told.refused) == made.broken.total() == 6000 - made.good
    assert {*made.broken} == {*BROKEN}
    assert {each.reason for each in told.refused} < {*Reason}
    assert len({*told.ids}) == made.good - made.repeated
    assert 30 < made.repeated < 200


def test_month_has_what_real_ones_have() -> None:
    """Every call type, own charges, toll-free numbers, masked and unknown ones, working hours."""
    records = read(_written(Month(6000, month=9, repeats=0, broken=0))[0]).records
    hours = Counter(each["start_ms"] // 3_600_000 % 24 for each in records)

    assert {each["call_type"] for each in records} == {kind for kind, *_ in KINDS}
    assert any(not is_known(each["call_type"]) for each in records)
    assert {each["service"] for each in records} == {"calling", "conference", "direct-routing", "inbound", "toll-free"}
    assert any(each["number"].endswith("***") for each in records)
    assert sum(each["duration_s"] == 0 for each in records) > 300
    assert sum(bool(each["own_micros"]) for each in records) > 600
    assert hours[10] > 20 * hours[3]
    turn = datetime(2026, 10, 1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000
    assert any(each["start_ms"] > turn for each in records)  # October in Berlin, September in UTC
