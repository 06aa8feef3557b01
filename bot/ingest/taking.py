"""Charging a file's records: block by block, the next one read while one is charged, so that it can end at any time."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol

from bot.ingest.blocks import BYTES, Block, Place
from bot.ingest.refusals import Refused
from bot.ingest.sources import Source
from bot.ingest.tally import Tally
from store.calls import Batch
from store.charged import Charged
from store.imports import Imports, Reached
from store.keys import AccountRef


def _unseen(_part: int, _place: Place, _tally: Tally) -> None:
    """Nobody looks."""


class Charges(Protocol):
    """Charges records: `store.charging.Charging`."""

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Charged:
        """Rate and post them, each once."""


class Keeps(Protocol):
    """Keeps refused lines: `bot.ingest.leftovers.Leftovers`."""

    @property
    def mark(self) -> Any:
        """What is kept until now, as JSON can say it; whoever goes on with the import begins there."""

    def write(self, name: str, lines: Sequence[Refused]) -> None:
        """Lines of the file of this name."""


Follow = Callable[[int, Place, Tally], None]
"""Is told how an import comes along: everything before a place of a part (from 0) is charged."""


class Taker:
    """Takes files for one account, one after the other; refused lines go to `leftovers`, if they are kept."""

    def __init__(
        self,
        charges: Charges,
        imports: Imports,
        ref: AccountRef,
        *,
        actor: str,
        leftovers: Keeps | None = None,
        size: int = BYTES,
    ) -> None:
        """`size` is how many bytes of a file are taken at a time."""
        self._charges = charges
        self._imports = imports
        self._ref = ref
        self._actor = actor
        self._leftovers = leftovers
        self._size = size

    async def take(self, source: Source, tally: Tally, stop: asyncio.Event, follow: Follow = _unseen) -> bool:
        """Charge all records that are not charged yet, from where an earlier import of the file was ended.

        `tally` counts what becomes of them, and what became of them in the earlier import. Answers whether that is all
        of the file: told to stop it ends behind the block in hand. What was charged stays charged whatever happens.
        Only its counting can be lost: the last block of a killed import is counted as repeated by the next one.

        Raises:
            redis.exceptions.RedisError: the outcome of a block is unknown; take the file again.
            bot.ingest.refusals.UnreadableFileError: it was changed while it was read.
            OSError: it cannot be read any further, or a refused line cannot be kept.
        """
        reached = await self._imports.reached(self._ref, source.digest) or Reached(0)
        tally.add(Tally.of(reached.told.get("tally", {})))
        for number, part in enumerate(source.found.parts[reached.part :], reached.part):
            begun = number == reached.part and reached.line
            place = Place(reached.offset, reached.line) if begun else None
            since = time.monotonic()
            async with aclosing(_read_ahead(part.blocks(place, self._size))) as blocks:
                async for block in blocks:
                    if stop.is_set():
                        return False
                    await self._charge(part.name, block, tally)
                    now = time.monotonic()
                    tally.seconds, since = tally.seconds + now - since, now
                    await self._reach(source, Reached(number, block.end.offset, block.end.line), tally)
                    follow(number, block.end, tally)
            await self._reach(source, Reached(number + 1), tally)
        return True

    async def done(self, sources: Iterable[Source]) -> None:
        """Nobody will go on with these: taken again they are looked at from their beginning."""
        for each in sources:
            await self._imports.done(self._ref, each.digest)

    async def _charge(self, name: str, block: Block, tally: Tally) -> None:
        charged = await self._charges.charge(self._ref, block.records, actor=self._actor)
        found = [block.refuse(row, reason) for row, reason in charged.refused]
        refused = sorted((*block.refused, *found), key=lambda line: line.line)
        if self._leftovers:
            self._leftovers.write(name, refused)
        tally.add_block(block, charged, refused)

    async def _reach(self, source: Source, reached: Reached, tally: Tally) -> None:
        told: dict[str, Any] = {"tally": tally.as_json()}
        if self._leftovers:
            told["refused"] = self._leftovers.mark
        await self._imports.reach(self._ref, source.digest, replace(reached, told=told))


async def _read_ahead(blocks: Iterator[Block]) -> AsyncGenerator[Block, None]:
    """The same, each read in a thread while the one before it is in hand."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "reading") as thread:
        coming = loop.run_in_executor(thread, next, blocks, None)
        try:
            while (block := await coming) is not None:
                coming = loop.run_in_executor(thread, next, blocks, None)
                yield block
        finally:
            await asyncio.wait([coming])
            if not coming.cancelled():
                coming.exception()  # nobody else will ask
            if isinstance(blocks, Generator):  # its file is closed where it was opened
                await loop.run_in_executor(thread, blocks.close)
