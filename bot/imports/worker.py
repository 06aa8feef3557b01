"""The worker's: carries out the orders to import that wait in its partitions, one after the other."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

import structlog
from slack_sdk.errors import SlackApiError

from bot.ending import end
from bot.imports.carrying import Carrier, break_off
from bot.imports.speaking import Speaker
from bot.outages import Outage, plainly, redis_outage
from bot.posting import Poster
from bot.trying import AWAY
from bot.workspaces import Workspaces
from store.leases import LeaseLostError
from store.orders import TTL_MS, Hands, Order, Orders, Step
from store.roles import Roles
from store.scripts import Client

LOOK_S = 1.0
"""How often it is looked for orders, seconds."""
LATER_MS, LONGEST_MS = 5_000, 600_000
"""How long an order waits that could not be carried on, milliseconds: a tenth of its age, within these."""
GIVEN_UP_MS = 7 * 86_400_000
"""An order that could not be carried on for so long, milliseconds, is given up, and that is told where it can be."""
MOST_TRIES = 5
"""So often an order may fail for no reason that is known, before that is told as its end."""

log = structlog.get_logger(__name__)


class Importer:
    """Sees to orders until told to stop; then the block in hand is the last, and another worker goes on."""

    def __init__(
        self,
        redis: Client,
        workspaces: Workspaces,
        owner: str,
        mine: Callable[[], Iterable[int]],
        *,
        outage: Outage | None = None,
        look_s: float = LOOK_S,
        ttl_ms: int = TTL_MS,
    ) -> None:
        """`owner`: this worker, unlike every other. `mine` answers the partitions that this process reads now."""
        self._redis = redis
        self._orders = Orders(redis, Roles(redis))
        self._workspaces = workspaces
        self._owner = owner
        self._mine = mine
        self._outage = outage or redis_outage()
        self._look_s = look_s
        self._ttl_ms = ttl_ms
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Look again and again until told to stop."""
        self._task = asyncio.current_task()
        while not self._stop.is_set():
            await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._look_s)

    async def stop(self, grace_s: float) -> None:
        """End behind the block in hand, or where it is when the grace is over."""
        self._stop.set()
        if self._task:
            await asyncio.wait([self._task], timeout=grace_s)
            await end([self._task])

    async def look(self) -> None:
        """See to every order that waits now."""
        try:
            waiting = await self._orders.waiting(self._mine())
        except AWAY as error:
            self._outage.away(error)
            return
        for tenant, order_id in waiting:
            if self._stop.is_set():
                return
            try:
                await self._see_to(tenant, order_id)
            except AWAY as error:
                self._outage.away(error)
            except Exception:
                log.exception("import_failed", tenant=tenant, order=order_id)

    async def _see_to(self, tenant: str, order_id: str) -> None:
        """Carry it on as far as it goes without a person, unless another worker does."""
        hands = self._orders.hands(tenant, order_id, self._owner, ttl_ms=self._ttl_ms)
        if not await hands.take():
            return
        try:
            async with asyncio.timeout(None) as having:
                keeping = asyncio.create_task(_keep(hands, having))
                try:
                    await self._carry(tenant, order_id, hands)
                finally:
                    await end([keeping])
        except (LeaseLostError, TimeoutError) as error:
            if isinstance(error, TimeoutError) and not having.expired():
                raise
            log.info("import_taken_over", order=order_id)
        finally:
            await hands.leave()

    async def _carry(self, tenant: str, order_id: str, hands: Hands) -> None:
        while not self._stop.is_set():
            order = await self._orders.get(tenant, order_id)
            if order is None:
                await hands.forget()
                return
            if order.step in {Step.DONE, Step.CANCELLED}:
                return
            try:
                client = await self._workspaces.of(tenant)
                speaker = Speaker(Poster(self._redis, hands), client, order)
                await Carrier(self._redis, hands, speaker, client, order, self._stop).carry()
            except LeaseLostError:
                raise
            except AWAY as error:
                if not await self._put_off(order, hands, error):
                    return
            except Exception as error:
                log.exception("import_not_carried_on", order=order.id, step=order.step)
                if not await self._failed(order, hands, error):
                    return
            if order.step is Step.ASK:  # from here on a person decides
                return

    async def _failed(self, order: Order, hands: Hands, error: Exception) -> bool:
        """Try it again later, or after so many times tell that it does not work: then there is more to do."""
        tries = order.tries + 1
        if tries < MOST_TRIES or (order.step is Step.TELL and isinstance(error, SlackApiError)):
            await hands.move(order, order.step, delay_ms=LATER_MS * tries, tries=str(tries))
            return False
        if order.step is Step.TELL:
            await hands.move(order, Step.DONE, delay_ms=None)
            return False
        await break_off(self._redis, hands, order)
        return True

    async def _put_off(self, order: Order, hands: Hands, error: Exception) -> bool:
        """Let it wait until what it needs is back, and not for ever; whether there is more to do now."""
        age_ms = int(time.time() * 1000) - order.since_ms
        if age_ms <= GIVEN_UP_MS:
            log.warning("import_waits", order=order.id, step=order.step, reason=plainly(error))
            await hands.move(order, order.step, delay_ms=min(max(age_ms // 10, LATER_MS), LONGEST_MS))
            return False
        log.error("import_given_up", order=order.id, step=order.step, reason=plainly(error))
        if order.step is Step.CHARGE:  # somebody waits for it
            await break_off(self._redis, hands, order)
            return True
        await hands.move(order, Step.DONE, delay_ms=None)
        return False


async def _keep(hands: Hands, having: asyncio.Timeout) -> None:
    """Hold the order while it is worked on; where another worker has it, end that."""
    while True:
        await asyncio.sleep(hands.ttl_ms / 3000)
        with contextlib.suppress(*AWAY):
            if not await hands.take():
                having.reschedule(asyncio.get_running_loop().time())
                return
