"""Calls that had no price when they were posted, and have one now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store import basis, keys
from store.account import Entry
from store.call import CallRecord
from store.calls import to_columns
from store.charged import Charged
from store.grounds import rows_in, rows_text
from store.keys import AccountRef
from store.ledger import Past
from store.lines import Lines
from store.manifest import ArchiveError
from store.operations import Ids
from store.outcomes import Reason
from store.packing import pack
from store.rated import Calls, Page, Rated
from store.rating import State, Terms
from store.ratings import STATES, Rater
from store.recording import MAX_LINES, call_of
from store.records import UsageRecord, records_of
from store.scripts import Client, Scripts
from store.sending import Run, aside, read_used

_TOGETHER = 5_000
"""About so many calls are rated together."""
_ABREAST = 16
_PRICED = STATES.index(State.UNRATED)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A call without a price: a row of an entry."""

    entry: str
    row: int
    line: UsageRecord


class Late:
    """Gives calls their price, each once for ever.

    An account's list says which lines have none. The step that posts a price takes its line off that list, and posts
    nothing where the list is not what it was when the price was reckoned: so a crash leaves no trace, and whoever is
    second does nothing.
    """

    def __init__(self, redis: Client, ids: Ids, past: Past | None) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._ids = ids
        self._past = past

    async def charge(self, ref: AccountRef, terms: Terms, rater: Rater, *, actor: str) -> Charged:
        """Post those that have a price now, by the cards that are valid for the time of the call.

        Raises:
            ArchiveError: an entry is in the archive, and cannot be read.
            redis.exceptions.RedisError: the outcome of a step is unknown; ask again.
        """
        charged = Charged()
        run = Run(ref, actor, terms, rater, charged, None)
        listed = await self._redis.hgetall(keys.unpriced(ref))
        entries, count = list[str](), 0
        for entry in sorted(listed, key=_version):
            entries.append(entry)
            count += sum(map(len, rows_in(listed[entry])))
            if count >= _TOGETHER:
                await self._charge_entries(run, entries)
                entries, count = [], 0
        await self._charge_entries(run, entries)
        return charged

    async def _charge_entries(self, run: Run, entries: Sequence[str]) -> None:
        """Until nobody else was quicker."""
        counted = False
        while entries:
            found = await self._read(run.ref, entries)
            run.charged.read += 0 if counted else len(found)
            counted = True
            if not found or await self._post(run, found):
                return

    async def _read(self, ref: AccountRef, entries: Sequence[str]) -> list[Unpriced]:
        """What these entries have without a price, as it is listed now."""
        listed = await self._redis.hmget(keys.unpriced(ref), entries)
        wanted = {entry: rows for entry, rows in zip(entries, listed, strict=True) if rows}
        found: list[Unpriced] = []
        names = [*wanted]
        for at in range(0, len(names), _ABREAST):
            read = await asyncio.gather(*(self._entry(ref, each) for each in names[at : at + _ABREAST]))
            for entry in read:
                lines = records_of(entry)
                rows = (row for each in rows_in(wanted[entry.id]) for row in each)
                found += [Unpriced(entry.id, row, lines[row]) for row in rows]
        return found

    async def _entry(self, ref: AccountRef, entry_id: str) -> Entry:
        found = await self._redis.xrange(keys.journal(ref), entry_id, entry_id)
        if found:
            return Entry.decode(entry_id, found[0][1], "")
        archived = await self._past.before(ref, _version(entry_id) + 1, 1) if self._past else []
        if not archived or archived[0].id != entry_id:
            raise ArchiveError(
                f"{ref.tenant}/{ref.account}: entry {entry_id} is not to be found. If it is archived, say where with"
                " CREDITS_ARCHIVE_URL"
            )
        return archived[0]

    async def _post(self, run: Run, found: list[Unpriced]) -> bool:
        """Post those that have a price. False where somebody else was quicker: then the rest is to be reckoned anew."""
        used = await read_used(self._redis, run.ref, run.terms)
        rated = await aside(len(found), _rated, found, run.rater, used)
        left = _rows_by_entry(found)
        for page in rated.pages(run.terms, used, MAX_LINES) if len(rated.calls) else ():
            those = [found[place] for place in rated.calls.places[page.rows].tolist()]
            lines = _told_late(page.lines, [each.entry for each in those])
            named, args = call_of(
                run.ref,
                lines,
                pack(lines, page.said, known=False),
                actor=run.actor,
                payment_id=self._ids(),
                uses=page.told,
                late=_late(those, left),
            )
            verdict, detail, *_ = str(await self._scripts.call("post_records", named, **args)).split(" ")
            if verdict == "refused":
                run.refuse(rated.calls.places[page.rows], Reason(detail))
                return True
            if verdict != "posted":
                return False
            run.posted(rated, Page(lines, page.rows, page.uses, ""), detail)
        run.count_unrated(rated)
        return True


def _rated(found: list[Unpriced], rater: Rater, used: dict[tuple[str, str], int]) -> Rated:
    """Those that have a price now, and what it is."""
    batch = to_columns([_call(each.line) for each in found])
    calls = Calls.of(batch, np.arange(len(found)), pa.array([each.line.centre for each in found]))
    return Rated.of(calls.where(rater.rate(batch, used).states != _PRICED), rater, used)


def _call(line: UsageRecord) -> CallRecord:
    """The call as its record told it, as far as its price depends on it."""
    return CallRecord(
        line.id,
        line.service,
        line.start_ms,
        line.duration_s,
        number=line.number,
        user=line.user,
        destination=line.destination,
    )


def _told_late(lines: Lines, entries: list[str]) -> Lines:
    """Each with the entry in which it had no price."""
    tails = pa.array([basis.late_tail(each) for each in entries])
    column = lines.batch.schema.get_field_index("basis")
    told = pc.binary_join_element_wise(lines.batch["basis"], tails, "")
    return Lines(lines.batch.set_column(column, "basis", told), lines.currency, lines.service)


def _rows_by_entry(found: list[Unpriced]) -> dict[str, list[int]]:
    left: dict[str, list[int]] = {}
    for each in found:
        left.setdefault(each.entry, []).append(each.row)
    return left


def _late(those: list[Unpriced], left: dict[str, list[int]]) -> str:
    """What the script is told of them; `left` goes on with the pages."""
    said = []
    for entry, rows in _rows_by_entry(those).items():
        had = left[entry]
        left[entry] = [row for row in had if row not in {*rows}]
        said.append(f"{entry} {rows_text(had)} {rows_text(left[entry]) or '-'}")
    return "\n".join(said)


def _version(entry: str) -> int:
    return int(entry.partition("-")[2])
