"""Rates by service and longest matching prefix: what a minute costs, and since when."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from store.call import LATEST_MS, is_service
from store.money import known_currency
from store.numbers import Dialled

MAX_PRICE_MICROS = 10**12
"""A minute and a connection cost at most a million units of the currency: so no product leaves 64 bits."""

LONGEST_PREFIX = 15
"""Digits of the longest telephone number there is."""

LONGEST_INCREMENT_S = 3_600
MAX_RATES = 100_000

_AFTER_DIGITS = ":"
"""Sorts behind every digit."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a minute to numbers with this prefix costs, in millionths; `name`, `type`, `country` in the card's words."""

    prefix: str
    micros_per_minute: int
    name: str = ""
    type: str = ""
    country: str = ""


@dataclass(frozen=True)
class RateCard:
    """The rates of one service in one currency from a moment on. Never changed: another card takes over from it.

    The first `first_s` of a call are billed whole, after them each started `next_s`. `fee_micros` is added to a call of
    which anything is charged. `sample`: invented, for trying. `id` is made of all the rest, so the same card has the
    same id everywhere.

    Raises:
        ValueError: a rate's prefix or price, the increment, the fee, the service, the currency or the moment is out of
            range, or two rates have one prefix.
    """

    service: str
    currency: str
    valid_from_ms: int
    rates: tuple[Rate, ...] = field(repr=False)
    first_s: int = 60
    next_s: int = 60
    fee_micros: int = 0
    sample: bool = False

    def __post_init__(self) -> None:
        if not is_service(self.service):
            raise ValueError(f"not a service's name: {self.service!r}")
        if not known_currency(self.currency):
            raise ValueError(f"not a currency's code: {self.currency!r}")
        if not 0 <= self.valid_from_ms < LATEST_MS:
            raise ValueError(f"a card is valid from a day between the years 1970 and 9998, not {self.valid_from_ms}")
        if not all(1 <= each <= LONGEST_INCREMENT_S for each in (self.first_s, self.next_s)):
            raise ValueError(f"increments are 1 to {LONGEST_INCREMENT_S} seconds: {self.first_s}/{self.next_s}")
        if not 0 <= self.fee_micros <= MAX_PRICE_MICROS:
            raise ValueError(f"a fee is 0 to {MAX_PRICE_MICROS} millionths, not {self.fee_micros}")
        if not 0 < len(self.rates) <= MAX_RATES:
            raise ValueError(f"a card has 1 to {MAX_RATES} rates, not {len(self.rates)}")
        for each in self.rates:
            if not is_prefix(each.prefix) or not 0 <= each.micros_per_minute <= MAX_PRICE_MICROS:
                raise ValueError(f"not a rate: {each}")
        object.__setattr__(self, "rates", tuple(sorted(self.rates, key=attrgetter("prefix"))))
        if len(self.by_prefix) < len(self.rates):
            raise ValueError("two rates have the same prefix")

    @cached_property
    def id(self) -> str:
        """Ten hex digits of the SHA-256 of all that the card says."""
        head = (
            self.service,
            self.currency,
            self.valid_from_ms,
            self.first_s,
            self.next_s,
            self.fee_micros,
            self.sample,
        )
        lines = [head, *((r.prefix, r.micros_per_minute, r.name, r.type, r.country) for r in self.rates)]
        return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:10]

    @cached_property
    def by_prefix(self) -> Mapping[str, Rate]:
        """The rates, each under its prefix, in the order of the prefixes."""
        return {each.prefix: each for each in self.rates}

    def rate(self, number: Dialled) -> Rate | None:
        """That of the longest prefix that the number's digits begin with; None without one."""
        for length in range(min(len(number.digits), self._longest), 0, -1):
            found = self.by_prefix.get(number.digits[:length])
            if found:
                return found
        return None

    def is_certain(self, number: Dialled) -> bool:
        """Whether the digits that a mask hides could not change the price; of a whole number: always."""
        if not number.masked:
            return True
        prefixes, price = self._sorted, self.rate(number)
        longer = prefixes[bisect_right(prefixes, number.digits) : bisect_left(prefixes, number.digits + _AFTER_DIGITS)]
        return all(price and self.by_prefix[each].micros_per_minute == price.micros_per_minute for each in longer)

    @cached_property
    def _sorted(self) -> list[str]:
        return [*self.by_prefix]

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.by_prefix))


class Tariff:
    """Rate cards, each valid from its moment until the next one of its service and currency."""

    def __init__(self, cards: Iterable[RateCard] = ()) -> None:
        """Of two cards that are valid from the same moment the later in `cards` counts."""
        self.cards = tuple(cards)
        lines: dict[tuple[str, str], dict[int, RateCard]] = {}
        for each in sorted(self.cards, key=attrgetter("valid_from_ms")):
            lines.setdefault((each.service, each.currency), {})[each.valid_from_ms] = each
        self._lines = {line: [*cards.values()] for line, cards in lines.items()}

    def versions(self, service: str, currency: str) -> Sequence[RateCard]:
        """The cards of a service and currency, each valid until the next."""
        return self._lines.get((service, currency), ())

    def card(self, service: str, currency: str, start_ms: int) -> RateCard | None:
        """The card valid at this moment, which is its own first one included; None before the first card."""
        known = self.versions(service, currency)
        at = bisect_right(known, start_ms, key=attrgetter("valid_from_ms"))
        return known[at - 1] if at else None


def is_prefix(text: str) -> bool:
    """Whether a rate can be for numbers that begin so: 1 to 15 digits, the country's code first, so no zero."""
    return 0 < len(text) <= LONGEST_PREFIX and text.isascii() and text.isdigit() and text[0] != "0"
