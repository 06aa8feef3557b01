"""`credits import --watch`: every file that is put into a folder is imported once, and then moved away."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import structlog
import typer
from redis.exceptions import RedisError

from bot import desk
from bot.charging import open_charging
from bot.ingest.folder import Folder, claimed
from bot.ingest.leftovers import Leftovers
from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import Source, source
from bot.ingest.taking import Charges, Taker
from bot.ingest.tally import Tally
from bot.outages import plainly
from bot.reaching import open_redis
from bot.settings import Settings
from store.imports import Imports
from store.keys import AccountRef
from store.ledger import Ledger
from store.outcomes import Reason

LOOK_S = 2.0
"""How long between two looks into the folder, seconds."""

log = structlog.get_logger(__name__)


class Watcher:
    """Imports what comes into a folder, for one account. Many may watch the same one: each file is one's alone.

    What is killed in the middle of a file leaves it where it is, and whoever looks next goes on behind the last block.
    """

    def __init__(
        self, charging: Callable[[], Charges], imports: Imports, ref: AccountRef, folder: Folder, *, actor: str
    ) -> None:
        """`charging` is asked for each file, because rate cards come and go."""
        self._charging = charging
        self._imports = imports
        self._ref = ref
        self._folder = folder
        self._actor = actor
        self._left_alone: dict[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look again and again until told to stop; then the block in hand is the last."""
        log.info("import_watching", folder=str(self._folder.path), account=self._ref.account, tenant=self._ref.tenant)
        while not stop.is_set():
            await self.look(stop)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)

    async def look(self, stop: asyncio.Event) -> None:
        """Import what is complete. What cannot be reached is left alone, and said once, until it can."""
        try:
            complete = await asyncio.to_thread(self._folder.complete)
        except OSError as error:
            self._leave_alone(self._folder.path, str(error))
            return
        for path in complete:
            if stop.is_set():
                return
            try:
                with claimed(path) as ours:
                    if ours:
                        await self._import(path, stop)
                self._left_alone.pop(path.name, None)
            except RedisError as error:
                self._leave_alone(path, f"Redis does not answer: {plainly(error)}")
                return
            except OSError as error:
                self._leave_alone(path, str(error))

    def _leave_alone(self, path: Path, reason: str) -> None:
        if self._left_alone.get(path.name) != reason:
            log.warning("import_waits", file=path.name, reason=reason)
            self._left_alone = {path.name: reason}

    async def _import(self, path: Path, stop: asyncio.Event) -> None:
        (target, beside), tally = self._folder.target(path), Tally()
        try:
            opened = await asyncio.to_thread(source, path)
            if not await self._take(opened, beside, tally, stop):
                log.info("import_stopped", file=path.name, lines=tally.lines)
                return
        except UnreadableFileError as error:
            self._fail(path, beside, str(error))
            return
        if tally.records and not tally.taken:
            self._fail(path, beside, f"None of its records can be charged: {', '.join(tally.refused)}.")
        else:
            refused = sum(tally.refused.values())
            self._folder.finish(path, target, beside, keep=refused > 0)
            if refused:
                log.warning("import_refused_lines", file=path.name, lines=refused, kept=str(beside))
            log.info("import_done", file=path.name, **_counts(tally))
        await self._imports.done(self._ref, opened.digest)

    async def _take(self, opened: Source, beside: Path, tally: Tally, stop: asyncio.Event) -> bool:
        reached = await self._imports.reached(self._ref, opened.digest)
        leftovers = Leftovers(beside, [reached.told["refused"]] if reached else [])
        with contextlib.closing(leftovers):
            taker = Taker(self._charging(), self._imports, self._ref, actor=self._actor, leftovers=leftovers)
            return await taker.take(opened, tally, stop)

    def _fail(self, path: Path, beside: Path, reason: str) -> None:
        log.error("import_failed", file=path.name, reason=reason, moved=str(self._folder.leave(path, beside, reason)))


async def watch(settings: Settings, ref: AccountRef, folder: Path, stop: asyncio.Event) -> None:
    """Watch the folder until told to stop; exit code 1 without such an account, 2 where the folder cannot be used."""
    async with open_redis(settings) as redis:
        if await Ledger(redis).account(ref) is None:
            desk.refuse(Reason.UNKNOWN_ACCOUNT)
        try:
            watched = Folder(folder, time.monotonic)
        except OSError as error:
            raise typer.BadParameter(f"{folder} cannot be watched: {error}") from None
        watcher = Watcher(lambda: open_charging(redis), Imports(redis), ref, watched, actor=desk.operator().id)
        await watcher.run(stop)


def _counts(tally: Tally) -> dict[str, int | float]:
    return {
        "lines": tally.lines,
        "charged": sum(count for count, _ in tally.charged.values()),
        "micros": sum(micros for _, micros in tally.charged.values()),
        "pooled": tally.pooled,
        "free": tally.free,
        "repeated": tally.repeated,
        "unrated": sum(tally.unrated.values()),
        "refused": sum(tally.refused.values()),
        "seconds": round(tally.seconds, 1),
    }
