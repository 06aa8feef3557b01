"""What a call costs: `CallRecord` and `Terms` to `Charge`, pure and exact. `store.ratings` is the same by the column.

1. Capability MCOPSTNPP and a charge in the record: that charge, and no pool.
2. Capability FREECALL, or zero seconds: free.
3. Services `inbound` and `direct-routing`, while the account's currency has no rate card of theirs: free.
4. Otherwise the tariff. Without a card, a number or a rate, or where a mask hides what decides the price, the call is
   *unrated*: never guessed.
5. Billed are the card's first increment and then each started next one. Pools take of that first, in their order; what
   is left is charged by the minute, and the connection fee with it if anything is left.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from store import basis
from store.basis import OwnCharge, Unrated, Why
from store.call import DIRECT_ROUTING, INBOUND, CallRecord
from store.money import MAX_MICROS
from store.numbers import dialled
from store.pools import Pool, Used, month_of
from store.services import LISTED
from store.tariff import Rate, RateCard, Tariff

PAID_WITH_CREDIT = "MCOPSTNPP"
FREE_CALL = "FREECALL"
FREE_WITHOUT_CARD = frozenset({INBOUND, DIRECT_ROUTING})
MINUTE_S = 60


class State(StrEnum):
    """What became of a call's price."""

    CHARGED = "charged"
    """Credit pays, of all or of what pools left."""
    POOLED = "pooled"
    """Pools took all that would have cost something."""
    FREE = "free"
    UNRATED = "unrated"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account's calls are rated by. `zone` is the IANA name of the time zone in which its pools' months begin.

    Each pool's name is its own; ValueError where two have the same.
    """

    currency: str
    tariff: Tariff
    pools: tuple[Pool, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if len({each.name for each in self.pools}) < len(self.pools):
            raise ValueError("two pools have the same name")

    @property
    def services(self) -> frozenset[str]:
        """Those of the cards and pools, and those that need none."""
        named = (each for pool in self.pools for each in pool.services)
        return frozenset({*LISTED, *(each.service for each in self.tariff.cards), *named})


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call costs and why.

    `amount_micros` is 0 unless the state is CHARGED. `billed_s` is the duration in the card's increments, 0 where no
    rate was asked. `pooled` are the seconds that pools took, in their order, of the month `month` ("" where none did).
    `destination` is the rate's name, or else the record's word. `basis` is the ground of it all, see `store.basis`.
    """

    state: State
    amount_micros: int = 0
    billed_s: int = 0
    pooled: tuple[tuple[str, int], ...] = ()
    month: str = ""
    destination: str = ""
    basis: str = ""


def rate(call: CallRecord, terms: Terms, used: Used) -> Charge:
    """What the call costs while its month's pools are used as far as `used` says. Changes nothing."""
    if call.capability == PAID_WITH_CREDIT and call.own_micros is not None:
        return _own(call, call.own_micros, terms.currency)
    if call.capability == FREE_CALL:
        return _free(call, Why.FREECALL)
    if not call.duration_s:
        return _free(call, Why.NO_TIME)
    card = terms.tariff.card(call.service, terms.currency, call.start_ms)
    if not card:
        if call.service in FREE_WITHOUT_CARD:
            return _free(call, Why.NO_CARD_NEEDED)
        return _unrated(call, Unrated.NO_CARD)
    number = dialled(call.number)
    if not number:
        return _unrated(call, Unrated.NO_NUMBER)
    if not card.is_certain(number):
        return _unrated(call, Unrated.MASKED)
    found = card.rate(number)
    if not found:
        return _unrated(call, Unrated.NO_RATE)
    return _by_rate(call, card, found, number.digits, terms, used)


def billed(duration_s: int, first_s: int, next_s: int) -> int:
    """The seconds that are billed of a call of at least one: the first increment, then each started next one."""
    if duration_s <= first_s:
        return first_s
    return first_s - (first_s - duration_s) // next_s * next_s


def rounded(micros_per_minute: int, seconds: int) -> int:
    """What so many seconds cost, in millionths: the one place where money is rounded, half a millionth upwards."""
    return (micros_per_minute * seconds + MINUTE_S // 2) // MINUTE_S


def state_of(amount_micros: int, pooled_s: int) -> State:
    """The state of a call that a rate was found for."""
    if amount_micros:
        return State.CHARGED
    return State.POOLED if pooled_s else State.FREE


def _by_rate(call: CallRecord, card: RateCard, found: Rate, digits: str, terms: Terms, used: Used) -> Charge:
    by = basis.at_rate(card, found.prefix, found.micros_per_minute, billed(call.duration_s, card.first_s, card.next_s))
    if rounded(by.micros_per_minute, by.billed_s) + by.fee_micros > MAX_MICROS:
        return _unrated(call, Unrated.TOO_LARGE)
    month = month_of(call.start_ms, terms.zone)
    pools = [each for each in terms.pools if each.takes(call.service, digits)]
    by = replace(by, pooled=_pooled(pools, by.billed_s, month, used))
    amount = rounded(by.micros_per_minute, by.charged_s) + (by.fee_micros if by.charged_s else 0)
    state = state_of(amount, len(by.pooled))
    return Charge(state, amount, by.billed_s, by.pooled, month if by.pooled else "", found.name, str(by))


def _pooled(pools: list[Pool], left_s: int, month: str, used: Used) -> tuple[tuple[str, int], ...]:
    """What each pool takes: all that is left of the call, or all that is left of the pool."""
    parts = []
    for pool in pools:
        part = min(left_s, max(0, pool.seconds - used.get((pool.name, month), 0)))
        if part:
            parts.append((pool.name, part))
            left_s -= part
    return tuple(parts)


def _own(call: CallRecord, own_micros: int, currency: str) -> Charge:
    if call.currency not in {"", currency}:
        return _unrated(call, Unrated.OTHER_CURRENCY)
    fee = call.fee_micros or 0
    said = str(OwnCharge(own_micros - fee, fee))
    return Charge(state_of(own_micros, 0), own_micros, destination=call.destination, basis=said)


def _free(call: CallRecord, why: Why) -> Charge:
    return Charge(State.FREE, destination=call.destination, basis=basis.text(why))


def _unrated(call: CallRecord, why: Unrated) -> Charge:
    return Charge(State.UNRATED, destination=call.destination, basis=basis.text(why))
