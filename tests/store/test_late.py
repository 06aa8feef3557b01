"""Calls without a price are charged when a card answers them: once for ever, by the card of their time."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import pytest

from store import keys
from store.basis import ByRate, read
from store.call import CALLING
from store.calls import to_columns
from store.manifest import ArchiveError
from store.outcomes import Reason
from store.pools import Pool
from store.records import UsageRecord, records_of
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store import archiving
from tests.store.charging import NOW, CrashError, arrange, charging, set_terms, used_of
from tests.store.clock import Clock
from tests.store.rating import call, card, terms
from tests.store.reversing import undo

HOUR_MS = 3_600_000
POOL = Pool("plan", (CALLING,), 60, 1)
BEFORE = terms(card({"49": 60_000}), pools=(POOL,))
LATER = terms(card({"49": 60_000, "999": 120_000}, valid_from_ms=1), pools=(POOL,))


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """Twelve calls were charged; every second one has no price."""
    bank = await arrange(redis, BEFORE)
    await charge(bank)
    return bank


async def charge(bank: Bank, count: int = 12) -> None:
    """Charge calls of a minute."""
    numbers = ["+49305550100", "+99955501"]
    calls = [call(numbers[at % 2], id=f"call-{at}", start_ms=NOW - HOUR_MS + at) for at in range(count)]
    await charging(bank).charge(REF, to_columns(calls), actor="ingest")


async def late(bank: Bank) -> list[UsageRecord]:
    """The lines that say that they came late."""
    entries = [line for entry in await bank.entries() for line in records_of(entry)]
    return [line for line in entries if isinstance(by := read(line.basis), ByRate) and by.late]


async def listed(bank: Bank) -> list[str]:
    """What is listed as without a price."""
    return [*(await bank.redis.hgetall(keys.unpriced(REF))).values()]


async def test_nothing_changes_without_a_new_card(bank: Bank) -> None:
    """What has no price stays listed."""
    charged = await charging(bank).rate_late(REF, actor="worker")

    assert (charged.read, charged.posted, await listed(bank)) == (6, 0, ["1,3,5,7,9,11"])


async def test_calls_get_their_price_once(bank: Bank) -> None:
    """By the card of their time; each line says in which entry it had none."""
    [entry] = (await bank.entries())[1:]
    await set_terms(bank, LATER)

    first = await charging(bank).rate_late(REF, actor="worker")
    again = await charging(bank).rate_late(REF, actor="worker")

    lines = await late(bank)
    assert (first.posted, again.posted, first.micros["USD"]) == (6, 0, 720_000)
    assert {each.id for each in lines} == {f"call-{at}" for at in range(1, 12, 2)}
    assert lines[0].basis == f"rate {LATER.tariff.cards[0].id} 999 120000 60/60 0 60 late {entry.id}"
    assert (lines[0].start_ms, lines[0].number, lines[0].destination) == (NOW - HOUR_MS + 1, "+99955501", "to 999")
    assert await listed(bank) == []
    await bank.prove()


async def test_records_that_come_again_are_repeats_all_the_same(bank: Bank) -> None:
    """The call is known since it was posted without a price."""
    await set_terms(bank, LATER)
    await charging(bank).rate_late(REF, actor="worker")
    version = (await bank.account()).version

    await charge(bank)

    assert (await bank.account()).version == version


async def test_card_counts_that_was_valid_at_the_call(bank: Bank) -> None:
    """One that begins later answers nothing."""
    await set_terms(bank, terms(card({"999": 1}, valid_from_ms=NOW - HOUR_MS + 6), pools=(POOL,)))

    await charging(bank).rate_late(REF, actor="worker")

    assert [each.id for each in await late(bank)] == ["call-7", "call-9", "call-11"]
    assert await listed(bank) == ["1,3,5"]
    await bank.prove()


async def test_pools_give_what_is_left_of_the_calls_month(redis: Client) -> None:
    """As they would have then."""
    bank = await arrange(redis, terms(card(), pools=(Pool("plan", (CALLING,), 450, 1),)))
    await charge(bank)
    await set_terms(bank, LATER)
    await set_pool(bank, 450)

    charged = await charging(bank).rate_late(REF, actor="worker")

    assert (charged.pooled_s, await used_of(bank)) == (90, {("plan", "2026-12"): 450})
    await bank.prove()


async def set_pool(bank: Bank, seconds: int) -> None:
    """The account's only pool."""
    await set_terms(bank, terms(card({"1": 1}, "fax"), pools=(Pool("plan", (CALLING,), seconds, 1),)))


async def test_reversed_calls_stay_free(bank: Bank) -> None:
    """Their entry was put right as a whole."""
    await undo(bank, (await bank.entries())[1].id)
    await set_terms(bank, LATER)

    assert (await charging(bank).rate_late(REF, actor="worker")).posted == 0
    assert (await bank.account()).balance == usd(100)
    await bank.prove()


async def test_closed_account_is_left_as_it_is(bank: Bank) -> None:
    """What it refuses has no price yet."""
    await set_terms(bank, LATER)
    await bank.redis.hset(keys.account(REF), mapping={"state": "closed", "least": 2**53 - 1})

    charged = await charging(bank).rate_late(REF, actor="worker")

    assert charged.reasons() == {Reason.ACCOUNT_CLOSED: 6}
    assert await listed(bank) == ["1,3,5,7,9,11"]


@pytest.mark.parametrize("seed", range(6))
async def test_each_gets_its_price_once_whatever_happens(
    redis: Client, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many entries, small pages, several at once, some of which end between any two steps."""
    chance = Random(seed)  # noqa: S311 a replay, not a secret
    monkeypatch.setattr("store.sending.MAX_LINES", 7)
    monkeypatch.setattr("store.late.MAX_LINES", 5)
    monkeypatch.setattr("store.late._TOGETHER", 9)
    bank = await arrange(redis, BEFORE)
    await charge(bank, 60)
    await set_terms(bank, LATER)

    async def settle() -> None:
        process = charging(bank)
        call = process._late._scripts.call

        async def ending(*arguments: Any, **given: Any) -> Any:
            if not chance.randrange(6):
                raise CrashError
            answer = await call(*arguments, **given)
            if not chance.randrange(6):
                raise CrashError
            return answer

        monkeypatch.setattr(process._late._scripts, "call", ending)
        await process.rate_late(REF, actor="worker")

    while await listed(bank):
        await asyncio.gather(settle(), settle(), return_exceptions=True)

    lines = await late(bank)
    assert sorted(each.id for each in lines) == sorted(f"call-{at}" for at in range(1, 60, 2))
    await bank.prove()


async def test_archived_calls_get_their_price(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """Their entry is read where it is; without the archive nothing is guessed."""
    archiving.long_ago(clock)
    bank = await arrange(redis, BEFORE)
    await charge(bank)
    clock.advance(days=1)
    await bank.spend(1)
    await archiving.recent(bank, clock)
    archive = archiving.archive_in(tmp_path)
    assert await archiving.move(redis, archive) > 0
    await set_terms(bank, LATER)

    with pytest.raises(ArchiveError, match="CREDITS_ARCHIVE_URL"):
        await charging(bank).rate_late(REF, actor="worker")
    charged = await charging(bank, past=archive).rate_late(REF, actor="worker")

    assert (charged.posted, await listed(bank)) == (6, [])
    assert await archiving.prove(bank, archive) == []
