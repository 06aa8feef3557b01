"""Where entries are that the journal does not keep any more."""

from collections.abc import AsyncIterator
from typing import Protocol

from store.account import Entry
from store.keys import AccountRef


class Past(Protocol):
    """`store.archive.Archive`, to whoever reads all entries."""

    def since(self, ref: AccountRef, start: int, stop: int, *, batch: int) -> AsyncIterator[Entry]:
        """All entries with versions from `start` to before `stop`, oldest first."""
