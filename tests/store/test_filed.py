"""The proof goes through the archive: whatever is changed there is said."""

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from store import keys, verify
from store.columns import lines
from store.manifest import ArchiveError, Manifest
from store.scripts import Client
from store.verify import Verifier
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import PARTITION, SECOND, move
from tests.store.clock import Clock

FOLDER = f"p{PARTITION:02d}"


@pytest.fixture
async def bank(redis: Client, clock: Clock, tmp_path: Path) -> Bank:
    """Two accounts with three archived days, and an entry of today."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    await archiving.recent(bank, clock)
    await move(redis, archiving.archive_in(tmp_path))
    return bank


async def said(bank: Bank, folder: Path, *wanted: str) -> list[str]:
    """All differences, from an archive that is opened anew."""
    verifier = Verifier(bank.redis, archive=archiving.archive_in(folder))
    return [str(each) async for each in verifier.partition(PARTITION, *wanted)]


def manifests(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted((folder / FOLDER).glob("*.json"))


def sign(folder: Path) -> None:
    """As a forger would: every manifest tells of the file that is there, and of the manifest before it."""
    before = ""
    for path in manifests(folder):
        told = json.loads(path.read_bytes())
        file = folder / told["file"]
        archive = archiving.archive_in(folder)
        told |= {"before": before, "sha256": archive.folder.sha256(str(file.relative_to(folder)))}
        path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
        before = Manifest.decode(path.read_bytes()).digest


def change(folder: Path, column: str, to: Callable[[Any], Any], row: int = 1) -> None:
    """One field of one row of the first day becomes something else."""
    path = folder / json.loads(manifests(folder)[0].read_bytes())["file"]
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[row] = to(values[row])
    number = table.column_names.index(column)
    field = table.schema.field(column)
    pq.write_table(table.set_column(number, field, pa.array(values, field.type)), path)


async def test_archive_and_journal_together_are_proven(bank: Bank, tmp_path: Path) -> None:
    """Nothing is said; every entry of both is counted once, of one account if that is asked for."""
    verifier = Verifier(bank.redis, archive=archiving.archive_in(tmp_path))

    assert [each async for each in verifier.partition(PARTITION)] == []
    assert (verifier.accounts, verifier.entries) == (2, 21)
    assert await said(bank, tmp_path, REF.tenant, "second") == []


async def test_without_the_archive_nothing_can_be_proven(bank: Bank) -> None:
    """It is no difference, but the proof cannot be finished, and what is missing is said."""
    with pytest.raises(ArchiveError, match="CREDITS_ARCHIVE_URL"):
        _ = [each async for each in Verifier(bank.redis).partition(PARTITION)]


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "tenant": lambda _: "T0OTHER",
    "account": lambda _: "second",
    "ms": lambda ms: ms + 1,
    "version": lambda version: version + 100,
    "kind": lambda _: "grant",
    "debit": lambda _: "holds",
    "credit": lambda _: "usage:other",
    "micros": lambda micros: micros + 1,
    "after": lambda after: -after,
    "lots": lambda lots: lots + "7",
    "actor": lambda _: "nobody",
    "operation": lambda operation: operation + "x",
    "ref": lambda _: "x",
    "memo": lambda memo: memo + ".",
}


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("column", COLUMNS)
async def test_each_changed_field_is_found(bank: Bank, tmp_path: Path, column: str, signed: bool) -> None:
    """Whatever is changed in a file, and even if its digest and the chain are forged to fit."""
    change(tmp_path, column, COLUMNS[column])
    if signed:
        sign(tmp_path)

    assert await said(bank, tmp_path) != []


async def test_a_whole_archive_that_was_forged_is_found(bank: Bank, tmp_path: Path) -> None:
    """Entries, digests, chain, all fit together: but Redis remembers the last manifest."""
    change(tmp_path, "memo", lambda _: "forged")
    other = archiving.archive_in(tmp_path)
    path = manifests(tmp_path)[0]
    told = json.loads(path.read_bytes())
    found = other.manifest(PARTITION, told["day"])
    told["entries_sha256"] = hashlib.sha256(b"".join(lines(each) for each in other.batches(found, 1000))).hexdigest()
    path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    sign(tmp_path)

    [only] = await said(bank, tmp_path)
    assert "is not the one that was written" in only


MANIFEST: dict[str, Callable[[dict[str, Any]], Any]] = {
    "entries": lambda told: told.update(entries=7),
    "digest of the entries": lambda told: told.update(entries_sha256="0" * 64),
    "sums": lambda told: told["sums"]["USD"].update(wallet=1),
    "balance": lambda told: told["accounts"]["T0TEST/default"]["state"].update(balance=1),
    "lots": lambda told: told["accounts"]["T0TEST/default"]["state"].update(lots={}),
    "last": lambda told: told["accounts"]["T0TEST/default"].update(last="1-4"),
    "account": lambda told: told["accounts"].pop("T0TEST/second"),
    "first": lambda told: told["accounts"]["T0TEST/default"].update(first="1-1"),
    "previous": lambda told: told["accounts"]["T0TEST/default"].update(previous="2020-01-01"),
    "currency": lambda told: told["accounts"]["T0TEST/default"].update(currency="EUR"),
    "elsewhere": lambda told: told.update(elsewhere={"T0TEST/third": {"day": "2020-01-01", "last": "1-1"}}),
    "number": lambda told: told.update(number=2),
    "beyond": lambda told: told.update(beyond="2020-01-01"),
    "day": lambda told: told.update(day="2020-01-01"),
    "partition": lambda told: told.update(partition=told["partition"] + 1),
    "schema": lambda told: told.update(schema=3),
}


@pytest.mark.parametrize("name", MANIFEST)
async def test_each_changed_field_of_a_manifest_is_found(bank: Bank, tmp_path: Path, name: str) -> None:
    """What it tells of file and accounts is compared with the entries, the chain forged to fit or not."""
    path = manifests(tmp_path)[0]
    told = json.loads(path.read_bytes())
    MANIFEST[name](told)
    path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    assert await said(bank, tmp_path) != []
    if name != "schema":
        sign(tmp_path)
    await bank.redis.delete(keys.archive(PARTITION))

    assert await said(bank, tmp_path) != []


async def test_an_account_of_another_currency_is_found(bank: Bank, tmp_path: Path) -> None:
    """All manifests agree, with forged digests, but not with what the account is in."""
    for path in manifests(tmp_path):
        path.write_text(path.read_text().replace('"USD"', '"EUR"'))
    sign(tmp_path)
    await bank.redis.delete(keys.archive(PARTITION))

    assert await said(bank, tmp_path) == [
        f"T0TEST/{name}: the account is in USD, in the archive in EUR" for name in ("default", "second")
    ]


async def test_a_manifest_that_was_renamed_is_found(bank: Bank, tmp_path: Path) -> None:
    """Its name says where history looks for a day."""
    path = manifests(tmp_path)[0]
    path.rename(path.with_name("2020-01-01.json"))

    assert any("2020-01-01.json is the manifest of" in each for each in await said(bank, tmp_path))


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("suffix", ["json", "parquet"])
async def test_a_missing_file_is_said(bank: Bank, tmp_path: Path, which: int, suffix: str) -> None:
    """A file of entries or a manifest that is gone."""
    sorted((tmp_path / FOLDER).glob(f"*.{suffix}"))[which].unlink()

    assert await said(bank, tmp_path) != []


async def test_what_follows_a_broken_file_is_proven_all_the_same(bank: Bank, tmp_path: Path) -> None:
    """One file that cannot be read is said once; the replay goes on from what its manifest carries forward."""
    path = tmp_path / json.loads(manifests(tmp_path)[0].read_bytes())["file"]
    path.write_bytes(b"nonsense")

    [only] = await said(bank, tmp_path)
    assert "is not the file that its manifest tells of" in only


async def test_last_entry_that_stays_is_compared(bank: Bank, tmp_path: Path) -> None:
    """The one that is both in the journal and in the archive has to be the same in both."""
    key = keys.journal(SECOND)
    [(entry_id, record)] = await bank.redis.xrange(key)
    await bank.redis.delete(key)
    await bank.redis.xadd(key, {"entry": record["entry"] + "!"}, id=entry_id)

    assert await said(bank, tmp_path) == [
        f"T0TEST/second: entry {entry_id} is not the same in the journal and in the archive"
    ]


@pytest.mark.parametrize("batch", [1, 5, 8000])
async def test_what_is_archived_meanwhile_is_read_there(
    bank: Bank, tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the archive and that at the journals days are moved: nothing is missed."""
    archive = archiving.archive_in(tmp_path)
    days, looks = archive.days, itertools.count()
    monkeypatch.setattr(archive, "days", lambda partition: days(partition) if next(looks) else [])
    monkeypatch.setattr(verify, "BATCH", batch)
    await bank.redis.delete(keys.archive(PARTITION))
    verifier = Verifier(bank.redis, archive=archive)

    assert [str(each) async for each in verifier.partition(PARTITION)] == []
    assert verifier.entries == 21


async def test_last_entry_that_is_gone_from_the_journal_is_said(bank: Bank, tmp_path: Path) -> None:
    """It stays there for ever: a journal that lost all of itself is not as it has to be."""
    key = keys.journal(SECOND)
    [(entry_id, _)] = await bank.redis.xrange(key)
    await bank.redis.delete(key)

    assert await said(bank, tmp_path) == [
        f"T0TEST/second: entry {entry_id} is archived last, so it stays in the journal, which does not have it"
    ]


@pytest.mark.parametrize("batch", [1, 3, 8000])
async def test_entries_that_are_not_trimmed_yet_are_compared(
    redis: Client, clock: Clock, tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archiver died before it trimmed: what is in both, and will leave Redis, has to be the same in both."""
    monkeypatch.setattr(verify, "BATCH", batch)
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    key = keys.journal(REF)
    entries = await redis.xrange(key)
    await move(redis, archiving.archive_in(tmp_path))
    await redis.delete(key)
    for number, (entry_id, record) in enumerate(entries):
        await redis.xadd(key, {"entry": record["entry"] + ("!" if number == 3 else "")}, id=entry_id)

    assert await said(bank, tmp_path) == [
        f"T0TEST/default: entry {entries[3][0]} is not the same in the journal and in the archive"
    ]
