"""The worker's: keeps the sums of usage up to date for the accounts of its partitions."""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from bot.outages import redis_outage
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.past import Past
from store.scripts import Client
from store.standing import accounts
from store.usage import Usage

EVERY_S = 60.0
"""How often each partition is looked at, seconds."""
LOOK_S = 2.0

log = structlog.get_logger(__name__)


class Summing:
    """Looks at each account now and then, so that whoever asks for usage has little to wait for."""

    def __init__(
        self, redis: Client, past: Past | None, mine: Callable[[], Iterable[int]], *, every_s: float = EVERY_S
    ) -> None:
        """`mine` answers the partitions that this process reads now, `past` is where entries are archived."""
        self._redis = redis
        self._usage = Usage(redis, past=past)
        self._mine = mine
        self._every_s = every_s
        self._outage = redis_outage()
        self._looked: dict[int, float] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            for partition in self._mine():
                now = time.monotonic()
                if now - self._looked.get(partition, float("-inf")) >= self._every_s:
                    self._looked[partition] = now
                    await self.look(partition)
            await asyncio.sleep(min(self._every_s, LOOK_S))

    async def look(self, partition: int) -> None:
        """Sum up what is new; what goes wrong with an account is told in the log, and the next look tries again."""
        try:
            refs = await accounts(self._redis, partition)
        except (RedisError, OSError) as error:
            self._outage.away(error)
            return
        for ref in refs:
            await self._look_at(ref)

    async def _look_at(self, ref: AccountRef) -> None:
        try:
            if await self._usage.is_behind(ref):
                await self._usage.catch_up(ref)
        except (RedisError, OSError) as error:
            self._outage.away(error)
        except (ArchiveError, ValueError) as error:
            log.warning("usage_not_summed", tenant=ref.tenant, account=ref.account, reason=str(error))
        except Exception:
            log.exception("summing_failed", tenant=ref.tenant, account=ref.account)
