"""Workers that push, on one real Redis, and receivers on this machine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.ending import end
from bot.listener import Listener
from bot.webhooks.courier import Courier
from bot.webhooks.pushes import Pushes
from bot.webhooks.sender import Sender
from store.deliveries import Deliveries, Outstanding, outstanding
from store.leases import Leases
from store.ledger import Ledger
from store.outbox import Outbox
from store.reach import Reach
from store.roles import Operator, Roles
from store.scripts import Client
from store.webhook import Webhook
from store.webhooks import Registered, Webhooks
from tests.bot.news import EVENTS
from tests.bot.stage import OUTBOX, PARTITION, WAIT_S, eventually
from tests.bot.webhooks.receiver import Receiver
from tests.world import REF

OPERATOR = Operator("test")
TTL_MS = 400


@dataclass
class Pusher:
    """A worker's pushing half."""

    listener: Listener
    courier: Courier
    tasks: set[asyncio.Task[None]]

    async def stop(self) -> None:
        """As SIGTERM does."""
        await self.courier.stop(WAIT_S)
        await self.listener.stop(WAIT_S)
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def kill(self) -> None:
        """Everything ends where it stands; nothing is begun by what is just being ended."""
        self.courier._stopping.set()
        await end({*self.tasks, *self.listener._workers, *self.courier._lanes.values()})


@dataclass
class Wharf:
    """One Redis and who works on it."""

    redis: Client
    blocking: Client
    webhooks: Webhooks
    reach: Reach
    pushers: list[Pusher] = field(default_factory=list)

    def start(
        self, owner: str = "w1", *, redis: Client = None, timeout_s: float = 60, chance: Callable[[], float] = lambda: 0
    ) -> Pusher:
        """A worker of the one partition."""
        redis = redis or self.redis
        leases = Leases(redis, "webhooks", owner, partitions=[PARTITION], ttl_ms=TTL_MS)
        webhooks = Webhooks(redis, Roles(redis), self.reach)
        deliveries = Deliveries(redis, leases, chance=chance)
        courier = Courier(deliveries, webhooks, Sender(self.reach, timeout_s=timeout_s), lambda: sorted(listener.mine))
        pushes = Pushes(webhooks, deliveries, Ledger(redis), courier.begin)
        listener = Listener(
            Outbox(redis, self.blocking),
            leases,
            pushes.react,
            lanes_of_reading=((PARTITION,),),
            first_pause_s=0.01,
        )
        tasks = {asyncio.create_task(listener.run()), asyncio.create_task(courier.run())}
        self.pushers.append(Pusher(listener, courier, tasks))
        return self.pushers[-1]

    async def add(self, receiver: Receiver, *events: str, path: str = "") -> tuple[Webhook, str]:
        """An endpoint there, and its secret."""
        made = await self.webhooks.add(OPERATOR, REF.tenant, receiver.url + path, events=events)
        assert isinstance(made, Registered)
        return await self.look(made.id), made.secret

    async def look(self, webhook_id: str) -> Webhook:
        """The endpoint as it is now."""
        found = await self.webhooks.get(REF.tenant, webhook_id)
        assert found is not None
        return found

    async def put(self, number: int = 1, kind: str = "balance_low", **fields: str) -> list[str]:
        """Append events; answers the ids of their deliveries."""
        found = []
        for _ in range(number):
            seconds, micros = await self.redis.time()
            record: dict[str, Any] = {"type": kind, "tenant": REF.tenant, "account": REF.account, **EVENTS[kind]}
            record |= {"at_ms": seconds * 1000 + micros // 1000, **fields}
            ms, _, sequence = (await self.redis.xadd(OUTBOX, record)).partition("-")
            found.append(f"{PARTITION:02d}-{ms.zfill(15)}-{sequence.zfill(6)}")
        return found

    async def left(self, webhook: Webhook) -> list[Outstanding]:
        """What the endpoint was not told."""
        return await outstanding(self.redis, webhook)

    async def handled(self) -> bool:
        """Whether the group has handled every event: what is to be delivered is queued."""
        groups = {each["name"]: each for each in await self.redis.xinfo_groups(OUTBOX)}
        newest = await self.redis.xrevrange(OUTBOX, count=1)
        ours = groups.get("webhooks")
        return bool(ours and not ours["pending"] and ours["last-delivered-id"] == newest[0][0])

    async def done(self, webhook: Webhook) -> None:
        """Wait until the group has handled every event and the endpoint was told all."""

        async def quiet() -> bool:
            return await self.handled() and not await self.left(webhook)

        await eventually(quiet)


@contextlib.asynccontextmanager
async def open_wharf(redis: Client, blocking: Client) -> AsyncIterator[Wharf]:
    """The default account, this machine allowed; nobody works yet."""
    reach = Reach(loopback=True)
    await Ledger(redis).open_account(REF, "USD")
    wharf = Wharf(redis, blocking, Webhooks(redis, Roles(redis), reach), reach)
    try:
        yield wharf
    finally:
        for pusher in wharf.pushers:
            await pusher.kill()
