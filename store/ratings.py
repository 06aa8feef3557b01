"""What calls cost, by the column: the same as `store.rating` says of each, for tens of thousands at once.

No row is a Python object. What is kept as text with a line is made once for all lines that have the same.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store import basis
from store.basis import Unrated, Why
from store.call import LATEST_MS, LONGEST_S
from store.calls import SCHEMA, Batch
from store.fewer import TextColumn, Texts, alike, encoded, spelled
from store.money import MAX_MICROS
from store.pools import Pool, Used, begins_ms, label, month_number
from store.prefixes import Bools, Ints, begin_with
from store.pricing import CODE, FIRST_UNRATED, FIXED, OWN, RATED, Codes, Found, Pricing
from store.rating import FREE_CALL, FREE_WITHOUT_CARD, PAID_WITH_CREDIT, State, Terms

STATES = (State.CHARGED, State.POOLED, State.FREE, State.UNRATED)
"""What the codes in `Ratings.states` stand for."""
_CHARGED, _POOLED, _FREE, _UNRATED = map(np.int8, range(4))
_WIDE = 1 << 20
"""More than the seconds that can be billed of a call, so that these and another number fit into one."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """What the calls of a batch cost, row by row.

    Attributes:
        states: codes, see `STATES`.
        amounts: millionths; above 0 where the state is CHARGED, else 0.
        billed: seconds in the increments of the card, 0 where no rate was asked.
        pooled: of each pool that took something, in the pools' order, the seconds that it took of each call.
        months: in the pools' time zone, as months since January 1970; 0 where no pool could take anything.
        destination: the rate's name, else the record's word, as a dictionary column.
        basis: the ground of the price, see `store.basis`, as a dictionary column.
    """

    states: Codes
    amounts: Ints
    billed: Ints
    pooled: dict[str, Ints]
    months: Ints
    destination: Texts
    basis: Texts

    @property
    def unrated(self) -> Bools:
        """The rows whose price is not known."""
        found: Bools = self.states == _UNRATED
        return found

    def uses(self, rows: Ints | Bools | slice = slice(None)) -> list[tuple[str, str, int]]:
        """What these rows take of each pool and month ("2026-11"), seconds; in the order of the pools and months."""
        months = self.months[rows]
        return [
            (name, label(month), int(taken[rows][months == month].sum()))
            for name, taken in self.pooled.items()
            for month in np.unique(months[taken[rows] > 0]).tolist()
        ]


class Rater:
    """Rates batch after batch by the same terms. Changes nothing; pools are used as far as `rate` is told."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._pricing = Pricing(terms)

    def rate(self, batch: Batch, used: Used) -> Ratings:
        """What the calls cost, in their order: an earlier one uses a pool before a later one.

        Raises:
            ValueError: this is no batch of `store.calls.SCHEMA`, or a call, a charge or a fee in it cannot be.
        """
        _check(batch)
        services = encoded(batch["service"])
        ground, card = self._grounds(batch, *services)
        rows = np.flatnonzero(ground == RATED)
        asked = ground[rows]
        duration = _integers(batch["duration_s"])[rows]
        found, rated = self._pricing.look_up(_taken(batch["number"], rows), duration, card[rows], asked)
        ground[rows] = asked
        rows = rows[rated]
        starts = _integers(batch["start_ms"])[rows]
        months, pooled = self._pooled(starts, services[0][rows], services[1].to_pylist(), found, used)
        return self._together(batch, ground, rows, found, months, pooled)

    def _grounds(self, batch: Batch, services: Ints, known: Texts) -> tuple[Codes, Ints]:
        """What can be said of each row without its number; and the place of its card, -1 for none."""
        ground = np.full(len(batch), CODE[Unrated.NO_CARD])
        card = np.full(len(batch), -1, np.int64)
        starts = _integers(batch["start_ms"])
        for code, service in enumerate(known.to_pylist()):
            if service in FREE_WITHOUT_CARD:
                ground[services == code] = CODE[Why.NO_CARD_NEEDED]
            if service in self._pricing.versions:
                moments, places = self._pricing.versions[service]
                rows = np.flatnonzero(services == code)
                card[rows] = places[np.searchsorted(moments, starts[rows], "right")]
        ground[card >= 0] = RATED
        ground[_integers(batch["duration_s"]) == 0] = CODE[Why.NO_TIME]
        ground[_is(batch["capability"], FREE_CALL)] = CODE[Why.FREECALL]
        own = _is(batch["capability"], PAID_WITH_CREDIT) & _bools(batch["own_micros"].is_valid())
        ground[own] = OWN
        theirs = _is(batch["currency"], "") | _is(batch["currency"], self._terms.currency)
        ground[own & ~theirs] = CODE[Unrated.OTHER_CURRENCY]
        return ground, card

    def _pooled(
        self, starts: Ints, services: Ints, kinds: list[str], found: Found, used: Used
    ) -> tuple[Ints, dict[str, Ints]]:
        """The months of the calls that have a rate, and what each pool takes of each."""
        left = found.billed.copy()
        if not self._terms.pools or not len(starts):
            return np.zeros(len(starts), np.int64), {}
        months = _months(starts, self._terms.zone)
        pooled = {}
        for pool in self._terms.pools:
            may = np.array([each in pool.services for each in kinds])[services]
            if pool.prefixes:
                may &= begin_with(pool.prefixes, found.keys, self._pricing.width)
            taken = _taken_by(pool, left, may, months, used)
            if taken.any():
                left -= taken
                pooled[pool.name] = taken
        return months, pooled

    def _together(
        self, batch: Batch, ground: Codes, rows: Ints, found: Found, months: Ints, pooled: dict[str, Ints]
    ) -> Ratings:
        count, taken = len(batch), sum(pooled.values(), np.zeros(len(rows), np.int64))
        own = np.flatnonzero(ground == OWN)
        amounts = np.zeros(count, np.int64)
        amounts[own] = _integers(batch["own_micros"])[own]
        amounts[rows] = found.amounts(found.billed - taken)
        states = np.where(ground >= FIRST_UNRATED, _UNRATED, _FREE)
        states[rows[taken > 0]] = _POOLED
        states[amounts > 0] = _CHARGED
        return Ratings(
            states=states,
            amounts=amounts,
            billed=_spread(count, rows, found.billed),
            pooled={name: _spread(count, rows, each) for name, each in pooled.items()},
            months=_spread(count, rows, months),
            destination=self._destinations(batch, rows, found),
            basis=self._bases(batch, ground, own, rows, found, pooled),
        )

    def _destinations(self, batch: Batch, rows: Ints, found: Found) -> Texts:
        column = TextColumn(len(batch))
        theirs = np.ones(len(batch), np.bool_)
        theirs[rows] = False
        places, words = encoded(batch["destination"])
        column.put(theirs, places[theirs], words)
        column.put(rows, self._pricing.name[found.rates], self._pricing.names)
        return column.column()

    def _bases(
        self, batch: Batch, ground: Codes, own: Ints, rows: Ints, found: Found, pooled: dict[str, Ints]
    ) -> Texts:
        column = TextColumn(len(batch))
        fixed = np.flatnonzero(ground >= 0)
        column.put(fixed, ground[fixed].astype(np.int64), pa.array([basis.text(each) for each in FIXED], pa.string()))
        if len(own):
            fees = _integers(batch["fee_micros"])[own]
            charges = _integers(batch["own_micros"])[own] - fees
            places, one = alike(charges, fees)
            column.put(own, places, _joined("own", spelled(charges[one]), spelled(fees[one])))
        if len(rows):
            places, one = alike(found.rates * _WIDE + found.billed, *pooled.values())
            texts = _joined(self._pricing.heads.take(pa.array(found.rates[one])), spelled(found.billed[one]))
            for name, taken in pooled.items():
                tails = pc.binary_join_element_wise(texts, basis.pool_tail(name, ""), spelled(taken[one]), "")
                texts = pc.if_else(pa.array(taken[one] > 0), tails, texts)
            column.put(rows, places, texts)
        return column.column()


def _taken_by(pool: Pool, left: Ints, may: Bools, months: Ints, used: Used) -> Ints:
    """What a pool takes of each call, of those that may use it, in their order until the month's seconds are used."""
    taken = np.zeros(len(left), np.int64)
    first = int(months.min())
    for month in (np.flatnonzero(np.bincount(months[may] - first)) + first).tolist():
        rows = np.flatnonzero(may & (months == month))
        rest = max(0, pool.seconds - used.get((pool.name, label(month)), 0))
        taken[rows] = np.diff(np.minimum(np.cumsum(left[rows]), rest), prepend=0)
    return taken


def _months(starts: Ints, zone: str) -> Ints:
    first, last = month_number(int(starts.min()), zone), month_number(int(starts.max()), zone)
    turns = np.array([begins_ms(number, zone) for number in range(first + 1, last + 1)], np.int64)
    return np.searchsorted(turns, starts, "right") + first


def _check(batch: Batch) -> None:
    """ValueError where a number in it is not as `store.call.CallRecord` says."""
    if not batch.schema.equals(SCHEMA):
        raise ValueError(f"not the columns of calls: {batch.schema.names}")
    own = _integers(batch["own_micros"])
    for column, least, most in (
        (_integers(batch["start_ms"]), 0, LATEST_MS - 1),
        (_integers(batch["duration_s"]), 0, LONGEST_S),
        (own, 0, MAX_MICROS),
        (own - _integers(batch["fee_micros"]), 0, own),
    ):
        if not ((column >= least) & (column <= most)).all():
            raise ValueError("a start, a duration, a charge or a fee is out of range")


def _integers(column: Any) -> Ints:
    """The column's numbers, 0 for null."""
    whole = column.fill_null(0) if column.null_count else column
    found: Ints = whole.to_numpy().astype(np.int64, copy=False)
    return found


def _is(column: Any, text: str) -> Bools:
    return _bools(pc.equal(column, text))


def _bools(column: Any) -> Bools:
    found: Bools = column.to_numpy(zero_copy_only=False)
    return found


def _taken(column: Any, rows: Ints) -> Any:
    return column if len(rows) == len(column) else column.take(pa.array(rows))


def _spread(count: int, rows: Ints, values: Ints) -> Ints:
    found = np.zeros(count, np.int64)
    found[rows] = values
    return found


def _joined(*parts: Any) -> Texts:
    return pc.binary_join_element_wise(*parts, " ")
