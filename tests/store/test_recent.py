"""What was just posted: which names are met again, and who told which days."""

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from store.keys import AccountRef
from store.marks import Names, guids_of, names_of
from store.recent import Recent
from tests.controls import REF


def names(first: int, count: int) -> Names:
    """Names of ids."""
    ids = pa.array([f"id-{number}" for number in range(first, first + count)])
    found: Names = names_of(ids, guids_of(ids)).to_numpy()
    return found


def test_what_was_added_is_met() -> None:
    """All of a few, and next to nothing else."""
    recent = Recent()

    recent.add(names(0, 1000))

    assert recent.met(names(0, 1000)).all()
    assert recent.met(names(1000, 20_000)).sum() == 0


def test_nothing_is_forgotten_until_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then all of it is, and with it who told which days, because others cannot be told from new ones any more."""
    monkeypatch.setattr("store.recent.MOST", 50_000)
    recent = Recent()
    recent.note(REF, [1, 2], "a")
    for first in range(0, 52_000, 2_000):
        recent.add(names(first, 2_000))
    assert recent.met(names(0, 52_000)).all()
    assert recent.told(REF) == {1: "a", 2: "a"}

    recent.add(names(52_000, 1))

    assert recent.met(names(52_000, 1)).all()
    assert recent.met(names(0, 52_000)).sum() == 0
    assert recent.told(REF) == {}


def test_many_calls_of_few_fill_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the days that they told do not pile up."""
    monkeypatch.setattr("store.recent.MOST", 400)
    recent = Recent()
    for number in range(12):
        recent.add(names(number, 1))
        recent.note(REF, [number], "a")

    assert recent.told(REF) == {11: "a"}


def test_what_is_told_is_as_it_was_when_it_was_asked() -> None:
    """Who asks says so later, with the names that it looked for then."""
    recent = Recent()
    recent.note(REF, [1], "a")
    told = recent.told(REF)

    recent.note(REF, [1], "b")

    assert told == {1: "a"}
    assert recent.told(AccountRef(REF.tenant, "other")) == {}
