"""The proof: what is as it has to be is passed in silence, each thing that is not is said in words."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from store import keys, verify
from store import standing as reading
from store.keys import AccountRef
from store.records import UsageRecord
from store.scripts import Client
from store.verify import Verifier, expected, partitions
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.recharging import complete
from tests.store.recorded import pack

RECORD = UsageRecord("1", usd(1), 1_790_000_000_000)
PARTITION = keys.partition_of(REF.tenant)
ACCOUNT, JOURNAL, OUTBOX = keys.account(REF), keys.journal(REF), keys.outbox(PARTITION)


async def differences(redis: Client, *wanted: str) -> list[str]:
    """All that is said of the partition."""
    return [str(each) async for each in Verifier(redis).partition(PARTITION, *wanted)]


async def missed(redis: Client, *wanted: str) -> list[str]:
    """All that is said of accounts that no list has."""
    return [str(each) async for each in Verifier(redis).unlisted(*wanted)]


async def arrange(redis: Client) -> Bank:
    """An account with levels and a recharge that came, and some calls."""
    bank = await Bank.open(redis, balance=100)
    await bank.levels(60, 30)
    await bank.recharge()
    for _ in range(4):
        await bank.spend(21)
    await complete(bank)
    await bank.grant(1)
    for hold in ("kept", "captured", "extended"):
        await bank.ledger.place_hold(REF, hold, usd(2), ttl_ms=60_000, operation_id=bank.operation(), actor="test")
    await bank.ledger.capture_hold(REF, "captured", usd(1), operation_id=bank.operation(), actor="test")
    await bank.ledger.extend_hold(REF, "extended", usd(1), ttl_ms=60_000, operation_id=bank.operation(), actor="test")
    return bank


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


async def test_what_the_store_wrote_is_proven(bank: Bank) -> None:
    """Nothing is said of accounts that only the scripts have touched; each entry and account is counted."""
    await bank.ledger.open_account(AccountRef(REF.tenant, "second"), CURRENCY)
    verifier = Verifier(bank.redis)

    assert [each async for each in verifier.partition(PARTITION)] == []
    assert (verifier.accounts, verifier.entries) == (2, await bank.redis.xlen(JOURNAL))
    assert await expected(bank.redis, PARTITION) == verifier.entries


async def test_the_journal_is_read_to_its_end(bank: Bank) -> None:
    """The snapshot tells its last entry, up to which all are looked at."""
    stands = await reading.standing(bank.redis, REF)

    assert stands
    assert stands.last == (await bank.entries())[-1].id
    assert stands.holds == {"kept": 2_000_000, "extended": 3_000_000}
    assert await reading.standing(bank.redis, AccountRef("T0NONE")) is None


async def test_only_what_is_asked_for_is_looked_at(bank: Bank) -> None:
    """One workspace, one account: another one's trouble is not said."""
    await bank.ledger.open_account(AccountRef(REF.tenant, "second"), CURRENCY)
    await bank.redis.hincrby(ACCOUNT, "balance", 1)

    assert await differences(bank.redis, REF.tenant, "second") == []
    assert await differences(bank.redis, REF.tenant, "default") != []
    assert partitions(REF.tenant) == [PARTITION]
    assert len(partitions()) == keys.PARTITIONS


@pytest.mark.parametrize("batch", [1, 3, 8000])
async def test_journals_are_read_in_batches(bank: Bank, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the batch, all is read, and what is wrong is said once."""
    monkeypatch.setattr(verify, "BATCH", batch)
    [(last, _)] = await bank.redis.xrevrange(JOURNAL, count=1)
    await bank.redis.xdel(JOURNAL, last)

    assert any("has version" in each for each in await differences(bank.redis))


QUIET = {"levels": "", "low": "", "recharge_on": "0", "recharge_slot": "", "recharge_paused": ""}
CHANGES: dict[str, tuple[Callable[[Client], Any], str]] = {
    "balance": (lambda redis: redis.hincrby(ACCOUNT, "balance", 1), "its journal"),
    "version": (lambda redis: redis.hincrby(ACCOUNT, "version", 1), "the account has version"),
    "held": (lambda redis: redis.hincrby(ACCOUNT, "held", 5), "holds has 5000005 millionths"),
    "hold": (lambda redis: redis.hset(keys.hold(REF, "kept"), "amount", "7"), "hold kept has 7 millionths"),
    "hold gone": (lambda redis: redis.zrem(keys.holds(REF), "kept"), "hold kept has 0 millionths"),
    "total": (lambda redis: redis.hincrby(ACCOUNT, "total:usage:calls", -1), "usage:calls has"),
    "sum": (lambda redis: redis.hset(ACCOUNT, "total:new", 7), "not to zero"),
    "lot": (lambda redis: redis.hset(keys.lots(REF), "99", "5 0 900000000000000"), "the lots are"),
    "queue": (lambda redis: redis.zadd(keys.queue(REF), {"0000000000000099": 1}), "wait for their use"),
    "exhausted": (lambda redis: redis.hset(ACCOUNT, "exhausted", "1"), "is kept as used up"),
    "low": (lambda redis: redis.hset(ACCOUNT, "low", "1"), "the lowest level breached"),
    "not low": (
        lambda redis: redis.hset(ACCOUNT, mapping={"low": "", "levels": "99000000", "least": "0"}),
        "is to be told or done",
    ),
    "next level": (
        lambda redis: redis.hset(ACCOUNT, mapping={**QUIET, "levels": "2000000,1000000", "least": "1000000"}),
        "below 2000000 millionths something is to be told",
    ),
    "zero": (
        lambda redis: redis.hset(ACCOUNT, mapping={**QUIET, "least": "0"}),
        "below 1 millionths something is to be told",
    ),
    "recharge": (
        lambda redis: redis.hset(ACCOUNT, mapping={**QUIET, "recharge_on": "1", "recharge_below": "7", "least": "6"}),
        "below 7 millionths something is to be told or done",
    ),
    "frozen": (lambda redis: redis.hset(ACCOUNT, mapping={"state": "frozen", "least": "1"}), "is to be told or done"),
    "till": (lambda redis: redis.hset(ACCOUNT, "till", "900000000000001"), "is not looked at before"),
    "listed": (lambda redis: redis.sadd(keys.accounts(PARTITION), f"{REF.tenant}:gone"), "listed, and not there"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_was_changed_behind_the_scripts_is_said(bank: Bank, name: str) -> None:
    """Each number and state that is kept is compared with the journal."""
    change, words = CHANGES[name]
    await change(bank.redis)

    assert any(words in each for each in await differences(bank.redis))


@pytest.mark.parametrize("wanted", [(), (REF.tenant,), ("", "second"), (REF.tenant, "second")])
@pytest.mark.parametrize("names", [1, 2, 2000])
async def test_an_account_that_is_not_listed_is_said(
    bank: Bank, wanted: tuple[str, ...], names: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own record is met all the same, with whose it is and how to list it again; others' trouble is not said."""
    monkeypatch.setattr(reading, "_NAMES", names)
    second = AccountRef(REF.tenant, "second")
    await bank.ledger.open_account(second, CURRENCY)
    assert await missed(bank.redis) == []

    await bank.redis.srem(keys.accounts(PARTITION), f"{REF.tenant}:second")

    [only] = await missed(bank.redis, *wanted)
    assert only.startswith("T0TEST/second: it is there and not listed")
    assert only.endswith(f": SADD {keys.accounts(PARTITION)} T0TEST:second")
    assert await missed(bank.redis, REF.tenant, "default") == []
    assert await missed(bank.redis, "T0OTHER") == []
    assert await missed(bank.redis, REF.tenant, "none") == []


async def test_a_name_that_is_met_twice_is_said_once(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis may name a key more than once while others come and go."""
    scan = bank.redis.scan_iter

    async def twice(**given: Any) -> AsyncIterator[str]:
        async for key in scan(**given):
            yield key
            yield key

    monkeypatch.setattr(bank.redis, "scan_iter", twice)
    monkeypatch.setattr(reading, "_NAMES", 1)
    await bank.redis.srem(keys.accounts(PARTITION), f"{REF.tenant}:{REF.account}")

    assert len(await missed(bank.redis)) == 1


async def test_a_workspace_that_is_not_listed_is_said(bank: Bank) -> None:
    """By the list of workspaces a Redis is known to be in use."""
    await bank.redis.srem(keys.tenants(PARTITION), REF.tenant)

    [only] = await missed(bank.redis)

    assert only.endswith(f"SADD {keys.tenants(PARTITION)} T0TEST")


async def test_negative_balance_is_kept_as_used_up(bank: Bank) -> None:
    """An account below zero that is not kept as used up will not be told of."""
    await bank.spend(500)
    assert await differences(bank.redis) == []

    await bank.redis.hset(ACCOUNT, "exhausted", "0")

    said = await differences(bank.redis)
    assert any("is not kept as used up" in each for each in said)


async def test_each_entry_that_was_changed_is_found(bank: Bank) -> None:
    """A journal whose one line says something else does not come to what is kept."""
    entries = await bank.redis.xrange(JOURNAL)
    for number in range(len(entries)):
        await bank.redis.delete(JOURNAL)
        for other, (entry_id, record) in enumerate(entries):
            parts = record["entry"].split("\t", 9)
            if other == number:
                parts[3] = str(int(parts[3]) + 1)
            await bank.redis.xadd(JOURNAL, {"entry": "\t".join(parts)}, id=entry_id)

        assert await differences(bank.redis) != [], number


async def test_long_entries_are_read_few_at_a_time(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs of call records are hundreds of times as long as postings: memory is bounded by bytes, and all are read."""
    for page in range(20):
        lines = [dataclasses.replace(RECORD, id=f"{page}-{number}") for number in range(100)]
        await bank.ledger.post_records(REF, lines, actor="test")
    monkeypatch.setattr(reading, "AT_ONCE", 1000)
    monkeypatch.setattr(reading, "FIRST", 2)
    journals, after, sizes = reading.Journals(bank.redis), "", []
    [(last, _)] = await bank.redis.xrevrange(JOURNAL, count=1)

    while raw := await journals.read(REF, after, last, 1000):
        after = raw[-1][0].decode()
        sizes.append(len(raw))

    assert (after, sum(sizes), sizes[0]) == (last, await bank.redis.xlen(JOURNAL), 2)
    assert sizes[1] > 10 > sizes[-1]
    assert await differences(bank.redis) == []


async def test_call_records_that_do_not_add_up_are_said(bank: Bank) -> None:
    """A pack in which a line was changed, or that cannot be read, in a journal whose numbers all fit."""
    await bank.ledger.post_records(REF, [RECORD, dataclasses.replace(RECORD, id="2")], actor="test")
    [(last, entry)] = await bank.redis.xrevrange(JOURNAL, count=1)
    head = entry["entry"].split("\t", 9)[:9]
    before = await differences(bank.redis)

    for forged in (pack([RECORD]), "nonsense"):
        await bank.redis.xdel(JOURNAL, last)
        stream = [*await bank.redis.xrange(JOURNAL), (last, {"entry": "\t".join([*head, forged])})]
        await bank.redis.delete(JOURNAL)
        for entry_id, record in stream:
            await bank.redis.xadd(JOURNAL, record, id=entry_id)
        said = await differences(bank.redis)

        assert (before, len(said)) == ([], 1), forged


async def test_an_unreadable_entry_is_said(bank: Bank) -> None:
    """A line that nobody wrote is no reason to stop."""
    [(last, _)] = await bank.redis.xrevrange(JOURNAL, count=1)
    await bank.redis.xadd(JOURNAL, {"entry": "nonsense"}, id=last.partition("-")[0] + "-999")

    assert any("cannot be read" in each for each in await differences(bank.redis))


async def test_credit_without_its_event_is_said(bank: Bank) -> None:
    """A recharge that nobody will be told of: its event was taken out of the outbox."""
    [(event_id, _)] = [each for each in await bank.redis.xrange(OUTBOX) if each[1]["type"] == "recharged"]
    await bank.redis.xdel(OUTBOX, event_id)
    await asyncio.sleep(0.002)  # the next event is of a later millisecond
    await bank.spend(200)

    assert any("is a recharge, and no event tells it" in each for each in await differences(bank.redis))


async def test_event_without_its_entry_is_said(bank: Bank) -> None:
    """People were told of a recharge that the journal does not have."""
    [(_, record)] = [each for each in await bank.redis.xrange(OUTBOX) if each[1]["type"] == "recharged"]
    await bank.redis.xadd(OUTBOX, {**record, "entry": "1-1"})

    assert any("tells of entry 1-1, which is not in the journal" in each for each in await differences(bank.redis))


async def test_event_of_another_amount_is_said(bank: Bank) -> None:
    """People were told of another amount than was credited."""
    [(event_id, record)] = [each for each in await bank.redis.xrange(OUTBOX) if each[1]["type"] == "recharged"]
    await bank.redis.xdel(OUTBOX, event_id)
    await bank.redis.xadd(OUTBOX, {**record, "amount_micros": "7"})

    assert any("tells of 0.000007 and" in each for each in await differences(bank.redis))
