"""Packs of call records: what goes in comes out, in few bytes."""

import dataclasses
import re
import zlib
from base64 import b64encode
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import packing, records
from store.account import Entry
from store.call import LONGEST_S
from store.lines import LATEST_MS, Lines
from store.money import MAX_MICROS, Money
from store.records import COLUMN, LONGEST_TEXT, Sums, UsageRecord, count_of, records_of, sums_of
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


def line(record_id: str = GUID, micros: int = 15_000, start_ms: int = 1_762_247_702_118, **told: Any) -> UsageRecord:
    """One line."""
    return UsageRecord(record_id, Money(micros, "EUR"), start_ms, **told)


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


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            line,
            IDS,
            st.integers(0, MAX_MICROS),
            st.integers(-LATEST_MS, LATEST_MS),
            duration_s=st.one_of(st.just(0), st.integers(0, LONGEST_S)),
            **dict.fromkeys(("destination", "memo", "number", "user", "centre", "basis"), TEXT),
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

    assert re.fullmatch(r"2 2 [\w+/=]+ [\w+/=]+ -", packed)


def test_entry_of_another_kind_has_no_lines() -> None:
    """Whatever its memo says."""
    other = entry([line()], memo="1 2 3 4", kind="usage")

    assert (records_of(other), count_of(other)) == ((), 0)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [("2 2 ", "3 2 ", "format 3"), ("2 2 ", "2 3 ", "2 lines, not 3"), (" eF", " eK", "cannot be read")],
)
def test_damaged_pack_raises(old: str, new: str, error: str) -> None:
    """Another format, another number of lines, a broken stream."""
    damaged = pack([line(), line("other")]).replace(old, new)

    for read in (records_of, sums_of):
        with pytest.raises(ValueError, match=error):
            read(entry([line()], damaged))


def test_texts_of_records_are_cut() -> None:
    """A number, a user and a cost centre; what the ledger itself says of the price is whole."""
    long = line(number="1" * 201, user="ü" * 201, centre="c" * 201, basis="b" * 1000)

    [found] = records_of(entry([long]))

    assert (found.number, found.user, found.centre) == tuple(each * LONGEST_TEXT for each in "1üc")
    assert found.basis == long.basis


def test_lines_add_up() -> None:
    """To what they cost, and to what each pool gave; what the entry says of months is told beside it."""
    head = "rate 00ff00ff00 49 15000 60/60 0 180"
    lines = [
        line(micros=0, basis=f"{head} pool one 180"),
        line(basis=f"{head} pool one 60 pool two 60 late 17-3"),
        line(basis=f"{head} pool two 120"),
        line(basis="own 15000 0"),
        line(micros=0, basis="unrated no-card"),
    ]
    memo = packing.pack(Lines.of_records(lines), "one:2026-10:240,two:2026-10:120,two:2026-11:60").memo

    assert sums_of(entry(lines, memo)) == Sums(
        count=5,
        micros=45_000,
        pooled={"one": 240, "two": 180},
        uses={("one", "2026-10"): 240, ("two", "2026-10"): 120, ("two", "2026-11"): 60},
        unpriced=1,
        late={"17-3": 1},
    )
    assert sums_of(entry(lines, memo, "usage")) == Sums(0, 0, {}, {})


@pytest.mark.parametrize("named", [False, True])
def test_first_format_is_read(named: bool) -> None:
    """Entries that were made before there was another; with ids that are packed, and with others."""
    lines = [line("id-1" if named else GUID, 15_000, destination="+49", memo="a"), line(GUID, 7, destination="+44")]
    columns = ["15000 7", "1762247702118 0", "+49\x1f+44", "a\x1f", *([f"id-1 {GUID}"] if named else [])]
    guids = b64encode(UUID(GUID).bytes * 2).decode()
    text = b64encode(zlib.compress(COLUMN.join(columns).encode())).decode()

    found = entry(lines, f"1 2 {'-' if named else guids} {text}")

    assert (records_of(found), count_of(found)) == (tuple(lines), 2)
    assert sums_of(found) == Sums(2, 15_007, {}, {})


def test_call_takes_less_than_forty_bytes() -> None:
    """Of which its GUID alone is 22."""
    assert len(pack(calls(250))) < 37 * 250


def test_grounds_of_a_price_take_little_more() -> None:
    """Of calls with number, user, duration and ground; without them a call takes what it took before."""
    random = Random(2)  # noqa: S311 as above
    told = [
        dataclasses.replace(
            each,
            destination="Germany",
            number=each.destination,
            duration_s=random.randrange(1, 600),
            user=f"user{random.randrange(200):03}@contoso.example",
            basis=f"rate 00ff00ff00 49 15000 60/60 0 {60 * random.randrange(1, 10)}",
        )
        for each in calls(500)
    ]

    assert len(pack(told)) < 55 * len(told)
