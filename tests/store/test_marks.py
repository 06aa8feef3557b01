"""What call records are known by: of nothing but the id, spread over all sets, and apart."""

from collections import Counter
from collections.abc import Callable
from random import Random
from uuid import UUID

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.lines import Lines
from store.marks import bytes_of, guids_of, mark_texts, names_of
from tests.controls import CURRENCY

COUNT = 20_000
IDS = st.one_of(st.uuids().map(str), st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))


def names(ids: list[str]) -> list[int]:
    """Their names."""
    column = pa.array(ids, pa.string())
    found: list[int] = names_of(column, guids_of(column)).to_pylist()
    return found


@given(st.lists(IDS, min_size=1, max_size=20))
def test_name_is_of_nothing_but_the_id(ids: list[str]) -> None:
    """Whatever other ids it comes with."""
    assert names(ids) == [names([each])[0] for each in ids]


@given(st.lists(st.tuples(IDS.filter(lambda each: len(each) <= 64), st.integers(0, 9)), min_size=1, max_size=20))
def test_mark_tells_name_and_check(drawn: list[tuple[str, int]]) -> None:
    """In characters of six bits, the lowest first: 46 bits of the name, its 18 others, and the check."""
    ids, micros = zip(*drawn, strict=True)
    batch = Lines.of(list(ids), list(micros), list(micros), currency=CURRENCY).batch
    names, checks = batch["name"], batch["check"]

    marks = mark_texts(names, checks).to_pylist()

    for mark, name, check in zip(marks, names.to_pylist(), checks.to_pylist(), strict=True):
        halves = mark[:8], mark[8:]
        first, second = (sum(each - ord("0") << 6 * at for at, each in enumerate(half)) for half in halves)
        assert {*map(chr, mark)} <= {*map(chr, range(ord("0"), ord("p")))}
        assert (first, second & (1 << 18) - 1, second >> 18) == (name & (1 << 46) - 1, name >> 46, check)


def test_check_tells_amount_start_service_and_destination() -> None:
    """Not what they would be together."""
    told = [
        Lines.of(["a"], [micros], [start], destinations=[to], service=service, currency=CURRENCY).batch["check"][0]
        for micros, start, to, service in [(1, 12, "3", "x"), (11, 2, "3", "x"), (1, 1, "23", "x"), (1, 12, "3", "y")]
    ]

    assert len({*map(int, told)}) == 4


RANDOM = Random(1)  # noqa: S311 a replay, not a secret
KINDS: dict[str, Callable[[int], UUID]] = {
    "random": lambda _: UUID(int=RANDOM.getrandbits(128), version=4),
    "counted": lambda number: UUID(int=number),
    "counted above": lambda number: UUID(int=number << 64),
    "by time and machine": lambda number: UUID(fields=(number * 1000 % 2**32, 0x1234, 0x11F0, 0x80, 1, 0x0242AC110002)),
    "by time, then random": lambda number: UUID(
        int=(number // 50 << 80) | (7 << 76) | (2 << 62) | RANDOM.getrandbits(62)
    ),
    "the same in both halves": lambda number: UUID(int=number << 64 | number),
}


@pytest.mark.parametrize("kind", KINDS)
def test_guids_of_any_make_are_spread_over_all_sets(kind: str) -> None:
    """No two have one name, and of 64 sets none has more than half as much again as it should."""
    found = names([str(KINDS[kind](number)) for number in range(COUNT)])

    sets = Counter(each >> 58 for each in found)
    assert len({*found}) == COUNT
    assert len(sets) == 64
    assert max(sets.values()) < 1.5 * COUNT / 64


def test_bytes_of_a_slice_are_its_own() -> None:
    """Of columns only a page is written at a time."""
    guids = guids_of(pa.array([str(UUID(int=number)) for number in range(9)]))

    assert bytes(bytes_of(guids.slice(3, 2))) == (3).to_bytes(16) + (4).to_bytes(16)
