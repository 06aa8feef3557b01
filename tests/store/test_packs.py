"""Packs of call records: what goes in comes out, in few bytes."""

import dataclasses
import re
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import records
from store.account import Entry
from store.lines import LATEST_MS
from store.money import MAX_MICROS, Money
from store.records import UsageRecord, count_of, records_of
from tests.store.recorded import pack

GUID = "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11"
TEXT = st.text(st.characters(exclude_characters="\x1e\x1f", exclude_categories=["Cs"]), max_size=20)
IDS = st.one_of(
    st.uuids().map(str), st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)
)


def entry(lines: list[UsageRecord], memo: str = "", kind: str = records.KIND) -> Entry:
    """The entry of these lines, or with another memo."""
    moved = Money(sum(each.amount.micros for each in lines), "EUR")
    return Entry("1-1", kind, "wallet", "usage:calls", moved, -moved, 1, "", "", "", "", memo or pack(lines))


def line(record_id: str = GUID, micros: int = 15_000, start_ms: int = 1_762_247_702_118, **texts: str) -> UsageRecord:
    """One line."""
    return UsageRecord(record_id, Money(micros, "EUR"), start_ms, **texts)


def calls(count: int, seed: int = 1) -> list[UsageRecord]:
    """Calls as they come: GUIDs, a handful of rates, starts seconds apart, numbers of few countries."""
    random = Random(seed)  # noqa: S311 a replay, not a secret
    made, start_ms = [], 1_762_247_702_118
    for _ in range(count):
        start_ms += random.randrange(20_000)
        number = random.choice(["+4930", "+447700", "+1425", "+331"]) + str(random.randrange(10**6, 10**7))
        rate = random.choice([13_000, 15_000, 16_000, 23_400, 155_000])
        record_id = str(UUID(int=random.getrandbits(128), version=4))
        made.append(line(record_id, rate * random.randint(1, 30), start_ms, destination=number))
    return made


@given(
    st.lists(
        st.builds(
            line, IDS, st.integers(1, MAX_MICROS), st.integers(-LATEST_MS, LATEST_MS), destination=TEXT, memo=TEXT
        ),
        min_size=1,
    )
)
def test_lines_come_back_as_they_were(lines: list[UsageRecord]) -> None:
    """Whatever the ids, amounts, starts and texts are."""
    packed = entry(lines)

    assert records_of(packed) == tuple(lines)
    assert count_of(packed) == len(lines)


@pytest.mark.parametrize(
    "ids",
    [
        [GUID.upper()],
        [GUID.replace("-", "")],
        [GUID[:-1], GUID[-1] + GUID],
        [GUID[:-1] + "g"],
        [GUID, "other"],
        ["-" * 36],
        [f"{GUID[:8]}{GUID[9]}-{GUID[10:]}"],
    ],
)
def test_ids_that_are_no_guids_come_back_as_they_were(ids: list[str]) -> None:
    """Upper case, other dashes, and ids that only together look like GUIDs."""
    assert [each.id for each in records_of(entry([line(each) for each in ids]))] == ids


def test_texts_that_would_divide_columns_are_made_harmless() -> None:
    """As is half a character: each becomes a question mark."""
    odd = line(destination="a\x1fb", memo="c\x1ed \ud83d")

    assert records_of(entry([odd, line()])) == (dataclasses.replace(odd, destination="a?b", memo="c?d ?"), line())


def test_memo_without_tabs_or_lines() -> None:
    """A pack is one line of printable characters, whatever its texts hold."""
    packed = pack([line(memo="tab\tnewline\n"), line()])

    assert re.fullmatch(r"1 2 [\w+/=]+ [\w+/=]+", packed)


def test_entry_of_another_kind_has_no_lines() -> None:
    """Whatever its memo says."""
    other = entry([line()], memo="1 2 3 4", kind="usage")

    assert (records_of(other), count_of(other)) == ((), 0)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [("1 2 ", "2 2 ", "format 2"), ("1 2 ", "1 3 ", "2 lines, not 3"), (" eF", " eK", "cannot be read")],
)
def test_damaged_pack_raises(old: str, new: str, error: str) -> None:
    """Another format, another number of lines, a broken stream."""
    damaged = pack([line(), line("other")]).replace(old, new)

    with pytest.raises(ValueError, match=error):
        records_of(entry([line()], damaged))


def test_call_takes_less_than_forty_bytes() -> None:
    """Of which its GUID alone is 22."""
    assert len(pack(calls(250))) < 37 * 250
