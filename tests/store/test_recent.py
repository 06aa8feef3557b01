"""Names that were just posted: hints, never more."""

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from store.marks import guids_of, names_of
from store.recent import Names, Recent


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


def test_little_is_forgotten_within_an_import() -> None:
    """Of what came fifty thousand calls ago, one in fifty at most."""
    recent = Recent()
    for first in range(0, 52_000, 2_000):
        recent.add(names(first, 2_000))

    assert np.count_nonzero(~recent.met(names(0, 2_000))) <= 40
