"""The proof of a partition's archive: the chain of its manifests, each file, and what every account had come to."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pyarrow as pa  # type: ignore[import-untyped]

from store import bulk, columns, manifest
from store.account import REVERSAL, Entry
from store.archive import Archive, runs
from store.armed import TOLD_OF, Told
from store.bulk import Segment
from store.columns import Columns, Raw
from store.keys import AccountRef
from store.manifest import ArchiveError, Manifest, Place, TornError
from store.replay import Replay
from store.reversals import Reversals

LOOKED_AT = (*TOLD_OF, REVERSAL)
"""Kinds of entry of which each is looked at by itself."""
Said = Iterator[tuple[AccountRef | None, str]]
"""What is different, and whose it is; None for the archive's own."""


class Filed:
    """Takes the files of a partition, day by day; what blocks is called in a thread.

    `replays` has come to what the files tell of each account, `lasts` is each account's last entry there, and
    `currencies` what the manifests say its amounts are in.
    """

    def __init__(
        self,
        archive: Archive,
        told: Told,
        pinned: Mapping[str, str],
        *,
        only: Callable[[AccountRef], bool],
        size: int,
        advance: Callable[[int], None],
        reversals: dict[AccountRef, Reversals],
    ) -> None:
        """`pinned`: day and digest of the last manifest by what Redis has. `only`: the accounts that are asked for.

        `reversals` expect what Redis keeps of them.
        """
        self._archive = archive
        self._told = told
        self._pinned = pinned
        self._only = only
        self._size = size
        self._advance = advance
        self.reversals = reversals
        self._digest: str | None = ""
        self._digests: set[str] = set()
        self._before: dict[AccountRef, Counter[str]] = {}
        self._firsts: dict[AccountRef, str] = {}
        self._number = 0
        self._days: dict[int, str] = {}
        self._places: dict[AccountRef, tuple[int, Place]] = {}  # the one that was met last stands last
        self.replays: dict[AccountRef, Replay] = {}
        self.currencies: dict[AccountRef, str] = {}
        self.lasts: dict[AccountRef, Raw] = {}

    def day(self, partition: int, day: str) -> Said:
        """Prove one file; the days come in order."""
        try:
            of = self._archive.manifest(partition, day)
        except ArchiveError as error:
            yield None, f"the archive: {error}. {self._remedy(day, error)}"
            self._digest = None
            return
        if self._digest is not None and of.before != self._digest:
            yield None, f"the archive: {of.name} does not follow on the manifest before it"
        self._digest = of.digest
        self._digests.add(of.digest)
        mine = [ref for ref in map(manifest.ref_of, of.accounts) if self._only(ref)]
        yield from self._way_back(of, mine)
        self._before, self._firsts = {ref: Counter(self._replay(ref).totals) for ref in mine}, {}
        try:
            self._archive.require_file(of)
            yield from self._file(of)
        except (ArchiveError, pa.ArrowException, ValueError, OSError) as error:
            yield None, f"the archive: {error if isinstance(error, ArchiveError) else f'{of.file}: {error}'}"
            for ref in mine:  # so that what follows is proven all the same
                self._reversals(ref).miss()
                self.replays[ref] = of.part(ref).replay()
            return
        yield from self._carried(of, mine)

    def end(self) -> Said:
        """All days were proven: whether the chain holds the manifest that Redis remembers as the last."""
        digest, day = self._pinned.get("digest"), self._pinned.get("day")
        if self._digest is not None and digest and digest not in self._digests:
            yield None, f"the archive: the manifest of {day} is not the one that was written"

    def _remedy(self, day: str, error: ArchiveError) -> str:
        """What to do about a manifest that cannot be read."""
        if isinstance(error, TornError) and self._pinned.get("day", "") < day:
            return "If nothing has left Redis by it, `credits archive` writes it anew; else put it back from a copy"
        return "Put it back from a copy of the archive; until then accounts with entries there cannot be proven"

    def contradicted(self, ref: AccountRef, raw: list[Raw]) -> list[str]:
        """The ids of those entries of a journal, all of them archived, that the archive has otherwise."""
        last = self.lasts.get(ref)
        if len(raw) == 1 and last and last[0] == raw[0][0]:
            found = [last]
        else:
            first, stop = (int(entry_id.partition(b"-")[2]) for entry_id, _ in (raw[0], raw[-1]))
            try:
                found = [columns.encode(each) for each in self._archive.between(ref, first, stop + 1)]
            except (ArchiveError, pa.ArrowInvalid, OSError):
                return []  # that it cannot be read was said
        told = dict(found)
        return [entry_id.decode() for entry_id, line in raw if told.get(entry_id) != line]

    def _way_back(self, of: Manifest, mine: list[AccountRef]) -> Said:
        """By which history finds the file with an account's earlier entries."""
        for ref in mine:
            part = of.part(ref)
            if part.previous != (self._places[ref][1].day if ref in self._places else ""):
                yield ref, f"the archive: its entries before those in {of.name} are not where that says"
            if part.currency != self.currencies.setdefault(ref, part.currency):
                yield ref, f"the archive: {of.name} has it in {part.currency}, not in {self.currencies[ref]}"
        if of.number not in ({self._number + 1} if self._number else {0, 1}):
            yield None, f"the archive: {of.name} is number {of.number}, after number {self._number}"
        told = {manifest.ref_of(named): place for named, place in of.elsewhere.items()}
        reach = of.number & (of.number - 1)  # as `Archive.following`
        beyond = self._days.get(reach, "") if of.number else ""
        if (of.beyond, {ref: each for ref, each in told.items() if self._only(ref)}) != (
            beyond,
            self._listed(of, mine),
        ):
            yield None, f"the archive: {of.name} does not say where the entries are of the accounts that it leaves out"
        self._number, self._days[of.number] = of.number, of.day
        for ref in mine:
            self._places.pop(ref, None)
            self._places[ref] = of.number, Place(of.day, of.part(ref).last)

    def _listed(self, of: Manifest, mine: list[AccountRef]) -> dict[AccountRef, Place]:
        """The accounts that it has to list beside its own."""
        found: dict[AccountRef, Place] = {}
        own = set(mine)
        for ref, (number, place) in reversed(self._places.items()):
            if of.number and number <= of.number & (of.number - 1):
                break
            if ref not in own:
                found[ref] = place if of.number else Place(place.day, "")
        return found

    def _file(self, of: Manifest) -> Said:
        digest, entries = hashlib.sha256(), 0
        for batch in self._archive.batches(of, self._size):
            digest.update(columns.lines(batch))
            entries += len(batch)
            yield from self._batch(of, batch)
            self._advance(len(batch))
        if (entries, digest.hexdigest()) != (of.entries, of.entries_sha256):
            yield None, f"the archive: {of.file} does not hold the entries that its manifest tells of"

    def _batch(self, of: Manifest, batch: Columns) -> Said:
        found = [each for each in runs(batch) if self._only(each[0])]
        for ref, _, _ in found:
            if manifest.named_as(ref) not in of.accounts:
                yield ref, f"the archive: {of.file} has entries of it that its manifest does not tell of"
        segments = [Segment(self._replay(ref), start, stop) for ref, start, stop in found]
        whose = {id(segment.replay): ref for segment, (ref, _, _) in zip(segments, found, strict=True)}
        if sum(stop - start for _, start, stop in found) == len(batch):
            said = bulk.take(batch, segments, partial(_entry, batch))
            yield from ((whose[id(replay)], text) for replay, text in said)
        else:
            for (ref, start, stop), segment in zip(found, segments, strict=True):
                part = batch.slice(start, stop - start)
                said = bulk.take(part, [Segment(segment.replay, 0, stop - start)], partial(_entry, part))
                yield from ((ref, text) for _, text in said)
        for ref, start, stop in found:
            self._firsts.setdefault(ref, _entry(batch, start).id)
            undone, first = self._reversals(ref), batch["version"][start].as_py()
            kinds = columns.of_kinds(batch.slice(start, stop - start), LOOKED_AT)
            for row in sorted({*kinds, *undone.rows(first, stop - start)}):
                undone.take(_entry(batch, start + row))
                yield from ((ref, text) for text in self._told.answer(ref, _entry(batch, start + row)))
            self.lasts[ref] = columns.encode(_entry(batch, stop - 1))

    def _carried(self, of: Manifest, mine: list[AccountRef]) -> Said:
        sums: dict[str, Counter[str]] = {}
        for ref in mine:
            part, replay = of.part(ref), self._replay(ref)
            if replay.carry() != part.state:
                yield ref, f"the archive: what {of.name} carries forward is not what the entries come to"
            if self._firsts.get(ref) != part.first:
                yield ref, f"the archive: its first entry in {of.file} is not {part.first}"
            if f"{replay.last[0]}-{replay.last[1]}" != part.last:
                yield ref, f"the archive: its last entry in {of.file} is not {part.last}"
            of_currency = sums.setdefault(part.currency, Counter())
            for name, micros in replay.totals.items():
                of_currency[name] += micros - self._before[ref][name]
        told = {each: dict(found) for each, found in of.sums.items()}
        counted = {each: {name: micros for name, micros in found.items() if micros} for each, found in sums.items()}
        if len(mine) == len(of.accounts) and told != counted:
            yield None, f"the archive: the entries in {of.file} do not add up to what its manifest tells"

    def _reversals(self, ref: AccountRef) -> Reversals:
        return self.reversals.setdefault(ref, Reversals())

    def _replay(self, ref: AccountRef) -> Replay:
        return self.replays.setdefault(ref, Replay())


def _entry(batch: Columns, row: int) -> Entry:
    """The entry of a row; its currency is of no matter to a proof."""
    return next(columns.rows(batch.slice(row, 1), ""))
