"""Pools that get minutes back while calls are being charged: nobody is given them twice, and nobody in vain."""

import asyncio
from collections import Counter
from random import Random

import pytest

from store import basis
from store.call import CALLING, CONFERENCE
from store.calls import to_columns
from store.outcomes import Posted
from store.pools import Pool, month_of
from store.records import records_of
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store.charging import NOW, arrange, charging, used_of
from tests.store.rating import call, card, terms
from tests.store.reversing import undo

POOLS = (Pool("plan", (CALLING, CONFERENCE), 3000, 1), Pool("more", (CALLING,), 600, 1))
TERMS = terms(card(), card(service=CONFERENCE), pools=POOLS)
HOURS = 48


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """An account with cards and pools."""
    return await arrange(redis, TERMS)


async def test_pool_that_got_minutes_back_gives_them_again(bank: Bank) -> None:
    """To the calls that are charged next; those that credit paid meanwhile stay as they are."""
    first = to_columns([call(id=f"a{each}", start_ms=NOW, duration_s=3600) for each in range(2)])
    later = to_columns([call(id="b", start_ms=NOW, duration_s=3600)])
    await charging(bank).charge(REF, first, actor="ingest")
    [entry] = (await bank.entries())[1:]
    assert await used_of(bank) == {("plan", "2026-12"): 3000, ("more", "2026-12"): 600}

    await undo(bank, entry.id, "a0")
    charged = await charging(bank).charge(REF, later, actor="ingest")

    assert (charged.pools, charged.states.total()) == (Counter(plan=3000, more=600), 1)
    assert [each.amount.micros > 0 for each in records_of(entry)] == [False, True]
    await bank.prove()


@pytest.mark.parametrize("seed", range(3))
async def test_pools_come_to_what_lines_took_that_are_not_reversed(bank: Bank, seed: int) -> None:
    """Of two months by the zone's clock, while calls are charged and reversed at once."""
    chance = Random(seed)  # noqa: S311 a replay, not a secret
    calls = [
        call(
            id=f"c{number}",
            start_ms=NOW - chance.randrange(HOURS * 3_600_000),
            duration_s=chance.randrange(60, 400),
            service=chance.choice([CALLING, CONFERENCE]),
        )
        for number in range(40)
    ]
    charge, reversed_ids = charging(bank), set[str]()
    await charge.charge(REF, to_columns(calls[:20]), actor="ingest")

    async def reverse() -> None:
        for entry in await bank.entries():
            lines = records_of(entry)
            for line in lines:
                if chance.random() < 0.5 and isinstance(await undo(bank, entry.id, line.id), Posted):
                    reversed_ids.add(line.id)
            if lines and chance.random() < 0.5 and isinstance(await undo(bank, entry.id), Posted):
                reversed_ids.update(line.id for line in lines)

    await asyncio.gather(reverse(), *(charge.charge(REF, to_columns([each]), actor="ingest") for each in calls[20:]))
    await reverse()

    left = Counter[tuple[str, str]]()
    for line in (each for entry in await bank.entries() for each in records_of(entry)):
        for pool, seconds in basis.pooled(line.basis) if line.id not in reversed_ids else ():
            left[pool, month_of(line.start_ms, TERMS.zone)] += seconds
    assert len(reversed_ids) > 10
    assert +Counter(await used_of(bank)) == left
    await bank.prove()
