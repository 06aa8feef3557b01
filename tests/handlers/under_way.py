"""Imports that a manager has said yes to, and workers that are killed."""

import asyncio
from typing import Any

import pytest

from bot.playground.people import MANAGER, TEAM
from store import keys
from store.imports import Imports, Reached
from store.keys import AccountRef
from store.orders import Hands
from tests.handlers.dropping import asked, calls, given, importer
from tests.world import REF, World

CALLS = 40
BLOCK = 1500
"""Bytes: a few calls, so that a file of `CALLS` has several blocks."""
PENDING = keys.orders(keys.partition_of(TEAM))


async def used(world: World) -> int:
    """What all entries together took, in millionths."""
    return -sum([entry.amount.micros async for entry in world.services.ledger.entries(REF)])


async def at_once(world: World) -> None:
    """Whatever was put off is due now."""
    for member in await world.redis.zrange(PENDING, 0, -1):
        await world.redis.zadd(PENDING, {member: 0})


async def confirmed(world: World, **more: Any) -> dict[str, Any]:
    """An import that a manager has said yes to, and that waits for a worker."""
    question = await asked(world, calls(CALLS), **more)
    await world.press(MANAGER, question, "import_charge")
    await given(world)
    return question


async def killed(world: World, patch: pytest.MonkeyPatch, *, at: int) -> None:
    """A worker that is killed after so many blocks, the last of them posted but not noted; it gives nothing back."""
    reached, hangs = Imports.reach, asyncio.Event()
    count = 0

    async def reach(self: Imports, ref: AccountRef, file: str, place: Reached) -> None:
        nonlocal count
        count += 1
        if count == at:
            hangs.set()
            await asyncio.Event().wait()
        await reached(self, ref, file, place)

    async def nothing(_self: Hands) -> None:
        """A dead worker leaves nothing."""

    with patch.context() as context:
        context.setattr(Imports, "reach", reach)
        context.setattr(Hands, "leave", nothing)
        task = asyncio.create_task(importer(world, "dead").look())
        await asyncio.wait_for(hangs.wait(), 10)
        task.cancel()
        await asyncio.wait([task])


async def lease_ends(world: World) -> None:
    """The dead worker's time has run out."""
    async for key in world.redis.scan_iter(match="*:importer:*"):
        await world.redis.delete(key)
