"""The worker's: keeps the sums of usage up to date for the accounts of its partitions, and watches over them."""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from bot.outages import redis_outage
from store.keys import AccountRef
from store.ledger import Ledger
from store.manifest import ArchiveError
from store.past import Past
from store.scripts import Client
from store.standing import accounts
from store.unrated import Unrated, waiting
from store.unusual import LOOK_BACK_DAYS, Watch, findings
from store.usage import Usage

EVERY_S = 60.0
"""How often each partition is looked at, seconds."""
LOOK_S = 2.0
WATCH_S = 600.0
"""How often what was used is searched for what is unusual, seconds."""

log = structlog.get_logger(__name__)


class Summing:
    """Looks at each account now and then, so that whoever asks for usage has little to wait for."""

    def __init__(
        self,
        redis: Client,
        past: Past | None,
        mine: Callable[[], Iterable[int]],
        *,
        every_s: float = EVERY_S,
        watch_s: float = WATCH_S,
    ) -> None:
        """`mine` answers the partitions that this process reads now, `past` is where entries are archived."""
        self._redis = redis
        self._usage = Usage(redis, past=past)
        self._ledger = Ledger(redis, grouped=False)
        self._watch = Watch(redis)
        self._unrated = Unrated(redis)
        self._mine = mine
        self._every_s = every_s
        self._outage = redis_outage()
        self._looked: dict[int, float] = {}
        self._watch_s = watch_s
        self._watched: dict[AccountRef, float] = {}
        self._new = set[AccountRef]()

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
                self._new.add(ref)
            now = time.monotonic()
            if ref in self._new and now - self._watched.get(ref, float("-inf")) >= self._watch_s:
                self._new.discard(ref)
                self._watched[ref] = now
                await self._watch_over(ref)
        except (RedisError, OSError) as error:
            self._outage.away(error)
        except (ArchiveError, ValueError) as error:
            log.warning("usage_not_summed", tenant=ref.tenant, account=ref.account, reason=str(error))
        except Exception:
            log.exception("summing_failed", tenant=ref.tenant, account=ref.account)

    async def _watch_over(self, ref: AccountRef) -> None:
        """Tell what is unusual in what was used lately, and which calls have no price."""
        account, place = await self._ledger.account(ref), await self._usage.place(ref)
        if account is None or place.first < 0:
            return
        today = await self._usage.today(place.zone)
        days = await self._usage.days(ref, today - LOOK_BACK_DAYS, today)
        await self._unrated.tell(ref, waiting(days), today)
        await self._watch.tell(ref, account.currency, await asyncio.to_thread(findings, days, today, place.first))
