"""Calls on their way from their records to lines: rated once, posted once, whatever happens on the way."""

import asyncio
import dataclasses
from collections import Counter, deque
from random import Random

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from store import keys
from store.call import CALLING, CONFERENCE, CallRecord
from store.calls import Batch, to_columns
from store.charged import Assigned, CallOutcome
from store.keys import AccountRef
from store.outcomes import Reason
from store.pools import Pool
from store.rating import State, rate
from store.recording import call_of
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.charging import NOW, CrashError, Expected, arrange, charging, lines_of, set_terms, used_of
from tests.store.rating import Scene, call, card, terms
from tests.store.recorded import posted

POOLS = (Pool("plan", (CALLING, CONFERENCE), 600, 1), Pool("more", (CALLING,), 120, 1))
TERMS = terms(card(), card(service=CONFERENCE), pools=POOLS)
SECOND = AccountRef(REF.tenant, "second")


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """An account with cards and pools."""
    return await arrange(redis, TERMS)


def calls(count: int, seed: int = 1) -> list[CallRecord]:
    """Calls of both services and some that have no price, a minute apart."""
    chance = Random(seed)  # noqa: S311 a replay, not a secret
    return [
        call(
            chance.choice(["+49305550100", "+447700900123", "+999"]),
            chance.randrange(0, 200),
            id=f"call-{number}",
            start_ms=NOW - (count - number) * 60_000,
            service=chance.choice([CALLING, CONFERENCE]),
            user=f"user{number % 7}@contoso.example",
        )
        for number in range(count)
    ]


async def test_calls_cost_what_they_cost_one_by_one(bank: Bank) -> None:
    """Each is a line with its ground, pools are used in the order of the calls, whatever their services."""
    records = calls(1200)
    wanted = Expected.of(records, TERMS)

    charged = await charging(bank).charge(REF, to_columns(records), actor="ingest")

    assert await lines_of(bank) == wanted.lines
    assert await used_of(bank) == wanted.used
    assert (charged.read, charged.posted, charged.repeated, charged.refused) == (1200, 1200, 0, [])
    assert charged.micros == Counter({CURRENCY: sum(micros for _, micros, _ in wanted.lines.values())})
    assert charged.pooled_s == sum(wanted.used.values()) == 720
    assert charged.states[State.UNRATED] == sum("unrated" in basis for _, _, basis in wanted.lines.values()) > 0
    assert charged.entries == len(await bank.entries()) - 1
    await bank.prove()


async def test_line_says_what_its_record_said(bank: Bank) -> None:
    """Number, user, duration, start; the destination as the rate calls it."""
    [record] = calls(1)

    await charging(bank).charge(REF, to_columns([dataclasses.replace(record, duration_s=61)]), actor="ingest")

    [line] = await posted(bank)
    assert (line.start_ms, line.number, line.user, line.duration_s) == (record.start_ms, record.number, record.user, 61)
    assert line.destination == "to 49"


async def test_batch_that_comes_again_changes_nothing(bank: Bank) -> None:
    """By another process as well, with a used up pool and another card: everything is a repeat."""
    records, process = calls(1100), charging(bank)
    await process.charge(REF, to_columns(records), actor="ingest")
    before = await lines_of(bank), await used_of(bank), (await bank.account()).version
    newer = terms(card({"49": 1, "44": 1}, valid_from_ms=1), card({"49": 1}, CONFERENCE, valid_from_ms=1))
    await set_terms(bank, newer)

    for each in (process, charging(bank), process):
        charged = await each.charge(REF, to_columns(records), actor="ingest")
        assert (charged.posted, charged.repeated, charged.refused, charged.entries) == (0, 1100, [], 0)

    assert (await lines_of(bank), await used_of(bank), (await bank.account()).version) == before
    await bank.prove()


async def test_calls_that_come_twice_are_charged_once(bank: Bank) -> None:
    """Within a batch and across batches; what says something else is refused, and told by its place."""
    records = calls(40)
    again = [*records[:20], records[3], dataclasses.replace(records[4], duration_s=777), *records[20:], records[30]]

    first = await charging(bank).charge(REF, to_columns(again), actor="ingest")

    wanted = Expected.of(again, TERMS)
    assert (
        (first.repeated, first.refused) == (wanted.repeated, wanted.refused) == (2, [(21, Reason.OPERATION_CONFLICT)])
    )
    assert await lines_of(bank) == wanted.lines
    assert await used_of(bank) == wanted.used
    await bank.prove()


@pytest.mark.parametrize("seed", range(12))
async def test_interrupted_anywhere_it_comes_to_the_same(
    redis: Client, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any terms, any calls, cut anywhere, killed between any two script calls, begun again: as if nothing was."""
    chance = Random(seed)  # noqa: S311 as above
    scene = Scene(chance)
    by = scene.terms()
    made = [each for each in scene.calls(by, 150) if rate(each, by, {}).amount_micros < 10**12]
    records = [dataclasses.replace(each, id=f"c{number}") for number, each in enumerate(made)]
    records += [chance.choice(records) for _ in range(15)]
    chance.shuffle(records)
    bank, wanted = await arrange(redis, by), Expected.of(records, by)
    monkeypatch.setattr("store.sending.MAX_LINES", 10)

    left = deque[int]()

    def crashing(*args: object, **given: object) -> object:
        left.popleft()
        if not left:
            raise CrashError
        return call_of(*args, **given)  # type: ignore[arg-type]

    monkeypatch.setattr("store.sending.call_of", crashing)
    at, process = 0, charging(bank)
    while at < len(records):
        size, left = chance.randint(1, 60), deque(range(chance.randint(1, 12)))
        try:
            await process.charge(REF, to_columns(records[at : at + size]), actor="ingest")
            at += size
        except CrashError:
            process = charging(bank)

    assert await lines_of(bank) == wanted.lines
    assert await used_of(bank) == {name: seconds for name, seconds in wanted.used.items() if seconds}
    await bank.prove()


async def test_others_use_the_pools_meanwhile(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once: each call is charged once, and together they use no more than there is."""
    monkeypatch.setattr("store.sending.MAX_LINES", 20)
    records = calls(400)
    parts = [records[::2], records[1::2]]

    charged = await asyncio.gather(*(charging(bank).charge(REF, to_columns(each), actor="ingest") for each in parts))

    assert sum(each.posted for each in charged) == len(records) == len(await lines_of(bank))
    assert sum((await used_of(bank)).values()) == 720
    await bank.prove()


async def test_each_call_is_told(bank: Bank) -> None:
    """Charged, pooled, without a price, repeated, refused."""
    usual = calls(3)
    own = call(id="own", start_ms=NOW, capability="MCOPSTNPP", own_micros=700_000, currency="USD")
    foreign = dataclasses.replace(own, id="foreign", currency="EUR")
    future = dataclasses.replace(own, id="future", start_ms=NOW + 2 * 86_400_000)
    odd = dataclasses.replace(usual[0], id="odd", number="+999", duration_s=5)
    process = charging(bank)

    first = await process.charge_each(REF, [own, foreign, future, odd, own], actor="api")
    second = await process.charge_each(REF, [own, dataclasses.replace(own, own_micros=1)], actor="api")

    entries = {each.credit: each.id for each in (await bank.entries())[1:]}
    entry = entries["usage:calling"]
    assert first == [
        CallOutcome(entry, State.CHARGED, 700_000, "own 700000 0", currency=CURRENCY),
        CallOutcome(refused=Reason.CURRENCY_MISMATCH),
        CallOutcome(refused=Reason.TIME_IMPLAUSIBLE),
        CallOutcome(entries[f"usage:{odd.service}"], State.UNRATED, 0, "unrated no-rate", currency=CURRENCY),
        CallOutcome(repeated=True),
    ]
    assert second == [CallOutcome(repeated=True), CallOutcome(refused=Reason.OPERATION_CONFLICT)]
    await bank.prove()


async def test_callers_share_a_pool(bank: Bank) -> None:
    """Fifty at once, each with one call: each is charged, in a few entries, and the pool gives what it has."""
    process = charging(bank)
    records = [each for each in calls(50) if each.service == CALLING]

    outcomes = await asyncio.gather(*(process.charge_each(REF, [each], actor="api") for each in records))

    assert all(each.entry and not each.repeated for [each] in outcomes)
    assert await lines_of(bank) == Expected.of(records, TERMS).lines
    assert len(await bank.entries()) <= 4
    await bank.prove()


async def test_unknown_and_closed_accounts_are_refused(bank: Bank) -> None:
    """With all calls, by their places."""
    records = calls(3)
    unknown = await charging(bank).charge(SECOND, to_columns(records), actor="ingest")
    await bank.redis.hset(keys.account(REF), mapping={"state": "closed", "least": 2**53 - 1})

    closed = await charging(bank).charge(REF, to_columns(records), actor="ingest")

    assert unknown.refused == [(place, Reason.UNKNOWN_ACCOUNT) for place in range(3)]
    assert sorted(closed.refused) == [(place, Reason.ACCOUNT_CLOSED) for place in range(3)]


class ByUser:
    """One user's calls have a centre, another's an account of their own."""

    async def assign(self, ref: AccountRef, calls: Batch) -> Assigned:
        """Of users 1 and 2."""
        assert ref == REF
        users = [each.partition("@")[0] for each in calls["user"].to_pylist()]
        centres = pa.array(["sales" if each == "user1" else "" for each in users])
        accounts = pa.array(["second" if each == "user2" else "" for each in users]).dictionary_encode()
        return Assigned(centres, accounts)


async def test_rules_say_who_bears_a_call(bank: Bank) -> None:
    """A cost centre is kept with the line; another account pays by its own pools."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    records = calls(70)

    charged = await charging(bank, ByUser()).charge(REF, to_columns(records), actor="ingest")

    mine, other = await posted(bank), await posted(bank, SECOND)
    assert (charged.posted, len(mine), len(other)) == (70, 60, 10)
    assert {each.user[:5] for each in other} == {"user2"}
    assert {each.user[:5] for each in mine if each.centre == "sales"} == {"user1"}
    assert sum(each.centre == "sales" for each in mine) == 10
    assert await used_of(bank, SECOND) == {}
    await bank.prove()
    await bank.prove(SECOND)


async def test_calls_without_a_price_are_listed(bank: Bank) -> None:
    """Those that another card may answer."""
    records = [call(number, id=f"c{at}", start_ms=NOW) for at, number in enumerate(["+49", "+999", "", "+999"])]

    await charging(bank).charge(REF, to_columns(records), actor="ingest")

    assert [*(await bank.redis.hgetall(keys.unpriced(REF))).values()] == ["1,3"]
    await bank.prove()


async def test_server_forgets_the_scripts_meanwhile(real_redis: Client) -> None:
    """Between two batches: they are sent again, and everything is charged once."""
    bank, records = await arrange(real_redis, TERMS), calls(1500)
    process = charging(bank)
    await process.charge(REF, to_columns(records[:10]), actor="ingest")
    await real_redis.script_flush()

    charged = await process.charge(REF, to_columns(records), actor="ingest")

    assert (charged.posted, charged.repeated) == (1490, 10)
    assert await lines_of(bank) == Expected.of(records, TERMS).lines
    await bank.prove()


async def test_terms_of_few_accounts_are_remembered(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were asked for last: each takes memory, and there is no end of accounts."""
    monkeypatch.setattr("store.charging.REMEMBERED", 1)
    await bank.ledger.open_account(SECOND, CURRENCY)
    process = charging(bank)
    first = await process.rater(REF)

    assert await process.rater(REF) == first
    assert await process.rater(SECOND) != first
    assert [*process._raters] == [SECOND]


async def test_nothing_is_nothing(bank: Bank) -> None:
    """Nobody is asked to post it."""
    charged = await charging(bank).charge(REF, to_columns([]), actor="ingest")

    assert (charged.read, charged.posted, charged.entries) == (0, 0, 0)
    assert (await bank.account()).balance == usd(100)
