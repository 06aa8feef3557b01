"""Callers that are served together."""

import asyncio
from collections.abc import Sequence

import pytest

from store.gathering import Gathering


class Work:
    """Notes what it is given, and doubles it; ends when it is let go on."""

    def __init__(self) -> None:
        self.given: list[tuple[str, list[int]]] = []
        self.going = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, key: str, items: Sequence[int]) -> list[int]:
        """Do it."""
        self.given.append((key, [*items]))
        await self.going.wait()
        if self.error:
            raise self.error
        return [2 * each for each in items]


async def test_who_comes_meanwhile_is_served_together() -> None:
    """In the order in which they came; each has its own answers, and other keys wait for nobody."""
    work = Work()
    gathering = Gathering(work, 4)
    asked = [asyncio.create_task(gathering.ask("a", items)) for items in ([1], [2, 3], [4], [5, 6])]
    other = asyncio.create_task(gathering.ask("b", [7]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.going.set()

    assert [await each for each in asked] == [[2], [4, 6], [8], [10, 12]]
    assert await other == [14]
    of_a = [items for key, items in work.given if key == "a"]
    assert [each for items in of_a for each in items] == [1, 2, 3, 4, 5, 6]
    assert len(of_a) < len(asked)
    assert max(map(len, of_a)) <= 4
    assert await gathering.ask("a", [1]) == [2]


async def test_error_is_raised_to_those_it_concerns() -> None:
    """Who comes later is served."""
    work = Work()
    work.error = RuntimeError("wrong")
    work.going.set()
    gathering = Gathering(work, 4)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="wrong"):
            await gathering.ask("a", [1])
    work.error = None

    assert await gathering.ask("a", [1]) == [2]


async def test_caller_that_goes_away_takes_nobody_along() -> None:
    """What has not left is left out; the others have their answers."""
    work = Work()
    gathering = Gathering(work, 1)
    asked = [asyncio.create_task(gathering.ask("a", [number])) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked[0].cancel()
    asked[1].cancel()
    await asyncio.sleep(0)
    work.going.set()

    assert await asked[2] == [6]
    assert [items for _, items in work.given] == [[1], [3]]
