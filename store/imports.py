"""How far the call records of a file are charged, so that an import which was ended goes on there.

Nothing depends on it but time: without it every record is charged or known by its own id.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from store import keys
from store.keys import AccountRef
from store.scripts import Client

LIFE_S = 90 * 86_400
"""How long an import that was ended can be taken up where it was, seconds: no longer than records are known."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A place in a file: all records before it are charged, or refused.

    Attributes:
        part: which of the file's parts, from 0; behind the last one the whole file is charged.
        offset: the bytes, or records, before the place; 0 in a part that has not been begun.
        line: the number of the line there; 0 in a part that has not been begun.
        told: what has become of the records until there, in words of whoever imports them.
    """

    part: int
    offset: int = 0
    line: int = 0
    told: dict[str, Any] = field(default_factory=dict)


class Imports:
    """Keeps places, one for each account and file. A file is known by a digest of what is in it, never by its name."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def reached(self, ref: AccountRef, file: str) -> Reached | None:
        """Where to go on; None in a file that was not begun, or that is done."""
        kept = await self._redis.get(keys.reached(ref, file))
        return Reached(**json.loads(kept)) if kept else None

    async def reach(self, ref: AccountRef, file: str, place: Reached) -> None:
        """All before `place` is charged."""
        kept = json.dumps(asdict(place), separators=(",", ":"))
        await self._redis.set(keys.reached(ref, file), kept, ex=LIFE_S)

    async def done(self, ref: AccountRef, file: str) -> None:
        """Nothing is left to go on with: who imports the file again has each of its records looked at again."""
        await self._redis.delete(keys.reached(ref, file))
