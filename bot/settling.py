"""The worker's: calls that had no price are charged soon after a rate card was loaded that knows one."""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from bot.outages import Outage, redis_outage
from store import keys
from store.keys import AccountRef
from store.ledger import Past
from store.manifest import ArchiveError
from store.roles import Roles
from store.scripts import Client
from store.standing import accounts

ACTOR = "system:rates"
EVERY_S = 30.0
"""How often it is looked for new rate cards, seconds."""

log = structlog.get_logger(__name__)


async def settle(redis: Client, tenant: str, past: Past | None, actor: str) -> dict[AccountRef, int]:
    """Charge what has a price now, in every account of a tenant; answers how many calls that were.

    Raises:
        ArchiveError: an entry is in the archive, and cannot be read.
        redis.exceptions.RedisError: the outcome of a step is unknown; ask again.
    """
    found: dict[AccountRef, int] = {}
    waiting = [
        ref
        for ref in await accounts(redis, keys.partition_of(tenant), tenant)
        if await redis.exists(keys.unpriced(ref))
    ]
    if waiting:
        from store.cards import Cards  # noqa: PLC0415 they load pyarrow, which nobody else waits for
        from store.charging import Charging  # noqa: PLC0415 as above
        from store.plans import Plans  # noqa: PLC0415 as above

        roles = Roles(redis)
        charging = Charging(redis, Cards(redis, roles), Plans(redis, roles), past=past)
        for ref in waiting:
            found[ref] = (await charging.rate_late(ref, actor=actor)).posted
    return found


class Settling:
    """Looks at the tenants of this process' partitions: at each one, and again when it has another card.

    That is twice each time: who had read the cards before may still post calls without a price at the first look.
    """

    def __init__(
        self,
        redis: Client,
        mine: Callable[[], Iterable[int]],
        past: Past | None = None,
        *,
        outage: Outage | None = None,
    ) -> None:
        """`mine` answers the partitions that this process reads now."""
        self._redis = redis
        self._mine = mine
        self._past = past
        self._outage = outage or redis_outage()
        self._cards: dict[str, int] = {}
        self._again = set[str]()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Charge what has a price now; what goes wrong is told in the log, and the next look tries again."""
        for partition in self._mine():
            try:
                for tenant in sorted(await self._redis.smembers(keys.tenants(partition))):
                    await self._try(tenant)
            except RedisError as error:
                self._outage.away(error)

    async def _try(self, tenant: str) -> None:
        """What is wrong with one tenant keeps no other from its price; but for Redis, which all of them need."""
        try:
            await self._look_at(tenant)
        except RedisError:
            raise
        except ArchiveError as error:
            log.warning("rates_not_settled", tenant=tenant, reason=str(error))
        except Exception:
            log.exception("settling_failed", tenant=tenant)

    async def _look_at(self, tenant: str) -> None:
        cards, before = await self._redis.hlen(keys.cards(tenant)), self._cards.get(tenant, 0)
        if cards == before and tenant not in self._again:
            return
        for ref, count in (await settle(self._redis, tenant, self._past, ACTOR)).items():
            if count:
                log.info("charged_late", tenant=ref.tenant, account=ref.account, calls=count)
        self._cards[tenant] = cards
        if cards == before:
            self._again.discard(tenant)
        else:
            self._again.add(tenant)
