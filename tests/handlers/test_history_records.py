"""The history tells an entry of call records by their number; the pack is for machines."""

from dataclasses import replace

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


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 call record · Germany &amp; Co · 2:05\\n"), (2, "2 call records\\n")]
)
def test_the_only_call_of_an_entry_is_told(count: int, text: str) -> None:
    """Where it went and how long it was; of several there is only the number."""
    call = UsageRecord("call", usd(1), 0, destination="Germany & Co", duration_s=125)
    lines = [replace(call, id=f"call-{number}") for number in range(count)]
    entry = Entry("1-1", "records", "wallet", "usage:calls", usd(count), usd(0), 1, "1", "ingest", "", "", pack(lines))

    [block] = history.lines(Page((entry,), ""), Texts())

    assert text in str(block)


def test_a_damaged_entry_is_told_all_the_same() -> None:
    """The history is there to be looked at, whatever is in a pack; `credits verify` says what is wrong with it."""
    entry = Entry("1-1", "records", "wallet", "usage:calls", usd(1), usd(0), 1, "1", "ingest", "", "", "2 1 - broken -")

    [block] = history.lines(Page((entry,), ""), Texts())

    assert "1 call record\\n" in str(block)
