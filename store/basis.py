"""What is kept with each line: the ground of its price, enough to explain it without the rate card.

    own <charge> <fee>
    rate <card> <prefix> <price> <first>/<next> <fee> <billed seconds>[ pool <name> <seconds>]…[ late <entry>]
    free <why>
    unrated <why>

Money is in millionths, a price is for a minute, durations are in seconds. What was unrated in an entry and got its
price later has a line of its own, which says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from store.tariff import RateCard

UNRATED = "unrated "
"""What is kept of a call without a price begins so."""
_LATE = " late "


class Why(StrEnum):
    """Why a call is free."""

    FREECALL = "freecall"
    """Its record says so."""
    NO_TIME = "no-time"
    """It lasted zero seconds."""
    NO_CARD_NEEDED = "no-card-needed"
    """Its service costs nothing where no rate card says otherwise."""


class Unrated(StrEnum):
    """Why a call's price is not known."""

    NO_CARD = "no-card"
    """No rate card of its service and the account's currency was valid when it began."""
    NO_NUMBER = "no-number"
    """Its record has no number, or what is no number."""
    NO_RATE = "no-rate"
    """The card has no prefix of its number."""
    MASKED = "masked"
    """The digits that are hidden decide the price."""
    OTHER_CURRENCY = "other-currency"
    """The charge in its record is in another currency than the account."""
    TOO_LARGE = "too-large"
    """The charge is more than can be kept exactly."""


ANSWERABLE = frozenset({Unrated.NO_CARD, Unrated.NO_RATE, Unrated.MASKED, Unrated.TOO_LARGE})
"""Those to which another rate card may know the answer."""


@dataclass(frozen=True, slots=True)
class OwnCharge:
    """The record brought its charge: for the call, and for the connection."""

    charge_micros: int
    fee_micros: int

    def __str__(self) -> str:
        return f"own {self.charge_micros} {self.fee_micros}"


@dataclass(frozen=True, slots=True)
class ByRate:
    """A rate card's price for the seconds that no pool took, and its fee if there are any."""

    card: str
    prefix: str
    micros_per_minute: int
    first_s: int
    next_s: int
    fee_micros: int
    billed_s: int
    pooled: tuple[tuple[str, int], ...] = ()
    late: str = ""
    """The entry in which the call was unrated, "" for one that had its price at once."""

    @property
    def charged_s(self) -> int:
        """The seconds that credit pays."""
        return self.billed_s - sum(seconds for _, seconds in self.pooled)

    def __str__(self) -> str:
        pooled = "".join(pool_tail(*each) for each in self.pooled)
        return f"{rate_head(self)} {self.billed_s}{pooled}{late_tail(self.late) if self.late else ''}"


Basis = OwnCharge | ByRate | Why | Unrated


def rate_head(by: ByRate) -> str:
    """What is the same for every call at a rate."""
    return f"rate {by.card} {by.prefix} {by.micros_per_minute} {by.first_s}/{by.next_s} {by.fee_micros}"


def pool_tail(name: str, seconds: int | str) -> str:
    """What is said of each pool that took a part."""
    return f" pool {name} {seconds}"


def late_tail(entry: str) -> str:
    """What is said of a call that was unrated in this entry."""
    return f"{_LATE}{entry}"


def text(basis: Basis) -> str:
    """As it is kept."""
    match basis:
        case Why():
            return f"free {basis}"
        case Unrated():
            return f"{UNRATED}{basis}"
        case _:
            return str(basis)


def read(kept: str) -> Basis:
    """What was kept, as `text` wrote it; ValueError for anything else."""
    match kept.split(" "):
        case ["own", charge, fee]:
            return OwnCharge(int(charge), int(fee))
        case ["free", why]:
            return Why(why)
        case ["unrated", why]:
            return Unrated(why)
        case ["rate", card, prefix, price, increments, fee, billed, *tail]:
            first, next_s = increments.split("/")
            late = tail.pop() if tail[-2:-1] == ["late"] else ""
            pools = (*_pools(tail[:-1] if late else tail),)
            return ByRate(card, prefix, int(price), int(first), int(next_s), int(fee), int(billed), pools, late)
        case _:
            raise ValueError(f"not the ground of a price: {kept!r}")


def pooled(kept: str) -> Iterable[tuple[str, int]]:
    """The pools that paid for a part, and the seconds of each; ValueError where what was kept cannot be read."""
    if " pool " not in kept:
        return ()
    found = read(kept)
    return found.pooled if isinstance(found, ByRate) else ()


def late_of(kept: str) -> str:
    """The entry in which the call was unrated, or ""."""
    return kept.rpartition(_LATE)[2] if _LATE in kept else ""


def at_rate(card: RateCard, prefix: str, micros_per_minute: int, billed_s: int) -> ByRate:
    """A call at a rate of this card."""
    return ByRate(card.id, prefix, micros_per_minute, card.first_s, card.next_s, card.fee_micros, billed_s)


def _pools(tail: list[str]) -> Iterable[tuple[str, int]]:
    for word, name, seconds in zip(tail[::3], tail[1::3], tail[2::3], strict=True):
        if word != "pool":
            raise ValueError(f"not a pool's part: {word!r}")
        yield name, int(seconds)
