"""Traffic on a cluster: systems that post and ask again until they are answered, and two workers that read events."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.ending import end
from bot.listener import Listener
from store import keys
from store.account import AlertPolicy
from store.events import Event
from store.keys import AccountRef
from store.leases import Leases
from store.outbox import Outbox
from store.outcomes import Posted, Repeated
from store.scripts import Client
from tests.clusters import Cluster, eventually
from tests.controls import MANAGER, REF, Bank, usd

LEVEL = 50
PACE_S = 0.005
"""A system's pause between two postings, so that the workers can follow."""
ACCOUNTS = (REF, AccountRef(REF.tenant, "second"))


def elsewhere(cluster: Cluster) -> AccountRef:
    """An account whose partition another node has."""
    near = cluster.primary_of(keys.account(REF))
    names = (AccountRef(f"T{number:03}") for number in itertools.count())
    return next(ref for ref in names if cluster.primary_of(keys.account(ref)) is not near)


@dataclass
class System:
    """Posts usage and credit to one account, one after the other, each until it is answered."""

    ref: AccountRef
    bank: Bank
    redis: Client
    confirmed: bool
    """Only what a replica has as well counts as answered."""
    answered: list[str] = field(default_factory=list)
    unknown: int = 0

    async def run(self) -> None:
        """Post until cancelled: the balance goes below the level and above it again and again."""
        for number in itertools.count():
            await self._post(number)
            await asyncio.sleep(PACE_S)

    async def _post(self, number: int) -> None:
        operation = f"{self.ref.tenant}-{self.ref.account}-{number}"
        while True:
            with contextlib.suppress(RedisError, OSError):
                post = self.bank.ledger.charge_usage if number % 2 else self.bank.ledger.add_credit
                outcome = await post(self.ref, usd(20), operation_id=operation, actor="test")
                assert isinstance(outcome, Posted | Repeated), outcome
                if not self.confirmed or await self._replica_has_it():
                    self.answered.append(operation)
                    return
            self.unknown += 1
            await asyncio.sleep(0.02)

    async def _replica_has_it(self) -> bool:
        """WAIT is about what its own connection wrote; a write after the posting stands for all before it."""
        barrier = f"{keys.account(self.ref)}:barrier"
        await self.redis.set(barrier, "1", px=1000)
        node = self.redis.get_node_from_key(barrier)
        return int(await self.redis.execute_command("WAIT", 1, 1000, target_nodes=node)) >= 1


class Reader:
    """A worker's reaction: it notes what it is told."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    async def __call__(self, event: Event, *, again: bool, more: bool) -> None:  # noqa: ARG002 the protocol's
        """Note it."""
        self.seen.add(event.id)


@dataclass
class Traffic:
    """What goes on."""

    cluster: Cluster
    bank: Bank
    systems: list[System]
    tasks: list[asyncio.Task[None]]
    reader: Reader

    async def go_on(self, postings: int = 20, *, among: list[System] | None = None) -> None:
        """Wait until each system has been answered so many times more."""
        wanted = [(system, len(system.answered) + postings) for system in among or self.systems]

        async def enough() -> bool:
            for task in self.tasks:
                assert not task.done(), task
            return all(len(system.answered) >= number for system, number in wanted)

        await eventually(enough)

    async def told(self, ref: AccountRef) -> list[str]:
        """The events about this account's level, oldest first."""
        records = await self.bank.redis.xrange(keys.outbox(keys.partition_of(ref.tenant)))
        mine = [record for _, record in records if record.get("account") == ref.account]
        return [each["type"] for each in mine if each["type"].startswith("balance_")]

    async def read_by(self, ref: AccountRef) -> bool:
        """Whether the workers have seen every event of this account's partition."""
        partition = keys.partition_of(ref.tenant)
        places = [place for place, _ in await self.bank.redis.xrange(keys.outbox(partition))]
        return {f"{partition:02d}-{place}" for place in places} <= self.reader.seen

    async def prove(self) -> None:
        """What must hold whatever was lost: a journal proves itself, nothing is doubled, events are its crossings."""
        for system in self.systems:
            entries = await self.bank.entries(system.ref)
            posted = [each.operation for each in entries if each.operation]
            assert len(posted) == len(set(posted)), "an operation was posted twice"
            assert await self.told(system.ref) == crossings(entries)
            await self.bank.prove(system.ref)
            await eventually(lambda ref=system.ref: self.read_by(ref))  # type: ignore[misc]

    async def lost(self) -> list[str]:
        """Postings that were answered and are in no journal."""
        found = []
        for system in self.systems:
            kept = {each.operation for each in await self.bank.entries(system.ref)}
            found += [each for each in system.answered if each not in kept]
        return found


def crossings(entries: list[Any]) -> list[str]:
    """The events that these entries have to have made."""
    found, low = [], False
    for each in entries:
        if (each.after < usd(LEVEL)) is not low and each.after != each.before:
            low = not low
            found.append("balance_low" if low else "balance_recovered")
    return found


@contextlib.asynccontextmanager
async def flowing(cluster: Cluster, redis: Client, *, confirmed: bool) -> AsyncIterator[Traffic]:
    """Traffic on three accounts, two of them in one partition, and two workers on their partitions."""
    bank, reader = await Bank.open(redis), Reader()
    refs = (*ACCOUNTS, elsewhere(cluster))
    systems = []
    async with contextlib.AsyncExitStack() as stack:
        for ref in refs:
            await bank.ledger.open_account(ref, "USD")
            await bank.ledger.add_credit(ref, usd(LEVEL - 10), operation_id=f"start-{ref.account}", actor="test")
            client = cluster.client(max_connections=1) if confirmed else redis
            stack.push_async_callback(client.aclose)
            own = await Bank.open(client) if confirmed else bank
            systems.append(System(ref, own, client, confirmed))
            await _level(bank, ref)
        tasks = [asyncio.create_task(system.run()) for system in systems]
        for name in ("w1", "w2"):
            blocking = cluster.client(retry=Retry(NoBackoff(), 0))
            stack.push_async_callback(blocking.aclose)
            mine = sorted({keys.partition_of(ref.tenant) for ref in refs})
            leases = Leases(redis, "alerts", name, partitions=mine, ttl_ms=2_000)
            reading = tuple((each,) for each in mine)
            listener = Listener(Outbox(redis, blocking), leases, reader, lanes_of_reading=reading, first_pause_s=0.05)
            tasks.append(asyncio.create_task(listener.run()))
        traffic = Traffic(cluster, bank, systems, tasks, reader)
        try:
            await traffic.go_on()
            yield traffic
            await end(tasks[: len(systems)])
            await traffic.prove()
        finally:
            await end(tasks)


async def _level(bank: Bank, ref: AccountRef) -> None:
    actor = type(MANAGER)(ref.tenant, MANAGER.user_id, is_admin=True)
    await bank.roles.change_managers(actor, appoint=[MANAGER.user_id], dismiss=[], operation_id="appoint")
    outcome = await bank.policies.set_alerts(
        actor, ref, AlertPolicy((usd(LEVEL),), "C1"), operation_id=f"level-{ref.account}"
    )
    assert type(outcome).__name__ == "Done", outcome
