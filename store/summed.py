"""Whether the sums of usage are what the entries come to: all of them summed anew, beside those that Redis keeps.

What is kept in memory meanwhile grows with days and services alone: a day's destinations, cost centres and hours are
compared by a number that is made of all of them. Imported only where journals are read whole.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from store import keys
from store.account import REVERSAL, WALLET, Entry
from store.columns import Raw, decode, parse
from store.fewer import alike
from store.folding import Chunk, Finder, Folded, fold, service_of
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.past import Past
from store.prefixes import Bools
from store.records import KIND as RECORDS
from store.records import count_of
from store.report import date_of
from store.scripts import Client
from store.standing import Journals, accounts
from store.tallies import hours_of
from store.tally import DIVIDED, HOURS, Day, Group, Tally
from store.usage import CHUNK, KEEP_DAYS, OTHER, Place, Usage
from store.verify import Difference

_FIRST, _MOST = 64, 8_000
"""So many entries are read at once at first, and at most."""
_DAYS_AT_ONCE = 7
_TRIES = 5
_PRIME = 2**61 - 1
_MICROS, _BILLED, _POOLED, _UNRATED = 1_000_003, 998_244_353, 2_147_483_647, 4_294_967_291
"""So much each of a tally's sums counts, its calls once."""
_REST = OTHER.partition(DIVIDED)[0]


@dataclass(slots=True)
class Outline:
    """A day's sums in short: what each service comes to, and two numbers that all of its groups and hours make."""

    services: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    groups: int = 0
    hours: int = 0

    def add(self, day: Day) -> None:
        """Some calls more."""
        for (service, hour), tally in day.hours.items():
            self.services[service].add(tally)
            self.hours = (self.hours + _number(f"{service} {hour}", tally)) % _PRIME
        for group, tally in day.groups.items():
            self.groups = (self.groups + _number(DIVIDED.join(group), tally)) % _PRIME


@dataclass(slots=True)
class Summed:
    """All entries up to one, summed up in short."""

    days: defaultdict[int, Outline] = field(default_factory=lambda: defaultdict(Outline))
    totals: Counter[str] = field(default_factory=Counter)
    last: str = ""

    def add(self, folded: Folded, last: str) -> None:
        """What some entries more come to."""
        for number, day in folded.days.items():
            self.days[number].add(day)
        self.totals.update(folded.totals)
        self.last = last


async def differences(
    redis: Client, archive: Past | None, partition: int, tenant: str = "", account: str = ""
) -> AsyncIterator[Difference]:
    """What of the usage of a partition's accounts, or of those asked for, is not as its entries make it."""
    for ref in await accounts(redis, partition, tenant, account):
        async for text in Proof(redis, ref, archive).differences():
            yield Difference(partition, ref, text)


class Proof:
    """Compares the sums of one account with its entries, while both grow."""

    def __init__(self, redis: Client, ref: AccountRef, past: Past | None = None) -> None:
        self._redis = redis
        self._journals = Journals(redis)
        self._usage = Usage(redis, past=past)
        self._finder = Finder(redis, past, ref)
        self._ref = ref

    async def differences(self) -> AsyncIterator[str]:
        """Each thing in the sums that is not what the entries come to, in words; none where nothing was summed yet.

        That entries cannot be read, or are nowhere, is one, and then nothing more is said.
        """
        place, summed, found = await self._usage.place(self._ref), Summed(), list[str]()
        if not place.last:
            return
        for _ in range(_TRIES):
            try:
                await self._sum_up(summed, place)
            except (ArchiveError, ValueError) as error:
                yield f"its usage cannot be summed: {error}"
                return
            found = [each async for each in self._compared(summed, place)]
            begun, place = place, await self._usage.place(self._ref)
            if not found or place.at == begun.at:
                break
            if (place.generation, place.zone) != (begun.generation, begun.zone):
                summed = Summed()  # summed anew meanwhile, perhaps by another clock
        for each in found:
            yield each
        for each in await self._usage.contradictions(self._ref):
            yield each

    async def _sum_up(self, summed: Summed, place: Place) -> None:
        """Take the entries behind those that were taken, up to the last that is in the sums."""
        currency, count = await self._redis.hget(keys.account(self._ref), "currency") or "", _FIRST
        while summed.last != place.last:
            raw = await self._journals.read(self._ref, summed.last, place.last, count)
            following, stop = _version(summed.last) + 1, _version(raw[0][0].decode()) if raw else place.version + 1
            async for older in self._usage.archived(self._ref, following, stop):
                await self._take(summed, older, place.zone)
            if not raw:
                return
            entries = await asyncio.to_thread(_plain, summed, raw, place.zone, currency)
            await self._take(summed, entries, place.zone)
            summed.last = raw[-1][0].decode()
            lines = len(raw) + sum(count_of(each) for each in entries)
            count = max(1, min(CHUNK * len(raw) // lines, _MOST))

    async def _take(self, summed: Summed, entries: Sequence[Entry], zone: str) -> None:
        if entries:
            chunk = await asyncio.to_thread(Chunk.of, entries)
            originals = await self._finder.originals(chunk)
            summed.add(await asyncio.to_thread(fold, chunk, zone, originals), entries[-1].id)

    async def _compared(self, summed: Summed, place: Place) -> AsyncIterator[str]:
        for service in sorted({*place.totals, *summed.totals}):
            kept, made = place.totals.get(service, 0), summed.totals[service]
            if kept != made:
                yield f"usage of {service} is summed up as {kept} millionths, its entries come to {made}"
        today = await self._usage.today(place.zone)
        first = min([*summed.days, *([place.first] if place.first >= 0 else [])], default=today)
        first = max(first, today - KEEP_DAYS)  # those before may have gone in time
        last = max([*summed.days, today])
        for start in range(first, last + 1, _DAYS_AT_ONCE):
            days = await self._usage.days(self._ref, start, min(start + _DAYS_AT_ONCE - 1, last))
            for number in range(start, min(start + _DAYS_AT_ONCE, last + 1)):
                for each in compared(summed.days.get(number, Outline()), days.get(number, Day())):
                    yield f"usage on {date_of(number)}: {each}"


def _plain(summed: Summed, raw: Sequence[Raw], zone: str, currency: str) -> list[Entry]:
    """Take the usage without records among these, all at once; answers the entries that are looked at one by one."""
    columns = parse(raw)
    if columns is None:
        return [decode(each, currency) for each in raw]
    kinds, debits, credits_ = (columns[each].combine_chunks() for each in ("kind", "debit", "credit"))
    apart = _is(kinds, lambda kind: kind in {RECORDS, REVERSAL})
    rows = np.flatnonzero(_is(debits, WALLET.__eq__) & _is(credits_, _is_usage) & ~apart)
    if len(rows):
        folded, services = Folded(), credits_.dictionary.to_pylist()
        hours = hours_of(columns["ms"].to_numpy()[rows], zone)
        codes, some = alike(hours, credits_.indices.to_numpy()[rows].astype(np.int64))
        micros = np.zeros(len(some), np.int64)
        np.add.at(micros, codes, columns["micros"].to_numpy()[rows])
        counts = np.bincount(codes, minlength=len(some))
        for place, calls, spent in zip(some.tolist(), counts.tolist(), micros.tolist(), strict=True):
            service = service_of(services[credits_.indices[int(rows[place])].as_py()])
            day, hour = divmod(int(hours[place]), HOURS)
            folded.days[day].add(Group(service), hour, Tally(calls, spent))
            folded.totals[service] += spent
        summed.add(folded, summed.last)
    return [decode(raw[row], currency) for row in np.flatnonzero(apart).tolist()]


def _is(column: Any, wanted: Callable[[str], bool]) -> Bools:
    """Of each row whether its text is wanted."""
    words = np.array([wanted(each) for each in column.dictionary.to_pylist()], np.bool_)
    found: Bools = words[column.indices.to_numpy()]
    return found


def _is_usage(counter: str) -> bool:
    return counter.startswith("usage:")


def _version(entry_id: str) -> int:
    return int(entry_id.partition("-")[2] or 0)


def compared(made: Outline, day: Day) -> Iterator[str]:
    """What a day's kept sums are not, in words."""
    kept = Outline()
    kept.add(day)
    told = False
    for service in sorted({*made.services, *kept.services}):
        if made.services[service] != kept.services[service]:
            told = True
            is_, should = _said(kept.services[service]), _said(made.services[service])
            yield f"{service} is summed up as {is_}, its entries come to {should}"
    if told:
        return
    if made.hours != kept.hours:
        yield "its hours are not those of its calls"
    if any(group.service == _REST for group in day.groups):  # some were counted together
        if _all(day.groups.values()) != _all(kept.services.values()):
            yield "its destinations and cost centres together are not all of its calls"
    elif made.groups != kept.groups:
        yield "its destinations and cost centres are not those of its calls"


def _all(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for each in tallies:
        total.add(each)
    return total


def _said(tally: Tally) -> str:
    named = ("calls", tally.calls), ("millionths", tally.micros), ("s", tally.billed_s), ("s of pools", tally.pooled_s)
    return ", ".join(f"{number} {name}" for name, number in (*named, ("without a price", tally.unrated)))


def _number(name: str, tally: Tally) -> int:
    """Of sums that are put together it is the sum, whatever the order."""
    seconds = _BILLED * tally.billed_s + _POOLED * tally.pooled_s
    return _weight(name) * (tally.calls + _MICROS * tally.micros + seconds + _UNRATED * tally.unrated) % _PRIME


@lru_cache(maxsize=65_536)
def _weight(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % _PRIME
