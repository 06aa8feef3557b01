"""The history tells an entry of call records by their number; the pack is for machines."""

import pytest

from handlers.locales import Texts
from handlers.views import history
from store.account import Entry, Page
from store.records import UsageRecord
from tests.controls import usd
from tests.store.recorded import pack


@pytest.mark.parametrize(
    ("locale", "count", "text"),
    [
        ("en-US", 1, "1 call record"),
        ("en-US", 120, "120 call records"),
        ("de-DE", 1, "1 Verbindungsnachweis"),
        ("de-DE", 120, "120 Verbindungsnachweise"),
    ],
)
def test_call_records_are_told_by_their_number(locale: str, count: int, text: str) -> None:
    """With the amount of all of them together."""
    lines = [UsageRecord(f"call-{number}", usd(1), 0, memo="secret") for number in range(count)]
    entry = Entry("1-1", "records", "wallet", "usage:calls", usd(count), usd(0), 1, "1", "ingest", "", "", pack(lines))

    [block] = history.lines(Page((entry,), ""), Texts.of(locale))

    told = str(block)
    assert f"{text}\\n" in told or f"{text}'" in told
    assert entry.memo not in told
