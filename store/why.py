"""What a charge is made of: a call found by its id, or an entry by its own, with all that was done about it since."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from store import basis, keys
from store.account import Entry
from store.basis import Basis
from store.keys import AccountRef
from store.lots import UNPAID, parts
from store.past import Past
from store.records import KIND as RECORDS
from store.records import UNPACKED, UsageRecord, minutes_in, records_of
from store.scripts import Client
from store.standing import Journals

Raw = tuple[bytes, bytes]
"""An entry as the stream has it: its id and its line."""

_ENTRY = re.compile(r"[1-9][0-9]{0,14}-[1-9][0-9]{0,14}")
_AT_ONCE = 500
_BLOCK = 16
_KIND = f"{RECORDS}\t".encode()


@dataclass(frozen=True, slots=True)
class Paid:
    """What one purchase or grant paid: its lot, the version of the entry it came by, "" where none could pay."""

    lot: str
    micros: int


@dataclass(frozen=True, slots=True)
class Explained:
    """An entry, or one call of it.

    Attributes:
        entry: it.
        line: the call, None for the entry as a whole.
        ground: why the call costs what it costs, None where that was not kept.
        paid: what was taken of each lot for it.
        reversed_by: the entry that gave back what was taken for it, "" for none.
        returned_s: the seconds of included minutes that pools have got back of it that way, or by it, if it reverses.
    """

    entry: Entry
    line: UsageRecord | None
    ground: Basis | None
    paid: Sequence[Paid]
    reversed_by: str
    returned_s: int = 0


class Why:
    """Searches the journal and, where there is one, the archive."""

    def __init__(self, redis: Client, *, past: Past | None = None) -> None:
        """`past`: where the entries are that were archived."""
        self._redis = redis
        self._past = past

    async def explain(self, ref: AccountRef, name: str) -> list[Explained]:
        """What is known by this name: an entry's id, a call's, or `<entry>#<call>`; oldest first, [] for nothing.

        Of a call there is more than one where it got its price later, or where the same id was charged for days far
        apart. All entries are looked through for a call, about a million lines a second.

        Raises:
            store.manifest.ArchiveError: the archive cannot be read.
            ValueError: an entry that has the call cannot be unpacked.
        """
        of, _, record = name.partition("#")
        if _ENTRY.fullmatch(of):
            entry = await self._entry(ref, of)
            if not entry:
                return []
            return (
                [each async for each in self._lines(ref, entry, record)] if record else [await self._whole(ref, entry)]
            )
        found = []
        wanted = name.lower() if _guid(name.lower()) else name
        async for entry in self._with(ref, wanted):
            found += [each async for each in self._lines(ref, entry, wanted)]
        return found

    async def _whole(self, ref: AccountRef, entry: Entry) -> Explained:
        by = (await self._redis.hget(keys.reversals(ref), str(entry.version)) or "").partition(" ")[0]
        returned_s = sum((minutes_in(entry.minutes) or await self._returned(ref, by)).values())
        return Explained(entry, None, None, paid(entry, 0, entry.moved.micros), by, returned_s)

    async def _entry(self, ref: AccountRef, entry_id: str) -> Entry | None:
        from store.folding import Finder  # noqa: PLC0415 pyarrow takes longer to load than the bot to start

        return await Finder(self._redis, self._past, ref).entry(entry_id)

    async def _returned(self, ref: AccountRef, by: str) -> Mapping[tuple[str, str], int]:
        """What pools have got back by the entry that reversed another, "" for none."""
        made = await self._entry(ref, by) if by else None
        return minutes_in(made.minutes) if made else {}

    async def _lines(self, ref: AccountRef, entry: Entry, record: str) -> AsyncIterator[Explained]:
        before = 0
        for line in records_of(entry):
            if line.id == record:
                asked = [f"{entry.version}#{line.id}", str(entry.version)]
                found = [each for each in await self._redis.hmget(keys.reversals(ref), asked) if each]
                by = found[0].partition(" ")[0] if found else ""
                pooled_s = sum(seconds for _, seconds in basis.pooled(line.basis))
                returned_s = pooled_s if pooled_s and await self._returned(ref, by) else 0
                ground = basis.read(line.basis) if line.basis else None
                of_lots = paid(entry, before, line.amount.micros)
                yield Explained(entry, line, ground, of_lots, by, returned_s)
            before += line.amount.micros

    async def _with(self, ref: AccountRef, record: str) -> AsyncIterator[Entry]:
        """The entries that may have a line with this id, oldest first."""
        currency, newest = await self._redis.hmget(keys.account(ref), ("currency", "version"))
        journals, last, version = Journals(self._redis), "", 1
        while raw := await journals.read(ref, last, "+", _AT_ONCE):
            async for entry in self._archived(ref, version, int(raw[0][0].partition(b"-")[2]), record):
                yield entry
            for each in await asyncio.to_thread(_matching, raw, record):
                line = {"entry": each[1].decode("utf-8", "replace")}
                yield Entry.decode(each[0].decode(), line, currency or "")
            last, version = raw[-1][0].decode(), int(raw[-1][0].partition(b"-")[2]) + 1
        async for entry in self._archived(ref, version, int(newest or 0) + 1, record):
            yield entry

    async def _archived(self, ref: AccountRef, start: int, stop: int, record: str) -> AsyncIterator[Entry]:
        if self._past and start < stop:
            async for entry in self._past.since(ref, start, stop, batch=_AT_ONCE):
                if entry.kind == RECORDS and _has(entry.memo.encode(), _patterns(record)):
                    yield entry


def paid(entry: Entry, before_micros: int, micros: int) -> list[Paid]:
    """Which lots paid for a part of an entry: so much, behind so much that they paid for before."""
    found, begin = [], 0
    for part in parts(entry.lots, entry.moved.micros):
        mine = min(begin + part.micros, before_micros + micros) - max(begin, before_micros)
        if mine > 0:
            found.append(Paid("" if part.lot == UNPAID else part.lot, mine))
        begin += part.micros
    return found


def _matching(raw: Sequence[Raw], record: str) -> list[Raw]:
    patterns = _patterns(record)
    return [each for each in raw if each[1].startswith(_KIND) and _has(each[1].rpartition(b"\t")[2], patterns)]


def _has(memo: bytes, patterns: Sequence[bytes]) -> bool:
    """Whether a pack may have this id; what is said yes to is looked at closely."""
    ids = memo.split(b" ", 3)[2]
    if ids == UNPACKED.encode():
        return True
    return any(each in ids for each in patterns)


def _patterns(record: str) -> list[bytes]:
    """How base64 shows a GUID, by where in three bytes it begins; [] for an id that is none."""
    if not (packed := _guid(record)):
        return []
    found = []
    for begins in range(3):
        text = b64encode(bytes(begins) + packed)
        found.append(text[-(-begins * 8 // 6) : (begins + _BLOCK) * 8 // 6])
    return found


def _guid(text: str) -> bytes:
    """The 16 bytes of a GUID in lower case, b"" for what is none."""
    try:
        found = UUID(text)
    except ValueError:
        return b""
    return found.bytes if str(found) == text else b""
