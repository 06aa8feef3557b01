"""`Verifier`: replays the journals of whole partitions and compares them with what Redis keeps, while it is in use.

An account is taken as it stands at one moment, and its journal read up to that moment's last entry, after what the
archive has of it. Journals are read in batches, several accounts at once, and the next batch while the last one is
looked at.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass

from store import bulk, keys
from store.archive import Archive
from store.armed import Told, expiries, thresholds
from store.bulk import Segment
from store.columns import Columns, Raw, decode, encode, of_kinds, parse
from store.filed import LOOKED_AT, Filed
from store.keys import AccountRef
from store.lots import Lot
from store.manifest import ArchiveError
from store.replay import Replay
from store.reversals import Reversals
from store.scripts import Client
from store.standing import Journals, Standing, accounts, standing, unlisted
from store.transfers import unmatched

BATCH = 8000
"""So many entries are looked at together."""
ABREAST = 32
"""So many accounts are looked at together."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it has to be, in words; `ref` is None for what concerns a whole partition."""

    partition: int
    ref: AccountRef | None
    text: str

    def __str__(self) -> str:
        whose = f"{self.ref.tenant}/{self.ref.account}" if self.ref else f"partition {self.partition:02d}"
        return f"{whose}: {self.text}"


@dataclass
class Course:
    """One account under proof: its replay, and how far its journal is read: up to the id `after`, and `version`."""

    ref: AccountRef
    standing: Standing
    replay: Replay
    after: str
    version: int
    done: bool
    reversals: Reversals
    broken: bool = False
    """The archive, which has the next entries, cannot be read, as was said: nothing more can be said of the account."""


class Verifier:
    """Proves accounts; `advance` is told how many entries were looked at."""

    def __init__(
        self, redis: Client, *, archive: Archive | None = None, advance: Callable[[int], None] = lambda _: None
    ) -> None:
        self._redis = redis
        self._archive = archive
        self._journals = Journals(redis)
        self._tell = advance
        self.accounts = 0
        self.entries = 0

    async def partition(self, partition: int, tenant: str = "", account: str = "") -> AsyncIterator[Difference]:
        """Prove every account of a partition, or those asked for; answers each difference.

        Raises:
            ArchiveError: entries are archived, and no archive was given.
        """
        told, filed = await Told.read(self._redis, partition), None
        if self._archive:
            refs = await accounts(self._redis, partition, tenant, account)
            kept = await self._all(keys.reversals(ref) for ref in refs)
            filed = Filed(
                self._archive,
                told,
                await self._redis.hgetall(keys.archive(partition)),
                only=lambda ref: tenant in {"", ref.tenant} and account in {"", ref.account},
                size=BATCH * 4,
                advance=self._advance,
                reversals=dict(zip(refs, map(Reversals, kept), strict=True)),
            )
            async for ref, text in self._file(self._archive, filed, partition):
                yield Difference(partition, ref, text)
        refs = await accounts(self._redis, partition, tenant, account)
        for ref in (filed.replays.keys() if filed else set()) - set(refs):
            yield Difference(partition, ref, "the archive has entries of it, and Redis does not know it")
        for start in range(0, len(refs), ABREAST):
            async for ref, text in self._abreast(refs[start : start + ABREAST], told, filed):
                yield Difference(partition, ref, text)
        for each in sorted({ref.tenant for ref in refs}) if not account else ():
            async for text in self._transfers([ref for ref in refs if ref.tenant == each]):
                yield Difference(partition, None, f"{each}: {text}")

    async def unlisted(self, tenant: str = "", account: str = "") -> AsyncIterator[Difference]:
        """Accounts, all or those asked for, that `partition` does not meet because a list of them lacks them."""
        async for ref, command in unlisted(self._redis, tenant, account):
            text = f"it is there and not listed, so that archive, export and proof may not meet it: {command}"
            yield Difference(keys.partition_of(ref.tenant), ref, text)

    async def _file(
        self, archive: Archive, filed: Filed, partition: int
    ) -> AsyncIterator[tuple[AccountRef | None, str]]:
        for day in await asyncio.to_thread(archive.days, partition):
            for each in await asyncio.to_thread(list, filed.day(partition, day)):
                yield each
        for each in filed.end():
            yield each

    async def _all(self, hashes: Iterable[str]) -> list[dict[str, str]]:
        """These hashes of one slot, at one moment."""
        async with self._redis.pipeline(transaction=True) as all_at_once:
            for each in hashes:
                all_at_once.hgetall(each)
            found: list[dict[str, str]] = await all_at_once.execute()
        return found

    async def _transfers(self, refs: list[AccountRef]) -> AsyncIterator[str]:
        """Whether the accounts of a workspace agree on what went from one to another."""
        if len(refs) < 2:  # noqa: PLR2004 one has nobody to disagree with
            return
        records = await self._all(keys.account(ref) for ref in refs)
        totals = [
            {name.removeprefix("total:"): int(each) for name, each in record.items() if name.startswith("total:")}
            for record in records
        ]
        for text in unmatched({ref.account: each for ref, each in zip(refs, totals, strict=True)}):
            yield text

    async def _abreast(
        self, refs: list[AccountRef], told: Told, filed: Filed | None
    ) -> AsyncIterator[tuple[AccountRef, str]]:
        found = await asyncio.gather(*(standing(self._redis, ref) for ref in refs))
        courses = []
        for ref, stands in zip(refs, found, strict=True):
            if stands is None:
                yield ref, "the account is listed, and not there"
                continue
            if stands.record.get("archived") and not filed:
                raise ArchiveError(
                    f"{ref.tenant}/{ref.account}: entries of it are archived; CREDITS_ARCHIVE_URL says where"
                )
            course = _course(ref, stands, filed)
            courses.append(course)
            if filed and course.after:
                async for text in self._kept(course, filed):
                    yield ref, text
        self.accounts += len(courses)
        reading = asyncio.ensure_future(self._read(courses))
        while batch := await reading:
            reading = asyncio.ensure_future(self._read(courses))  # meanwhile
            for ref, text in await asyncio.to_thread(_look, batch, told):
                yield ref, text
            self._advance(sum(len(raw) for _, raw in batch))
        for course in courses:
            for text in _compare(course, told) if not course.broken else ():
                yield course.ref, text

    async def _read(self, courses: list[Course]) -> list[tuple[Course, list[Raw]]]:
        """The next entries of each account that has more."""
        under_way = [each for each in courses if not each.done]
        share = max(1, BATCH // max(1, len(under_way)))
        found = await asyncio.gather(
            *(self._journals.read(each.ref, each.after, each.standing.last, share) for each in under_way)
        )
        batch: list[tuple[Course, list[Raw]]] = []
        for course, raw in zip(under_way, found, strict=True):
            course.done = not raw or raw[-1][0].decode() == course.standing.last
            several = await self._fill_in(course, _version(raw[0])) if raw else []
            if several:
                batch.append((course, several))
                course.done = False
            elif raw and not course.broken:
                batch.append((course, raw))
        for course, raw in batch:
            course.after, course.version = raw[-1][0].decode(), _version(raw[-1])
        return batch

    async def _fill_in(self, course: Course, version: int) -> list[Raw]:
        """What was archived since the archive was looked at: up to a batch of what the journal does not have."""
        first = course.version + 1
        if self._archive is None or version <= first:
            return []
        try:
            found = await asyncio.to_thread(self._archive.between, course.ref, first, min(first + BATCH, version))
        except ArchiveError:
            course.broken = course.done = True
            return []
        return [encode(each) for each in found]

    async def _kept(self, course: Course, filed: Filed) -> AsyncIterator[str]:
        """What the journal has of archived entries: the last one stays, others until they are trimmed."""
        ref, after, currency = course.ref, "", course.standing.record["currency"]
        if (archived_in := filed.currencies.get(ref, currency)) != currency:
            yield f"the account is in {currency}, in the archive in {archived_in}"
        while after != course.after and (raw := await self._journals.read(ref, after, course.after, BATCH)):
            after = raw[-1][0].decode()
            for entry_id in await asyncio.to_thread(filed.contradicted, ref, raw):
                yield f"entry {entry_id} is not the same in the journal and in the archive"
        if after == course.after:
            return
        archived = await self._redis.hget(keys.account(ref), "archived") or "0-0"
        if int(archived.partition("-")[2]) <= course.version:  # else more was archived meanwhile
            yield f"entry {course.after} is archived last, so it stays in the journal, which does not have it"

    def _advance(self, entries: int) -> None:
        self.entries += entries
        self._tell(entries)


def _course(ref: AccountRef, stands: Standing, filed: Filed | None) -> Course:
    replay = filed.replays.get(ref, Replay()) if filed else Replay()
    after = f"{replay.last[0]}-{replay.last[1]}" if replay.version else ""
    reversals = filed.reversals.get(ref, Reversals()) if filed else Reversals()
    reversals.expect(stands.reversed)
    return Course(ref, stands, replay, after, replay.version, not stands.last, reversals)


def _version(raw: Raw) -> int:
    return int(raw[0].partition(b"-")[2])


def _look(batch: list[tuple[Course, list[Raw]]], told: Told) -> list[tuple[AccountRef, str]]:
    """Take a batch; answers what is wrong with it. Runs in a thread."""
    raw = [each for _, lines in batch for each in lines]
    segments: list[Segment] = []
    owners: list[Course] = []
    for course, lines in batch:
        segments.append(Segment(course.replay, len(owners), len(owners) + len(lines)))
        owners += [course] * len(lines)
    whose = {id(course.replay): course.ref for course, _ in batch}
    columns = parse(raw)
    wrong = [
        (whose[id(replay)], text)
        for replay, text in bulk.take(
            columns, segments, lambda row: decode(raw[row], owners[row].standing.record["currency"])
        )
    ]
    rows = {*_rows_of(columns, raw)}
    for (course, lines), segment in zip(batch, segments, strict=True):
        rows.update(segment.start + each for each in course.reversals.rows(_version(lines[0]), len(lines)))
    for row in sorted(rows):
        course = owners[row]
        try:
            entry = decode(raw[row], course.standing.record["currency"])
        except ValueError:
            course.reversals.miss()
            continue  # that it cannot be read was said
        course.reversals.take(entry)
        wrong += [(course.ref, text) for text in told.answer(course.ref, entry)]
    return wrong


def _rows_of(columns: Columns | None, raw: list[Raw]) -> list[int]:
    """The rows whose entries have their event, or reverse another."""
    if columns is None:
        wanted = tuple(f"{kind}\t".encode() for kind in LOOKED_AT)
        return [row for row, (_, line) in enumerate(raw) if line.startswith(wanted)]
    return of_kinds(columns, LOOKED_AT)


def _compare(course: Course, told: Told) -> Iterator[str]:
    stands = course.standing
    yield from course.replay.compare(stands.record, stands.lots, stands.queue)
    yield from course.replay.compare_holds(stands.record, stands.holds)
    yield from course.replay.grounds.compare(stands.pooled, stands.unpriced)
    yield from course.reversals.compare(stands.reversed)
    yield from thresholds(stands.record)
    yield from expiries(stands.record, Lot.decode_all(stands.record, stands.lots))
    yield from told.rest(course.ref)
    yield from told.last(course.ref, stands.record, course.replay.last[0])


def partitions(tenant: str = "") -> list[int]:
    """Where the accounts of a tenant lie, or those of all."""
    return [keys.partition_of(tenant)] if tenant else list(range(keys.PARTITIONS))


async def expected(redis: Client, partition: int, tenant: str = "", account: str = "") -> int:
    """About how many entries there are to look at."""
    refs = await accounts(redis, partition, tenant, account)
    versions = [await redis.hget(keys.account(ref), "version") for ref in refs]
    return sum(int(each or 0) for each in versions)
