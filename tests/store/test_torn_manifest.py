"""Stores that keep half of a manifest when its writer dies: it is written anew if nothing left Redis by it."""

from pathlib import Path
from typing import Any

import pytest

from store.archive import Archive
from store.archiver import Archiver
from store.folder import Folder
from store.manifest import ArchiveError
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import JOURNAL, PARTITION, SECOND, CrashError, Failing, everything, move, prove, through
from tests.store.clock import Clock
from tests.store.test_filed import manifests


class Half(Folder):
    """Keeps a part of the nth manifest that is put there, and the process ends."""

    def __init__(self, url: str, number: int, part: float, *, zeros: bool = False) -> None:
        super().__init__(url)
        self._left = number
        self._part = part
        self._zeros = zeros

    def put_new(self, name: str, data: bytes) -> bool:
        """As told."""
        self._left -= 1
        if self._left:
            return super().put_new(name, data)
        length = int(len(data) * self._part)
        super().put_new(name, data[:length] + bytes(len(data) - length if self._zeros else 0))
        raise CrashError


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """Two accounts with three days of entries, four months ago."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    return bank


async def tear(bank: Bank, folder: Path, number: int = 2, part: float = 0.5, **given: Any) -> bytes:
    """The archiver dies in the middle of a manifest; answers what is left of it."""
    with pytest.raises(CrashError):
        await move(bank.redis, Archive(Half(str(folder), number, part, **given)))
    return manifests(folder)[-1].read_bytes()


@pytest.mark.parametrize(
    ("number", "part", "zeros"), [(1, 0.3, False), (2, 0, False), (3, 0.3, True), (3, 0.99999, False)]
)
async def test_a_torn_manifest_is_written_anew(
    bank: Bank, tmp_path: Path, number: int, part: float, zeros: bool
) -> None:
    """Meanwhile all is read as before, and the proof says that one file is torn and what mends it."""
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}
    await tear(bank, tmp_path, number, part, zeros=zeros)
    archive = archiving.archive_in(tmp_path)

    [only] = await prove(bank, archive)
    assert f"{manifests(tmp_path)[-1].name} cannot be read: it is no whole manifest" in only
    assert "`credits archive` writes it anew" in only
    for ref, entries in before.items():
        assert await everything(through(bank, archive), ref) == entries
        assert (await through(bank, archive).history(ref, limit=20)).entries == tuple(entries[::-1])

    await move(bank.redis, archiving.archive_in(tmp_path))

    archive = archiving.archive_in(tmp_path)
    assert [await everything(through(bank, archive), ref) for ref in before] == list(before.values())
    assert await bank.redis.xlen(JOURNAL) == 1
    assert len(archive.days(PARTITION)) == 3
    assert await prove(bank, archive) == []


async def test_a_manifest_is_torn_again(bank: Bank, tmp_path: Path) -> None:
    """The process ends while it is written anew: the next one begins once more."""
    await tear(bank, tmp_path)
    folder = Failing(Folder(str(tmp_path)), lambda name, given: name == "put" and given[1].endswith(".json"))
    folder.left = 1
    with pytest.raises(CrashError):
        await move(bank.redis, Archive(folder))  # type: ignore[arg-type]

    assert await move(bank.redis, archiving.archive_in(tmp_path)) == 12

    assert await prove(bank, archiving.archive_in(tmp_path)) == []


async def refused(bank: Bank, folder: Path, left: bytes) -> None:
    """Nothing is written in place of what is left of the newest manifest, and the reason is said."""
    path = manifests(folder)[-1]
    length = await bank.redis.xlen(JOURNAL)

    with pytest.raises(ArchiveError, match=f"{path.name} cannot be read, .* put it back from a copy"):
        await move(bank.redis, archiving.archive_in(folder))

    assert path.read_bytes() == left
    assert await bank.redis.xlen(JOURNAL) == length


def halve(folder: Path) -> bytes:
    """The newest manifest loses its second half; answers the first."""
    path = manifests(folder)[-1]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path.read_bytes()


async def test_a_manifest_by_which_entries_left_redis_is_never_written_anew(bank: Bank, tmp_path: Path) -> None:
    """Its end was cut off after all was done: an archive that was tampered with is said, and stays as it is."""
    await move(bank.redis, archiving.archive_in(tmp_path))

    await refused(bank, tmp_path, halve(tmp_path))
    [only] = await prove(bank, archiving.archive_in(tmp_path))
    assert "Put it back from a copy" in only


@pytest.mark.parametrize("step", [2, 3])
async def test_a_manifest_by_which_one_journal_was_trimmed_is_never_written_anew(
    bank: Bank, tmp_path: Path, step: int
) -> None:
    """The archiver died among the accounts, or before it noted that it was done; then the manifest was cut."""
    mover = Archiver(bank.redis, archiving.archive_in(tmp_path))
    mover._scripts = Failing(mover._scripts, lambda _, given: given[0] == "trim_journal")  # type: ignore[assignment]
    mover._scripts.left, mover._scripts.after = step - 1, True  # type: ignore[attr-defined]
    with pytest.raises(CrashError):
        await mover.partition(PARTITION)

    await refused(bank, tmp_path, halve(tmp_path))
    assert len(await prove(bank, archiving.archive_in(tmp_path))) == 1


async def test_what_the_journals_do_not_begin_with_is_never_overwritten(bank: Bank, tmp_path: Path) -> None:
    """What is there is not what the archiver would have begun with: somebody has written it."""
    left = await tear(bank, tmp_path)
    forged = left.replace(b'"balance": 4', b'"balance": 5')
    assert forged != left
    manifests(tmp_path)[-1].write_bytes(forged)

    await refused(bank, tmp_path, forged)


@pytest.mark.parametrize("day", ["2020-01-01", "today"])
async def test_a_torn_day_that_the_journals_do_not_have_is_never_overwritten(
    bank: Bank, tmp_path: Path, clock: Clock, day: str
) -> None:
    """They tell of a later day, or of none: what was in it may be nowhere else."""
    if day == "today":
        await move(bank.redis, archiving.archive_in(tmp_path))
        day = clock.now.date().isoformat()
    Folder(str(tmp_path)).put_new(f"p{PARTITION:02d}/{day}.json", b"{")

    await refused(bank, tmp_path, b"{")


async def test_two_torn_manifests_are_no_crash(bank: Bank, tmp_path: Path) -> None:
    """One writer leaves one: the archive is said to be unreadable, and nothing is done."""
    await tear(bank, tmp_path, 2)
    manifests(tmp_path)[0].write_bytes(b"")

    with pytest.raises(ArchiveError, match=f"{manifests(tmp_path)[0].name} cannot be read"):
        await move(bank.redis, archiving.archive_in(tmp_path))


async def test_what_depends_on_programs_may_have_changed(bank: Bank, tmp_path: Path) -> None:
    """Written anew by another version of them, the file's digest is another; the entries are the same."""
    await tear(bank, tmp_path, 2, 0.99)
    path = manifests(tmp_path)[-1]
    path.write_bytes(path.read_bytes().replace(b'"file": "', b'"file": "x'))

    await move(bank.redis, archiving.archive_in(tmp_path))

    assert await prove(bank, archiving.archive_in(tmp_path)) == []
