"""Call records: many lines of usage in one entry, so that a line costs a fraction of a posting.

Such an entry has kind `records`, debits the wallet and credits `usage:<service>` with the sum of its lines, which may
be 0; operation and ref are empty, because each line is known by its own id. Its memo is the pack, five parts divided by
spaces:

    2 <count> <ids> <columns> <uses>

`2` is the format. `count` is the number of lines. `ids` is the base64 of their ids, 16 bytes each, where all are GUIDs
in lower case, else "-". `columns` is the base64 of the zlib stream of UTF-8 text: columns divided by U+001E, each with
one value a line. The first column has the names of the others, divided by spaces: `amount` in millionths, `start` in ms
since the epoch (the first as it is, then the difference to the line before) and `duration` in seconds, whose values are
divided by spaces, and `id` where they are not packed, divided so too; `destination`, `memo`, `number`, `user`, `centre`
and `basis` (see `store.basis`), divided by U+001F. Amount and start are always there, of the others those that say
something. `uses` is what the lines took of pools together, `<pool>:<month>:<seconds>` divided by commas, or "-". Lines
are in the order in which they were posted; the amounts add up to what the entry moved.

Entries of format 1 have four parts: `1 <count> <ids> <columns>`, with the columns `amount`, `start`, `destination`,
`memo` and, where they are not packed, `id`, which are not named.

It is zlib, which every language's standard library reads: zstd at level 1 takes a third of its time and 1 of 18 bytes
less, and Python before 3.14 cannot read it by itself.
"""

import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from uuid import UUID

from store import basis
from store.account import Entry
from store.money import Money

KIND = "records"
"""The kind of an entry whose memo is a pack of lines."""

FORMAT = "2"
COLUMN, FIELD = "\x1e", "\x1f"
UNPACKED = UNUSED = "-"
LONGEST_TEXT = 200
"""Of a number, a user and a cost centre no more characters are kept."""
_PREFIX = "usage:"
_UNPRICED = tuple(basis.text(each) for each in basis.ANSWERABLE)
_FIRST_FORMAT, _FIRST_COLUMNS = "1", ("amount", "start", "destination", "memo", "id")


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One call as its record tells it, rated: `amount` is charged to `service`.

    `id` is 1 to 64 printable ASCII characters without spaces, unique within the account. `start_ms` is the call's
    start, ms since the epoch. `destination` and `memo` are short texts, kept for whoever asks about the charge; so are
    `duration_s`, the `number` that decided the rate, the `user`, the cost `centre`, and `basis`, the ground of the
    price, see `store.basis`. With a basis the amount may be 0: a call that was pooled, free, or has no price yet.
    """

    id: str
    amount: Money
    start_ms: int
    destination: str = ""
    memo: str = ""
    service: str = "calls"
    duration_s: int = 0
    number: str = ""
    user: str = ""
    centre: str = ""
    basis: str = ""


def records_of(entry: Entry) -> tuple[UsageRecord, ...]:
    """The lines of an entry, in their order; none where it is not of call records.

    Raises:
        ValueError: the pack is damaged, or of a format that this version does not know.
    """
    if entry.kind != KIND:
        return ()
    pack = _Pack.of(entry)
    service, currency = entry.credit.removeprefix(_PREFIX), entry.moved.currency
    amounts = pack.numbers("amount")
    lines = zip(
        pack.ids(),
        (Money(each, currency) for each in amounts),
        accumulate(pack.numbers("start")),
        pack.texts("destination", len(amounts)),
        pack.texts("memo", len(amounts)),
        repeat(service, len(amounts)),
        pack.numbers("duration") if "duration" in pack.columns else repeat(0, len(amounts)),
        *(pack.texts(name, len(amounts)) for name in ("number", "user", "centre", "basis")),
        strict=True,
    )
    found = tuple(UsageRecord(*line) for line in lines)
    if len(found) != pack.count:
        msg = f"entry {entry.id} has {len(found)} lines, not {pack.count}"
        raise ValueError(msg)
    return found


def minutes_of(entry: Entry, lines: Sequence[UsageRecord], record: str) -> str:
    """What a line of an entry took of pools, by the month of its call, as `minutes` of an entry that gives it back.

    Of what an entry took of a pool in some months, the calls that began first took the first. So the time zone that
    divided them need not be known. "" for nothing; `lines` are those of the entry.

    Raises:
        ValueError: as `records_of`.
    """
    uses, found = sorted(_Pack.of(entry).uses.items()) if entry.kind == KIND else [], []
    mine = Counter(dict(next((basis.pooled(each.basis) for each in lines if each.id == record), ())))
    for pool, seconds in mine.items():
        months = [(month, given) for (name, month), given in uses if name == pool]
        begins = next(each.start_ms for each in lines if each.id == record)
        earlier = (each for each in lines if each.start_ms < begins)
        before = sum(dict(basis.pooled(each.basis)).get(pool, 0) for each in earlier)
        reached = zip(months, accumulate(given for _, given in months), strict=True)
        if month := next((month for (month, _), upto in reached if before < upto), ""):
            found.append(f"{pool}:{month}:{seconds}")
    return ",".join(found)


def minutes_in(text: str) -> Mapping[tuple[str, str], int]:
    """The `minutes` of an entry: seconds by pool and month. ValueError where they are written otherwise."""
    return _uses(text or UNUSED)


def count_of(entry: Entry) -> int:
    """How many lines an entry of call records has, without unpacking them; 0 for every other entry."""
    return int(entry.memo.split(" ", 2)[1]) if entry.kind == KIND else 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What the lines of an entry come to.

    Attributes:
        count: how many they are.
        micros: what they cost.
        pooled: the seconds that each pool gave, by the lines' grounds.
        uses: the same by pool and month ("2026-11"), as the entry says itself.
        unpriced: how many have no price, and may get one by another rate card.
        late: how many got theirs late, by the entry in which they had none.
    """

    count: int
    micros: int
    pooled: Mapping[str, int]
    uses: Mapping[tuple[str, str], int]
    unpriced: int = 0
    late: Mapping[str, int] = field(default_factory=dict)


def sums_of(entry: Entry) -> Sums:
    """What the lines come to, at less cost than by unpacking each; of an entry of another kind: nothing.

    Raises:
        ValueError: as `records_of`, where it is these columns that are damaged.
    """
    if entry.kind != KIND:
        return Sums(0, 0, {}, {})
    pack, pooled, late = _Pack.of(entry), Counter[str](), Counter[str]()
    amounts = pack.numbers("amount")
    grounds = Counter(pack.texts("basis", len(amounts)))
    if len(amounts) != pack.count or grounds.total() != pack.count:
        msg = f"entry {entry.id} has {len(amounts)} lines, not {pack.count}"
        raise ValueError(msg)
    for ground, count in grounds.items():
        for pool, seconds in basis.pooled(ground):
            pooled[pool] += count * seconds
        if of := basis.late_of(ground):
            late[of] += count
    unpriced = sum(grounds[each] for each in _UNPRICED)
    return Sums(pack.count, sum(amounts), pooled, pack.uses, unpriced, late)


@dataclass(frozen=True, slots=True)
class _Pack:
    """An entry's memo, taken apart."""

    count: int
    packed_ids: str
    columns: Mapping[str, str]
    uses: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, entry: Entry) -> "_Pack":
        form, _, rest = entry.memo.partition(" ")
        if form == _FIRST_FORMAT:
            count, ids, columns = rest.split(" ")
            texts, uses = _decompressed(entry.id, columns).split(COLUMN), UNUSED
            names = _FIRST_COLUMNS[: len(texts)]
        elif form == FORMAT:
            count, ids, columns, uses = rest.split(" ")
            named, *texts = _decompressed(entry.id, columns).split(COLUMN)
            names = (*named.split(" "),)
        else:
            msg = f"entry {entry.id} is packed in format {form}"
            raise ValueError(msg)
        return cls(int(count), ids, dict(zip(names, texts, strict=True)), _uses(uses))

    def ids(self) -> Iterator[str]:
        if "id" in self.columns:
            return iter(self.columns["id"].split(" "))
        packed = b64decode(self.packed_ids, validate=True)
        return (str(UUID(bytes=packed[at : at + 16])) for at in range(0, len(packed), 16))

    def numbers(self, name: str) -> list[int]:
        """ValueError where the column is missing."""
        return [int(each) for each in self.columns.get(name, "").split(" ")]

    def texts(self, name: str, count: int) -> list[str]:
        return self.columns[name].split(FIELD) if name in self.columns else [""] * count


def _uses(text: str) -> Mapping[tuple[str, str], int]:
    found = {}
    for each in text.split(",") if text != UNUSED else ():
        pool, month, seconds = each.split(":")
        found[pool, month] = int(seconds)
    return found


def _decompressed(entry_id: str, columns: str) -> str:
    try:
        return zlib.decompress(b64decode(columns, validate=True)).decode()
    except (zlib.error, ValueError) as error:
        msg = f"entry {entry_id} is packed in a way that cannot be read: {error}"
        raise ValueError(msg) from error
