"""What was reversed: the entries that say so, against those that they reverse and what Redis keeps of it.

By what it keeps nothing is reversed twice: see `lib/reversal`.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from store.account import REVERSAL, Entry
from store.records import KIND as RECORDS
from store.records import minutes_in, records_of, sums_of

Minutes = Counter[tuple[str, str]]
"""Seconds by pool and month."""


def is_of_record(entry: Entry) -> bool:
    """Whether the entry reverses one call record alone."""
    return entry.kind == REVERSAL and "#" in entry.ref


class Reversals:
    """Takes those entries of one account that reverse or were reversed, oldest first, and then tells what is wrong.

    `kept` is what Redis kept before they were read: the entries that it names are to be taken. What was reversed since
    then is compared with what was kept in the end, and not with the entry, which may have passed by.
    """

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        self._named: set[str] = set()
        self._versions: list[int] = []
        self._originals: dict[int, Entry] = {}
        self._records: dict[str, int] = {}
        self._minutes = defaultdict[int, Minutes](Counter)
        self._made: list[Entry] = []
        self._missed = False
        self.expect(kept or {})

    def expect(self, kept: Mapping[str, str]) -> None:
        """More is kept by now."""
        self._named.update(kept)
        self._versions = sorted({_number(each.partition("#")[0]) for each in self._named})

    def rows(self, version: int, count: int) -> list[int]:
        """Which of `count` entries, the first of this version, were reversed."""
        first, stop = (bisect_left(self._versions, each) for each in (version, version + count))
        return [each - version for each in self._versions[first:stop]]

    def take(self, entry: Entry) -> None:
        """One that reverses or was reversed; another one makes no difference."""
        if entry.kind == REVERSAL:
            self._made.append(entry)
        at = bisect_left(self._versions, entry.version)
        if self._versions[at : at + 1] != [entry.version]:
            return
        self._originals[entry.version] = replace(entry, memo="")
        if entry.kind == RECORDS:
            try:
                lines = {f"{entry.version}#{each.id}": each.amount.micros for each in records_of(entry)}
                self._minutes[entry.version] = Counter(sums_of(entry).uses)
            except ValueError:
                return  # that it cannot be read was said
            self._records |= {name: micros for name, micros in lines.items() if name in self._named}

    def miss(self) -> None:
        """Some entries cannot be read, which was said: what is kept of them is no difference of its own."""
        self._missed = True

    def compare(self, kept: Mapping[str, str]) -> Iterator[str]:
        """Every entry was taken; `kept` is what Redis keeps after the last one."""
        if self._missed:
            return
        rest, changes, lines = dict(kept), Counter[int](), defaultdict[int, list[Entry]](list)
        minutes = defaultdict[int, Minutes](Counter)
        for made in self._made:
            of, single, record = made.ref.partition("#")
            version = _number(of.partition("-")[2])
            if rest.pop(f"{version}{single}{record}", "") != f"{made.id} {made.amount.micros}":
                yield f"entry {made.id} reverses {made.ref}, which is not kept as reversed by it"
            changes[version] += made.amount.micros
            minutes[version].update(_minutes(made))
            if single:
                lines[version].append(made)
            yield from self._fit(made, of, version, f"{version}#{record}" if single else "")
        for version, several in lines.items():
            yield from self._sums(version, several, rest.pop(f"{version}#", ""))
        for name, by in rest.items():
            yield f"{name} is kept as reversed by {by}, which the journal does not say"
        for version, entry in self._originals.items():
            was, whole = -entry.amount.micros, str(version) in kept
            if changes[version] != was if whole else abs(changes[version]) > abs(was):
                yield f"entry {entry.id} was reversed by {changes[version]} millionths in all, not by {was}"
            took, back = self._minutes[version], minutes[version]
            if back != took if whole else not back <= took:
                yield f"entry {entry.id} took {took.total()} seconds of pools, of which {back.total()} were given back"

    def _sums(self, version: int, several: Sequence[Entry], kept: str) -> Iterator[str]:
        """Whether it is kept how many records of an entry were reversed, what they came to, and the minutes left."""
        count, micros = len(several), sum(each.amount.micros for each in several)
        left = Counter(self._minutes[version])
        for each in several:
            left.subtract(_minutes(each))
        texts = [f"{pool}:{month}:{seconds}" for (pool, month), seconds in left.items() if seconds]
        told = f"{count} {micros}" + (f" {','.join(texts) or '-'}" if left else "")
        if kept.split(" ")[:2] != told.split(" ")[:2]:
            yield f"{count} records of entry {version}, {micros} millionths, are not kept as reversed"
        elif kept != told and version in self._originals:
            yield f"what is kept as left of the minutes of entry {version} is not {', '.join(texts) or 'nothing'}"

    def _fit(self, made: Entry, of: str, version: int, record: str) -> Iterator[str]:
        original = self._originals.get(version)
        if original and (original.id, original.debit, original.credit) != (of, made.credit, made.debit):
            yield f"entry {made.id} is not the opposite of entry {original.id}"
        if self._records.get(record, made.moved.micros) != made.moved.micros:
            yield f"entry {made.id} gives back {made.moved.micros} millionths for {made.ref}, which took others"


def _minutes(entry: Entry) -> Minutes:
    """What the entry gave back to pools; nothing where nobody can read it, which is said elsewhere."""
    try:
        return Counter(minutes_in(entry.minutes))
    except ValueError:
        return Counter()


def _number(text: str) -> int:
    """A version, or 0, which no entry has."""
    return int(text) if text.isdecimal() else 0
