"""Calls of one account on their way to the ledger: by what they are known, what they cost, and the pages they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store import basis
from store.calls import Batch
from store.fewer import encoded
from store.grounds import rows_text
from store.lines import Lines, check_written, days_of, short
from store.marks import Names, checks_of, contents_of_calls, guids_of, mark_texts, names_of
from store.packing import Columns
from store.pools import Pool, label
from store.prefixes import Bools, Ints
from store.rating import State, Terms
from store.ratings import STATES, Rater, Ratings
from store.recording import MAX_LINES
from store.records import UNUSED

_UNPRICED = pa.array([basis.text(each) for each in basis.ANSWERABLE], pa.string())
_UNRATED = STATES.index(State.UNRATED)


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Calls of one account, in the order in which they use pools.

    `batch` is of `store.calls.SCHEMA`; `marks` has for each the `guid`, `day`, `name`, `check` and `mark` by which it
    is known, see `store.marks`, its `place` in what was handed in, and its cost `centre` if there are any.
    """

    batch: Batch
    marks: Any

    @classmethod
    def of(cls, batch: Batch, places: Ints, centres: Any = None) -> "Calls":
        """Make them known. ValueError where an id cannot be written."""
        ids, starts = batch["id"], batch["start_ms"]
        if len(batch):
            check_written(ids, starts)
        guids = guids_of(ids)
        names = names_of(ids, guids)
        marks = {"guid": guids, "day": days_of(starts), "name": names, "place": pa.array(places)}
        marks["check"] = checks_of(contents_of_calls(batch), "")
        marks["mark"] = mark_texts(names, marks["check"])
        if centres is not None:
            marks["centre"] = short(centres.cast(pa.string()))
        return cls(batch, pa.RecordBatch.from_pydict(marks))

    def __len__(self) -> int:
        return len(self.batch)

    @property
    def places(self) -> Ints:
        """Where they were in what was handed in."""
        found: Ints = self.marks["place"].to_numpy()
        return found

    @property
    def names(self) -> Names:
        """The names."""
        found: Names = self.marks["name"].to_numpy()
        return found

    def where(self, mask: Bools) -> "Calls":
        """Those of these rows."""
        if mask.all():
            return self
        if not mask.any():
            return self.first(0)
        chosen = pa.array(mask)
        return Calls(self.batch.filter(chosen), self.marks.filter(chosen))

    def first(self, count: int) -> "Calls":
        """The first so many."""
        return Calls(self.batch.slice(0, count), self.marks.slice(0, count))

    def again(self) -> Bools:
        """Which of them come after one of the same name."""
        names = self.names
        in_order = np.sort(names)
        several = in_order[1:][in_order[1:] == in_order[:-1]]
        rows = np.flatnonzero(np.isin(names, several)) if len(several) else np.zeros(0, np.int64)
        mask = np.zeros(len(names), np.bool_)
        mask[rows] = True
        mask[rows[np.unique(names[rows], return_index=True)[1]]] = False
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Lines of one entry.

    Attributes:
        lines: what is posted.
        rows: where they are among the calls that were rated together.
        uses: of each pool and month that they may use, the seconds used before and after, and what the pool holds.
        unpriced: which of the lines have no price and may get one later.
        columns: the lines' columns as their pack has them.
    """

    lines: Lines
    rows: Ints
    uses: tuple[tuple[str, str, int, int, int], ...]
    unpriced: str
    columns: dict[str, bytes] | None = None

    @property
    def takes(self) -> bool:
        """Whether it takes anything of a pool."""
        return any(has > had for _, _, had, has, _ in self.uses)

    @property
    def told(self) -> str:
        """What the script is told of pools."""
        return "\n".join(f"{pool} {month} {had} {has} {limit}" for pool, month, had, has, limit in self.uses)

    @property
    def said(self) -> str:
        """What the pack says of pools."""
        used = (f"{pool}:{month}:{has - had}" for pool, month, had, has, _ in self.uses if has > had)
        return ",".join(used) or UNUSED


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """Calls and what they cost, in the order of their services; `ratings` are in the order of the calls."""

    calls: Calls
    ratings: Ratings
    order: Ints
    batch: Any
    columns: Columns
    services: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, calls: Calls, rater: Rater, used: dict[tuple[str, str], int]) -> "Rated":
        """Rate them as long as pools are used as `used` says."""
        ratings = rater.rate(calls.batch, used)
        codes, words = encoded(calls.batch["service"])
        order = _near(codes, calls.names)
        ends = np.cumsum(np.bincount(codes, minlength=len(words))).tolist()
        bounds = zip(words.to_pylist(), [0, *ends], ends, strict=False)
        batch = _lines(calls, ratings, order)
        return cls(calls, ratings, order, batch, Columns(batch), tuple(bounds))

    def pages(self, terms: Terms, used: dict[tuple[str, str], int], size: int) -> Iterator[Page]:
        """What is to be posted, in this order; `used` goes on with the pages."""
        unpriced = self._unpriced()
        for service, start, stop in self.services:
            pools = [each for each in terms.pools if service in each.services]
            for first in range(start, stop, size):
                end = min(first + size, stop)
                rows = self.order[first:end]
                yield Page(
                    Lines(self.batch.slice(first, end - first), terms.currency, service),
                    rows,
                    (*self._uses(pools, rows, used),) if pools else (),
                    rows_text(np.flatnonzero(unpriced[rows]).tolist()) if unpriced is not None else "",
                    self.columns.page(first, end),
                )

    def _uses(
        self, pools: list[Pool], rows: Ints, used: dict[tuple[str, str], int]
    ) -> Iterator[tuple[str, str, int, int, int]]:
        """Every pool that these may use, and every month: who finds one used up has to be right about that, too."""
        months = self.ratings.months[rows]
        for number in np.unique(months[months != 0]).tolist():
            month, those = label(number), months == number
            for pool in pools:
                taken = self.ratings.pooled.get(pool.name)
                had = used.get((pool.name, month), 0)
                has = had + (int(taken[rows][those].sum()) if taken is not None else 0)
                used[pool.name, month] = has
                yield pool.name, month, had, has, pool.seconds

    def _unpriced(self) -> Bools | None:
        if not (self.ratings.states == _UNRATED).any():
            return None
        column = self.ratings.basis
        codes = np.flatnonzero(pc.is_in(column.dictionary, _UNPRICED).to_numpy(zero_copy_only=False))
        found: Bools = np.isin(column.indices.to_numpy(), codes)
        return found if len(codes) else None


def _near(codes: Ints, names: Names) -> Ints:
    """The rows by service, and of a service those together whose names are near: as many as a page has, in their order.

    What is near is kept in few sets (lua/lib/records), so a page is looked up and kept with few commands. It may be
    posted before an earlier one, because what pools give to each call was reckoned in the order of all.
    """
    by_name = np.lexsort((names, codes))
    counts = np.bincount(codes)
    place = np.empty(len(codes), np.int64)
    place[by_name] = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.lexsort((place // MAX_LINES, codes))


def _lines(calls: Calls, ratings: Ratings, order: Ints) -> Any:
    """The columns of `Lines`, in this order."""
    batch, marks = calls.batch, calls.marks
    told = {
        "id": batch["id"],
        "micros": pa.array(ratings.amounts),
        "start_ms": batch["start_ms"],
        "duration_s": batch["duration_s"],
        "number": short(batch["number"]),
        "user": short(batch["user"]),
        "destination": ratings.destination,
        "basis": ratings.basis,
        **{name: marks[name] for name in marks.schema.names},
    }
    whole = pa.RecordBatch.from_pydict(told).take(pa.array(order))
    return whole.set_column(
        whole.schema.get_field_index("destination"), "destination", whole["destination"].cast(pa.string())
    ).set_column(whole.schema.get_field_index("basis"), "basis", whole["basis"].cast(pa.string()))
