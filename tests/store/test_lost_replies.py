"""Replies that are lost on the way: what was asked has happened or not; asked again it has happened once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store import keys
from store.ledger import Ledger
from store.outcomes import Done, Posted, Repeated
from store.payments import Claimed, Failure, Payments
from store.policy import Limits
from store.roles import Roles
from store.scripts import Client
from tests.controls import MANAGER, REF, Bank, usd
from tests.lossy import Lossy, lossy
from tests.store.outline import outline


def payments_of(client: Client) -> Payments:
    """The payments service on that client."""
    return Payments(client, Roles(client), Limits())


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the real server."""
    async with lossy(server) as relay:
        yield relay


async def test_lost_reply_is_retried_into_one_entry(proxy: Lossy, single_redis: Client) -> None:
    """The client retries by itself when a reply is lost; the debit is there once and the caller is told so."""
    bank = await Bank.open(single_redis, balance=100)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
    proxy.lose_after = b"call-1"

    outcome = await Ledger(client).charge_usage(REF, usd(2), operation_id="call-1", actor="test")

    await client.aclose()
    assert proxy.lost == 1
    assert isinstance(outcome, Repeated)
    assert (outcome.before, outcome.after) == (usd(100), usd(98))
    assert len(await bank.entries()) == 2
    await bank.prove()


async def test_lost_reply_without_a_retry_is_an_error_that_may_be_asked_again(
    proxy: Lossy, single_redis: Client
) -> None:
    """A client that does not retry raises; the same call again answers what had happened."""
    bank = await Bank.open(single_redis, balance=100)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True, retry=Retry(NoBackoff(), 0))
    ledger = Ledger(client)
    proxy.lose_after = b"call-1"

    with pytest.raises(RedisError):
        await ledger.charge_usage(REF, usd(2), operation_id="call-1", actor="test")
    outcome = await ledger.charge_usage(REF, usd(2), operation_id="call-1", actor="test")

    await client.aclose()
    assert isinstance(outcome, Repeated)
    assert len(await bank.entries()) == 2
    await bank.prove()


async def test_cancelled_call_may_be_asked_again(real_redis: Client) -> None:
    """A call that was cancelled on its way has happened or not; asked again it has happened once."""
    bank = await Bank.open(real_redis, balance=100)
    for turn in range(20):
        task = asyncio.create_task(bank.spend(1, f"call-{turn}"))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert isinstance(await bank.spend(1, f"call-{turn}"), Posted | Repeated)

    assert (await bank.account()).balance == usd(80)
    await bank.prove()


async def test_recharge_survives_a_lost_reply_at_every_step(proxy: Lossy, single_redis: Client) -> None:
    """Debit, claim and credit each lose their reply once: one recharge, one attempt, one credit."""
    bank = await Bank.open(single_redis, balance=100)
    await bank.recharge()
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
    payments = payments_of(client)
    proxy.lose_after = b"call-1"
    await Ledger(client).charge_usage(REF, usd(90), operation_id="call-1", actor="test")
    slot = (await bank.account()).slot
    proxy.lose_after = keys.payment(REF.tenant, slot).encode()
    claimed = await payments.claim(REF, slot, 1)
    assert isinstance(claimed, Claimed)
    proxy.lose_after = b"charge:ch_1"
    outcome = await payments.settle(REF, slot, charge_ref="ch_1", received=usd(50))

    await client.aclose()
    assert proxy.lost == 3
    assert isinstance(outcome, Repeated)
    assert (claimed.attempt, claimed.fence) == (1, 2)
    assert await outline(bank) == ["due", "started", "recharged"]
    assert (await bank.account()).balance == usd(60)
    await bank.prove()


async def test_buttons_press_is_answered_with_what_it_did(proxy: Lossy, single_redis: Client) -> None:
    """Retry and resume lose their reply once: each is done once and answers so, not that there was nothing to do."""
    bank = await Bank.open(single_redis, balance=100)
    await bank.recharge()
    await bank.spend(90)
    slot = (await bank.account()).slot
    claimed = await bank.payments.claim(REF, slot, 1)
    assert isinstance(claimed, Claimed)
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="try_later")
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
    payments = payments_of(client)
    proxy.lose_after = MANAGER.id.encode()
    retried = await payments.retry(MANAGER, REF, slot, 1)
    await single_redis.hset(keys.account(REF), mapping={"recharge_paused": "try_later", "recharge_slot": ""})
    proxy.lose_after = MANAGER.id.encode()
    resumed = await payments.resume(MANAGER, REF)

    await client.aclose()
    assert proxy.lost == 2
    assert (retried, resumed) == (Done("retrying", repeated=True), Done("resumed", repeated=True))
    assert await outline(bank) == ["due", "started", "declined", "due", "resumed", "due"]
