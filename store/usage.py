"""What was used, by day, service, destination and cost centre: sums of the journal, kept up to date behind a cursor.

They can be lost and made again: the entries are what counts. A call is counted on the day of its start in the
workspace's time zone, one without a start on that of its entry. A reversal takes its money off the day of the call; a
call that got its price late is moved to where its rate belongs.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store import keys
from store.account import Entry
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.past import Past
from store.plans import DEFAULT_ZONE
from store.records import count_of
from store.scripts import Client, Scripts
from store.standing import Journals
from store.tally import DIVIDED, HOURS, Day, Tally, hour_of

if TYPE_CHECKING:
    from store.folding import Folded
    from store.tallies import Days

KEEP_DAYS = 400
"""How long a day's sums are kept after the last change of them."""
MAX_GROUPS = 5_000
"""So many services, destinations and cost centres are told apart on one day."""
OTHER = DIVIDED.join(("*", "*", "*"))
"""The rest of them."""
CHUNK = 40_000
"""About so many lines are in memory at once."""
_FIRST = 64
_DAYS_AT_ONCE = 7
_TOTAL = "total:usage:"
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Place:
    """How far the journal is summed up.

    Attributes:
        at: as Redis has it, "" for nothing yet.
        generation: counts how often it was begun anew.
        last: the id of the last entry that is in it, "" for none.
        zone: by whose clock days begin.
        totals: all that was ever summed, millionths by service.
        first: the earliest day that there is anything of, -1 for none.
    """

    at: str = ""
    generation: int = 0
    last: str = ""
    zone: str = ""
    totals: Mapping[str, int] = field(default_factory=Counter)
    first: int = -1

    @property
    def version(self) -> int:
        """That of the last entry in it."""
        return int(self.last.partition("-")[2] or 0)


class Usage:
    """Sums up and reads. Any number of processes may do so at once: each entry is in it once."""

    def __init__(self, redis: Client, *, past: Past | None = None) -> None:
        """`past`: where the entries are that were archived; without it those can be neither summed nor reversed."""
        self._redis = redis
        self._scripts = Scripts(redis)
        self._past = past

    async def place(self, ref: AccountRef) -> Place:
        """How far it has come."""
        at, totals, first = await self._redis.hmget(keys.usage(ref), ("at", "totals", "first"))
        if not at:
            return Place()
        generation, last, zone = at.split(" ")
        named = (each.rpartition("=") for each in (totals or "").split(" ") if each)
        return Place(at, int(generation), last, zone, Counter({name: int(sum_) for name, _, sum_ in named}), int(first))

    async def is_behind(self, ref: AccountRef) -> bool:
        """Whether `catch_up` would have something to do."""
        place = await self.place(ref)
        version = await self._redis.hget(keys.account(ref), "version")
        zone = await self._redis.hget(keys.plans(ref.tenant), "zone") or DEFAULT_ZONE
        return int(version or 0) > place.version or (place.zone != zone and int(version or 0) > 0)

    async def catch_up(self, ref: AccountRef) -> int:
        """Sum up what the journal has beyond the last entry that is in it; answers how many entries that were.

        All is summed anew where the workspace has another time zone by now. Safe to be cancelled, and to be repeated.

        Raises:
            store.manifest.ArchiveError: entries are neither in the journal nor in the archive.
            ValueError: an entry cannot be read.
        """
        zone = await self._redis.hget(keys.plans(ref.tenant), "zone") or DEFAULT_ZONE
        place, count = await self.place(ref), 0
        if place.zone != zone:
            place = await self.rebuild(ref)
        while True:
            moved = False
            async for entries in self.chunks(ref, place.last):
                after = await self._fold(ref, place, entries)
                if moved := after is None:
                    break
                place, count = after or place, count + len(entries)
            if not moved:
                return count
            place = await self.place(ref)

    async def rebuild(self, ref: AccountRef) -> Place:
        """Begin anew, with nothing; `catch_up` does the rest."""
        zone = await self._redis.hget(keys.plans(ref.tenant), "zone") or DEFAULT_ZONE
        while True:
            old = await self.place(ref)
            new = Place(f"{old.generation + 1}  {zone}", old.generation + 1, "", zone)
            if await self._put(ref, old, new, {}):
                break
        if old.first >= 0:  # they would go by themselves, in time
            days = range(old.first, int(await self.now_ms() // _DAY_MS) + 2)
            for start in range(0, len(days), _FIRST):
                await self._redis.unlink(
                    *(keys.usage_day(ref, old.generation, day) for day in days[start : start + _FIRST])
                )
        return new

    async def days(self, ref: AccountRef, first: int, last: int) -> dict[int, Day]:
        """The days from `first` to `last` that there is anything of, by their numbers since 1970-01-01."""
        place = await self.place(ref)
        wanted = range(max(first, place.first), last + 1) if place.first >= 0 else range(0)
        found: dict[int, Day] = {}
        for start in range(0, len(wanted), _DAYS_AT_ONCE):  # others are served between them
            some = wanted[start : start + _DAYS_AT_ONCE]
            async with self._redis.pipeline(transaction=False) as asked:
                for day in some:
                    asked.hgetall(keys.usage_day(ref, place.generation, day))
                answers = await asked.execute()
            for day, kept in zip(some, answers, strict=True):
                if kept:
                    found[day] = Day()
                    for name, text in kept.items():
                        found[day].put(name, Tally.read(text))
        return found

    async def contradictions(self, ref: AccountRef) -> list[str]:
        """Where the sums are not what the ledger counts, in words; [] while the journal is not all in them."""
        place, record = await self.place(ref), await self._redis.hgetall(keys.account(ref))
        if str(place.version) != record.get("version"):
            return []
        ledger = {name: int(sum_) for name, sum_ in record.items() if name.startswith(_TOTAL)}
        services = {*place.totals, *(name.removeprefix(_TOTAL) for name in ledger)}
        return [
            f"usage of {each} is summed up as {place.totals.get(each, 0)} millionths, the ledger counts {counted}"
            for each in sorted(services)
            if (counted := ledger.get(f"{_TOTAL}{each}", 0)) != place.totals.get(each, 0)
        ]

    async def today(self, zone: str) -> int:
        """The present day by a time zone's clock, as its number since 1970-01-01."""
        return hour_of(await self.now_ms(), zone) // HOURS

    async def now_ms(self) -> int:
        """Redis' time, to the second, ms since the epoch."""
        seconds, _ = await self._redis.time()
        return int(seconds) * 1000

    async def chunks(self, ref: AccountRef, last: str) -> AsyncIterator[list[Entry]]:
        """What comes after an entry, "" for all, oldest first, some at a time; ArchiveError where one is missing."""
        from store.columns import decode  # noqa: PLC0415 as below

        currency, newest = await self._redis.hmget(keys.account(ref), ("currency", "version"))
        journals, count = Journals(self._redis), _FIRST
        version = int(last.partition("-")[2] or 0) + 1
        while raw := await journals.read(ref, last, "+", count):
            entries = [decode(each, currency or "") for each in raw]
            async for older in self.archived(ref, version, entries[0].version):
                yield older
            yield entries
            last, version = entries[-1].id, entries[-1].version + 1
            lines = sum(max(1, count_of(each)) for each in entries)
            count = max(1, min(CHUNK * len(entries) // lines, 16 * _FIRST))
        async for older in self.archived(ref, version, int(newest or 0) + 1):
            yield older

    async def archived(self, ref: AccountRef, start: int, stop: int) -> AsyncIterator[list[Entry]]:
        """The archived entries with versions from `start` to before `stop`; ArchiveError where one is missing."""
        if start >= stop:
            return
        waiting: list[Entry] = []
        if self._past:
            async for entry in self._past.since(ref, start, stop, batch=_FIRST):
                if entry.version != start:
                    break
                waiting.append(entry)
                start += 1
                if sum(max(1, count_of(each)) for each in waiting[-_FIRST:]) >= CHUNK or len(waiting) >= CHUNK:
                    yield waiting
                    waiting = []
        if waiting:
            yield waiting
        if start < stop:
            raise ArchiveError(f"{ref.tenant}/{ref.account}: entry {start} is neither in the journal nor archived")

    async def _fold(self, ref: AccountRef, place: Place, entries: Sequence[Entry]) -> Place | None:
        """Put these on top; None where somebody else has put something meanwhile."""
        from store.folding import Chunk, Finder, fold  # noqa: PLC0415 pyarrow takes longer to load than the bot to start

        chunk = await asyncio.to_thread(Chunk.of, entries)
        originals = await Finder(self._redis, self._past, ref).originals(chunk)
        return await self._add(ref, place, entries[-1].id, await asyncio.to_thread(fold, chunk, place.zone, originals))

    async def _add(self, ref: AccountRef, place: Place, last: str, folded: "Folded") -> Place | None:
        """Put sums on top of what there is at `place`; None where that is not the present one."""
        totals = Counter(place.totals)
        totals.update(folded.totals)
        earliest = min(folded.days, default=place.first)
        new = Place(
            f"{place.generation} {last} {place.zone}",
            place.generation,
            last,
            place.zone,
            totals,
            earliest if place.first < 0 else min(place.first, earliest),
        )
        changes = await self._added(ref, place.generation, folded.days)
        return new if await self._put(ref, place, new, changes) else None

    async def _added(self, ref: AccountRef, generation: int, days: "Days") -> dict[int, list[str]]:
        """Of each day the names of what changes, each followed by what it is then."""
        parts = {day: dict(each.parts()) for day, each in days.items()}
        async with self._redis.pipeline(transaction=False) as asked:
            for day, tallies in parts.items():
                asked.hlen(keys.usage_day(ref, generation, day))
                asked.hmget(keys.usage_day(ref, generation, day), [*tallies, OTHER])
            answers = await asked.execute() if parts else []
        return {
            day: _sums(tallies, dict(zip([*tallies, OTHER], kept, strict=True)), size)
            for (day, tallies), size, kept in zip(parts.items(), answers[::2], answers[1::2], strict=True)
        }

    async def _put(self, ref: AccountRef, old: Place, new: Place, changes: Mapping[int, Sequence[str]]) -> bool:
        answer = await self._scripts.call(
            "fold_usage",
            {"usage": keys.usage(ref)},
            expected=old.at,
            at=new.at,
            totals=" ".join(f"{name}={micros}" for name, micros in new.totals.items()),
            first=new.first,
            generation=new.generation,
            keep_ms=KEEP_DAYS * _DAY_MS,
            changes=_flat(changes),
        )
        if answer == "folded":
            return True
        return (await self.place(ref)).at == new.at  # the answer to the first try was lost


def _sums(tallies: Mapping[str, Tally], kept: Mapping[str, str | None], size: int) -> list[str]:
    """Names and what they are with these added; what would be one too many goes to the rest."""
    sums: dict[str, Tally] = {}
    for name, tally in tallies.items():
        before = kept[name]
        if before is None:
            size += 1
            if size > MAX_GROUPS and name.count(DIVIDED) > 1:
                name, before = OTHER, kept[OTHER]  # noqa: PLW2901 it is counted there
        if name not in sums:
            sums[name] = Tally.read(before) if before else Tally()
        sums[name].add(tally)
    return [text for name, sum_of in sums.items() for text in (name, str(sum_of))]


def _flat(changes: Mapping[int, Sequence[str]]) -> list[str]:
    return [each for day, parts in changes.items() for each in (str(day), str(len(parts) // 2), *parts)]
