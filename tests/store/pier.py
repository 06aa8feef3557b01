"""Webhooks and their deliveries on one Redis, with a worker that holds the partition."""

from store import keys
from store.deliveries import Claimed, Deliveries
from store.events import BalanceLow
from store.leases import Leases
from store.reach import Reach
from store.roles import Operator, Roles
from store.scripts import Client
from store.webhook import Webhook
from store.webhooks import Registered, Webhooks
from tests.controls import REF

PARTITION = keys.partition_of(REF.tenant)
PUSHING = keys.pushing(PARTITION)
OPERATOR = Operator("test")
URL = "https://hooks.example.com/credits"
FUTURE_MS = 9_000_000_000_000
"""After every test's clock."""


class Pier:
    """Where deliveries leave from."""

    def __init__(self, redis: Client, roles: Roles, *, chance: float = 0) -> None:
        self.redis = redis
        self.webhooks = Webhooks(redis, roles, Reach())
        self.leases = Leases(redis, "webhooks", "w1", partitions=[PARTITION])
        self.deliveries = Deliveries(redis, self.leases, chance=lambda: chance)

    @classmethod
    async def open(cls, redis: Client) -> "Pier":
        """With the managers appointed by nobody yet, and the lease taken."""
        pier = cls(redis, Roles(redis))
        await pier.leases.renew()
        return pier

    async def add(self, url: str = URL, *, events: tuple[str, ...] = (), account: str = "") -> Webhook:
        """An endpoint, with the lease taken."""
        await self.leases.renew()
        made = await self.webhooks.add(OPERATOR, REF.tenant, url, events=events, account=account)
        assert isinstance(made, Registered)
        return await self.look(made.id)

    async def look(self, webhook_id: str) -> Webhook:
        """The endpoint as it is now."""
        found = await self.webhooks.get(REF.tenant, webhook_id)
        assert found is not None
        return found

    async def queue(self, webhook: Webhook, number: int = 0) -> bool:
        """Have it told of an event, the `number`th."""
        return await self.deliveries.queue(webhook, event(number), type_="balance.low", body=f'{{"n":{number}}}')

    async def claim(self, webhook: Webhook) -> Claimed | None:
        """The next try."""
        return await self.deliveries.claim(webhook)

    async def claimed(self, webhook: Webhook) -> Claimed:
        """The next try, which is due."""
        found = await self.claim(webhook)
        assert found is not None
        return found

    async def told(self) -> list[tuple[str, dict[str, str]]]:
        """What was told of webhooks: type and fields."""
        found = [record for _, record in await self.redis.xrange(keys.outbox(PARTITION))]
        return [(each["type"], each) for each in found if each["type"].startswith("webhook_")]


def event(number: int = 0) -> BalanceLow:
    """The `number`th event."""
    return BalanceLow(
        id=f"{PARTITION:02d}-{FUTURE_MS}-{number}",
        ref=REF,
        at_ms=FUTURE_MS,
        balance_micros=4_990_000,
        currency="USD",
        level_micros=5_000_000,
    )
