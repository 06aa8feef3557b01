"""One file of the archive while it is made, and whether what was stored is what was meant.

What blocks is called in a thread.
"""

import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from store import bulk, columns, manifest
from store.archive import Archive
from store.bulk import Segment
from store.columns import Columns, Raw, decode, parse
from store.keys import AccountRef
from store.manifest import ArchiveError, Manifest, Part
from store.replay import Replay
from store.standing import AT_ONCE

ROWS = 32_768
"""Entries of one row group: what has to be read to find one entry."""


class DayFile:
    """Takes the entries of one account after the other, proves them, and writes them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = pq.ParquetWriter(path, columns.FILE, compression="zstd")
        self._waiting: list[Columns] = []
        self._digest = hashlib.sha256()
        self._sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._parts: dict[str, Part] = {}
        self.entries = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def append(self, ref: AccountRef, replay: Replay, raw: list[Raw], currency: str) -> None:
        """Some entries of an account, of which `replay` has taken all before; ArchiveError where they do not fit."""
        said = bulk.take(parse(raw), [Segment(replay, 0, len(raw))], lambda row: decode(raw[row], currency))
        for _, text in said:
            raise ArchiveError(f"{manifest.named_as(ref)}: {text}. `credits verify` says more.")
        table = columns.whole(ref, raw)
        self._digest.update(columns.framed(ref, raw))
        self._waiting.append(table)
        self.entries += len(raw)
        if sum(map(len, self._waiting)) >= ROWS or sum([each.nbytes for each in self._waiting]) >= AT_ONCE:
            self._flush()

    def end(self, ref: AccountRef, part: Part, before: Counter[str], after: Counter[str]) -> None:
        """All entries of the account are there; `before` and `after` are its totals."""
        self._parts[manifest.named_as(ref)] = part
        self._sums[part.currency].update({name: after[name] - before[name] for name in after})

    def close(self, archive: Archive, partition: int, day: str, head: Manifest | None) -> Manifest:
        """The file is whole; answers its manifest, which follows on `head`, the archive's newest."""
        self._flush()
        self._file.close()
        sha256 = _sha256(self._path)
        number, known, beyond = archive.following(head)
        return Manifest(
            partition=partition,
            day=day,
            file=f"{manifest.folder(partition)}/{day}.{sha256[:12]}.parquet",
            entries=self.entries,
            sha256=sha256,
            entries_sha256=self._digest.hexdigest(),
            before=head.digest if head else "",
            sums={
                currency: {name: each for name, each in sums.items() if each} for currency, sums in self._sums.items()
            },
            accounts=self._parts,
            elsewhere={named: place for named, place in known.items() if named not in self._parts},
            number=number,
            beyond=beyond,
        )

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(pa.concat_tables(self._waiting), row_group_size=ROWS)
            self._waiting.clear()


def require_stored(archive: Archive, made: Manifest) -> None:
    """ArchiveError unless the file that lies in the archive holds, read back, just these entries."""
    archive.require_file(made)
    digest, entries = hashlib.sha256(), 0
    for batch in archive.batches(made, ROWS):
        digest.update(columns.lines(batch))
        entries += len(batch)
    if (entries, digest.hexdigest()) != (made.entries, made.entries_sha256):
        raise ArchiveError(f"{made.file}, read back, does not hold what was written")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
