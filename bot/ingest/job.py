"""One import at the command line: from files to a summary and an exit code."""

import asyncio
import contextlib
import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import typer

from bot import desk, running
from bot.charging import open_charging
from bot.ingest import words
from bot.ingest.bar import bar
from bot.ingest.blocks import BYTES
from bot.ingest.leftovers import Leftovers
from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import STANDARD_INPUT, Source, piped, source
from bot.ingest.taking import Taker
from bot.ingest.tally import Tally
from bot.reaching import open_redis
from bot.settings import Settings
from store.imports import Imports, Reached
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import Money
from store.outcomes import Reason
from store.scripts import Client

DONE, REFUSED_SOME, UNFINISHED = range(3)
"""Exit codes."""


class Job:
    """Imports files into an account, once, `block` bytes at a time; refused lines go to the file `refused`, if any.

    `old` calls are charged if the caller knows that they were not.
    """

    def __init__(
        self,
        settings: Settings,
        ref: AccountRef,
        refused: Path | None = None,
        *,
        block: int = BYTES,
        old: bool = False,
    ) -> None:
        self._settings = settings
        self._ref = ref
        self._refused = refused
        self._block = block
        self._old = old
        self._tallies: list[tuple[str, Tally]] = []
        self._balance: Money | None = None
        self._finished = False

    def run(self, paths: Sequence[Path], *, as_json: bool = False) -> int:
        """Read, charge, say what has become of it all; answers the exit code."""
        gc.freeze()  # what was loaded stays, and is not looked through again and again
        pa.set_memory_pool(pa.system_memory_pool())  # it gives back what Arrow's own keeps: a fifth of all
        with contextlib.ExitStack() as stack:
            try:
                sources = [_opened(each, stack) for each in paths]
            except (UnreadableFileError, OSError) as error:
                typer.echo(f"Nothing was charged: {_why(error)}", err=True)
                return UNFINISHED
            with contextlib.suppress(typer.Exit):  # why was said
                running.run(lambda stop: self._import(sources, stop))
        if as_json:
            typer.echo(json.dumps(self._told()))
        else:
            self._say()
        if not self._finished:
            return UNFINISHED
        return REFUSED_SOME if any(tally.refused for _, tally in self._tallies) else DONE

    async def _import(self, sources: Sequence[Source], stop: asyncio.Event) -> None:
        async with open_redis(self._settings) as redis:
            account = await Ledger(redis).account(self._ref)
            if account is None:
                desk.refuse(Reason.UNKNOWN_ACCOUNT)
            self._balance = account.balance
            try:
                await self._take(redis, sources, stop)
            except (UnreadableFileError, OSError) as error:
                typer.echo(f"It could not be read to its end: {error}", err=True)
            if account := await Ledger(redis).account(self._ref):
                self._balance = account.balance

    async def _take(self, redis: Client, sources: Sequence[Source], stop: asyncio.Event) -> None:
        imports = Imports(redis)
        begun = {each.digest: await imports.reached(self._ref, each.digest) for each in sources}
        with contextlib.ExitStack() as stack:
            leftovers = self._leftovers([each for each in begun.values() if each], stack)
            charging = open_charging(redis, old=self._old)
            taker = Taker(charging, imports, self._ref, actor=desk.operator().id, leftovers=leftovers, size=self._block)
            for each in {each.digest: each for each in sources}.values():
                tally = Tally()
                self._tallies.append((each.name, tally))
                if (reached := begun[each.digest]) and reached.line:
                    typer.echo(f"{each.name}: going on behind line {reached.line - 1:,}, where it was ended.", err=True)
                with bar(each) as follow:
                    if not await taker.take(each, tally, stop, follow):
                        return
        await taker.done(sources)
        self._finished = True

    def _leftovers(self, begun: Sequence[Reached], stack: contextlib.ExitStack) -> Leftovers | None:
        if self._refused is None:
            return None
        leftovers = Leftovers(self._refused, [each.told["refused"] for each in begun if "refused" in each.told])
        stack.callback(leftovers.close)
        return leftovers

    def _say(self) -> None:
        """The summary, for people."""
        currency = self._balance.currency if self._balance else "USD"
        for name, tally in self._tallies:
            typer.echo(f"{name}: {words.speed(tally)}.")
            for line in words.lines(tally, currency):
                typer.echo(line)
        if self._balance:
            typer.echo(f"Balance of account {self._ref.account}: {desk.shown(self._balance)}.")
        if self._tallies and not self._finished:
            typer.echo("Ended before the end. The same command goes on where this one was.", err=True)

    def _told(self) -> dict[str, object]:
        """The summary, for programs."""
        total = Tally()
        for _, tally in self._tallies:
            total.add(tally)
        balance = {"balance_micros": self._balance.micros, "currency": self._balance.currency} if self._balance else {}
        files = [{"name": name, **tally.as_json()} for name, tally in self._tallies]
        return {"finished": self._finished, **balance, "total": total.as_json(), "files": files}


def _why(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}." if isinstance(error, OSError) and error.strerror else str(error)


def _opened(path: Path, stack: contextlib.ExitStack) -> Source:
    return stack.enter_context(piped(sys.stdin.buffer)) if str(path) == STANDARD_INPUT else source(path)
