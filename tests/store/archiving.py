"""Accounts whose entries are months old, an archive in a folder, and one that fails where it is told to."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store import keys
from store.account import Entry
from store.archive import Archive
from store.archiver import Archiver
from store.folder import Folder
from store.keys import AccountRef
from store.ledger import Ledger
from store.scripts import Client
from store.verify import Verifier
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.clock import Clock

PARTITION = keys.partition_of(REF.tenant)
SECOND = AccountRef(REF.tenant, "second")
JOURNAL = keys.journal(REF)
AGO = timedelta(days=120)


class CrashError(Exception):
    """The process ends here."""


def long_ago(clock: Clock) -> None:
    """The clock stands 120 days back, a minute after midnight."""
    clock.now = datetime.combine(datetime.now(UTC).date() - AGO, datetime.min.time(), UTC) + timedelta(minutes=1)


async def fill(bank: Bank, clock: Clock, days: int = 3) -> None:
    """Two accounts, with entries on some days in turn, the first of them 120 days ago."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    for day in range(days):
        for ref in (REF, SECOND) if day % 2 == 0 else (REF,):
            await bank.ledger.add_credit(ref, usd(5), operation_id=bank.operation(), actor="test", memo="a\ttab")
            for _ in range(3):
                await bank.ledger.charge_usage(ref, usd(1), operation_id=bank.operation(), actor="test", memo="=1\nü")
        clock.advance(days=1)


async def recent(bank: Bank, clock: Clock) -> None:
    """One entry more, of today."""
    clock.now = datetime.now(UTC)
    await bank.spend(1)


async def credit(bank: Bank, ref: AccountRef) -> None:
    """One grant."""
    await bank.ledger.add_credit(ref, usd(5), operation_id=bank.operation(), actor="test")


def archive_in(folder: Path | str) -> Archive:
    """The archive as another process would open it."""
    return Archive(Folder(str(folder)))


async def move(redis: Client, archive: Archive, **given: Any) -> int:
    """Archive the partition."""
    return await Archiver(redis, archive, **given).partition(PARTITION)


def through(bank: Bank, archive: Archive) -> Ledger:
    """The ledger that reads the archive, too."""
    return Ledger(bank.redis, past=archive)


async def everything(ledger: Ledger, ref: AccountRef = REF, batch: int = 1000) -> list[Entry]:
    """All entries, oldest first."""
    found: AsyncIterator[Entry] = ledger.entries(ref, batch=batch)
    return [entry async for entry in found]


async def prove(bank: Bank, archive: Archive) -> list[str]:
    """What the proof says of journals and archive."""
    return [str(each) async for each in Verifier(bank.redis, archive=archive).partition(PARTITION)]


class Failing:
    """Stands before a folder or a Redis and lets the process end before, or after, its nth call of what counts."""

    def __init__(self, real: Any, counts: Callable[[str, tuple[Any, ...]], bool]) -> None:
        self._real = real
        self._counts = counts
        self.left = -1
        self.after = False
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **given: Any) -> Any:
            if not self._counts(name, arguments):
                return found(*arguments, **given)
            self.calls += 1
            ends = self.calls == self.left
            if ends and not self.after:
                raise CrashError
            answer = found(*arguments, **given)
            if ends:
                if hasattr(answer, "__await__"):
                    return _then_crash(answer)
                raise CrashError
            return answer

        return call


async def _then_crash(answer: Any) -> Any:
    await answer
    raise CrashError
