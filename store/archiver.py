"""Moves closed days from the journals into the archive: write, read back, compare, name, and only then trim.

A day of a partition is one file. What a crash leaves undone is done by who comes next: a file without a manifest is
written anew; after a manifest, only the journals are trimmed. The partition's lease keeps two archivers apart. Should
one stall past its lease, it finds the other's manifest, which nobody replaces, and the script lets it trim nothing.
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
from store.manifest import ArchiveError, Manifest, Part
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
            moved, head = 0, await self._settled(partition)
            while day := await self._next_day(partition, head):
                head = await self._move(partition, day, head)
                moved += head.entries
            return moved
        finally:
            await self._scripts.call("release_lease", {"lease": keys.lease(partition, GROUP)}, owner=self._owner)

    async def _settled(self, partition: int) -> Manifest | None:
        """The newest manifest, after all is done that has to follow it."""
        done = await self._redis.hgetall(keys.archive(partition))
        undone = await asyncio.to_thread(self._since, partition, done.get("digest", ""))
        if undone is None:
            raise ArchiveError(
                f"partition {partition:02d} was last archived with {done['day']}, and this archive does not go on from"
                " there: is it the right one?"
            )
        for each in undone:
            await asyncio.to_thread(self._archive.require_file, each)
        await self._finish(undone)
        return await asyncio.to_thread(self._archive.head, partition)

    def _since(self, partition: int, digest: str) -> list[Manifest] | None:
        """The manifests after the one with this digest, newest first; None if there is no such one.

        They may be several: a Redis that was restored is behind, and has what follows in its journals. ArchiveError
        where one of them is missing, because its entries may be nowhere else.
        """
        found: list[Manifest] = []
        for day in reversed(self._archive.days(partition)):
            of = self._archive.manifest(partition, day)
            if found:
                _require_follows(found[-1], of.digest)
            if of.digest == digest:
                return found
            found.append(of)
        if found and not digest:
            _require_follows(found[-1], "")
        return None if digest else found

    async def _next_day(self, partition: int, head: Manifest | None) -> str:
        """The oldest day that has entries which are not archived, if it is old enough, else ""."""
        refs, times = await accounts(self._redis, partition), []
        lasts = await asyncio.to_thread(lambda: [_last(self._archive, head, ref) for ref in refs])
        for start in range(0, len(refs), _ABREAST):
            several = zip(refs[start : start + _ABREAST], lasts[start : start + _ABREAST], strict=True)
            times += await asyncio.gather(*(self._next_ms(*each) for each in several))
        day = _day(min(filter(None, times), default=0))
        if head is not None and day <= head.day:  # it came late, by a clock that went back: it goes with the next day
            day = _day(_end_ms(head.day))
        seconds, _ = await self._redis.time()
        return day if any(times) and _end_ms(day) + self._keep_ms <= seconds * 1000 else ""

    async def _next_ms(self, ref: AccountRef, after: str) -> int:
        found = await self._journals.read(ref, after, "+", 1)
        return int(found[0][0].partition(b"-")[0]) if found else 0

    async def _move(self, partition: int, day: str, head: Manifest | None) -> Manifest:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "entries.parquet"
            with DayFile(path) as file:
                for ref in await accounts(self._redis, partition):
                    await self._write(file, ref, str(_end_ms(day) - 1), head)
                made = await asyncio.to_thread(file.close, partition, day, head)
            await self._hold(partition)
            await asyncio.to_thread(self._publish, path, made)
        await self._finish([made])
        return made

    async def _write(self, file: DayFile, ref: AccountRef, until: str, head: Manifest | None) -> None:
        """The account's entries after those that are archived, up to the day's end."""
        previous = head.day_of(ref) if head else ""
        last = await asyncio.to_thread(_last, self._archive, head, ref)
        first, currency = "", ""
        while raw := await self._journals.read(ref, last, until, BATCH):
            if not first:
                currency = str(await self._redis.hget(keys.account(ref), "currency"))
                replay = await asyncio.to_thread(self._replay, ref, previous)
                before = Counter(replay.totals)
            first, last = first or raw[0][0].decode(), raw[-1][0].decode()
            await self._hold(keys.partition_of(ref.tenant))
            await asyncio.to_thread(file.append, ref, replay, raw, currency)
        if first:
            file.end(ref, Part(first, last, previous, currency, replay.carry()), before, replay.totals)

    def _replay(self, ref: AccountRef, day: str) -> Replay:
        if not day:
            return Replay()
        return self._archive.manifest(keys.partition_of(ref.tenant), day).accounts[manifest.named_as(ref)].replay()

    def _publish(self, path: Path, made: Manifest) -> None:
        """Put the file and then its manifest into the archive, each read back."""
        folder = self._archive.folder
        folder.put(path, made.file)
        require_stored(self._archive, made)
        first = folder.put_new(made.name, made.encode())
        if folder.read(made.name) != made.encode():
            if not first:
                raise BusyError(f"{made.name} was written by another archiver")
            raise ArchiveError(f"{made.name}, read back, is not what was written")

    async def _finish(self, undone: list[Manifest]) -> None:
        """After these manifests, newest first, are there: trim, and remember that this is done."""
        if not undone:
            return
        head, lasts = undone[0], {named: part.last for of in reversed(undone) for named, part in of.accounts.items()}
        for named, last in lasts.items():
            await self._trim(head.partition, named, last)
        done = await self._scripts.call(
            "write_if_leased",
            {"lease": keys.lease(head.partition, GROUP), "record": keys.archive(head.partition)},
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


def _require_follows(later: Manifest, digest: str) -> None:
    if later.before != digest:
        raise ArchiveError(f"{later.name} does not follow on the manifest before it: a day of the archive is missing")


def _last(archive: Archive, head: Manifest | None, ref: AccountRef) -> str:
    """The id of the account's last archived entry, "" if it has none."""
    day = head.day_of(ref) if head else ""
    return archive.manifest(keys.partition_of(ref.tenant), day).accounts[manifest.named_as(ref)].last if day else ""


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _end_ms(day: str) -> int:
    """When a day is over: the first millisecond after it."""
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000 + DAY_MS
