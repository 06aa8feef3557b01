"""Trimming a journal: only what is archived leaves, only by whoever holds the lease, never the last entry."""

import pytest

from store import keys
from store.scripts import Client, Scripts
from tests.controls import REF, Bank
from tests.store.banks import bank_by

PARTITION = keys.partition_of(REF.tenant)
LEASE = keys.lease(PARTITION, "archive")


async def arrange(redis: Client) -> Bank:
    """An account with four entries; "w" has the lease."""
    bank = await Bank.open(redis, balance=10)
    for _ in range(3):
        await bank.spend(1)
    await redis.set(LEASE, "w")
    return bank


bank = bank_by(arrange)


async def trim(bank: Bank, last: str, owner: str = "w") -> int:
    """Drop what is before `last`."""
    named = {"lease": LEASE, "account": keys.account(REF), "journal": keys.journal(REF)}
    return int(await Scripts(bank.redis).call("trim_journal", named, owner=owner, last=last))


async def versions(bank: Bank) -> list[int]:
    """What is in the journal."""
    return [each.version for each in await bank.entries()]


@pytest.mark.parametrize(("number", "dropped"), [(0, 0), (2, 2), (3, 3)])
async def test_last_archived_entry_stays(bank: Bank, number: int, dropped: int) -> None:
    """What is before it leaves; asked again, nothing more happens."""
    last = (await bank.entries())[number].id

    assert await trim(bank, last) == dropped
    assert await versions(bank) == list(range(number + 1, 5))
    assert await trim(bank, last) == 0


async def test_what_is_archived_is_kept(bank: Bank) -> None:
    """The account knows up to which entry, so that a journal which was trimmed is told from one that was robbed."""
    last = (await bank.entries())[1].id

    await trim(bank, last)

    assert await bank.redis.hget(keys.account(REF), "archived") == last


async def test_without_the_lease_nothing_is_trimmed(bank: Bank) -> None:
    """Another archiver has taken over."""
    assert await trim(bank, (await bank.entries())[2].id, owner="other") == -1
    assert await versions(bank) == [1, 2, 3, 4]


async def test_an_unknown_entry_trims_nothing(bank: Bank) -> None:
    """An archive that is not of this journal: nothing leaves."""
    assert await trim(bank, f"{(await bank.entries())[3].at_ms + 1}-9") == -2
    assert await versions(bank) == [1, 2, 3, 4]


@pytest.mark.redis
async def test_memory_that_is_used_up_is_no_hindrance(real_redis: Client) -> None:
    """Trimming is what gives memory back, so it works without any."""
    bank = await arrange(real_redis)
    last = (await bank.entries())[3].id
    await real_redis.config_set("maxmemory", 1)
    try:
        assert await trim(bank, last) == 3
    finally:
        await real_redis.config_set("maxmemory", 0)
    assert await versions(bank) == [4]
