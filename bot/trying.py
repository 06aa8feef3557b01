"""One event's reaction, tried until it succeeds or the event is put aside."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from bot.outages import Outage, plainly
from store.events import Event
from store.leases import LeaseLostError, Leases
from store.outbox import Delivery, Outbox

NEWER_KEPT_MS = 3_600_000
"""How long an event of a type that is none of ours waits for a worker of a later version, milliseconds."""
UNREADABLE = "not an event that this version knows"
LONGEST_PAUSE_S = 60.0
_DOUBLINGS = 10
"""How often a pause is doubled at most; without an end the number would outgrow a float within a day."""

AWAY = (RedisError, OSError)
"""What is needed is away (TimeoutError is an OSError): no fault of the event, so it is not given up for that."""

Hopeless = Callable[[Exception, float], str]
"""What is away and the event's age in seconds -> why it is put aside all the same, "" to go on waiting."""

PutAside = Callable[[Event, str], Awaitable[None]]
"""What else is done before an event is put aside, for that reason; called again after any error or crash."""

log = structlog.get_logger(__name__)


def never(_error: Exception, _age_s: float) -> str:
    """Wait for ever."""
    return ""


async def nothing(_event: Event, _why: str) -> None:
    """Nothing else."""


class Reaction(Protocol):
    """What is done about an event. It is called again for the same event after any error or crash."""

    async def __call__(self, event: Event, *, again: bool, more: bool) -> None:
        """Handle `event`; `again` says that it may have been handled before, `more` that others wait behind it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When an event is put aside.

    Attributes:
        give_up_after: how often it may fail, not counting when Redis or Slack are away; None for ever.
        hopeless: why it is put aside although what it needs may only be away.
        first_pause_s: the pause after the first failure, seconds; doubled from one to the next, up to a minute.
        put_aside: what else is done before an event that can be read is put aside.
    """

    give_up_after: int | None
    hopeless: Hopeless
    first_pause_s: float
    put_aside: PutAside = nothing


class Trying:
    """The tries of one group's worker."""

    def __init__(
        self, outbox: Outbox, leases: Leases, reaction: Reaction, patience: Patience, stopping: asyncio.Event
    ) -> None:
        self._outbox = outbox
        self._leases = leases
        self._reaction = reaction
        self._patience = patience
        self._stopping = stopping
        self._outage = Outage("reaction", "What is to be done waits: {why}.", "What had to wait is done.")
        self._waiting: set[tuple[int, str]] = set()

    async def handle(self, delivery: Delivery, *, more: bool) -> bool:
        """Until it is done or given up; False if it was left, because the lease is lost or the end has come.

        An event of a later version is done with for now: not acknowledged, it is found again among the strays.
        """
        if delivery.newer and self._is_ours(delivery) and _age_ms(delivery) < NEWER_KEPT_MS:
            log.warning("event_of_a_later_version", stream_id=delivery.stream_id, type=delivery.record["type"])
            return True
        try:
            done = await self._until_done(delivery, more=more)
        finally:
            self._waiting.discard(delivery.mark)
        if done and not self._waiting:
            self._outage.back()
        return done

    async def _until_done(self, delivery: Delivery, *, more: bool) -> bool:
        why = "" if delivery.event else UNREADABLE
        again, tries, failures = delivery.again, 0, 0
        while not self._stopping.is_set() and delivery.partition in self._leases.held:
            try:
                await self._once(delivery, again=again, more=more, why=why, tries=tries)
            except LeaseLostError:
                return False
            except AWAY as error:
                if not why and (why := self._patience.hopeless(error, _age_ms(delivery) / 1000)):
                    continue
                self._waiting.add(delivery.mark)
                self._outage.away(error, group=self._leases.group, events=len(self._waiting))
            except Exception as error:
                tries += 1
                log.exception("reaction_failed", stream_id=delivery.stream_id, tries=tries)
                if self._patience.give_up_after is not None and tries >= self._patience.give_up_after:
                    why = plainly(error)
                    continue
            else:
                return True
            again = True
            failures += 1
            pause_s = self._patience.first_pause_s * 2 ** min(failures - 1, _DOUBLINGS)
            await pause(self._stopping, min(pause_s, LONGEST_PAUSE_S))
        return False

    async def _once(self, delivery: Delivery, *, again: bool, more: bool, why: str, tries: int) -> None:
        group = self._leases.group
        if not self._is_ours(delivery):
            await self._outbox.acknowledge(group, delivery)
        elif why or delivery.event is None:
            if delivery.event:
                await self._patience.put_aside(delivery.event, why)
            await self._outbox.give_up(group, delivery, why, tries=tries)
            log.error("event_given_up", group=group, stream_id=delivery.stream_id, why=why)
        else:
            await self._reaction(delivery.event, again=again, more=more)
            await self._outbox.acknowledge(group, delivery)

    def _is_ours(self, delivery: Delivery) -> bool:
        return delivery.addressee in {"", self._leases.group}


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond the end."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return


def _age_ms(delivery: Delivery) -> float:
    return time.time() * 1000 - delivery.written_ms
