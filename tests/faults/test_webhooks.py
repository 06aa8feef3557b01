"""Webhooks and processes that die: whatever was to be told is told by the next one."""

import random

import pytest

from store import keys
from store.account import AlertPolicy, RechargePolicy
from store.deliveries import outstanding
from store.reach import Reach
from store.roles import Operator, Roles
from store.webhook import Webhook
from store.webhooks import Registered, Webhooks
from tests.bot.stage import eventually
from tests.bot.webhooks.receiver import FINE, HANG, Receiver, Request, receiving
from tests.faults.processes import City, Process
from tests.world import ALERTS, BOSS, usd

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]
ROUNDS = 2


async def register(city: City, receiver: Receiver) -> tuple[Webhook, str]:
    """An endpoint there, for crossings; and its secret."""
    webhooks = Webhooks(city.redis, Roles(city.redis), Reach(loopback=True))
    made = await webhooks.add(Operator("test"), city.ref.tenant, receiver.url, events=["balance.low"])
    assert isinstance(made, Registered)
    found = await webhooks.get(city.ref.tenant, made.id)
    assert found is not None
    return found, made.secret


async def start(city: City) -> Process:
    """A worker that may send to this machine, with nobody's lease in its way and no try waited for."""
    await city.forget_leases()
    tenant, partition = city.ref.tenant, keys.partition_of(city.ref.tenant)
    for member in await city.redis.zrange(keys.pushing(partition), 0, -1):
        waiting = keys.delivering(tenant, member.partition(":")[2])
        for delivery in await city.redis.zrange(waiting, 0, -1):
            await city.redis.zadd(waiting, {delivery: 1})
        await city.redis.zadd(keys.pushing(partition), {member: 1})
    return await city.start("worker", CREDITS_WEBHOOK_LOOPBACK="true")


async def test_killed_workers_lose_nothing(city: City) -> None:
    """Killed while endpoints hang and while they answer: each crossing arrives, the same at each try, and signed."""
    rng = random.Random(4)  # noqa: S311 which moments, not which secrets
    levels = AlertPolicy((usd(20), usd(10), usd(5)), ALERTS)
    await city.policies.set_alerts(BOSS, city.ref, levels, operation_id="three")
    await city.policies.set_recharge(BOSS, city.ref, RechargePolicy(on=False), channel=ALERTS, operation_id="off")

    def rule(_request: Request) -> bytes:
        return HANG if rng.random() < 0.5 else FINE

    async with receiving() as receiver:
        webhook, secret = await register(city, receiver)
        receiver.rule = rule
        for number in range(ROUNDS):
            worker = await start(city)
            await city.spend(23)
            await city.ledger.add_credit(city.ref, usd(23), operation_id=f"again-{number}", actor="test")
            heard = len(receiver.requests)
            await eventually(lambda heard=heard: len(receiver.requests) > heard, 60)  # type: ignore[misc]
            await worker.kill()
        receiver.rule = lambda _: FINE
        await start(city)

        async def told() -> bool:
            ids = {each.id for each in receiver.requests}
            return len(ids) == 3 * ROUNDS and not await outstanding(city.redis, webhook)

        await eventually(told, 120)

    bodies = {each.id: each.body for each in receiver.requests}
    assert all(bodies[each.id] == each.body and each.verify(secret) for each in receiver.requests)
