"""Several who charge the same calls, of the same days, at the same time: each call is charged once."""

import asyncio
import dataclasses
import random
from typing import Any

import pytest
from redis.asyncio import RedisCluster

from store.call import CALLING, CallRecord
from store.calls import to_columns
from store.centres import CentreRules, Match, Rule
from store.charged import Charged
from store.charging import Charging
from store.keys import AccountRef
from store.outcomes import Reason
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, REF, Bank
from tests.store.charging import NOW, arrange, charging, lines_of
from tests.store.rating import call, card, terms

TERMS = terms(card(), card(service="texts"))
COUNT = 360
ACCOUNTS = (REF, AccountRef(REF.tenant, "second"), AccountRef(REF.tenant, "third"))


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """An account with a card."""
    return await arrange(redis, TERMS)


def calls() -> list[CallRecord]:
    """Calls of a day and a half."""
    return [
        call(id=f"call-{number}", service=CALLING, start_ms=NOW - number * 6 * 60_000, duration_s=60)
        for number in range(COUNT)
    ]


async def charge(process: Charging, records: list[CallRecord], size: int) -> list[Charged]:
    """Charge them, so many at a time."""
    parts = [to_columns(records[at : at + size]) for at in range(0, len(records), size)]
    return [await process.charge(REF, each, actor="ingest") for each in parts]


async def lookups(bank: Bank) -> int:
    """How many sets of known records were searched since the count began."""
    told = await bank.redis.info("commandstats", **every_node(bank))
    nodes = told.values() if every_node(bank) else [told]
    return sum(each.get("cmdstat_get", {}).get("calls", 0) for each in nodes)


def every_node(bank: Bank) -> dict[str, Any]:
    """What asks each primary, where there are several."""
    return {"target_nodes": RedisCluster.PRIMARIES} if isinstance(bank.redis, RedisCluster) else {}


async def load(bank: Bank, payers: dict[str, str]) -> CentreRules:
    """Rules by which accounts pay for users."""
    rules = CentreRules(bank.redis, bank.roles)
    wanted = tuple(Rule(Match.USER, user, user, account) for user, account in payers.items())
    await rules.load(MANAGER, REF.tenant, wanted)
    return rules


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("sizes", [(60, 60), (60, 90), (40, 120), (360, 7)])
async def test_same_calls_at_once_are_charged_once(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, processes: int, sizes: tuple[int, int]
) -> None:
    """In one process or in two, cut alike or not, with pages of one size on their way from both."""
    monkeypatch.setattr("store.sending.MAX_LINES", 20)
    records = calls()
    first = charging(bank)
    second = first if processes == 1 else charging(bank)

    found = await asyncio.gather(charge(first, records, sizes[0]), charge(second, records[::-1], sizes[1]))

    charged = [each for several in found for each in several]
    assert len(await lines_of(bank)) == COUNT
    assert sum(each.posted for each in charged) == sum(each.repeated for each in charged) == COUNT
    assert not any(each.refused for each in charged)
    await bank.prove()


async def test_who_was_interrupted_by_another_looks_again(bank: Bank) -> None:
    """Of a day that both tell of neither takes for new what the other had, and a conflict is one."""
    records, mine, other = calls(), charging(bank), charging(bank)
    await charge(mine, records[:100], 100)
    await charge(other, records[100:200], 100)
    await charge(mine, records[200:220], 20)

    again = await charge(mine, [dataclasses.replace(records[150], duration_s=61), *records[100:300]], 201)

    assert [(each.posted, each.repeated) for each in again] == [(80, 120)]
    assert [reason for each in again for _, reason in each.refused] == [Reason.OPERATION_CONFLICT]
    assert len(await lines_of(bank)) == 300
    await bank.prove()


async def test_days_that_nobody_else_tells_of_are_not_looked_up(real_redis: Client) -> None:
    """Only calls that this process has met are asked about; another process has to look."""
    bank, records = await arrange(real_redis, TERMS), calls()
    process = charging(bank)
    await charge(process, records[:1], 1)
    counts = []

    for who, some in ((process, records[1:300]), (process, records[280:320]), (charging(bank), records[320:])):
        await bank.redis.config_resetstat(**every_node(bank))
        await charge(who, some, 50)
        counts.append(await lookups(bank))

    assert counts[0] == 0
    assert counts[1] > 0
    assert counts[2] > 0
    await bank.prove()


async def test_days_with_calls_that_others_pay_are_not_looked_up_either(real_redis: Client) -> None:
    """As long as one process tells of all accounts."""
    bank = await arrange(real_redis, TERMS)
    await bank.ledger.open_account(ACCOUNTS[1], CURRENCY)
    rules = await load(bank, {"anna": "second"})
    records = [dataclasses.replace(each, user=("anna", "bob")[n % 2]) for n, each in enumerate(calls())]
    process = charging(bank, rules)
    await charge(process, records[:50], 50)
    await bank.redis.config_resetstat(**every_node(bank))

    await charge(process, records[50:], 50)

    assert await lookups(bank) == 0
    again = await charge(charging(bank, rules), records, 50)
    assert sum(each.repeated for each in again) == COUNT
    for ref in ACCOUNTS[:2]:
        await bank.prove(ref)


@pytest.mark.parametrize("seed", range(6))
async def test_each_call_is_charged_once_whoever_pays_by_now(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Three processes charge parts of the calls, to the account that is named, while the rules change."""
    rng = random.Random(seed)  # noqa: S311 replays by its seed
    monkeypatch.setattr("store.sending.MAX_LINES", 20)
    for ref in ACCOUNTS[1:]:
        await bank.ledger.open_account(ref, CURRENCY)
    users = ("anna", "bob", "carl")
    records = [dataclasses.replace(each, user=rng.choice(users)) for each in calls()]
    processes = [charging(bank, await load(bank, {})) for _ in range(3)]

    async def some(process: Charging) -> None:
        for _ in range(6):
            begin = rng.randrange(COUNT)
            await charge(process, records[begin : begin + rng.choice([1, 30, 100])], rng.choice([7, 25, 100]))
            if rng.random() < 0.4:
                await load(bank, {each: rng.choice(["", "second", "third"]) for each in users})

    for _ in range(2):
        await asyncio.gather(*map(some, processes))
        await some(processes[0])
    await charge(processes[1], records, 90)

    lines = [line for ref in ACCOUNTS for line in await lines_of(bank, ref)]
    assert sorted(lines) == sorted(each.id for each in records)
    for ref in ACCOUNTS:
        await bank.prove(ref)
