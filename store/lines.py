"""Call records as columns: what is asked of each is asked of all at once, so that a record costs no Python of its own.

Imported only where records are posted: pyarrow takes longer to load than the bot to start.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.batch import check_service
from store.marks import checks_of, contents_of, guids_of, names_of
from store.money import MAX_MICROS
from store.operations import harmless, is_id
from store.records import LONGEST_TEXT, UsageRecord
from store.texts import together

Column = Any
"""A list of Python's, or a pyarrow Array or ChunkedArray, of integers or of texts."""

LONGEST_ID = 64
_FIRST, _LAST = map(ord, "!~")
"""Of the characters that an id is made of."""
DAY_MS = 86_400_000
LATEST_MS = 2**53 - 1
"""A start is that far from the epoch at most, either way."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Rated call records of one service and currency, made by `Lines.of`.

    `batch` has for each the columns of `Lines.of`, its `place` among those that were handed in, from 0, the `guid` that
    its id is, or null, the UTC `day` of its start, and the `name` and `check` by which it is known.
    """

    batch: Any
    currency: str
    service: str

    @classmethod
    def of(
        cls,
        ids: Column,
        micros: Column,
        starts_ms: Column,
        *,
        currency: str,
        service: str = "calls",
        destinations: Column | None = None,
        memos: Column | None = None,
        durations: Column | None = None,
        numbers: Column | None = None,
        users: Column | None = None,
        centres: Column | None = None,
        bases: Column | None = None,
        contents: Column | None = None,
    ) -> "Lines":
        """Columns of one length, with what `UsageRecord` tells of each field; texts that are missing are empty.

        `contents` are texts by which a repeat is told from an id that comes again; without them it is the amount, the
        start and the destination. What was made of a record, such as the price of a call, is no part of it. Of numbers,
        users and cost centres the first 200 characters are kept.

        Raises:
            ValueError: the lengths differ, an id, an amount or a start is missing, an id or the service cannot be
                written, or a start is more than `LATEST_MS` from the epoch.
        """
        check_service(service)
        count = len(ids)
        ids, micros, starts_ms = _texts(ids), _integers(micros), _integers(starts_ms)
        destinations, memos = (
            pa.repeat(pa.scalar(""), count) if each is None else _texts(each).fill_null("")
            for each in (destinations, memos)
        )
        columns = {"id": ids, "micros": micros, "start_ms": starts_ms, "destination": destinations, "memo": memos}
        told = {"number": numbers, "user": users, "centre": centres}
        columns |= {name: short(_texts(each).fill_null("")) for name, each in told.items() if each is not None}
        columns |= {} if bases is None else {"basis": _texts(bases).fill_null("")}
        columns |= {} if durations is None else {"duration_s": _integers(durations)}
        if {*map(len, columns.values())} != {count} or any(each.null_count for each in columns.values()):
            msg = "columns of records are of one length, and each record has an id, an amount and a start"
            raise ValueError(msg)
        if count:
            check_written(ids, starts_ms)
        guids = guids_of(ids)
        names = names_of(ids, guids)
        columns |= {
            "place": pa.array(range(count), pa.int64()),
            "guid": guids,
            "day": days_of(starts_ms),
            "name": names,
        }
        said = contents_of(micros, starts_ms, destinations) if contents is None else _texts(contents)
        columns |= {"check": checks_of(said, service)}
        return cls(pa.RecordBatch.from_pydict(columns), currency, service)

    @classmethod
    def of_records(cls, records: Sequence[UsageRecord]) -> "Lines":
        """Records of one service and currency, one at least."""
        return cls.of(
            [each.id for each in records],
            [min(max(each.amount.micros, -1), MAX_MICROS + 1) for each in records],  # neither can be posted
            [each.start_ms for each in records],
            currency=records[0].amount.currency,
            service=records[0].service,
            destinations=[each.destination for each in records],
            memos=[each.memo for each in records],
            durations=[each.duration_s for each in records],
            numbers=[each.number for each in records],
            users=[each.user for each in records],
            centres=[each.centre for each in records],
            bases=[each.basis for each in records],
        )

    def __len__(self) -> int:
        return len(self.batch)

    @property
    def places(self) -> list[int]:
        """Which of those that were handed in these are, from 0."""
        found: list[int] = self.batch["place"].to_pylist()
        return found

    @property
    def sum_micros(self) -> int:
        """What they come to."""
        return int(self.batch["micros"].to_numpy().sum())

    def parted(self) -> "tuple[Lines, Lines]":
        """Those with an amount that can be posted, above zero and not above `MAX_MICROS`; and the others.

        With a ground zero is an amount as well.
        """
        micros = self.batch["micros"]
        least = pc.if_else(pc.equal(self.batch["basis"], ""), 1, 0) if "basis" in self.batch.schema.names else 1
        valid = pc.and_(pc.greater_equal(micros, least), pc.less_equal(micros, MAX_MICROS))
        return self._where(valid), self._where(pc.invert(valid))

    def without(self, rows: Collection[int]) -> "Lines":
        """All but these, counted from 0 in what is here."""
        left_out = {*rows}
        return self._where(pa.array([row not in left_out for row in range(len(self))], pa.bool_()))

    def pages(self, size: int) -> "Iterator[Lines]":
        """The same, `size` at a time; no id is twice in one: it comes again when the first is known."""
        for start in range(0, len(self), size):
            page = Lines(self.batch.slice(start, size), self.currency, self.service)
            while again := page._repeated():
                yield page.without(again)
                page = page.without({*range(len(page))} - {*again})
            yield page

    def _repeated(self) -> list[int]:
        """The rows whose names are those of rows before."""
        names = self.batch["name"].to_pylist()
        if len({*names}) == len(names):
            return []
        seen, again = set[int](), list[int]()
        for row, name in enumerate(names):
            if name in seen:
                again.append(row)
            seen.add(name)
        return again

    def _where(self, mask: Any) -> "Lines":
        return Lines(self.batch.filter(mask), self.currency, self.service)


def check_written(ids: Any, starts: Any) -> None:
    """ValueError where one of some ids cannot be written, or a start is out of range."""
    length = pc.min_max(pc.binary_length(ids)).as_py()
    letters = np.frombuffer(together(ids), np.uint8)
    if length["max"] > LONGEST_ID or not length["min"] or letters.min() < _FIRST or letters.max() > _LAST:
        wrong = next(each for each in ids.to_pylist() if not is_id(each, LONGEST_ID))
        msg = f"a record's id is 1 to {LONGEST_ID} printable ASCII characters without spaces, not {wrong!r}"
        raise ValueError(msg)
    reach = pc.min_max(starts).as_py()
    if reach["min"] < -LATEST_MS or reach["max"] > LATEST_MS:
        msg = f"a record starts at most {LATEST_MS} ms from the epoch"
        raise ValueError(msg)


def days_of(starts: Any) -> Any:
    """The UTC day of each, rounded down before the epoch as well."""
    days = pc.divide(starts, DAY_MS)
    return pc.if_else(pc.less(starts, pc.multiply(days, DAY_MS)), pc.subtract(days, 1), days)


def short(texts: Any) -> Any:
    """No text longer than is kept."""
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    return pc.utf8_slice_codeunits(texts, 0, LONGEST_TEXT) if longest > LONGEST_TEXT else texts


def _texts(column: Column) -> Any:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return _whole(column).cast(pa.string())
    try:
        return pa.array(column, pa.string())
    except UnicodeEncodeError:
        return pa.array([each and harmless(each) for each in column], pa.string())


def _integers(column: Column) -> Any:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return _whole(column).cast(pa.int64())
    try:
        return pa.array(column, pa.int64())
    except OverflowError as error:
        msg = f"amounts and starts are integers of 64 bits: {error}"
        raise ValueError(msg) from error


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
