"""What lines say of their prices against what Redis keeps of it: what pools gave, and calls that have no price yet."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from store.account import REVERSAL, Entry
from store.records import KIND, minutes_in, sums_of


class Grounds:
    """Takes the entries of one account, oldest first, and tells what does not fit."""

    def __init__(self) -> None:
        self._pooled: Counter[tuple[str, str]] = Counter()
        self._unpriced: dict[str, int] = {}

    def take(self, entry: Entry) -> Iterator[str]:
        """The lines of an entry of call records, the end of those that are reversed as a whole, what pools got back."""
        if entry.kind == REVERSAL:
            self._unpriced.pop(entry.ref, None)
            yield from self._get_back(entry)
        if entry.kind != KIND:
            return
        try:
            sums = sums_of(entry)
        except ValueError as error:
            yield f"entry {entry.id} has call records that nobody can read: {error}"
            return
        if sums.micros != entry.moved.micros:
            yield f"entry {entry.id} is not what its {sums.count} records add up to"
        by_pool = Counter[str]()
        for (pool, _), seconds in sums.uses.items():
            by_pool[pool] += seconds
        if +by_pool != +Counter(sums.pooled):
            yield f"entry {entry.id} took {dict(by_pool)} seconds of pools, by its records {dict(sums.pooled)}"
        self._pooled.update(sums.uses)
        if sums.unpriced:
            self._unpriced[entry.id] = sums.unpriced
        yield from self._give_late(entry, sums.late)

    def _get_back(self, entry: Entry) -> Iterator[str]:
        try:
            self._pooled.subtract(minutes_in(entry.minutes))
        except ValueError:
            yield f"entry {entry.id} gives minutes back as nobody can read: {entry.minutes}"
        if not entry.moved.micros and not entry.minutes:
            yield f"entry {entry.id} moves nothing"

    def _give_late(self, entry: Entry, late: Mapping[str, int]) -> Iterator[str]:
        for of, count in late.items():
            left = self._unpriced.pop(of, 0) - count
            if left < 0:
                yield f"entry {entry.id} gives {count} calls of entry {of} their price, {-left} too many"
            if left > 0:
                self._unpriced[of] = left

    def compare(self, pooled: Mapping[str, str], unpriced: Mapping[str, str]) -> Iterator[str]:
        """Every entry was taken: what of the account's two hashes is not as they make it."""
        kept = Counter({(*name.split(":"),): int(value.partition(" ")[0]) for name, value in pooled.items()})
        for pool, month in sorted(kept.keys() | self._pooled.keys()):
            had, told = kept[pool, month], self._pooled[pool, month]
            if had != told:
                yield f"pool {pool} has given {had} seconds in {month}, by the journal {told}"
        left = {of: sum(map(len, rows_in(rows))) for of, rows in unpriced.items()}
        for of in sorted(left.keys() | self._unpriced.keys()):
            had, told = left.get(of, 0), self._unpriced.get(of, 0)
            if had != told:
                yield f"entry {of} has {had} calls without price, by the journal {told}"

    def carry(self) -> dict[str, Any]:
        """What it has come to, as JSON has it, for `resume`; nothing where there is nothing."""
        pooled = {":".join(each): seconds for each, seconds in self._pooled.items() if seconds}
        return {name: told for name, told in (("pooled", pooled), ("unpriced", dict(self._unpriced))) if told}

    @classmethod
    def resume(cls, carried: Mapping[str, Any]) -> "Grounds":
        """The one that `carry` told of."""
        found = cls()
        found._pooled.update({(*name.split(":"),): seconds for name, seconds in carried.get("pooled", {}).items()})
        found._unpriced = dict(carried.get("unpriced", {}))
        return found


def rows_in(text: str) -> list[range]:
    """The rows that a text such as "0-4,7" names. ValueError where it is none."""
    found = []
    for each in text.split(","):
        first, _, last = each.partition("-")
        found.append(range(int(first), int(last or first) + 1))
    return found


def rows_text(rows: list[int]) -> str:
    """Rows in ascending order as such a text; "" for none."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
