"""An account replayed from its journal: what its numbers have to be if every entry is true."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from store.account import HOLDS, REVERSAL, WALLET, Entry
from store.grounds import Grounds
from store.lots import UNPAID, Lot, parts
from store.records import KIND

MAY_BE_NOTHING = frozenset({KIND, REVERSAL})
"""Kinds of which an entry may move nothing: calls that cost nothing, and what gives them their minutes back."""


class Replay:
    """Takes the entries of one account, oldest first, and tells what does not fit.

    `last` is the time and version in the id of the last one. `store/bulk.py` takes entries by the thousand, by `move`,
    `arrive` and `take_from`, and comes to the same.
    """

    def __init__(self) -> None:
        self.balance = 0
        self.version = 0
        self.totals: Counter[str] = Counter()
        self.lots: dict[str, Lot] = {}
        self.holds: dict[str, int] = {}
        self.last = (0, 0)
        self.grounds = Grounds()

    def take(self, entry: Entry) -> Iterator[str]:
        """Apply it; what contradicts the entries before it is told in words."""
        ms, number = (int(each) for each in entry.id.split("-"))
        if (ms, number) <= self.last:
            yield f"entry {entry.id} is not later than the one before it"
        self.last = (ms, number)
        if entry.version != self.version + 1:
            yield f"entry {entry.id} has version {entry.version}, not {self.version + 1}"
        if entry.before.micros != self.balance:
            yield f"entry {entry.id} begins with {entry.before.plain()}, not {self.balance} millionths"
        if entry.moved.micros < (0 if entry.kind in MAY_BE_NOTHING else 1):
            yield f"entry {entry.id} moves nothing"
        self.version, self.balance = entry.version, entry.after.micros
        self.move(entry.debit, entry.credit, entry.moved.micros)
        yield from self.take_parts(entry)

    def move(self, debit: str, credit: str, micros: int) -> None:
        """What one entry, or many, did to the ledger accounts."""
        self.totals[debit] -= micros
        self.totals[credit] += micros

    def arrive(self, last: tuple[int, int], balance: int) -> None:
        """Entries up to `last` were taken, whose numbers fit."""
        self.last, self.version, self.balance = last, last[1], balance

    def take_from(self, lot_id: str, micros: int) -> bool:
        """One lot alone paid for entries, together `micros`. False, and nothing taken, if it has not so much."""
        lot = self.lots.get(lot_id)
        if lot is None or lot.left < micros:
            return False
        self._leave(lot, lot.left - micros)
        return True

    def compare(self, record: Mapping[str, str], lots: Mapping[str, str], queue: list[str]) -> Iterator[str]:
        """What of the account's hash, its lots and their queue is not as the entries make it."""
        if int(record["version"]) != self.version:
            yield f"the account has version {record['version']}, its journal {self.version}"
        if int(record["balance"]) != self.balance:
            yield f"the account has {record['balance']} millionths, its journal {self.balance}"
        kept = {name.removeprefix("total:"): int(value) for name, value in record.items() if name.startswith("total:")}
        kept |= {WALLET: int(record["balance"]), HOLDS: int(record["held"])}
        for name in sorted(kept.keys() | self.totals.keys()):
            if kept.get(name, 0) != self.totals[name]:
                yield f"{name} has {kept.get(name, 0)} millionths, its journal {self.totals[name]}"
        if sum(kept.values()):
            yield f"the ledger accounts add up to {sum(kept.values())} millionths, not to zero"
        stored, told = Lot.decode_all(record, lots), sorted(self.lots.values(), key=lambda each: each.rank)
        if stored != told:
            yield f"the lots are {stored}, by the journal {told}"
        waiting = [str(int(each)) for each in queue]
        if waiting != [each.id for each in stored if each.id != record["lot"]]:
            yield f"the lots {waiting} wait for their use, not all of {[each.id for each in stored]}"

    def compare_holds(self, record: Mapping[str, str], holds: Mapping[str, int]) -> Iterator[str]:
        """What of the open holds, id to millionths, is not as the entries, or the account's hash, make them."""
        for hold in sorted(holds.keys() | self.holds.keys()):
            if holds.get(hold, 0) != self.holds.get(hold, 0):
                yield f"hold {hold} has {holds.get(hold, 0)} millionths, by the journal {self.holds.get(hold, 0)}"
        if sum(holds.values()) != int(record["held"]):
            yield f"the account has {record['held']} millionths set aside, its holds {sum(holds.values())}"

    def carry(self) -> dict[str, Any]:
        """What it has come to, as JSON has it, for `resume`."""
        return {
            "balance": self.balance,
            "last": list(self.last),
            "totals": {name: micros for name, micros in self.totals.items() if micros},
            "lots": {each.id: [each.left, each.granted, each.expires_ms] for each in self.lots.values()},
            "holds": dict(self.holds),
            **self.grounds.carry(),
        }

    @classmethod
    def resume(cls, carried: Mapping[str, Any]) -> "Replay":
        """The replay that `carry` told of."""
        replay = cls()
        replay.arrive(tuple(carried["last"]), carried["balance"])
        replay.totals.update(carried["totals"])
        replay.lots = {lot_id: Lot(lot_id, *lot) for lot_id, lot in carried["lots"].items()}
        replay.holds = dict(carried["holds"])
        replay.grounds = Grounds.resume(carried)
        return replay

    def take_parts(self, entry: Entry) -> Iterator[str]:
        """What an entry does beside its numbers."""
        if HOLDS in (entry.debit, entry.credit):  # the lots lie in both together
            yield from self._take_hold(entry)
        elif WALLET in (entry.debit, entry.credit):
            yield from self._take_lots(entry)
        yield from self.grounds.take(entry)

    def _take_hold(self, entry: Entry) -> Iterator[str]:
        if entry.lots:
            yield f"entry {entry.id} moves what stays in its lots, and names some: {entry.lots}"
        if entry.credit == HOLDS:
            self.holds[entry.ref] = self.holds.get(entry.ref, 0) + entry.moved.micros
            return
        held = self.holds.pop(entry.ref, 0)
        if held != entry.moved.micros:
            yield f"entry {entry.id} gives back {entry.moved.micros} millionths of hold {entry.ref}, which has {held}"

    def _take_lots(self, entry: Entry) -> Iterator[str]:
        try:
            told = parts(entry.lots, entry.moved.micros)
        except (ValueError, IndexError):
            yield f"entry {entry.id} names its lots as nobody can read: {entry.lots}"
            return
        if sum(each.micros for each in told) != entry.moved.micros:
            yield f"entry {entry.id} is not what its lots add up to: {entry.lots}"
        for part in told:
            if part.lot == UNPAID:
                continue
            if entry.credit == WALLET and part.lot not in self.lots:
                self.lots[part.lot] = Lot(part.lot, part.micros, part.granted, part.expires_ms)
                continue
            lot = self.lots.get(part.lot)
            if lot is None or lot.left < part.micros:
                yield f"entry {entry.id} takes {part.micros} millionths from lot {part.lot}, which has not so much"
                continue
            self._leave(lot, lot.left - part.micros)

    def _leave(self, lot: Lot, left: int) -> None:
        if left:
            self.lots[lot.id] = Lot(lot.id, left, lot.granted, lot.expires_ms)
        else:
            del self.lots[lot.id]
