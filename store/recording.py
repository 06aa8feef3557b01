"""Posting call records: as few entries as there are services, each record once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from struct import unpack
from zlib import crc32

from store import keys
from store.batch import check_service, posting_keys
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.operations import Ids, is_id, note
from store.outcomes import Posted, Reason
from store.records import UsageRecord, pack
from store.scripts import Client, Scripts

MAX_LINES = 500
"""How many records one entry takes: it keeps Redis for about a millisecond, in which nobody else is served."""

LONGEST_ID = 64
"""A record's id is 1 to 64 printable ASCII characters without spaces."""

DAY_MS = 86_400_000
_REPEATED, _CONFLICT = "=", "!"
_SET, _CHECK, _REST = (2**31 - 1) << 32, 1 << 30, 2**30 - 1
_NAME = _SET | _REST


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of call records.

    `entries` are the entries that were made, `posted` how many records are in them. `repeated` had been posted before
    and were left out. `refused` were not posted, and why: OPERATION_CONFLICT is a known id with another amount,
    service, start or destination.
    """

    entries: tuple[Posted, ...]
    posted: int
    repeated: tuple[UsageRecord, ...]
    refused: tuple[tuple[UsageRecord, Reason], ...]


class Recorder:
    """Sends call records to `post_records`, which takes those of one account, service and currency."""

    def __init__(self, redis: Client, ids: Ids) -> None:
        self._scripts = Scripts(redis)
        self._ids = ids

    async def post(self, ref: AccountRef, records: Sequence[UsageRecord], *, actor: str) -> Recorded:
        """Post what is new of `records`, those of a service in their order; as `Ledger.post_records` promises."""
        _check(records)
        work = _Work(ref, actor)
        for lines in _divided(work.without_invalid(records)):
            left = lines
            while left:
                left = work.take(left, await self._call(work, left))
        return Recorded(tuple(work.entries), work.posted, tuple(work.repeated), tuple(work.refused))

    async def _call(self, work: "_Work", lines: list[UsageRecord]) -> str:
        micros = [each.amount.micros for each in lines]
        days = [each.start_ms // DAY_MS for each in lines]
        answer = await self._scripts.call(
            "post_records",
            {**posting_keys(work.ref), "payment": keys.payment(work.ref.tenant, self._ids())},
            wanted=lines[0].amount.currency,
            service=lines[0].service,
            sum_micros=sum(micros),
            amounts=" ".join(map(str, micros)),
            note=note(work.actor, "", "", pack(lines)),
            starts=" ".join(f"{day} {len([*same])}" for day, same in groupby(days)),
            marks=marks(lines),
        )
        return str(answer)


class _Work:
    """One call of `post`, under way."""

    def __init__(self, ref: AccountRef, actor: str) -> None:
        self.ref = ref
        self.actor = actor
        self.entries: list[Posted] = []
        self.posted = 0
        self.repeated: list[UsageRecord] = []
        self.refused: list[tuple[UsageRecord, Reason]] = []

    def without_invalid(self, records: Sequence[UsageRecord]) -> Sequence[UsageRecord]:
        """Those with an amount that can be posted."""
        micros = [each.amount.micros for each in records]
        if records and min(micros) > 0 and max(micros) <= MAX_MICROS:
            return records
        valid = [each for each in records if 0 < each.amount.micros <= MAX_MICROS]
        invalid = (each for each in records if not 0 < each.amount.micros <= MAX_MICROS)
        self.refused += [(each, Reason.AMOUNT_INVALID) for each in invalid]
        return valid

    def take(self, lines: list[UsageRecord], answer: str) -> list[UsageRecord]:
        """What the script answered; the lines that are to be sent again, without those that are known."""
        verdict, detail, *after = answer.split(" ")
        if verdict == "known":
            for each, state in zip(lines, detail, strict=True):
                if state in {_REPEATED, _CONFLICT}:
                    self._leave_out(each, repeated=state == _REPEATED)
            return [each for each, state in zip(lines, detail, strict=True) if state not in {_REPEATED, _CONFLICT}]
        if verdict == "refused":
            self.refused += [(each, Reason(detail)) for each in lines]
        else:
            currency = lines[0].amount.currency
            before = int(after[0]) + sum(each.amount.micros for each in lines)
            at_ms = int(detail.partition("-")[0])
            self.entries.append(Posted(detail, Money(before, currency), Money(int(after[0]), currency), at_ms))
            self.posted += len(lines)
        return []

    def _leave_out(self, record: UsageRecord, *, repeated: bool) -> None:
        if repeated:
            self.repeated.append(record)
        else:
            self.refused.append((record, Reason.OPERATION_CONFLICT))


def marks(records: Sequence[UsageRecord]) -> list[int]:
    """By which an account knows records: of each its name and its check, below 2^63.

    Both begin with 31 bits of the id's BLAKE2b, which choose the set that they are kept in. After a bit that is always
    zero, so that a Lua number rounds nothing into those above, comes one that tells names from checks, and then 30
    bits: of the id in a name, of the contents' CRC-32 in a check. So a name holds 61 bits of the id.
    """
    digests = b"".join([blake2b(each.id.encode(), digest_size=8).digest() for each in records])
    names = [each & _NAME for each in unpack(f">{len(records)}Q", digests)]
    told = [
        crc32(f"{each.amount.micros} {each.start_ms} {each.service} {each.destination}".encode("utf-8", "replace"))
        for each in records
    ]
    found = [0] * (2 * len(records))
    found[::2] = names
    found[1::2] = [name & _SET | _CHECK | contents & _REST for name, contents in zip(names, told, strict=True)]
    return found


def _check(records: Sequence[UsageRecord]) -> None:
    """ValueError where an id or a service cannot be written."""
    ids = [each.id for each in records]
    lengths = {*map(len, ids)}
    if ids and (max(lengths) > LONGEST_ID or not min(lengths) or not is_id("".join(ids), LONGEST_ID * len(ids))):
        wrong = next(each for each in ids if not is_id(each, LONGEST_ID))
        msg = f"a record's id is 1 to {LONGEST_ID} printable ASCII characters without spaces, not {wrong!r}"
        raise ValueError(msg)
    for service in {each.service for each in records}:
        check_service(service)


def _divided(records: Sequence[UsageRecord]) -> Iterator[list[UsageRecord]]:
    """What makes one entry: records of one service and currency, in the order of the first of each."""
    groups: dict[tuple[str, str], list[UsageRecord]] = {}
    for each in records:
        groups.setdefault((each.service, each.amount.currency), []).append(each)
    for group in groups.values():
        for start in range(0, len(group), MAX_LINES):
            yield from _different(group[start : start + MAX_LINES])


def _different(lines: list[UsageRecord]) -> Iterator[list[UsageRecord]]:
    """The same in parts whose ids are all different: one that comes again comes when the first is known."""
    while len({each.id for each in lines}) < len(lines):
        part, again, seen = list[UsageRecord](), list[UsageRecord](), set[str]()
        for each in lines:
            (again if each.id in seen else part).append(each)
            seen.add(each.id)
        yield part
        lines = again
    yield lines
