"""The proof beside what goes on: accounts that agree with each other, and a ledger in use."""

import asyncio

import pytest

from store import keys
from store.keys import AccountRef
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.test_verify import bank, differences

__all__ = ["bank"]


async def test_transfers_that_accounts_do_not_agree_on_are_said(bank: Bank) -> None:
    """What one account says it gave, another has to say it got."""
    second = AccountRef(REF.tenant, "second")
    await bank.ledger.open_account(second, CURRENCY)
    assert await differences(bank.redis) == []

    await bank.redis.hset(keys.account(second), "total:transfer:default", 5)

    said = await differences(bank.redis)
    assert any("T0TEST: " in each and "transfers" in each for each in said)


@pytest.mark.redis
async def test_a_ledger_in_use_is_proven(real_redis: Client) -> None:
    """Postings come all the while: the proof says nothing, however often it is made."""
    bank = await Bank.open(real_redis, balance=1000)
    await bank.levels(500)
    stop = asyncio.Event()

    async def post() -> None:
        while not stop.is_set():
            await bank.spend("0.5")
            await bank.ledger.add_credit(REF, usd("0.4"), operation_id=bank.operation(), actor="test")

    posting = [asyncio.create_task(post()) for _ in range(5)]
    for _ in range(20):
        assert await differences(real_redis) == []
    stop.set()
    await asyncio.gather(*posting)
    assert await differences(real_redis) == []
    await bank.prove()
