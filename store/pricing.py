"""The rate cards of one currency laid out for whole columns of calls."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from store import basis
from store.basis import Unrated, Why
from store.fewer import encoded
from store.money import MAX_MICROS
from store.prefixes import Bools, Ints, Numbers, numbers, table_of, width_for
from store.rating import MINUTE_S, Terms
from store.tariff import RateCard

Codes = npt.NDArray[np.int8]

FIXED: tuple[Why | Unrated, ...] = (*Why, *Unrated)
FIRST_UNRATED = len(Why)
CODE = {each: np.int8(code) for code, each in enumerate(FIXED)}
"""What the ground of a price is while it is a number: one of `FIXED` by its place, or one of these two."""
OWN, RATED = np.int8(-1), np.int8(-2)


@dataclass(frozen=True, slots=True)
class Found:
    """Calls that have a rate: its place among all rates, the key of the number, and what is billed at which price."""

    rates: Ints
    keys: Ints
    billed: Ints
    prices: Ints
    fees: Ints

    def amounts(self, charged: Ints) -> Ints:
        """What so many of the billed seconds cost, rounded as `rating.rounded` does, and the fee if there are any."""
        return (self.prices * charged + MINUTE_S // 2) // MINUTE_S + np.where(charged > 0, self.fees, 0)

    def only(self, rows: Bools) -> "Found":
        """Those of these rows."""
        return Found(self.rates[rows], self.keys[rows], self.billed[rows], self.prices[rows], self.fees[rows])


class Pricing:
    """Finds card and rate."""

    def __init__(self, terms: Terms) -> None:
        cards = [each for each in terms.tariff.cards if each.currency == terms.currency]
        self._cards = cards
        self.width = width_for([*chain(*(card.by_prefix for card in cards), *(each.prefixes for each in terms.pools))])
        """How many digits the keys of numbers have."""
        place = {card.id: at for at, card in enumerate(cards)}
        self.versions = {
            service: _line(terms.tariff.versions(service, terms.currency), place)
            for service in {card.service for card in cards}
        }
        """Of each service the moments from which its cards are valid; the cards' places, before them one -1."""
        self._tables = [table_of(card, self.width) for card in cards]
        self._begin = np.cumsum([0, *(len(card.rates) for card in cards)])
        self._first, self._next, self._fee = np.array(
            [(card.first_s, card.next_s, card.fee_micros) for card in cards] or [(1, 1, 0)], np.int64
        ).T
        rates = [*chain(*(card.rates for card in cards))]
        self._price = np.array([each.micros_per_minute for each in rates], np.int64)
        self.name, self.names = encoded(pa.array([each.name for each in rates], pa.string()))
        """Of each rate the place of its name, and the names."""
        self.heads = pa.array([*chain(*map(_heads, cards))], pa.string())
        """Of each rate what the ground of its prices begins with."""

    def look_up(self, column: Any, duration: Ints, card: Ints, ground: Codes) -> tuple[Found, Bools]:
        """The calls that a rate is found for, and which these are; why the others have none is noted in `ground`."""
        read = numbers(column, self.width)
        rates = np.full(len(card), -1, np.int64)
        ground[~read.readable] = CODE[Unrated.NO_NUMBER]
        for at in np.unique(card).tolist():
            rows = np.flatnonzero(read.readable & (card == at))
            found = self._tables[at].longest(read.keys[rows])
            rates[rows] = np.where(found >= 0, found + self._begin[at], -1)
            self._note_masked(at, read, rows, found, ground)
        ground[(ground == RATED) & (rates < 0)] = CODE[Unrated.NO_RATE]
        billed = _billed(duration, self._first[card], self._next[card])
        every = Found(rates, read.keys, billed, self._price[rates] if len(self._price) else rates, self._fee[card])
        ground[(ground == RATED) & (every.amounts(billed) > MAX_MICROS)] = CODE[Unrated.TOO_LARGE]
        rated: Bools = ground == RATED
        return every.only(rated), rated

    def _note_masked(self, at: int, read: Numbers, rows: Ints, found: Ints, ground: Codes) -> None:
        masked = read.masked[rows]
        hidden = rows[masked]
        certain = self._tables[at].certain(read.keys[hidden], read.lengths[hidden], found[masked])
        ground[hidden[~certain]] = CODE[Unrated.MASKED]


def _billed(duration: Ints, first_s: Ints, next_s: Ints) -> Ints:
    """As `store.rating.billed`."""
    return np.where(duration <= first_s, first_s, first_s - (first_s - duration) // next_s * next_s)


def _line(versions: Any, place: dict[str, int]) -> tuple[Ints, Ints]:
    moments = np.array([each.valid_from_ms for each in versions], np.int64)
    return moments, np.array([-1, *(place[each.id] for each in versions)], np.int64)


def _heads(card: RateCard) -> list[str]:
    return [basis.rate_head(basis.at_rate(card, each.prefix, each.micros_per_minute, 0)) for each in card.rates]
