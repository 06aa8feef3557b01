"""What the tests of rating share: example cards, calls and terms, chosen and random."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

from store.call import CALLING, CONFERENCE, INBOUND, LONGEST_S, CallRecord
from store.calls import to_columns
from store.money import MAX_MICROS
from store.pools import Pool, Used
from store.rating import FREE_CALL, PAID_WITH_CREDIT, Charge, Terms, rate
from store.ratings import STATES, Rater, Ratings
from store.tariff import MAX_PRICE_MICROS, Rate, RateCard, Tariff

T = TypeVar("T")
GERMANY, LONDON_MOBILE = "+49305550100", "+447700900123"
AT = 1_700_000_000_000
"""Some moment: 2023-11-14."""


def at(text: str) -> int:
    """A moment as ms, from "2026-03-29T01:00" in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def card(prices: dict[str, int] | None = None, service: str = CALLING, **other: Any) -> RateCard:
    """A card in dollars, valid for ever: Germany 0.015, the United Kingdom 0.015, its mobiles 0.32."""
    prices = {"49": 15_000, "44": 15_000, "447": 320_000} if prices is None else prices
    rates = tuple(Rate(prefix, price, f"to {prefix}") for prefix, price in prices.items())
    return RateCard(**{"service": service, "currency": "USD", "valid_from_ms": 0, "rates": rates, **other})


def call(number: str = GERMANY, duration_s: int = 60, **other: Any) -> CallRecord:
    """A call at `AT`."""
    fields = {"id": "c1", "service": CALLING, "start_ms": AT, "destination": "as recorded", **other}
    return CallRecord(number=number, duration_s=duration_s, **fields)


def terms(*cards: RateCard, pools: tuple[Pool, ...] = (), zone: str = "Europe/Berlin") -> Terms:
    """An account in dollars, with the usual card unless others are given."""
    return Terms("USD", Tariff(cards or [card()]), pools, zone)


def price(asked: CallRecord, by: Terms | None = None, used: Used | None = None) -> Charge:
    """What the call costs, alone and as a column of one."""
    by = by or terms()
    charge = rate(asked, by, used or {})
    assert rows(Rater(by).rate(to_columns([asked]), used or {})) == [charge]
    return charge


def rows(ratings: Ratings) -> list[Charge]:
    """What the columns say of each call."""
    taken = {name: column.tolist() for name, column in ratings.pooled.items()}
    grounds, names = ratings.basis.to_pylist(), ratings.destination.to_pylist()
    pooled = [tuple((name, each[row]) for name, each in taken.items() if each[row]) for row in range(len(names))]
    months = {row: used[0][1] for row in range(len(names)) if (used := ratings.uses(slice(row, row + 1)))}
    return [
        Charge(STATES[state], amount, billed, pooled[row], months.get(row, ""), names[row], grounds[row])
        for row, (state, amount, billed) in enumerate(
            zip(ratings.states.tolist(), ratings.amounts.tolist(), ratings.billed.tolist(), strict=True)
        )
    ]


SERVICES = (CALLING, CALLING, CALLING, CONFERENCE, INBOUND)
MONTH_TURNS = (at("2026-03-31T22:00"), at("2026-10-31T23:00"), at("2026-11-30T23:00"), at("2026-03-29T01:00"), AT)
PRICES = [0, 1, 29, 15_000, 15_000, 15_000, 320_000, MAX_PRICE_MICROS]
INCREMENTS = [(60, 60), (60, 60), (60, 1), (1, 1), (30, 6), (1, 60), (3600, 3600)]
DURATIONS = [0, 1, 59, 60, 61, 119, 120, 121, 307, 4000, LONGEST_S]
STRANGE = ["", "+", "0", "00", "***", "anonymous", "+49 (0) 30-555", "+4*9", "+١٤", "+49\u00a030", "1\x0049", "49x***"]
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"]


@dataclass
class Scene:
    """Terms and calls that meet in every way: made by chance, from a seed, so that one seed is one scene."""

    chance: Random

    def terms(self) -> Terms:
        """Some cards, most of one service, and up to three pools."""
        services = [{*self.chance.choices(SERVICES, k=2)} for _ in range(self.chance.randint(0, 3))]
        pools = [
            Pool(f"pool-{number}", (*sorted(each),), self.of([0, 1, 60, 3600]), self.of([0, 1, 9]), self.prefixes(0, 2))
            for number, each in enumerate(services)
        ]
        cards = [self.card() for _ in range(self.of([0, 1, 3, 6, 9]))]
        return Terms("USD", Tariff(cards), tuple(pools), self.of(ZONES))

    def card(self) -> RateCard:
        """A card with a few prefixes, of which some begin like others."""
        first_s, next_s = self.of(INCREMENTS)
        return card(
            {each: self.of(PRICES) for each in self.prefixes(1, 12)},
            self.of(SERVICES),
            currency=self.of(["USD", "USD", "USD", "EUR"]),
            valid_from_ms=self.of([0, 0, *MONTH_TURNS]),
            first_s=first_s,
            next_s=next_s,
            fee_micros=self.of([0, 50_000, MAX_PRICE_MICROS]),
        )

    def calls(self, by: Terms, count: int) -> list[CallRecord]:
        """Calls of any kind, to numbers that have to do with these terms."""
        cards, pools = by.tariff.cards, by.pools
        prefixes = ["49", *(prefix for each in cards for prefix in each.by_prefix)]
        prefixes += [prefix for each in pools for prefix in each.prefixes]
        return [self.call(prefixes) for _ in range(count)]

    def call(self, prefixes: list[str]) -> CallRecord:
        """One of them."""
        own = self.of([None, None, 0, 1, 700_000, MAX_MICROS])
        return CallRecord(
            id="c",
            service=self.of([*SERVICES, *SERVICES, "fax"]),
            start_ms=self.of(MONTH_TURNS) + self.of([-1, 0, 1, 86_400_000]),
            duration_s=self.of(DURATIONS),
            number=self.number(prefixes),
            destination=self.of(["", "Germany", "Großbritannien"]),
            capability=self.of(["", "", *["MCOPSTN1"] * 6, PAID_WITH_CREDIT, FREE_CALL]),
            own_micros=own,
            fee_micros=self.of([None, 0, own]) if own else None,
            currency=self.of(["", "USD", "USD", "EUR"]),
        )

    def number(self, prefixes: list[str]) -> str:
        """A number that ends in a prefix, is one, or goes on behind it; or a strange one."""
        if self.chance.random() < 0.1:
            return self.of(STRANGE)
        prefix = self.of(prefixes)
        digits = self.of([prefix[: self.chance.randint(0, len(prefix))], prefix, prefix + self.digits(8)])
        return f"{self.of(['+', '', '00', '+00', ' +'])}{digits}{self.of(['', '', '***', '*', '* 1'])}"

    def prefixes(self, least: int, most: int) -> tuple[str, ...]:
        """Different prefixes of 1 to 4 digits, now and then of up to 15."""
        lengths = self.chance.choices([0, 1, 2, 3, 10, 14], [2, 5, 5, 5, 2, 1], k=self.chance.randint(least, most))
        return tuple({f"{self.of('14')}{self.digits(each)}"[:15] for each in lengths})

    def digits(self, most: int) -> str:
        """Digits, of so few kinds that they often meet."""
        return "".join(self.chance.choices("09", k=self.chance.randint(most // 2, most)))

    def of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.chance.choice(choices)
