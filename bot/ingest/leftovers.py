"""The file that refused lines are written to, which goes on where it was when its import does."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.ingest.refusals import HEADING, Refused, rows


class Leftovers:
    """Refused lines, kept in a CSV file."""

    def __init__(self, path: Path, marks: Iterable[Any] = ()) -> None:
        """`marks`: those of the imports that are gone on with. Without one of this very file it begins anew.

        Raises:
            OSError: it cannot be written.
        """
        self._path = str(path.resolve())
        self._file = path.open("ab")
        length = self._file.tell()
        self._file.truncate(max([had for where, had in marks if where == self._path and had <= length], default=0))
        if not self._file.seek(0, os.SEEK_END):
            self._put(HEADING)

    @property
    def mark(self) -> tuple[str, int]:
        """What is written until now."""
        return self._path, self._file.tell()

    def write(self, name: str, lines: Sequence[Refused]) -> None:
        """Lines of the file of this name; they are on the disk when this returns.

        Raises:
            OSError: they are not.
        """
        if lines:
            self._put(rows(name, lines))

    def close(self) -> None:
        """That was all."""
        self._file.close()

    def _put(self, text: str) -> None:
        self._file.write(text.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
