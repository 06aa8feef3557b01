"""Moves closed days from the journals into the archive: write, read back, compare, name, and only then trim.

A day of a partition is one file. What a crash leaves undone is done by who comes next: a file without a manifest is
written anew; after a manifest, only the journals are trimmed. The partition's lease keeps two archivers apart. Should
one stall past its lease, it finds the other's manifest, which nobody replaces, and the script lets it trim nothing.

Some stores keep half of what is put there when the writer dies. Such a manifest, the newest, is torn: it is replaced if
nothing has left Redis by it and it is the beginning of what the journals still tell, and by nothing else.
"""

import asyncio
import secrets
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from store import keys, manifest
from store.archive import Archive
from store.dayfile import DayFile, require_stored
from store.keys import AccountRef
from store.manifest import ArchiveError, Manifest, Part, Place
from store.replay import Replay
from store.scripts import Client, Scripts
from store.standing import Journals, accounts

GROUP = "archive"
"""Whose leases its are."""
LEASE_MS = 120_000
DAY_MS = 86_400_000
LEAST_DAYS = 90
"""Operations are remembered as long, and what a repeat is answered with can be looked up in Redis."""
BATCH = 20_000
_ABREAST = 64
_LOST, _GONE = -1, -2
_NOWHERE = Place("", "")


class BusyError(Exception):
    """Another archiver has the partition."""


class Archiver:
    """Archives what is older than `keep_days`, 90 or more; the clock is the server's."""

    def __init__(self, redis: Client, archive: Archive, *, keep_days: int = LEAST_DAYS, owner: str = "") -> None:
        if keep_days < LEAST_DAYS:
            raise ValueError(f"the journal is kept for {LEAST_DAYS} days at least, not {keep_days}")
        self._redis = redis
        self._scripts = Scripts(redis)
        self._journals = Journals(redis)
        self._archive = archive
        self._keep_ms = keep_days * DAY_MS
        self._owner = owner or f"archiver-{secrets.token_hex(8)}"
        self._renewed_at = float("-inf")

    async def partition(self, partition: int) -> int:
        """Archive every closed day of a partition that is old enough; answers how many entries.

        Raises:
            BusyError: another archiver is at it, or has taken over.
            ArchiveError: archive or journal are not as they have to be; from then on nothing is trimmed.
        """
        try:
            await self._hold(partition, anew=True)
            moved, (head, torn) = 0, await self._settled(partition)
            while day := await self._next_day(partition, head, torn):
                head = await self._move(partition, day, head, torn)
                moved += head.entries
                torn = "" if day == torn else torn
            return moved
        finally:
            await self._scripts.call("release_lease", {"lease": keys.lease(partition, GROUP)}, owner=self._owner)

    async def _settled(self, partition: int) -> tuple[Manifest | None, str]:
        """The newest whole manifest, after all is done that has to follow it, and the day of a torn one after it."""
        done = await self._redis.hgetall(keys.archive(partition))
        head, torn = await asyncio.to_thread(self._archive.newest, partition)
        if torn and done.get("day", "") >= torn:
            raise _lost(partition, torn)
        undone = await asyncio.to_thread(self._since, partition, torn, done.get("digest", ""))
        if undone is None:
            raise ArchiveError(
                f"partition {partition:02d} was last archived with {done['day']}, and this archive does not go on from"
                " there: is it the right one?"
            )
        for day in undone:
            of = await asyncio.to_thread(self._archive.manifest, partition, day)
            await asyncio.to_thread(self._archive.require_file, of)
        await self._finish(partition, undone)
        if torn:
            await self._require_untrimmed(partition, torn, head)
        return head, torn

    def _since(self, partition: int, torn: str, digest: str) -> list[str] | None:
        """The days of the whole manifests after the one with this digest, newest first; None if there is no such one.

        They may be several: a Redis that was restored is behind, and has what follows in its journals. ArchiveError
        where one of them is missing, because its entries may be nowhere else.
        """
        found: list[str] = []
        later: Manifest | None = None
        for day in reversed(self._archive.days(partition)):
            if day == torn:
                continue
            of = self._archive.manifest(partition, day)
            _require_follows(later, of.digest)
            if of.digest == digest:
                return found
            found.append(day)
            later = of
        if not digest:
            _require_follows(later, "")
        return None if digest else found

    async def _require_untrimmed(self, partition: int, torn: str, head: Manifest | None) -> None:
        """ArchiveError if a journal has lost more entries than the whole manifests tell of."""
        refs = await accounts(self._redis, partition)
        places = await asyncio.to_thread(self._archive.places, head, refs)
        for ref in refs:
            archived = await self._redis.hget(keys.account(ref), "archived") or ""
            if _version(archived) > (_version(places[ref].last) if ref in places else 0):
                raise _lost(partition, torn)

    async def _next_day(self, partition: int, head: Manifest | None, torn: str) -> str:
        """The oldest day that has entries which are not archived, if it is old enough, else ""."""
        refs, times = await accounts(self._redis, partition), []
        places = await asyncio.to_thread(self._archive.places, head, refs)
        for start in range(0, len(refs), _ABREAST):
            several = refs[start : start + _ABREAST]
            times += await asyncio.gather(
                *(self._next_ms(ref, places[ref].last if ref in places else "") for ref in several)
            )
        day = _day(min(filter(None, times), default=0))
        if head is not None and day <= head.day:  # it came late, by a clock that went back: it goes with the next day
            day = _day(_end_ms(head.day))
        if torn and (day > torn or not any(times)):  # the journals do not have what it told of
            raise _lost(partition, torn)
        seconds, _ = await self._redis.time()
        return day if any(times) and _end_ms(day) + self._keep_ms <= seconds * 1000 else ""

    async def _next_ms(self, ref: AccountRef, after: str) -> int:
        found = await self._journals.read(ref, after, "+", 1)
        return int(found[0][0].partition(b"-")[0]) if found else 0

    async def _move(self, partition: int, day: str, head: Manifest | None, torn: str) -> Manifest:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "entries.parquet"
            with DayFile(path) as file:
                refs = await accounts(self._redis, partition)
                places = await asyncio.to_thread(self._archive.places, head, refs)
                for ref in refs:
                    await self._write(file, ref, str(_end_ms(day) - 1), places.get(ref, _NOWHERE))
                made = await asyncio.to_thread(file.close, self._archive, partition, day, head)
            await self._hold(partition)
            await asyncio.to_thread(self._publish, path, made, is_torn=day == torn)
        await self._finish(partition, [day])
        return made

    async def _write(self, file: DayFile, ref: AccountRef, until: str, place: Place) -> None:
        """The account's entries after those that are archived, up to the day's end."""
        last, first, currency = place.last, "", ""
        while raw := await self._journals.read(ref, last, until, BATCH):
            if not first:
                currency = str(await self._redis.hget(keys.account(ref), "currency"))
                replay = await asyncio.to_thread(self._replay, ref, place.day)
                before = Counter(replay.totals)
            first, last = first or raw[0][0].decode(), raw[-1][0].decode()
            await self._hold(keys.partition_of(ref.tenant))
            await asyncio.to_thread(file.append, ref, replay, raw, currency)
        if first:
            file.end(ref, Part(first, last, place.day, currency, replay.carry()), before, replay.totals)

    def _replay(self, ref: AccountRef, day: str) -> Replay:
        if not day:
            return Replay()
        return self._archive.manifest(keys.partition_of(ref.tenant), day).part(ref).replay()

    def _publish(self, path: Path, made: Manifest, *, is_torn: bool) -> None:
        """Put the file and then its manifest into the archive, each read back."""
        folder = self._archive.folder
        folder.put(path, made.file)
        require_stored(self._archive, made)
        if is_torn:
            if not made.is_begun_by(folder.read(made.name)):
                raise _lost(made.partition, made.day)
            path.write_bytes(made.encode())
            folder.put(path, made.name)
        first = is_torn or folder.put_new(made.name, made.encode())
        if folder.read(made.name) != made.encode():
            if not first:
                raise BusyError(f"{made.name} was written by another archiver")
            raise ArchiveError(f"{made.name}, read back, is not what was written")

    async def _finish(self, partition: int, undone: list[str]) -> None:
        """After the manifests of these days, newest first, are there: trim, and remember that this is done."""
        if not undone:
            return
        lasts: dict[str, str] = {}
        for day in reversed(undone):
            head = await asyncio.to_thread(self._archive.manifest, partition, day)
            lasts |= {named: part.last for named, part in head.accounts.items()}
        for named, last in lasts.items():
            await self._trim(partition, named, last)
        done = await self._scripts.call(
            "write_if_leased",
            {"lease": keys.lease(partition, GROUP), "record": keys.archive(partition)},
            owner=self._owner,
            ttl_ms=0,
            field_value=["day", head.day, "digest", head.digest],
        )
        if not done:
            raise BusyError("another archiver has taken over")

    async def _trim(self, partition: int, named: str, last: str) -> None:
        await self._hold(partition)
        ref = manifest.ref_of(named)
        answer = await self._scripts.call(
            "trim_journal",
            {"lease": keys.lease(partition, GROUP), "account": keys.account(ref), "journal": keys.journal(ref)},
            owner=self._owner,
            last=last,
        )
        if answer == _LOST:
            raise BusyError("another archiver has taken over")
        if answer == _GONE:
            raise ArchiveError(f"{named}: entry {last} is archived, and the journal does not have it")

    async def _hold(self, partition: int, *, anew: bool = False) -> None:
        """Take the lease, or renew it when a third of its time is over."""
        if not anew and time.monotonic() - self._renewed_at < LEASE_MS / 3000:
            return
        self._renewed_at = time.monotonic()
        lease = {"lease": keys.lease(partition, GROUP)}
        if not await self._scripts.call("hold_lease", lease, owner=self._owner, ttl_ms=LEASE_MS):
            raise BusyError(f"partition {partition:02d} is being archived by another")


def _require_follows(later: Manifest | None, digest: str) -> None:
    if later and later.before != digest:
        raise ArchiveError(f"{later.name} does not follow on the manifest before it: a day of the archive is missing")


def _lost(partition: int, torn: str) -> ArchiveError:
    """A torn manifest that is not written anew, because it may tell of what Redis does not have any more."""
    name = manifest.name(partition, torn)
    return ArchiveError(f"{name} cannot be read, and the journals do not make it anew: put it back from a copy")


def _version(entry_id: str) -> int:
    """Of an entry's id; 0 of none."""
    return int(entry_id.partition("-")[2] or 0)


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _end_ms(day: str) -> int:
    """When a day is over: the first millisecond after it."""
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000 + DAY_MS
