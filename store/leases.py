"""Leases: each partition of a consumer group is read by one worker at a time.

So an account's events are handled in order; a dead worker's partitions go to the others when its leases run out.

Workers tell by heartbeat that they live, and each takes the partitions that rendezvous hashing gives it among the
living. Two workers that disagree about who lives cannot both hold a lease.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Any

from store import keys
from store.scripts import Client, Scripts

TTL_MS = 10_000
"""How long a dead worker's partitions stay with it, milliseconds; renewed three times as often."""

_TAKEN = 2


class LeaseLostError(Exception):
    """Another worker has taken the partition over; what was under way is its business now."""


class Leases:
    """One worker's leases in one group."""

    def __init__(
        self,
        redis: Client,
        group: str,
        owner: str,
        *,
        partitions: Iterable[int] = range(keys.PARTITIONS),
        ttl_ms: int = TTL_MS,
    ) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._partitions = tuple(partitions)
        self.ttl_ms = ttl_ms
        self.group = group
        self.owner = owner
        self.held: frozenset[int] = frozenset()
        self.leaving: frozenset[int] = frozenset()
        """Held only until the work that is under way on them is done: nothing new is to be begun there."""
        self._asked: frozenset[int] = frozenset()
        self._left = False
        self._turn = asyncio.Lock()

    async def renew(self, busy: frozenset[int] = frozenset()) -> frozenset[int]:
        """Tell that we live, renew or take what is ours, give back what is not; answers what was newly taken.

        What is not ours but `busy` is kept until it is not, so that its next reader finds nothing half done.
        A lease that had run out is newly taken: another worker may have had it meanwhile, and left things behind.
        After `leave` nothing is taken any more.
        """
        async with self._turn:
            return frozenset() if self._left else await self._renew(busy)

    async def _renew(self, busy: frozenset[int]) -> frozenset[int]:
        alive = await self._alive()
        wanted = {each for each in self._partitions if _winner(each, alive) == self.owner}
        kept = self.held & busy - wanted
        for partition in self.held - wanted - kept:
            await self._release(partition)
        wanted |= kept
        before, held, taken = self.held & wanted, set(), set()
        self._asked = frozenset(wanted)  # should this be cut off, nobody knows which of these were given
        for partition in sorted(wanted):
            answer = await self._call("hold_lease", partition, owner=self.owner, ttl_ms=self.ttl_ms)
            if answer:
                held.add(partition)
            if answer == _TAKEN or (answer and partition not in before):
                taken.add(partition)
        self.held, self._asked = frozenset(held), frozenset()
        self.leaving = self.held & kept
        return frozenset(taken)

    async def leave(self) -> None:
        """Give everything back at once, so that the others need not wait for the leases to run out."""
        async with self._turn:
            held, self.held, self._left = self.held | self._asked, frozenset(), True
            await self._redis.zrem(keys.workers(self.group), self.owner)
            for partition in held:
                await self._release(partition)

    async def write(self, partition: int, record_key: str, fields: dict[str, str], *, ttl_ms: int = 0) -> bool:
        """Set `fields` of a record of this partition; False, and nothing written, if the lease is lost."""
        flat = [each for pair in fields.items() for each in pair]
        answer = await self._scripts.call(
            "write_if_leased",
            {"lease": keys.lease(partition, self.group), "record": record_key},
            owner=self.owner,
            ttl_ms=ttl_ms,
            field_value=flat,
        )
        return bool(answer)

    async def _alive(self) -> list[str]:
        seconds, micros = await self._redis.time()
        now_ms, key = seconds * 1000 + micros // 1000, keys.workers(self.group)
        await self._redis.zadd(key, {self.owner: now_ms + self.ttl_ms})
        await self._redis.zremrangebyscore(key, "-inf", now_ms)
        return list(await self._redis.zrange(key, 0, -1))

    async def _release(self, partition: int) -> None:
        await self._call("release_lease", partition, owner=self.owner)

    async def _call(self, name: str, partition: int, **args: Any) -> Any:
        return await self._scripts.call(name, {"lease": keys.lease(partition, self.group)}, **args)


def _winner(partition: int, owners: Iterable[str]) -> str:
    def weight(owner: str) -> bytes:
        return hashlib.blake2b(f"{owner}/{partition}".encode(), digest_size=8).digest()

    return max(owners, key=weight, default="")
