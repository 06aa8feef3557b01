"""`parquet`: entries as one Parquet file, for databases and data frames."""

from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from store import columns, export
from store.account import Entry
from store.export import Wanted
from store.keys import AccountRef
from store.ledger import Ledger
from store.scripts import Client

SCHEMA = pa.schema([*columns.FILE, pa.field("currency", pa.string())])
_ROWS = 32_768


class _Rows:
    """Collects entries instead of writing them."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []

    def begin(self) -> str:
        return ""

    def earlier(self, ref: AccountRef, entry: Entry) -> None:
        """Not needed."""

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        self.waiting.append(export.row(ref, entry))
        return ""

    def end(self) -> str:
        return ""


async def parquet(redis: Client, ledger: Ledger, wanted: Wanted, path: Path) -> None:
    """Write them to `path`: the columns of the archive, and the currency."""
    rows = _Rows()
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as file:
        async for _ in export.export(redis, ledger, wanted, rows):
            if len(rows.waiting) >= _ROWS:
                _flush(file, rows)
        _flush(file, rows)


def _flush(file: Any, rows: _Rows) -> None:
    file.write_table(pa.Table.from_pylist(rows.waiting, schema=SCHEMA))
    rows.waiting.clear()
