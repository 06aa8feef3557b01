"""Dead letters: events that no reaction could handle, for an operator to look at, replay or drop.

A letter that is replayed goes back to the outbox and keeps its event's id, so that what was told of it before is
recognised. It is addressed to the group that gave it up; the others have handled it long ago.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from store import keys
from store.events import Codec, UnknownEventError
from store.operations import random_id
from store.outbox import REPLAY_FOR, REPLAY_OF, tried_before
from store.scripts import Client, Scripts

_OURS = ("group", "why", "stream_id")
"""What `Outbox.give_up` adds to the event's own fields."""
_BATCH = 500
_KEEP_MS = 24 * 3600 * 1000
"""How long it is remembered who took a letter away; a call's repeat after a lost reply comes within seconds."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event that was put aside; `record` is what lies in the stream."""

    partition: int
    place: str
    record: Mapping[str, str] = field(repr=False)

    @property
    def id(self) -> str:
        """Its name among the dead letters of all partitions."""
        return f"{self.partition:02d}-{self.place}"

    @property
    def event_id(self) -> str:
        """The event's own id, for ever."""
        return self.record.get(REPLAY_OF) or f"{self.partition:02d}-{self.record.get('stream_id', '')}"

    @property
    def type(self) -> str:
        """The event's type as the outbox names it; "" where the record is broken."""
        return self.record.get("type", "")

    @property
    def readable(self) -> bool:
        """Whether this version knows the event, so that a replay can do more than put it aside again."""
        try:
            Codec.decode(self.event_id, self.record)
        except (UnknownEventError, KeyError, ValueError):
            return False
        return True

    @property
    def tenant(self) -> str:
        """The workspace; "" where the record is broken."""
        return self.record.get("tenant", "")

    @property
    def account(self) -> str:
        """The account; "" where the record is broken."""
        return self.record.get("account", "")

    @property
    def group(self) -> str:
        """Whose reaction failed."""
        return self.record.get("group", "")

    @property
    def why(self) -> str:
        """The reason as it was given."""
        return self.record.get("why", "")

    @property
    def tries(self) -> int:
        """How often its reaction failed, replays included; 0 where none was made."""
        return tried_before(self.record)

    @property
    def happened_ms(self) -> int:
        """When the event was written, by Redis' clock."""
        return _ms(self.event_id.partition("-")[2])

    @property
    def put_aside_ms(self) -> int:
        """When it was put aside, by Redis' clock."""
        return _ms(self.place)


class DeadLetters:
    """Those of all partitions."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def count(self) -> int:
        """How many there are."""
        async with self._redis.pipeline(transaction=False) as asked:
            for partition in range(keys.PARTITIONS):
                asked.xlen(keys.dead(partition))
            return sum(await asked.execute())

    async def find(self, tenant: str = "") -> list[DeadLetter]:
        """All, or those of one tenant, the longest dead first."""
        partitions = [keys.partition_of(tenant)] if tenant else range(keys.PARTITIONS)
        found = [letter for partition in partitions for letter in await self._of(partition)]
        return sorted((each for each in found if tenant in {"", each.tenant}), key=lambda each: each.put_aside_ms)

    async def replay(self, letter: DeadLetter) -> bool:
        """Put the event back into the outbox; False, and nothing done, if the letter is not there any more.

        Both steps, back into the outbox and out of the dead letters, or neither. So the event is back exactly once,
        however often and by however many this is asked, and whatever dies meanwhile. The client's own repeat after a
        lost reply is told from another's replay.

        Raises:
            redis.exceptions.RedisError: the outcome is unknown; ask again.
        """
        record = [each for pair in _replayed(letter).items() for each in pair]
        return await self._take("replay_letter", letter, {"outbox": keys.outbox(letter.partition)}, field_value=record)

    async def drop(self, letter: DeadLetter) -> bool:
        """Forget it for good; False if it is not there any more. Errors and repeats: as `replay`."""
        return await self._take("drop_letter", letter, {})

    async def _take(self, verb: str, letter: DeadLetter, more: dict[str, str], **args: list[str]) -> bool:
        """A script that takes a letter away; whether it did. The operation is this call's own."""
        own = {"dead": keys.dead(letter.partition), "taken": keys.taken(letter.partition, random_id())}
        return bool(await self._scripts.call(verb, {**own, **more}, place=letter.place, keep_ms=_KEEP_MS, **args))

    async def _of(self, partition: int) -> list[DeadLetter]:
        found: list[DeadLetter] = []
        start = "-"
        while True:
            batch = await self._redis.xrange(keys.dead(partition), start, "+", count=_BATCH)
            found += [DeadLetter(partition, place, record) for place, record in batch]
            if len(batch) < _BATCH:
                return found
            start = f"({batch[-1][0]}"


def _replayed(letter: DeadLetter) -> dict[str, str]:
    own = {name: value for name, value in letter.record.items() if name not in _OURS}
    return {**own, REPLAY_OF: letter.event_id, REPLAY_FOR: letter.group}


def _ms(place: str) -> int:
    ms = place.partition("-")[0]
    return int(ms) if ms.isdigit() else 0
