"""Manifests and files that cannot be read, or were forged to be read wrongly: said, and nothing fails by them."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from store import keys
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank
from tests.store import archiving
from tests.store.archiving import PARTITION, move
from tests.store.clock import Clock
from tests.store.test_filed import FOLDER, bank, manifests, said, sign

__all__ = ["bank"]


UNREADABLE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda text: text[: len(text) // 2],
    "without its end": lambda text: text[:-1],
    "zeros": lambda text: bytes(len(text)),
    "no object": lambda _: b"[]\n",
    "nothing in it": lambda _: b"{}\n",
    "deep": lambda _: b"[" * 100_000,
    "a later version's": lambda text: text.replace(b'"schema": 2', b'"schema": 3'),
    "written otherwise": lambda text: text.replace(b" ", b""),
    "no text": lambda text: text.replace(b'"schema"', b'"sch\xff"'),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_newest_manifest_that_cannot_be_read_is_said_once(bank: Bank, tmp_path: Path, name: str) -> None:
    """It is named, with what to do; who needs it is left unproven, who does not is proven; history says so, too."""
    third = AccountRef(REF.tenant, "third")
    await bank.ledger.open_account(third, CURRENCY)
    await archiving.credit(bank, third)
    newest = manifests(tmp_path)[-1]
    newest.write_bytes(UNREADABLE[name](newest.read_bytes()))

    [only] = await said(bank, tmp_path)

    assert only.startswith(f"partition {PARTITION:02d}: the archive: {FOLDER}/{newest.name} cannot be read: ")
    assert "Put it back from a copy" in only
    ledger = archiving.through(bank, archiving.archive_in(tmp_path))
    with pytest.raises(ArchiveError, match=newest.name):
        await ledger.history(REF, limit=100)
    with pytest.raises(ArchiveError, match=newest.name):
        await archiving.everything(ledger)
    await bank.redis.hincrby(keys.account(REF), "total:usage:calls", 1)
    assert await said(bank, tmp_path) == [only]
    await bank.redis.hincrby(keys.account(third), "total:usage:calls", 1)
    assert any("T0TEST/third: usage:calls has 1" in each for each in await said(bank, tmp_path))


def inside(told: Any) -> list[tuple[Any, Any]]:
    """Everything in a manifest: what it is in, and under which name or number."""
    found = list(told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ())
    return [*((told, name) for name, _ in found), *(each for _, value in found for each in inside(value))]


@pytest.mark.parametrize("value", [None, -1, "x", "", [], {}, 1.5, True, "9999-12-31"])
async def test_whatever_a_newest_manifest_was_forged_to_is_a_difference(
    single_redis: Client, clock: Clock, tmp_path: Path, value: Any
) -> None:
    """Each thing in it in turn is something else: proof and history never fail but by saying so."""
    archiving.long_ago(clock)
    bank = await Bank.open(single_redis)
    await archiving.fill(bank, clock)
    await move(single_redis, archiving.archive_in(tmp_path))
    path = manifests(tmp_path)[-1]
    true = path.read_bytes()
    for number in range(len(inside(json.loads(true)))):
        told = json.loads(true)
        where, name = inside(told)[number]
        if where[name] == value and type(where[name]) is type(value):
            continue
        where[name] = value
        path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")

        assert await said(bank, tmp_path) != [], (name, value)
        with contextlib.suppress(ArchiveError):
            await archiving.everything(archiving.through(bank, archiving.archive_in(tmp_path)))


OTHERWISE: dict[str, Callable[[Any, int], Any]] = {
    "gone": lambda table, number: table.remove_column(number),
    "empty": lambda table, number: table.set_column(
        number, table.schema.field(number), pa.nulls(len(table), table.schema.field(number).type)
    ),
    "bytes": lambda table, number: table.set_column(
        number, table.column_names[number], pa.array([str(each).encode() for each in table[number].to_pylist()])
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
async def test_a_file_of_other_columns_is_found(bank: Bank, tmp_path: Path, name: str) -> None:
    """Each column in turn is missing, empty or of another type, the digests forged to fit: the proof does not fail."""
    path = tmp_path / json.loads(manifests(tmp_path)[0].read_bytes())["file"]
    table = pq.read_table(path)
    for number in range(table.num_columns):
        pq.write_table(OTHERWISE[name](table, number), path)
        sign(tmp_path)

        found = await said(bank, tmp_path)

        assert any(" other columns " in each or " with nothing where " in each for each in found), number
        with contextlib.suppress(ArchiveError):
            archiving.archive_in(tmp_path).between(REF, 1, 9)


ASTRAY: dict[str, Callable[[dict[str, Any]], Any]] = {
    "previous": lambda told: told["accounts"]["T0TEST/default"].update(previous=told["day"]),
    "beyond": lambda told: told.update(beyond=told["day"]),
    "elsewhere": lambda told: told.update(elsewhere={"T0TEST/third": {"day": told["day"], "last": "1-1"}}),
}


@pytest.mark.parametrize("name", ASTRAY)
async def test_a_manifest_that_leads_to_itself_is_not_followed(bank: Bank, tmp_path: Path, name: str) -> None:
    """The way back through the days ends, whatever somebody has written."""
    path = manifests(tmp_path)[-1]
    told = json.loads(path.read_bytes())
    ASTRAY[name](told)
    path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")

    [only] = await said(bank, tmp_path)

    assert "it leads to a later day" in only
    with pytest.raises(ArchiveError, match="it leads to a later day"):
        archiving.archive_in(tmp_path).between(REF, 1, 100)
