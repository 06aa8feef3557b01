"""Posting call records: as few entries as there are services, each record once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from store import keys
from store.batch import Told, posting_keys
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, note
from store.outcomes import Posted, Reason
from store.records import UsageRecord
from store.scripts import Client, Scripts
from store.services import LISTED

if TYPE_CHECKING:
    from store.lines import Lines
    from store.packing import Packed
    from store.recent import Recent

MAX_LINES = 500
"""How many records one entry takes: it keeps Redis for less than a millisecond, in which nobody else is served."""

_REPEATED, _CONFLICT = "=", "!"

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Recorded(Generic[Record]):
    """What became of call records; those that came as columns are told by their places there, from 0.

    `entries` are the entries that were made, `posted` how many records are in them. `repeated` had been posted before
    and were left out. `refused` were not posted, and why: OPERATION_CONFLICT is a known id with another amount,
    service, start or destination.
    """

    entries: tuple[Posted, ...]
    posted: int
    repeated: tuple[Record, ...]
    refused: tuple[tuple[Record, Reason], ...]


class Recorder:
    """Sends call records to `post_records`, which takes those of one account, service and currency."""

    def __init__(self, redis: Client, ids: Ids) -> None:
        self._scripts = Scripts(redis)
        self._ids = ids
        self._recent: Recent | None = None

    async def post_records(
        self, ref: AccountRef, records: Sequence[UsageRecord], *, actor: str
    ) -> Recorded[UsageRecord]:
        """Post what is new of `records`, those of a service in their order; as `Ledger.post_records` promises."""
        from store.lines import Lines  # noqa: PLC0415 pyarrow takes longer to load than the bot to start

        groups: dict[tuple[str, str], list[UsageRecord]] = {}
        for each in records:
            groups.setdefault((each.service, each.amount.currency), []).append(each)
        work = _Work[UsageRecord](ref, actor)
        for lines, group in [(Lines.of_records(group), group) for group in groups.values()]:
            await self._post(work, lines, group)
        return work.outcome()

    async def post_lines(self, ref: AccountRef, lines: "Lines", *, actor: str) -> Recorded[int]:
        """Post what is new of `lines`, in their order; as `Ledger.post_lines` promises."""
        work = _Work[int](ref, actor)
        await self._post(work, lines, range(len(lines)))
        return work.outcome()

    async def _post(self, work: "_Work[Record]", lines: "Lines", told: Sequence[Record]) -> None:
        """`told`: by what each of the lines is told."""
        valid, invalid = lines.parted()
        work.refused += [(told[place], Reason.AMOUNT_INVALID) for place in invalid.places]
        for page in valid.pages(MAX_LINES):
            left: Lines | None = page
            while left:
                left = await self._call(work, left, told)

    async def _call(self, work: "_Work[Record]", lines: "Lines", told: Sequence[Record]) -> "Lines | None":
        """The lines that are to be sent again, without those that are known, or None."""
        from store.packing import pack  # noqa: PLC0415 as above

        by, sum_micros = self._ids(), lines.sum_micros
        recent, days = await self._told(work.ref, lines)
        packed = pack(lines, told=days)
        recent.add(lines.batch["name"].to_numpy())
        recent.note(work.ref, {*lines.batch["day"].to_pylist()}, by)
        named, args = call_of(work.ref, lines, packed, actor=work.actor, payment_id=by)
        answer = await self._scripts.call("post_records", named, **args)
        verdict, detail, *after = str(answer).split(" ")
        if verdict == "known":
            states = dict(zip(packed.order.tolist(), detail, strict=True))
            work.leave_out([(told[place], states[row]) for row, place in enumerate(lines.places)])
            return lines.without([row for row, state in states.items() if state in {_REPEATED, _CONFLICT}])
        if verdict == "refused":
            work.refused += [(told[place], Reason(detail)) for place in lines.places]
        else:
            work.add(detail, len(lines), sum_micros, Money(int(after[0]), lines.currency))
        return None

    async def _told(self, ref: AccountRef, lines: "Lines") -> "tuple[Recent, dict[int, str]]":
        """What is known of who told the lines' days; nothing where one of them is known, so that all are looked up."""
        from store.packing import marks_of  # noqa: PLC0415 as above
        from store.recent import Recent  # noqa: PLC0415 as above

        recent = self._recent = self._recent or Recent()
        told, met = recent.told(ref), recent.met(lines.batch["name"].to_numpy())
        if not met.any():
            return recent, told
        marks = marks_of(lines.batch.take(met.nonzero()[0]))
        named = {"account": keys.account(ref), "home": keys.account(ref)}
        known = await self._scripts.call("find_records", named, starts=marks.starts, all_marks=marks.marks)
        return recent, {} if known else told


def call_of(
    ref: AccountRef,
    lines: "Lines",
    packed: "Packed",
    *,
    actor: str,
    payment_id: str,
    uses: str = "",
    unpriced: str = "",
    late: str = "",
    home: AccountRef | None = None,
    home_told: str = "",
    listed: frozenset[str] = LISTED,
) -> Told:
    """The script's keys and arguments, as its header tells them; `home` is `ref` where it is None."""
    return {
        **posting_keys(ref),
        "payment": keys.payment(ref.tenant, payment_id),
        "pooled": keys.pooled(ref),
        "unpriced": keys.unpriced(ref),
        "home": keys.account(home or ref),
    }, {
        "wanted": lines.currency,
        "service": lines.service,
        "sum_micros": lines.sum_micros,
        "amounts": packed.amounts,
        "note": note(actor, "", "", packed.memo),
        "starts": packed.starts,
        "all_marks": packed.marks,
        "uses": uses,
        "unpriced": unpriced,
        "late": late,
        "home_told": home_told,
        "listed": int(lines.service in listed),
    }


class _Work(Generic[Record]):
    """Records on their way, and what has become of them."""

    def __init__(self, ref: AccountRef, actor: str) -> None:
        self.ref = ref
        self.actor = actor
        self.entries: list[Posted] = []
        self.posted = 0
        self.repeated: list[Record] = []
        self.refused: list[tuple[Record, Reason]] = []

    def outcome(self) -> Recorded[Record]:
        """All of it."""
        return Recorded(tuple(self.entries), self.posted, tuple(self.repeated), tuple(self.refused))

    def add(self, entry: str, count: int, sum_micros: int, after: Money) -> None:
        """So many are posted by an entry."""
        before = Money(after.micros + sum_micros, after.currency)
        self.entries.append(Posted(entry, before, after, int(entry.partition("-")[0])))
        self.posted += count

    def leave_out(self, states: Sequence[tuple[Record, str]]) -> None:
        """What is known already."""
        self.repeated += [each for each, state in states if state == _REPEATED]
        self.refused += [(each, Reason.OPERATION_CONFLICT) for each, state in states if state == _CONFLICT]
