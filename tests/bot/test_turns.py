"""Who posts next in a channel."""

import asyncio

import pytest

from bot.turns import Turns


async def test_what_is_not_urgent_gives_way() -> None:
    """It waits for all that is urgent in its channel, and for nothing in another."""
    turns, gave_way = Turns(), asyncio.Event()

    async def other() -> None:
        await turns.give_way("C1")
        gave_way.set()

    async with turns.first("C1"):
        async with turns.first("C1"):
            task = asyncio.create_task(other())
            await turns.give_way("C2")
        await asyncio.sleep(0)
        assert not gave_way.is_set()

    await asyncio.wait_for(task, 30)
    assert gave_way.is_set()


async def test_what_fails_keeps_nobody_waiting() -> None:
    """Its turn is over as well."""
    turns = Turns()

    async def failing() -> None:
        async with turns.first("C1"):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await failing()

    await asyncio.wait_for(turns.give_way("C1"), 30)
