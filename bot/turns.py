"""Who posts next in a channel that takes no more than a message a second: what is urgent."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator


class Turns:
    """Of one process; whoever is not urgent gives way."""

    def __init__(self) -> None:
        self._urgent: Counter[str] = Counter()
        self._over = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def first(self, channel: str) -> AsyncIterator[None]:
        """Whoever gives way waits until this is over."""
        self._urgent[channel] += 1
        try:
            yield
        finally:
            self._urgent[channel] -= 1
            async with self._over:
                self._over.notify_all()

    async def give_way(self, channel: str) -> None:
        """Wait while anything urgent is to be posted there."""
        async with self._over:
            await self._over.wait_for(lambda: not self._urgent[channel])
