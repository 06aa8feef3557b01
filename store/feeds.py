"""Feeds: sources of call records that are read again and again, and how far each was read into its account.

One worker at a time reads a feed; who was held up and has lost it writes nothing any more. Nothing depends on that
but economy: records are charged once, however often they are read.
"""

from dataclasses import dataclass

from store import keys
from store.keys import AccountRef
from store.leases import LeaseLostError
from store.scripts import Client, Scripts

TTL_MS = 60_000
"""How long a feed stays with a worker that is heard of no more, milliseconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a feed was read, all in ms since the epoch; None where it never was.

    Attributes:
        through_ms: whatever began before this, and could be read then, is charged.
        due_ms: when it is to be read again, 0 for at once.
        problem: why it was not read to its end the last time, "" if it was.
    """

    through_ms: int | None = None
    due_ms: int = 0
    problem: str = ""


class Feed:
    """One feed of one account, as one worker has it."""

    def __init__(self, redis: Client, ref: AccountRef, name: str, owner: str, *, ttl_ms: int = TTL_MS) -> None:
        """`name`: `[a-z0-9-]`, the same on every machine. `owner`: this worker, unlike every other."""
        self.ref = ref
        self.ttl_ms = ttl_ms
        self._redis = redis
        self._scripts = Scripts(redis)
        self._record = keys.feed(ref, name)
        self._lease = {"lease": keys.feed_reader(ref, name)}
        self._owner = owner

    async def standing(self) -> Standing:
        """How far it was read."""
        told = await self._redis.hgetall(self._record)
        through = told.get("through_ms")
        return Standing(
            through_ms=int(through) if through else None,
            due_ms=int(told.get("due_ms", 0)),
            problem=told.get("problem", ""),
        )

    async def take(self) -> bool:
        """Take the feed, or keep it for another `ttl_ms`; False while another worker has it."""
        return bool(await self._scripts.call("hold_lease", self._lease, owner=self._owner, ttl_ms=self.ttl_ms))

    async def leave(self) -> None:
        """Let others have it."""
        await self._scripts.call("release_lease", self._lease, owner=self._owner)

    async def advance(self, **fields: int | str) -> None:
        """Write fields of a `Standing`.

        Raises:
            LeaseLostError: another worker has the feed, or had it meanwhile; nothing was written.
        """
        written = await self._scripts.call(
            "write_if_leased",
            {**self._lease, "record": self._record},
            owner=self._owner,
            ttl_ms=0,
            field_value=[each for pair in fields.items() for each in pair],
        )
        if not written:
            raise LeaseLostError
