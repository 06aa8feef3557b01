"""Charging what an order names, from where an earlier worker was ended; what came of it is counted once."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.charging import open_charging
from bot.imports.listing import Listing
from bot.imports.looking import Opened
from bot.ingest.blocks import Place
from bot.ingest.files import Format
from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import Source
from bot.ingest.taking import Taker
from bot.ingest.tally import Tally
from handlers.views.imports import CHANGED, Progress, Trouble
from store.imports import Imports
from store.orders import Order
from store.roles import Actor
from store.scripts import Client

SIZE = 1 << 20
"""Bytes in hand at a time: the bot answers people meanwhile."""


@dataclass(slots=True)
class Run:
    """What became of an order's records until now.

    Attributes:
        tally: of all its files.
        listing: the first of its refused lines.
        troubles: what kept it from its end.
        ended: whether it was told to stop before the end.
    """

    tally: Tally = field(default_factory=Tally)
    listing: Listing = field(default_factory=Listing)
    troubles: list[Trouble] = field(default_factory=list)
    ended: bool = False

    def told(self) -> str:
        """To be kept with the order."""
        troubles = [{"name": each.name, "why": each.why, "detail": each.detail} for each in self.troubles]
        found: dict[str, Any] = {"tally": self.tally.as_json(), "listed": self.listing.mark, "troubles": troubles}
        return json.dumps(found)


class Charger:
    """Charges one order's files. A place in a file belongs to the order: another one begins at the beginning."""

    def __init__(self, redis: Client, order: Order) -> None:
        self._redis = redis
        self._imports = Imports(redis)
        self._order = order
        self._total = self._taken = 0
        self._now = Tally()
        self._before = Tally()

    def named(self, digest: str) -> str:
        """The name by which the place in a file of this digest is kept."""
        return f"{digest}-{self._order.id}"

    @property
    def progress(self) -> Progress:
        """How far it is."""
        records = self._before.records + self._now.records
        return Progress(records, min(1.0, self._taken / self._total) if self._total else None)

    async def resumed(self, names: Sequence[str]) -> Run:
        """What earlier workers charged of the files of these names."""
        run, marks = Run(), list[Any]()
        for name in names:
            if reached := await self._imports.reached(self._order.ref, name):
                run.tally.add(Tally.of(reached.told.get("tally", {})))
                marks.append(reached.told.get("refused", []))
        run.listing = Listing(marks)
        return run

    async def charge(self, opened: Sequence[Opened], stop: asyncio.Event) -> Run:
        """Charge all that is not charged yet.

        Raises:
            redis.exceptions.RedisError, OSError: the outcome of a block is unknown; charge the same again.
        """
        sources = list({each.source.digest: each.source for each in opened if each.source}.values())
        run = await self.resumed([each.digest for each in sources])
        self._total = _size(sources)
        actor = Actor(self._order.ref.tenant, self._order.user).id
        run.tally = Tally()  # each file's is added when it is gone on with
        taker = Taker(
            open_charging(self._redis), self._imports, self._order.ref, actor=actor, leftovers=run.listing, size=SIZE
        )
        for source in sources:
            self._now, at = Tally(), self._taken
            try:
                run.ended = not await taker.take(source, self._now, stop, self._following(source, at))
            except UnreadableFileError as error:
                run.troubles.append(Trouble(source.name, CHANGED, str(error)))
            run.tally.add(self._now)
            self._before, self._taken = run.tally, at + _size([source])
            self._now = Tally()
            if run.ended or run.troubles:
                break
        return run

    async def done(self, names: Sequence[str]) -> None:
        """Nobody will go on with these."""
        for name in names:
            await self._imports.done(self._order.ref, name)

    def _following(self, source: Source, before: int) -> Any:
        parts = source.found.parts

        def follow(number: int, place: Place, _tally: Tally) -> None:
            within = 0 if parts[number].format is Format.PAGES else place.offset
            self._taken = before + sum(each.size for each in parts[:number]) + within

        return follow


def _size(sources: Sequence[Source]) -> int:
    return sum(part.size for each in sources for part in each.found.parts)
