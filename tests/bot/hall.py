"""Listeners on one stream with a reaction that takes notes, for what needs no workspace."""

import asyncio
from collections import Counter
from typing import Any

from bot.ending import end
from bot.listener import Listener
from store import keys
from store.events import Event
from store.leases import Leases
from store.outbox import Outbox
from store.scripts import Client
from tests.bot.connecting import pump
from tests.bot.stage import OUTBOX, PARTITION, Running
from tests.world import REF

TTL_MS = 400


class Recorder:
    """A reaction that notes what it was given, and can be held up or made to fail."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str, bool]] = []
        self.done: list[str] = []
        self.hold: dict[str, asyncio.Event] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.at_once: Counter[str] = Counter()

    async def __call__(self, event: Event, *, again: bool, more: bool) -> None:  # noqa: ARG002 the protocol's
        """Note it."""
        account = event.ref.account
        self.begun.append((account, event.id, again))
        self.at_once[account] += 1
        assert self.at_once[account] == 1, "two events of one account at once"
        try:
            if account in self.hold:
                await self.hold[account].wait()
            if self.errors.get(event.id):
                raise self.errors[event.id].pop(0)
        finally:
            self.at_once[account] -= 1
        self.done.append(event.id)


class Hall:
    """Workers on one stream."""

    def __init__(self, redis: Client, blocking: Client) -> None:
        self.redis = redis
        self.outbox = Outbox(redis, blocking)
        self.workers: list[Running] = []

    def start(
        self, reaction: Any, owner: str = "w1", *, group: str = "alerts", ttl_ms: int = TTL_MS, **given: Any
    ) -> Running:
        """A worker of the one partition."""
        partitions = given.pop("partitions", [PARTITION])
        leases = Leases(self.redis, group, owner, partitions=partitions, ttl_ms=ttl_ms)
        given = {"lanes_of_reading": (tuple(partitions),), "first_pause_s": 0.01, **given}
        listener = Listener(given.pop("outbox", self.outbox), leases, reaction, **given)
        self.workers.append(Running(listener, leases, asyncio.create_task(listener.run())))
        return self.workers[-1]

    async def put(self, *accounts: str, partition: int = PARTITION, tenant: str = REF.tenant) -> list[str]:
        """Append an event for each account; answers their ids."""
        found = []
        for account in accounts:
            record = {"type": "recharge_resumed", "tenant": tenant, "account": account, "at_ms": "1", "by": ""}
            place = await self.redis.xadd(keys.outbox(partition), record)
            found.append(f"{partition:02d}-{place}")
        return found

    async def pending(self, group: str = "alerts") -> int:
        """How many are delivered and not acknowledged."""
        return int((await self.redis.xpending(OUTBOX, group))["pending"])


class Cut:
    """Stands before a server on a unix socket; the connection whose answer holds `at` is cut instead of answered."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream.removeprefix("unix://")
        self.at = b""
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        answers, questions = await asyncio.open_unix_connection(self._upstream)
        asking = asyncio.create_task(pump(reader, questions))
        try:
            while data := await answers.read(65_536):
                if self.at and self.at in data:
                    self.at, self.cuts = b"", self.cuts + 1
                    break
                writer.write(data)
        finally:
            await end({asking})


async def nothing_pending(hall: Hall, group: str = "alerts") -> bool:
    """Whether all that was delivered is acknowledged."""
    return await hall.pending(group) == 0
