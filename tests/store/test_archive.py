"""The archive: closed days leave Redis, nothing is lost or doubled, and all is read as before."""

from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from store import archiver, dayfile, keys
from store.archive import Archive
from store.archiver import Archiver
from store.folder import Folder
from store.manifest import ArchiveError
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import JOURNAL, PARTITION, SECOND, everything, move, prove, through
from tests.store.clock import Clock


async def arrange(redis: Client) -> Bank:
    """An account without entries."""
    return await Bank.open(redis)


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """Two accounts with three days of entries, four months ago."""
    archiving.long_ago(clock)
    bank = await arrange(redis)
    await archiving.fill(bank, clock)
    return bank


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty one."""
    return archiving.archive_in(tmp_path / "archive")


async def test_closed_days_are_archived(bank: Bank, archive: Archive) -> None:
    """A file a day; in Redis each account's last entry stays; all is read through both as before."""
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}

    assert await move(bank.redis, archive) == 20

    assert len(archive.days(PARTITION)) == 3
    assert [await bank.redis.xlen(keys.journal(ref)) for ref in (REF, SECOND)] == [1, 1]
    for ref, entries in before.items():
        assert await everything(through(bank, archive), ref) == entries
        assert await everything(through(bank, archive), ref, batch=3) == entries
    assert await move(bank.redis, archive) == 0


@pytest.mark.parametrize("limit", [1, 4, 5, 12, 13, 50])
async def test_history_goes_on_in_the_archive(bank: Bank, archive: Archive, clock: Clock, limit: int) -> None:
    """Walking the pages meets every entry once, newest first, whether it is archived or not; a cursor stays."""
    await archiving.recent(bank, clock)
    wanted = (await everything(bank.ledger))[::-1]
    first = await bank.ledger.history(REF, limit=limit)
    await move(bank.redis, archive)
    ledger = through(bank, archive)

    pages = [await ledger.history(REF, limit=limit)]
    while pages[-1].older:
        pages.append(await ledger.history(REF, older_than=pages[-1].older, limit=limit))

    assert [entry for page in pages for entry in page.entries] == wanted
    assert pages[0] == first
    assert all(len(page.entries) == limit for page in pages[:-1])


@pytest.mark.parametrize("limit", [1, 4, 5, 50])
@pytest.mark.parametrize("since", [0, 2])
async def test_what_a_lost_journal_leaves_is_told(
    bank: Bank, archive: Archive, clock: Clock, limit: int, since: int
) -> None:
    """The stream is gone, with entries that were not archived; archived ones and those posted since are still told."""
    archived = await everything(bank.ledger)
    await move(bank.redis, archive)
    await archiving.recent(bank, clock)
    await bank.redis.delete(JOURNAL)
    for _ in range(since):
        await bank.spend(1)
    ledger = through(bank, archive)
    told = archived + await everything(bank.ledger)

    pages = [await ledger.history(REF, limit=limit)]
    while pages[-1].older:
        pages.append(await ledger.history(REF, older_than=pages[-1].older, limit=limit))

    assert [entry for page in pages for entry in page.entries] == told[::-1]
    assert await everything(ledger) == told
    assert await everything(ledger, batch=3) == told
    assert len(told) == 12 + since


async def test_without_the_archive_only_what_redis_has_is_read(bank: Bank, archive: Archive) -> None:
    """A ledger that knows no archive answers with what is there."""
    await move(bank.redis, archive)

    assert [entry.version for entry in await everything(bank.ledger)] == [12]
    assert len((await bank.ledger.history(REF)).entries) == 1


async def test_days_that_are_not_old_enough_stay(bank: Bank, archive: Archive, clock: Clock) -> None:
    """What the setting keeps is kept; the day of today is never closed."""
    await archiving.recent(bank, clock)

    assert await move(bank.redis, archive, keep_days=119) == 8
    assert await move(bank.redis, archive, keep_days=117) == 12
    assert await move(bank.redis, archive) == 0
    with pytest.raises(ValueError, match="90 days at least"):
        Archiver(bank.redis, archive, keep_days=89)


async def test_account_goes_on_after_it_was_archived(bank: Bank, archive: Archive, clock: Clock) -> None:
    """New entries follow, are archived in their turn, and a repeat is still answered with the first outcome."""
    first = await bank.spend(1, "again")
    await move(bank.redis, archive)

    clock.advance(days=3)
    await bank.spend(2)
    repeated = await bank.spend(1, "again")
    assert getattr(repeated, "entry", "") == getattr(first, "entry", "-")
    before = await everything(through(bank, archive))
    assert await move(bank.redis, archive) == 1
    assert await everything(through(bank, archive)) == before
    assert await prove(bank, archive) == []


async def test_clock_that_went_back_into_an_archived_day(bank: Bank, archive: Archive, clock: Clock) -> None:
    """An account's first entries, of a day that is archived already, go with the next file."""
    await move(bank.redis, archive)
    newest = archive.days(PARTITION)[-1]
    late = keys.AccountRef(REF.tenant, "late")
    await bank.ledger.open_account(late, "USD")
    archiving.long_ago(clock)
    await archiving.credit(bank, late)

    assert await move(bank.redis, archive) == 1

    assert archive.days(PARTITION)[-1] > newest
    assert [entry.at_ms for entry in await everything(through(bank, archive), late)] == [clock.ms]
    assert await move(bank.redis, archive) == 0
    assert await prove(bank, archive) == []


async def test_file_is_sorted_and_complete(bank: Bank, archive: Archive, tmp_path: Path) -> None:
    """Columns and order are those that are promised, and the texts of people are as they were."""
    await move(bank.redis, archive)
    [manifest] = [archive.manifest(PARTITION, archive.days(PARTITION)[0])]

    table = pq.read_table(tmp_path / "archive" / manifest.file)

    assert table.column_names == [
        "tenant", "account", "ms", "version", "kind", "debit", "credit", "micros", "after", "lots", "actor",
        "operation", "ref", "memo",
    ]  # fmt: skip
    places = list(zip(*(table[each].to_pylist() for each in ("tenant", "account", "version")), strict=True))
    assert places == sorted(places)
    assert set(table["memo"].to_pylist()) == {"a\ttab", "=1\nü"}
    assert sum(manifest.sums["USD"].values()) == 0
    assert manifest.entries == len(table) == 8


async def test_the_same_journal_makes_the_same_files(bank: Bank, tmp_path: Path) -> None:
    """File and manifest have the same names and bytes, whoever writes them and when."""
    entries = {ref: await bank.redis.xrange(keys.journal(ref)) for ref in (REF, SECOND)}
    await move(bank.redis, archiving.archive_in(tmp_path / "one"))
    await bank.redis.delete(keys.archive(PARTITION))
    for ref, kept in entries.items():
        await bank.redis.delete(keys.journal(ref))
        for entry_id, record in kept:
            await bank.redis.xadd(keys.journal(ref), record, id=entry_id)

    await move(bank.redis, archiving.archive_in(tmp_path / "two"))

    one, two = (
        {each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert len(one) == 6


@pytest.mark.parametrize("rows", [1, 3])
async def test_files_of_many_batches(bank: Bank, archive: Archive, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is taken into memory at once, the file is whole."""
    monkeypatch.setattr(archiver, "BATCH", rows)
    monkeypatch.setattr(dayfile, "ROWS", rows)
    before = await everything(bank.ledger)

    await move(bank.redis, archive)

    assert await everything(through(bank, archive)) == before
    assert await prove(bank, archive) == []


# -- what is not as it has to be


async def test_a_journal_that_contradicts_itself_is_not_archived(bank: Bank, archive: Archive) -> None:
    """Nothing is trimmed of an account that cannot be proven, and why is said."""
    [(last, record)] = await bank.redis.xrevrange(JOURNAL, count=1)
    await bank.redis.xdel(JOURNAL, last)
    await bank.redis.xadd(JOURNAL, {"entry": record["entry"].replace("1000000", "1000001")}, id=f"{last}0")

    with pytest.raises(ArchiveError, match="T0TEST/default: entry"):
        await move(bank.redis, archive)

    assert await bank.redis.xlen(JOURNAL) == 5  # the day before could be, and was


async def test_another_archive_is_refused(bank: Bank, archive: Archive, tmp_path: Path, clock: Clock) -> None:
    """The address of an empty folder, after another was in use, is a mistake that is said."""
    await move(bank.redis, archive)
    clock.advance(days=2)
    await bank.spend(1)

    with pytest.raises(ArchiveError, match="is it the right one"):
        await move(bank.redis, archiving.archive_in(tmp_path / "other"))
    assert await bank.redis.xlen(JOURNAL) == 2


@pytest.mark.parametrize("hole", [0, 1])
async def test_a_day_that_the_archive_lost_stays_in_a_redis_that_was_restored(
    bank: Bank, archive: Archive, tmp_path: Path, hole: int
) -> None:
    """Redis has again what was trimmed; of a chain with a hole nothing is trimmed, or the hole's entries were gone."""
    dumps = {key: await bank.redis.dump(key) async for key in bank.redis.scan_iter("*")}
    await move(bank.redis, archive)
    await bank.redis.flushall()
    for key, dump in dumps.items():
        await bank.redis.restore(key, 0, dump)
    (tmp_path / "archive" / f"p{PARTITION:02d}" / f"{archive.days(PARTITION)[hole]}.json").unlink()

    with pytest.raises(ArchiveError, match="does not follow"):
        await move(bank.redis, archiving.archive_in(tmp_path / "archive"))

    assert await bank.redis.xlen(JOURNAL) == 12


async def test_what_was_stored_wrongly_is_not_trimmed(bank: Bank, tmp_path: Path) -> None:
    """A folder that keeps something else than it was given: nothing leaves Redis."""

    class Liar(Folder):
        def put(self, source: Path, name: str) -> None:
            source.write_bytes(source.read_bytes()[:-1])
            super().put(source, name)

    with pytest.raises(ArchiveError, match="is not the file that its manifest tells of"):
        await move(bank.redis, Archive(Liar(str(tmp_path))))
    assert await bank.redis.xlen(JOURNAL) == 12


@pytest.mark.parametrize("address", ["memory://archive", "file://{}"])
async def test_any_address_that_fsspec_knows(bank: Bank, tmp_path: Path, address: str) -> None:
    """A folder in memory stands for the stores of objects, which know no renaming."""
    folder = Folder(address.format(tmp_path) + f"/{tmp_path.name}-{id(bank)}")
    before = await everything(bank.ledger)

    assert await move(bank.redis, Archive(folder)) == 20

    assert await everything(through(bank, Archive(folder))) == before
    assert not folder.put_new(Archive(folder).head(PARTITION).name, b"other")  # type: ignore[union-attr]
    assert await prove(bank, Archive(folder)) == []


async def test_other_files_in_the_folder_are_left_alone(bank: Bank, archive: Archive) -> None:
    """Notes of an operator, or a file that is being written, are no manifests."""
    before = await everything(bank.ledger)
    archive.folder.put_new(f"p{PARTITION:02d}/notes.json", b"{}")
    archive.folder.put_new(f"p{PARTITION:02d}/2020-01-01.json.part-1f", b"{}")

    assert await move(bank.redis, archive) == 20

    assert await everything(through(bank, archive)) == before
    assert await prove(bank, archive) == []


async def test_way_back_through_the_days_is_gone_once(
    bank: Bank, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few manifests are remembered and entries read at once, a long archive is not walked for each few."""
    before = await everything(bank.ledger)
    await move(bank.redis, archive)
    monkeypatch.setattr("store.archive._REMEMBERED", 1)  # the last one alone
    counted = archiving.Failing(Folder(str(tmp_path / "archive")), lambda name, _: name == "read")

    assert await everything(through(bank, Archive(counted)), batch=1) == before  # type: ignore[arg-type]

    assert counted.calls <= 2 * 3
