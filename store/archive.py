"""The archive: closed days of the journals, as files that prove themselves (`store/manifest.py`).

`p07/2026-08-25.json` is the manifest of a day of partition 7 and names its file of entries. A file without a manifest
is none of the archive: its writer died before it was done.
"""

import asyncio
import re
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import pairwise

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from store import columns, keys, manifest
from store.account import Entry
from store.columns import Columns, rows
from store.folder import Folder
from store.keys import AccountRef
from store.manifest import ArchiveError, Manifest, Place, TornError

_REMEMBERED = 4 * 2**20
"""So many bytes of manifests are kept in memory, and the one that was read last."""
_MANIFEST = re.compile(r"/(\d{4}-\d\d-\d\d)\.json$")
"""What else lies there is not ours."""
_FEW = ["tenant", "account", "kind", "debit", "credit"]


class Archive:
    """Reads it. What is not async blocks: call it in a thread."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._manifests: OrderedDict[str, tuple[Manifest, int]] = OrderedDict()
        self._lock = threading.Lock()

    def days(self, partition: int) -> list[str]:
        """The days of which there is a file, oldest first."""
        names = self.folder.names(manifest.folder(partition))
        return [found[1] for each in names if (found := _MANIFEST.search(each))]

    def manifest(self, partition: int, day: str) -> Manifest:
        """A day's manifest; ArchiveError if it is not there, or not readable: then TornError where it is not whole."""
        name = manifest.name(partition, day)
        with self._lock:
            if name in self._manifests:
                self._manifests.move_to_end(name)
                return self._manifests[name][0]
        try:
            text = self.folder.read(name)
            found = Manifest.decode(text)
        except FileNotFoundError:
            raise ArchiveError(f"{name} is not there") from None
        except ArchiveError as error:
            raise type(error)(f"{name} cannot be read: {error}") from error
        if found.name != name:
            raise ArchiveError(f"{name} is the manifest of {found.name}")
        with self._lock:
            self._manifests[name] = found, len(text)
            while len(self._manifests) > 1 and sum(size for _, size in self._manifests.values()) > _REMEMBERED:
                self._manifests.popitem(last=False)
        return found

    def head(self, partition: int) -> Manifest | None:
        """The newest manifest of a partition that is whole."""
        return self.newest(partition)[0]

    def newest(self, partition: int) -> tuple[Manifest | None, str]:
        """The same, and the day of a torn one after it, "" for none; ArchiveError if it cannot be read otherwise.

        Nothing was trimmed by a manifest whose writer died: who reads the journals misses nothing that it tells.
        """
        days = self.days(partition)
        if not days:
            return None, ""
        try:
            return self.manifest(partition, days[-1]), ""
        except TornError:
            return self.manifest(partition, days[-2]) if len(days) > 1 else None, days[-1]

    def places(self, head: Manifest | None, refs: Iterable[AccountRef]) -> dict[AccountRef, Place]:
        """Where accounts have their last archived entries, by the newest manifest; who has none is left out."""
        wanted = {manifest.named_as(ref): ref for ref in refs}
        found: dict[AccountRef, Place] = {}
        for of in self._steps(head):
            met = {named: place for named in wanted if (place := of.place_of(named))}
            found |= {wanted.pop(named): place for named, place in met.items()}
            if not wanted:
                break
        untold = [(place.day, ref) for ref, place in found.items() if not place.last]
        for day, ref in sorted(untold, key=lambda each: each[0]):  # so that each manifest is read once
            found[ref] = Place(day, self.manifest(keys.partition_of(ref.tenant), day).part(ref).last)
        return found

    def following(self, head: Manifest | None) -> tuple[int, dict[str, Place], str]:
        """Of the manifest after `head`: its number, the accounts with entries since `beyond`, and the day `beyond`."""
        number = head.number + 1 if head else 1
        reach = number & (number - 1)  # without its lowest bit
        known: dict[str, Place] = {}
        for of in self._steps(head):
            if of.number <= reach:
                return number, known, of.day
            own = {named: Place(of.day, part.last) for named, part in of.accounts.items()}
            known = {**of.elsewhere, **own, **known}
        return number, known, ""

    def _steps(self, head: Manifest | None) -> Iterator[Manifest]:
        """The newest manifest and those that know where accounts are which it does not list."""
        of = head
        while of:
            yield of
            of = self.manifest(of.partition, of.beyond) if of.beyond else None

    def require_file(self, of: Manifest) -> None:
        """ArchiveError unless the file of entries is there and is what its manifest says."""
        try:
            found = self.folder.sha256(of.file)
        except FileNotFoundError:
            raise ArchiveError(f"{of.file} is not there") from None
        if found != of.sha256:
            raise ArchiveError(f"{of.file} is not the file that its manifest tells of")

    def batches(self, of: Manifest, size: int) -> Iterator[Columns]:
        """All of a file, in its order, about `size` entries at a time; ArchiveError if it has other columns."""
        with self.folder.open(of.file) as opened:
            metadata = pq.read_metadata(opened)
            if not metadata.schema.to_arrow_schema().equals(columns.FILE):
                raise ArchiveError(f"{of.file} has other columns than it has to have")
            with pq.ParquetFile(opened, metadata=metadata, read_dictionary=_FEW) as file:
                for batch in file.iter_batches(batch_size=size, use_threads=False):
                    if any(column.null_count for column in batch.columns):
                        raise ArchiveError(f"{of.file} has entries with nothing where something has to be")
                    yield pa.Table.from_batches([batch])

    def between(self, ref: AccountRef, start: int, stop: int) -> list[Entry]:
        """The archived entries of an account with versions from `start` to before `stop`, oldest first."""
        return [each for day, _, _ in self._days_with(ref, start, stop) for each in self._select(day, ref, start, stop)]

    def _days_with(
        self, ref: AccountRef, start: int, stop: int, newest: int | None = None
    ) -> list[tuple[str, int, int]]:
        """The days of the files that have them, oldest first, each with the account's first and last version there.

        With `newest`, only those of so many entries, the last ones before `stop`.
        """
        partition = keys.partition_of(ref.tenant)
        found: list[tuple[str, int, int]] = []
        head, torn = self.newest(partition)
        place = self.places(head, [ref]).get(ref)
        if torn and stop > (int(place.last.partition("-")[2]) if place else 0) + 1:
            raise TornError(f"{manifest.name(partition, torn)} cannot be read: it is no whole manifest")
        day = place.day if place else ""
        while day and stop > start:
            part = self.manifest(partition, day).part(ref)
            first, last = _version(part.first), _version(part.last)
            if first < stop and last >= start:
                if newest is not None and not found:
                    start = max(start, min(stop, last + 1) - newest)
                found.append((day, first, last))
            stop, day = min(stop, first), part.previous
        return found[::-1]

    async def before(self, ref: AccountRef, version: int, limit: int) -> list[Entry]:
        """The newest `limit` archived entries whose versions are below `version`, newest first."""
        return await asyncio.to_thread(self._before, ref, version, limit)

    def _before(self, ref: AccountRef, version: int, limit: int) -> list[Entry]:
        days = self._days_with(ref, 1, version, newest=limit)
        stop = min(version, days[-1][2] + 1) if days else 1
        return [each for day, _, _ in days for each in self._select(day, ref, max(1, stop - limit), stop)][::-1]

    async def since(self, ref: AccountRef, start: int, stop: int, *, batch: int) -> AsyncIterator[Entry]:
        """The archived entries with versions from `start` to before `stop`, oldest first."""
        for day, first, last in await asyncio.to_thread(self._days_with, ref, start, stop):
            for at in range(max(first, start), min(last + 1, stop), batch):
                for entry in await asyncio.to_thread(self._select, day, ref, at, min(at + batch, stop)):
                    yield entry

    async def proven(self, ref: AccountRef, entry_id: str, digest: str) -> Entry | None:
        """The entry of that id, or None, from a file that the manifest with this digest, or one before it, tells of.

        Raises:
            ArchiveError: there is no such manifest, the chain from it back to the file's is broken, or the file is
                not the one that its manifest tells of.
        """
        return await asyncio.to_thread(self._proven, ref, entry_id, digest)

    def _proven(self, ref: AccountRef, entry_id: str, digest: str) -> Entry | None:
        version = _version(entry_id)
        for of in self._chain(keys.partition_of(ref.tenant), digest):
            part = of.accounts.get(manifest.named_as(ref))
            if part and _version(part.first) <= version <= _version(part.last):
                self.require_file(of)
                found = self._select(of.day, ref, version, version + 1)
                return next((each for each in found if each.id == entry_id), None)
        return None

    def _chain(self, partition: int, digest: str) -> Iterator[Manifest]:
        """The manifest with this digest, and those before it; ArchiveError where one is not what the next one names."""
        last, due = "", digest
        for day in reversed(self.days(partition)):
            try:
                of = self.manifest(partition, day)
            except TornError:
                if last:
                    raise
                continue  # put in part, and not yet what Redis has
            if of.digest == due:
                yield of
                last, due = of.name, of.before
            elif last:
                raise ArchiveError(f"{last} does not follow on the manifest before it")
        if due:
            raise ArchiveError(f"{last or 'what Redis remembers'} follows on a manifest that is not there")

    def _select(self, day: str, ref: AccountRef, start: int, stop: int) -> list[Entry]:
        of = self.manifest(keys.partition_of(ref.tenant), day)
        wanted = [("tenant", "=", ref.tenant), ("account", "=", ref.account)]
        try:
            with self.folder.open(of.file) as opened:
                found = pq.read_table(opened, filters=[*wanted, ("version", ">=", start), ("version", "<", stop)])
            return list(rows(found, of.part(ref).currency))
        except (pa.ArrowException, ValueError, KeyError, FileNotFoundError) as error:
            raise ArchiveError(f"{of.file} cannot be read: {error}") from error


def _version(entry_id: str) -> int:
    return int(entry_id.partition("-")[2])


def runs(batch: Columns) -> Iterator[tuple[AccountRef, int, int]]:
    """The rows of each account, which lie together."""
    tenant, account = (batch[each].combine_chunks() for each in ("tenant", "account"))
    changed = pc.or_(*(pc.not_equal(each.indices[1:], each.indices[:-1]) for each in (tenant, account)))
    bounds = [0, *(each + 1 for each in pc.indices_nonzero(changed).to_pylist()), len(batch)]
    for start, stop in pairwise(bounds):
        yield AccountRef(tenant[start].as_py(), account[start].as_py()), start, stop
