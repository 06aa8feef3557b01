"""A server without memory: a change is made whole or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.exceptions import RedisError

from store.account import AlertPolicy
from store.payments import Claimed, Failure
from store.scripts import Client
from tests.controls import CARD, CURRENCY, MANAGER, OWNER, REF, Bank, usd
from tests.store import recharging
from tests.store.clock import Clock
from tests.store.posting import OTHER, dump

Verb = Callable[[Bank, Claimed], Awaitable[object]]

VERBS: dict[str, Verb] = {
    "open_account": lambda bank, _: bank.ledger.open_account(OTHER, CURRENCY),
    "charge_usage": lambda bank, _: bank.spend(20, "oom"),
    "add_credit": lambda bank, _: bank.grant(100),
    "set_policy": lambda bank, _: bank.policies.set_alerts(
        MANAGER, REF, AlertPolicy((usd(90),), "C2"), operation_id="oom"
    ),
    "change_managers": lambda bank, _: bank.roles.change_managers(
        OWNER, appoint=["U0NEW"], dismiss=[], operation_id="oom"
    ),
    "request_topup": lambda bank, _: bank.payments.request_topup(
        MANAGER, REF, usd(25), CARD, channel="C1", operation_id="oom"
    ),
    "claim_payment": lambda bank, claimed: bank.payments.claim(REF, claimed.payment_id, 1),
    "settle_payment": lambda bank, claimed: bank.payments.settle(
        REF, claimed.payment_id, charge_ref="ch_1", received=usd(50)
    ),
    "fail_payment": lambda bank, claimed: bank.payments.fail(REF, claimed, Failure.DECLINED, reason="try_later"),
}


@pytest.fixture
async def full(real_redis: Client, clock: Clock) -> AsyncIterator[tuple[Bank, Claimed]]:
    """An account with a claimed recharge, on a server that refuses to grow."""
    bank = await recharging.arrange(real_redis)
    await bank.levels(50)
    await bank.spend(90)
    claimed = await recharging.claim(bank)
    await real_redis.config_set("maxmemory-policy", "noeviction")
    await real_redis.config_set("maxmemory", "1")
    yield bank, claimed
    await real_redis.config_set("maxmemory", "0")


@pytest.mark.parametrize("verb", VERBS)
async def test_change_is_refused_whole(full: tuple[Bank, Claimed], verb: str) -> None:
    """Without memory the call raises and nothing was changed; with memory again, the same call is made."""
    bank, claimed = full
    before = await dump(bank.redis)

    with pytest.raises(RedisError, match=r"(?i)memory"):
        await VERBS[verb](bank, claimed)
    after = await dump(bank.redis)
    await bank.redis.config_set("maxmemory", "0")

    assert after == before
    await VERBS[verb](bank, claimed)
    assert await dump(bank.redis) != before
    await bank.prove()


async def test_dismissal_needs_no_memory_and_is_made_whole(full: tuple[Bank, Claimed]) -> None:
    """What begins with a removal goes through: the manager is gone and the operation is remembered and told."""
    bank, _ = full

    async def dismiss() -> object:
        return await bank.roles.change_managers(OWNER, appoint=[], dismiss=[MANAGER.user_id], operation_id="oom")

    first = await dismiss()

    assert await bank.roles.managers(REF.tenant) == frozenset()
    assert first != await dismiss()
