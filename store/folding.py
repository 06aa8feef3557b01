"""Entries to sums of usage: pure, but for the older entries that reversals and late prices are about."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from store import basis, keys
from store.account import REVERSAL, WALLET, Entry
from store.basis import ByRate
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.past import Past
from store.records import KIND as RECORDS
from store.records import UsageRecord, records_of
from store.scripts import Client
from store.tallies import Days
from store.tally import Group, Tally, place_of, told_by
from store.unpacked import Unpacked, placed, unpack

_USAGE = "usage:"


@dataclass(frozen=True, slots=True)
class Originals:
    """Older entries that others are about, by their ids, and which of their lines were reversed by themselves.

    These are `<version>#<record>`. The entry of a line's late price is about the one in which it had none.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    single: frozenset[str] = frozenset()


@dataclass(slots=True)
class Folded:
    """Sums of some entries: `totals` in millionths by service, as the ledger counts them."""

    days: Days = field(default_factory=Days)
    totals: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Entries that follow one another, those of call records among them, the lines of these, None if there are none.

    `late` are the lines that got their price late, each with the entry in which it had none.
    """

    entries: Sequence[Entry]
    packed: Sequence[Entry]
    lines: Unpacked | None
    late: Sequence[tuple[str, UsageRecord]]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Chunk":
        """Takes the entries apart; ValueError where one cannot be read."""
        packed = [each for each in entries if each.kind == RECORDS]
        lines = placed(packed, unpack(packed)) if packed else None
        return cls(entries, packed, lines, [*_late(packed, lines)] if lines else [])


def fold(chunk: Chunk, zone: str, originals: Originals) -> Folded:
    """What these entries change.

    Raises:
        ValueError: an entry cannot be read, or one that it is about is not among `originals`.
    """
    folded = Folded()
    if chunk.lines:
        folded.days.take(chunk.lines, [service_of(each.credit) for each in chunk.packed], zone)
    for entry_id, line in chunk.late:
        _take_back(folded.days, zone, entry_id, line, originals)
    for entry in chunk.entries:
        if is_usage(entry):
            service = service_of(entry.credit)
            folded.totals[service] += entry.moved.micros
            if entry.kind != RECORDS:
                folded.days.add(entry.at_ms, zone, Group(service), Tally(1, entry.moved.micros))
        elif is_given_back(entry):
            folded.totals[service_of(entry.debit)] -= entry.moved.micros
            _give_back(folded.days, zone, entry, originals)
    return folded


def is_usage(entry: Entry) -> bool:
    """Whether the entry charges usage."""
    return entry.debit == WALLET and entry.credit.startswith(_USAGE)


def is_given_back(entry: Entry) -> bool:
    """Whether the entry reverses usage."""
    return entry.kind == REVERSAL and entry.debit.startswith(_USAGE)


class Finder:
    """Finds what entries of an account are about, in the journal or the archive."""

    def __init__(self, redis: Client, past: Past | None, ref: AccountRef) -> None:
        self._redis = redis
        self._past = past
        self._ref = ref

    async def originals(self, chunk: Chunk) -> Originals:
        """What these are about.

        Raises:
            ArchiveError: an entry is neither in the journal nor in the archive.
        """
        entries = chunk.entries
        given_back = [each.ref.partition("#")[0] for each in entries if is_given_back(each)]
        late = {entry_id for entry_id, _ in chunk.late}
        if not given_back and not late:
            return Originals()
        found = {each.id: each for each in entries}
        wanted = {name: found.get(name) or await self.entry(name) for name in {*given_back, *late}}
        missing = [name for name, entry in wanted.items() if entry is None]
        if missing:
            raise ArchiveError(f"{self._ref.tenant}/{self._ref.account}: entry {missing[0]} is not there any more")
        there = {name: entry for name, entry in wanted.items() if entry}
        whole = [there[each.ref] for each in entries if is_given_back(each) and "#" not in each.ref]
        return Originals(there, frozenset([name for each in whole async for name in self._single(each)]))

    async def entry(self, entry_id: str) -> Entry | None:
        """The entry of that id, or None."""
        found = await self._redis.xrange(keys.journal(self._ref), entry_id, entry_id)
        if found:
            currency = await self._redis.hget(keys.account(self._ref), "currency")
            return Entry.decode(entry_id, found[0][1], currency or "")
        version = int(entry_id.partition("-")[2])
        if self._past:
            async for entry in self._past.since(self._ref, version, version + 1, batch=1):
                if entry.id == entry_id:
                    return entry
        return None

    async def _single(self, entry: Entry) -> AsyncIterator[str]:
        """The lines of an entry that were reversed by themselves."""
        names = [f"{entry.version}#{each.id}" for each in records_of(entry)]
        if names:
            kept = await self._redis.hmget(keys.reversals(self._ref), names)
            for name, by in zip(names, kept, strict=True):
                if by:
                    yield name


def _ground(line: UsageRecord) -> ByRate:
    found = basis.read(line.basis) if line.basis else None
    return found if isinstance(found, ByRate) else _NO_RATE


_NO_RATE = ByRate("", "", 0, 1, 1, 0, 0)


def _late(packed: Sequence[Entry], lines: Unpacked) -> Iterator[tuple[str, UsageRecord]]:
    """The lines that got their price late, each with the entry in which it had none."""
    late = np.array([" late " in each for each in lines.basis.dictionary.to_pylist()], np.bool_)
    if not late.any():
        return
    rows = late[lines.basis.indices.to_numpy()]
    for place in np.unique(lines.entry[rows]).tolist():
        for line in records_of(packed[place]):
            if entry := _ground(line).late:
                yield entry, line


def _take_back(days: Days, zone: str, entry_id: str, line: UsageRecord, originals: Originals) -> None:
    """The call was counted before, when it had no price: it is no other one."""
    entry = originals.entries.get(entry_id)
    found = next((each for each in records_of(entry) if each.id == line.id), None) if entry else None
    if found is None:
        raise ValueError(f"{line.id} had no price in entry {entry_id}, which is not so")
    billed, pooled, unrated = told_by(found.basis, found.duration_s)
    before = Tally(-1, -found.amount.micros, -billed, -pooled, -unrated)
    place = place_of(found.destination, found.number) if unrated else found.destination
    days.add(found.start_ms, zone, Group(found.service, place, found.centre), before)


def _give_back(days: Days, zone: str, entry: Entry, originals: Originals) -> None:
    of, _, record = entry.ref.partition("#")
    original = originals.entries.get(of)
    if original is None:
        raise ValueError(f"entry {entry.id} reverses {entry.ref}, which is not there")
    if original.kind != RECORDS:
        days.add(original.at_ms, zone, Group(service_of(original.credit)), Tally(0, -entry.moved.micros))
        return
    left = 0
    for line in records_of(original):
        if line.id == record if record else f"{original.version}#{line.id}" not in originals.single:
            left += line.amount.micros
            group = Group(line.service, line.destination, line.centre)
            pooled = sum(seconds for _, seconds in basis.pooled(line.basis)) if entry.minutes else 0
            days.add(line.start_ms, zone, group, Tally(0, -line.amount.micros, 0, -pooled))
    if left != entry.moved.micros:
        raise ValueError(f"entry {entry.id} gives back {entry.moved.micros} millionths for lines of {left}")


def service_of(counter: str) -> str:
    """The service of a ledger account of usage."""
    return counter.removeprefix(_USAGE)
