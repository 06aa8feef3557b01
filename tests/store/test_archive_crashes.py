"""Archivers that die at any step, stall, or are two: nothing is lost, nothing doubled, and the next one finishes."""

import asyncio
from pathlib import Path

import pytest

from store import archiver, keys
from store.archive import Archive
from store.archiver import Archiver, BusyError
from store.folder import Folder
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import (
    JOURNAL,
    PARTITION,
    SECOND,
    CrashError,
    Failing,
    everything,
    move,
    prove,
    through,
)
from tests.store.clock import Clock


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """Two accounts with three days of entries, four months ago."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    return bank


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty one."""
    return archiving.archive_in(tmp_path / "archive")


async def test_crash_at_any_write_to_the_archive_loses_and_doubles_nothing(bank: Bank, tmp_path: Path) -> None:
    """The process ends before or after each write of a file, again and again; who comes next finishes the work."""
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}
    folder = Failing(Folder(str(tmp_path / "archive")), lambda name, _: name in {"put", "put_new"})
    crashes = 0
    for step in range(1, 40):
        folder.calls, folder.left, folder.after = 0, step % 3 + 1, step % 2 == 0
        try:
            await move(bank.redis, Archive(folder))  # type: ignore[arg-type]
            break
        except CrashError:
            crashes += 1
        archive = archiving.archive_in(tmp_path / "archive")
        for ref, entries in before.items():
            assert await everything(through(bank, archive), ref) == entries
        assert await prove(bank, archive) == []

    folder.left = -1
    await move(bank.redis, Archive(folder))  # type: ignore[arg-type]
    archive = archiving.archive_in(tmp_path / "archive")
    assert crashes >= 3
    assert [await everything(through(bank, archive), ref) for ref in before] == list(before.values())
    assert await bank.redis.xlen(JOURNAL) == 1
    assert await prove(bank, archive) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 12))
async def test_crash_at_any_call_of_redis_loses_and_doubles_nothing(
    bank: Bank, archive: Archive, step: int, after: bool
) -> None:
    """The process ends before or after one of the scripts that trim, remember or lease."""
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}
    mover = Archiver(bank.redis, archive)
    mover._scripts = Failing(mover._scripts, lambda _, given: given[0] != "release_lease")  # type: ignore[assignment]
    mover._scripts.left, mover._scripts.after = step, after  # type: ignore[attr-defined]

    try:
        await mover.partition(PARTITION)
    except CrashError:
        assert await prove(bank, archive) == []
    await move(bank.redis, archive)

    assert [await everything(through(bank, archive), ref) for ref in before] == list(before.values())
    assert [await bank.redis.xlen(keys.journal(ref)) for ref in before] == [1, 1]
    assert await prove(bank, archive) == []


async def test_a_redis_that_was_restored_is_caught_up_with(bank: Bank, archive: Archive, clock: Clock) -> None:
    """It has again what had left it on several days, each account's last on another one: all of it leaves again."""
    clock.advance(days=1)
    await archiving.credit(bank, REF)
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}
    dumps = {key: await bank.redis.dump(key) async for key in bank.redis.scan_iter("*")}
    await move(bank.redis, archive)
    await bank.redis.flushall()
    for key, dump in dumps.items():
        await bank.redis.restore(key, 0, dump)

    assert await move(bank.redis, archive) == 0

    assert [await bank.redis.xlen(keys.journal(ref)) for ref in before] == [1, 1]
    assert [await everything(through(bank, archive), ref) for ref in before] == list(before.values())
    assert await prove(bank, archive) == []


async def test_two_archivers_at_once(bank: Bank, tmp_path: Path) -> None:
    """One does the work, the other is told that it is busy; nothing is doubled."""
    before = await everything(bank.ledger)

    found = await asyncio.gather(
        *(move(bank.redis, archiving.archive_in(tmp_path / "archive")) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in found) == ["BusyError"] * 3 + ["int"]
    archive = archiving.archive_in(tmp_path / "archive")
    assert await everything(through(bank, archive)) == before
    assert await prove(bank, archive) == []


@pytest.mark.parametrize("call", range(1, 8))
async def test_archiver_that_stalls_past_its_lease_spoils_nothing(bank: Bank, tmp_path: Path, call: int) -> None:
    """Before any of its writes another one takes over and finishes; the first one trims nothing and says so."""
    before = await everything(bank.ledger)
    folder = Folder(str(tmp_path / "archive"))
    stalled = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stall(name: str, _given: tuple[object, ...]) -> bool:
        if name in {"put", "put_new"}:
            slow.calls += 1
            if slow.calls == call:
                asyncio.run_coroutine_threadsafe(take_over(), loop).result()
        return False

    async def take_over() -> None:
        await bank.redis.delete(keys.lease(PARTITION, archiver.GROUP))
        await move(bank.redis, archiving.archive_in(tmp_path / "archive"))
        stalled.set()

    slow = Failing(folder, stall)
    if call > 6:
        await move(bank.redis, Archive(slow))  # type: ignore[arg-type]
    else:
        with pytest.raises(BusyError):
            await move(bank.redis, Archive(slow))  # type: ignore[arg-type]

    assert stalled.is_set() == (call <= 6)
    archive = archiving.archive_in(tmp_path / "archive")
    assert await everything(through(bank, archive)) == before
    assert await move(bank.redis, archive) == 0
    assert await prove(bank, archive) == []
