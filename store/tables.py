"""`Parquet`: entries as one Parquet file, for databases and data frames."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from store import columns, export
from store.account import Entry
from store.keys import AccountRef

SCHEMA = pa.schema([*columns.FILE, pa.field("currency", pa.string())])
_ROWS = 32_768


class Parquet:
    """A format that writes entries by itself, with the columns of the archive and the currency; its texts are empty.

    A context manager: the file can be read once it was left.
    """

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def begin(self) -> str:
        """Nothing."""
        return ""

    def earlier(self, ref: AccountRef, entry: Entry) -> None:
        """Not needed."""

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        """A row."""
        self._waiting.append(export.row(ref, entry))
        if len(self._waiting) >= _ROWS:
            self._flush()
        return ""

    def end(self) -> str:
        """The rest is written."""
        self._flush()
        return ""

    def _flush(self) -> None:
        self._file.write_table(pa.Table.from_pylist(self._waiting, schema=SCHEMA))
        self._waiting.clear()
