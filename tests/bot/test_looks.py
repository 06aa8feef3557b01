"""What the schedule has due goes to whom it concerns."""

import fakeredis
import pytest

from bot.looks import Looks
from store import keys
from store.keys import AccountRef
from store.schedule import Due, Schedule
from tests.controls import REF, Bank
from tests.store.clock import Clock
from tests.store.holding import HOUR_MS, place, standing

PARTITION = [keys.partition_of(REF.tenant)]


class Charges:
    """Notes what it is asked to look at."""

    def __init__(self) -> None:
        self.seen: list[Due] = []

    async def look(self, due: Due) -> None:
        """Note it."""
        self.seen.append(due)


@pytest.fixture
async def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """An account with a hold of an hour, whose scripts read a clock that stands still decades ago."""
    redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
    clock = Clock()
    clock.advance(days=-40_000)
    monkeypatch.setattr("store.scripts.load", clock.load)
    bank = await Bank.open(redis, balance=100)
    await place(bank, 30)
    clock.advance(milliseconds=HOUR_MS)
    return bank


async def test_hold_whose_time_is_over_is_given_back(bank: Bank) -> None:
    """The look is found on the schedule, taken to the ledger, and off the schedule."""
    charges, schedule = Charges(), Schedule(bank.redis)
    looks = Looks(charges, bank.ledger)  # type: ignore[arg-type]
    [due] = await schedule.due(PARTITION)

    await looks.look(due)

    assert await standing(bank) == ("100", "0")
    assert await schedule.due(PARTITION) == []
    assert charges.seen == []


async def test_other_looks_go_where_they_belong(bank: Bank) -> None:
    """A payment and a recharge to the charges, a lot to the ledger."""
    charges = Charges()
    looks = Looks(charges, bank.ledger)  # type: ignore[arg-type]
    payment, check = Due(REF, "p1"), Due(AccountRef("T0OTHER"))

    for due in (payment, Due(REF, lot="99"), check):
        await looks.look(due)

    assert charges.seen == [payment, check]
