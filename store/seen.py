"""Requests that were taken already: a signed request that comes again inside its window is not done again."""

import hashlib

from store import keys
from store.scripts import Client


class Seen:
    """Remembers signatures and event ids for a while."""

    def __init__(self, redis: Client, *, window_s: int = 600) -> None:
        self._redis = redis
        self._window_s = window_s

    async def first(self, mark: str) -> bool:
        """Whether `mark` is new; from now on it is not, for the window."""
        name = hashlib.sha256(mark.encode()).hexdigest()[:32]
        return bool(await self._redis.set(keys.seen(name), "1", ex=self._window_s, nx=True))
