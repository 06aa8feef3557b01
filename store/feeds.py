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
PATIENCE_MS = 6 * 3_600_000
"""How long a feed may fail for reasons that go away by themselves before that is told, milliseconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a feed was read, all in ms since the epoch; None where it never was.

    Attributes:
        through_ms: whatever began before this, and could be read then, is charged.
        due_ms: when it is to be read again, 0 for at once.
        problem: why it was not read to its end the last time, "" if it was.
        failing_ms: since when it was not, in Redis' time; 0 if it was.
        told: the problems that were told since then.
        first_ms: where the first reading of all began.
    """

    through_ms: int | None = None
    due_ms: int = 0
    problem: str = ""
    failing_ms: int = 0
    told: tuple[str, ...] = ()
    first_ms: int | None = None


class Feed:
    """One feed of one account, as one worker has it."""

    def __init__(self, redis: Client, ref: AccountRef, name: str, owner: str, *, ttl_ms: int = TTL_MS) -> None:
        """`name`: `[a-z0-9-]`, the same on every machine. `owner`: this worker, unlike every other."""
        self.ref = ref
        self.ttl_ms = ttl_ms
        self._redis = redis
        self._scripts = Scripts(redis)
        self._name = name
        self._record = keys.feed(ref, name)
        self._lease = {"lease": keys.feed_reader(ref, name)}
        self._owner = owner

    async def standing(self) -> Standing:
        """How far it was read."""
        told = await self._redis.hgetall(self._record)
        through, first = told.get("through_ms"), told.get("first_ms")
        return Standing(
            through_ms=int(through) if through else None,
            first_ms=int(first) if first else None,
            due_ms=int(told.get("due_ms", 0)),
            problem=told.get("problem", ""),
            failing_ms=int(told.get("failing_ms") or 0),
            told=(*told.get("told", "").split(),),
        )

    async def take(self) -> bool:
        """Take the feed, or keep it for another `ttl_ms`; False while another worker has it."""
        return bool(await self._scripts.call("hold_lease", self._lease, owner=self._owner, ttl_ms=self.ttl_ms))

    async def leave(self) -> None:
        """Let others have it."""
        await self._scripts.call("release_lease", self._lease, owner=self._owner)

    async def end_round(self, *, due_ms: int, problem: str = "", mend: bool = False) -> str:
        """Write down that it was read to its end, or why not, and when to read it again.

        A problem that a person has to `mend` is told at once, each once; others when nothing has worked for
        `PATIENCE_MS`. When it is read to its end after that, this is told. Answers "failed" or "recovered" where
        something was told, else "noted".

        Raises:
            LeaseLostError: another worker has the feed, or had it meanwhile; nothing was written.
        """
        answer = await self._scripts.call(
            "end_round",
            {**self._lease, "record": self._record, "outbox": keys.outbox(keys.partition_of(self.ref.tenant))},
            owner=self._owner,
            tenant=self.ref.tenant,
            account_id=self.ref.account,
            feed=self._name,
            due_ms=due_ms,
            problem=problem,
            mend=int(mend),
            patience_ms=PATIENCE_MS,
        )
        if answer == "lost":
            raise LeaseLostError
        return str(answer)

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
