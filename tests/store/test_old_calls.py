"""Calls that began long ago: none is charged twice because nobody remembers it any more."""

import pytest

from store.calls import to_columns
from store.cards import Cards
from store.charging import EARLIEST_MS, LATEST_MS, OLDEST_MS, Charging
from store.outcomes import Reason
from store.plans import Plans
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store.charging import NOW, arrange, charging
from tests.store.clock import Clock
from tests.store.rating import call, terms

TERMS = terms()


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """An account with a card."""
    return await arrange(redis, TERMS)


async def test_call_of_an_hour_ago_is_plausible_and_one_of_ten_years_is_not(bank: Bank) -> None:
    """Three years back at most, and those of the last months unless somebody knows that they were not charged."""
    old = [NOW - OLDEST_MS - 1, NOW - OLDEST_MS, NOW - EARLIEST_MS - 1]
    starts = [*old, NOW - EARLIEST_MS, NOW, NOW + 86_400_000, NOW + 86_400_001]
    records = to_columns([call(id=f"c{each}", start_ms=each) for each in starts])
    cards, plans = Cards(bank.redis, bank.roles), Plans(bank.redis, bank.roles)

    charged = await charging(bank).charge(REF, records, actor="ingest")
    older = await Charging(bank.redis, cards, plans, clock=lambda: NOW, old=True).charge(REF, records, actor="a")

    implausible = [(0, Reason.TIME_IMPLAUSIBLE), (6, Reason.TIME_IMPLAUSIBLE)]
    assert sorted(charged.refused) == sorted([*implausible, (1, Reason.TOO_OLD), (2, Reason.TOO_OLD)])
    assert sorted(older.refused) == implausible
    assert (charged.posted, older.posted, older.repeated) == (3, 2, 3)


@pytest.mark.parametrize("days", [1, 88, 89.49, 89.51, 90.5, 91.01, 400])
async def test_call_is_charged_once_however_late_it_comes_again(redis: Client, clock: Clock, days: float) -> None:
    """As long as it is taken it is known: the oldest that is taken, one of now, one that a wrong clock has ahead."""
    bank = await arrange(redis, TERMS)
    cards, plans = Cards(redis, bank.roles), Plans(redis, bank.roles)
    process = Charging(redis, cards, plans, clock=lambda: clock.ms)
    starts = (clock.ms - EARLIEST_MS, clock.ms, clock.ms + LATEST_MS)
    records = to_columns([call(id=f"c{each}", start_ms=each) for each in starts])
    first = await process.charge(REF, records, actor="ingest")
    clock.advance(days=days)

    again = await process.charge(REF, records, actor="ingest")

    assert (first.posted, again.posted, again.repeated + again.reasons()[Reason.TOO_OLD]) == (3, 0, 3)
