"""What was just posted: of call records which may be repeats, and of days by which call they were told last."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from store.keys import AccountRef
from store.marks import Names
from store.prefixes import Bools

_BITS = 27
_PLACE, _BYTE, _BIT = np.uint64(64 - _BITS), np.uint64(3), np.uint64(7)
MOST, _FEWEST = 4_000_000, 40
"""So many names are remembered; with more, too many others would be taken for known. Of one call so many at least."""


class Recent:
    """Remembers names, in 16 MB, and who told days last, until it is full: then it forgets all of it.

    Whoever posts adds the names in the same step in which it notes who told their days. So where a day was told last as
    `told` says, those that were told of it by this process are met, and there are no others (see lua/lib/records).
    """

    def __init__(self) -> None:
        self._flags = np.zeros((1 << _BITS) // 8, np.uint8)
        self._count = 0
        self._told: dict[AccountRef, dict[int, str]] = {}

    def met(self, names: Names) -> Bools:
        """Which of them may have been added: all that were, and next to none that were not."""
        places, bits = _flagged(names)
        found: Bools = (self._flags[places] & bits) != 0
        return found

    def add(self, names: Names) -> None:
        """These are known from now on."""
        if self._count > MOST:
            self._flags[:] = 0
            self._count = 0
            self._told.clear()
        self._count += max(len(names), _FEWEST)
        np.bitwise_or.at(self._flags, *_flagged(names))

    def told(self, ref: AccountRef) -> dict[int, str]:
        """By which call each day of an account was told last, as far as this process knows: as it is now, a copy."""
        return dict(self._told.get(ref, ()))

    def note(self, ref: AccountRef, days: Iterable[int], by: str) -> None:
        """These days are told by that call; its names were added."""
        self._told.setdefault(ref, {}).update(dict.fromkeys(days, by))


def _flagged(names: Names) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The byte of each name and the bit in it, by its first bits: names that are near have flags that are."""
    place = names >> _PLACE
    return (place >> _BYTE).astype(np.int64), np.uint8(1) << (place & _BIT).astype(np.uint8)
