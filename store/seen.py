"""Requests that were taken already: a signed request that comes again inside its window is not done again."""

import hashlib
import secrets

from store import keys
from store.scripts import Client


class Seen:
    """Remembers signatures and event ids for a while."""

    def __init__(self, redis: Client, *, window_s: int = 600) -> None:
        self._redis = redis
        self._window_s = window_s

    async def first(self, mark: str) -> bool:
        """Whether `mark` is new; from now on it is not, for the window.

        The client sends the command again when its reply was lost: then the mark that stands there is this call's
        own, told by its token, and still new.
        """
        name, token = hashlib.sha256(mark.encode()).hexdigest()[:32], secrets.token_hex(16)
        held = await self._redis.set(keys.seen(name), token, ex=self._window_s, nx=True, get=True)
        return held is None or held == token
