"""Deliveries: each event that an endpoint is to be told of, from the outbox to its arrival or its end.

A delivery is one event for one endpoint; its id and body never change, however often it is tried. What is to be tried
when is kept in Redis, so that it outlives every process; a worker counts a try before it makes it.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from store import keys
from store.events import Event
from store.leases import Leases
from store.payload import delivery_id
from store.scripts import Client, Scripts
from store.webhook import Webhook, keys_of

DELAYS_S = (5, 30, 120, 600, 3_600, 3 * 3_600, 8 * 3_600, 24 * 3_600)
"""How long after each failed try the next one is made; the first is made at once, and after the last none is."""
JITTER = 0.2
"""By how much of itself a delay is lengthened at most, by chance: what failed together is not to come together."""
LONGEST_PAUSE_S = 24 * 3_600
"""How long an endpoint may ask to be left alone."""
HOLD_MS = 30_000
"""How long a try may take before it counts as lost with its worker, milliseconds."""
KEEP_MS = 7 * 24 * 3600 * 1000
"""How long it is known what has arrived, so that it is not queued again; as long as the outbox keeps an event."""
BURY_MS = 30 * 24 * 3600 * 1000
"""How long what was given up can be tried again."""


class Why(StrEnum):
    """Why a try failed."""

    STATUS = "status"
    """It answered, but not with success; the status follows."""
    REDIRECT = "redirect"
    """It answered that it is elsewhere, which is not followed; the status follows."""
    GONE = "gone"
    """It answered 410: it wants nothing any more."""
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECTION = "connection"
    """There is none, or it was closed before the answer."""
    TLS = "tls"
    ADDRESS = "address"
    """What the name resolves to is not public."""
    URL = "url"
    """The endpoint's own address is not allowed (any more)."""
    BROKEN = "broken"
    """What answers does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: `why` it failed, "" if it arrived; `pause_s`, how long the endpoint asks to be left alone."""

    why: str = ""
    pause_s: float = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A try that is ours to make: the `tries`th."""

    id: str
    webhook: Webhook
    account: str
    type: str
    body: str
    tries: int


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What an endpoint was not told: `at_ms` is its next try, or with `over` when it was given up."""

    id: str
    account: str
    type: str
    tries: int
    why: str
    at_ms: int
    over: bool


class Deliveries:
    """Queues, claims and settles deliveries, for the worker that holds the partition's lease."""

    def __init__(self, redis: Client, leases: Leases, *, chance: Callable[[], float] = random.random) -> None:
        """`chance` answers a number from 0 to 1."""
        self._redis = redis
        self._scripts = Scripts(redis)
        self._leases = leases
        self._chance = chance

    async def queue(self, webhook: Webhook, event: Event, *, type_: str, body: str) -> bool:
        """Have the endpoint told of `event`; False if that was asked for before, or it is switched off."""
        record = json.dumps({"account": event.ref.account, "type": type_, "body": body})
        answer = await self._scripts.call(
            "queue_delivery",
            keys_of(webhook.tenant, webhook.id, "webhook", "deliveries", "delivering", "delivered", "pushing"),
            member=webhook.member,
            delivery_id=delivery_id(event),
            record=record,
        )
        return bool(answer)

    async def due(self, partitions: Iterable[int]) -> list[tuple[str, str]]:
        """The endpoints, as tenant and id, that have something to be tried now, the longest due first."""
        wanted = tuple(partitions)
        if not wanted:
            return []
        seconds, micros = await self._redis.time()
        async with self._redis.pipeline(transaction=False) as asked:
            for partition in wanted:
                asked.zrangebyscore(keys.pushing(partition), "-inf", seconds * 1000 + micros // 1000)
            answers = await asked.execute()
        return [(tenant, id_) for members in answers for tenant, _, id_ in (each.partition(":") for each in members)]

    async def claim(self, webhook: Webhook) -> Claimed | None:
        """The next try, counted; None if nothing is due or the lease is lost. Nobody else gets it for `HOLD_MS`."""
        partition = keys.partition_of(webhook.tenant)
        answer = await self._scripts.call(
            "claim_delivery",
            {
                "lease": keys.lease(partition, self._leases.group),
                **keys_of(webhook.tenant, webhook.id, "webhook", "deliveries", "delivering", "pushing"),
            },
            owner=self._leases.owner,
            member=webhook.member,
            hold_ms=HOLD_MS,
        )
        if not answer:
            return None
        id_, text, tries = answer
        record = json.loads(text)
        return Claimed(id_, webhook, record["account"], record["type"], record["body"], int(tries))

    async def settle(self, claimed: Claimed, tried: Tried) -> str:
        """Keep what came of it: "delivered", "later", "undelivered" or "gone"; "" if it is no longer ours to say."""
        webhook, outcome, wait_s = claimed.webhook, _outcome(claimed.tries, tried), 0.0
        pause_s = min(tried.pause_s, LONGEST_PAUSE_S)
        if outcome == "later":
            wait_s = max(DELAYS_S[claimed.tries - 1] * (1 + JITTER * self._chance()), pause_s)
        answer = await self._scripts.call(
            "settle_delivery",
            keys_of(
                webhook.tenant, webhook.id, "webhook", "deliveries", "delivering", "delivered", "undelivered", "outbox"
            ),
            tenant=webhook.tenant,
            account_id=claimed.account,
            webhook_id=webhook.id,
            delivery_id=claimed.id,
            tries=claimed.tries,
            outcome=outcome,
            why=tried.why,
            host=host_of(webhook),
            about=claimed.type,
            wait_ms=round(wait_s * 1000),
            pause_ms=round(pause_s * 1000),
            keep_ms=KEEP_MS,
            bury_ms=BURY_MS,
        )
        return outcome if answer else ""


async def outstanding(redis: Client, webhook: Webhook) -> list[Outstanding]:
    """What an endpoint was not told yet or was given up, in the order of the events."""
    tenant, id_ = webhook.tenant, webhook.id
    records = await redis.hgetall(keys.deliveries(tenant, id_))
    found = []
    for over, key in ((False, keys.delivering(tenant, id_)), (True, keys.undelivered(tenant, id_))):
        for delivery, at_ms in await redis.zrange(key, 0, -1, withscores=True):
            if delivery in records:  # it may have arrived since
                record = json.loads(records[delivery])
                tries, why = int(records.get(f"{delivery}/tries", 0)), records.get(f"{delivery}/why", "")
                about = record["account"], record["type"]
                found.append(Outstanding(delivery, *about, tries, why, int(at_ms), over))
    return sorted(found, key=lambda each: each.id)


def host_of(webhook: Webhook) -> str:
    """The endpoint's host, for people; its path may be a secret."""
    return urlsplit(webhook.url).hostname or ""


def _outcome(tries: int, tried: Tried) -> str:
    if not tried.why:
        return "delivered"
    if tried.why == Why.GONE:
        return "gone"
    return "later" if tries <= len(DELAYS_S) else "undelivered"
