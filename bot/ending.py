"""How tasks are ended."""

import asyncio
from collections.abc import Iterable
from typing import Any

_END_S = 0.2


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they are over.

    Cancelled anew until they are: `wait_for` of Python 3.11, which the Redis client uses, swallows a cancellation that
    comes at the same moment as its result.
    """
    left = {each for each in tasks if not each.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_END_S)
