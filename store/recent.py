"""Names of call records that were just posted: which of some may be repeats, without asking anybody."""

import numpy as np
import numpy.typing as npt

from store.prefixes import Bools

Names = npt.NDArray[np.uint64]
"""As `store.marks.names_of` makes them."""

_BITS = 22
_PART = np.uint64(31)
_REST, _THERE = np.uint64((1 << 30) - 1), np.uint32(1 << 30)


class Recent:
    """Remembers names, four million at most, in 16 MB.

    It may forget any of them, and take a few for others: an answer is a hint whom to ask first.
    """

    def __init__(self) -> None:
        self._rests = np.zeros(1 << _BITS, np.uint32)

    def met(self, names: Names) -> Bools:
        """Which of them may have been added."""
        found: Bools = self._rests[self._places(names)] == self._rest(names)
        return found

    def add(self, names: Names) -> None:
        """These are known from now on."""
        self._rests[self._places(names)] = self._rest(names)

    def _places(self, names: Names) -> npt.NDArray[np.int64]:
        return ((names >> _PART) & np.uint64((1 << _BITS) - 1)).astype(np.int64)

    def _rest(self, names: Names) -> npt.NDArray[np.uint32]:
        return (names & _REST).astype(np.uint32) | _THERE
