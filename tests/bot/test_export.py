"""`credits export`: to standard output or a file, which is there when it is complete."""

import asyncio
import csv
import io
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from redis.asyncio import Redis as AsyncRedis

from bot.export import Kind, write
from bot.settings import Profile, load_settings
from store.export import Wanted
from tests.bot.test_archiving import command, ledger
from tests.bot.test_dead import Desk, desk
from tests.controls import Bank
from tests.store.conftest import clock

__all__ = ["clock", "desk", "ledger"]
pytestmark = pytest.mark.redis


@pytest.mark.parametrize(
    ("form", "first"), [("csv", "tenant,"), ("jsonl", "{"), ("beancount", "option"), ("hledger", "")]
)
def test_each_text_is_written(ledger: Desk, tmp_path: Path, form: str, first: str) -> None:
    """The same on standard output as in a file."""
    shown = command(ledger, None, "export", "--format", form)
    file = tmp_path / "out"
    written = command(ledger, None, "export", "--format", form, "--output", str(file))

    assert (shown.exit_code, written.exit_code, written.output) == (0, 0, "")
    assert shown.stdout_bytes.decode() == file.read_bytes().decode()
    assert shown.output.startswith(first)
    assert len(shown.output) > 500
    assert list(tmp_path.iterdir()) == [file]


def test_parquet_is_a_file(ledger: Desk, tmp_path: Path) -> None:
    """It is not for a terminal."""
    path = tmp_path / "out.parquet"

    assert command(ledger, None, "export", "--format", "parquet").exit_code == 2
    assert command(ledger, None, "export", "--format", "parquet", "--output", str(path)).exit_code == 0
    assert len(pq.read_table(path)) == 20


class Later(asyncio.Event):
    """Set when it was asked for some times."""

    asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > 5


@pytest.mark.parametrize("form", Kind)
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(from_ms=2**52)])
def test_what_was_stopped_leaves_no_file(ledger: Desk, tmp_path: Path, form: Kind, wanted: Wanted) -> None:
    """Told to stop, no format goes on to the end, even while it reads what is not wanted; no part of a file stays."""
    settings = load_settings(Profile.TOOL, env_file=None, redis_url=ledger.address)

    with pytest.raises(OSError, match="stopped"):
        asyncio.run(write(settings, wanted, form, tmp_path / "out", Later()))

    assert list(tmp_path.iterdir()) == []


def test_days_and_accounts_are_chosen(ledger: Desk) -> None:
    """The days are whole ones, both included; a name that cannot be one is asked back."""
    rows = list(csv.DictReader(io.StringIO(command(ledger, None, "export").output)))
    day = rows[4]["time"][:10]

    result = command(ledger, None, "export", "--from", day, "--to", day, "--account", "default")

    chosen = list(csv.DictReader(io.StringIO(result.output)))
    assert chosen == [each for each in rows if each["time"].startswith(day) and each["account"] == "default"]
    assert len(chosen) == 4
    assert command(ledger, None, "export", "--from", "yesterday").exit_code == 2
    assert command(ledger, None, "export", "--account", "a:b").exit_code == 2


def test_archived_entries_are_exported_or_missed_aloud(ledger: Desk, tmp_path: Path) -> None:
    """With the archive the text stays the same; without it there is no file, and why is said."""
    before = command(ledger, None, "export").output
    assert command(ledger, tmp_path / "archive", "archive").exit_code == 0

    assert command(ledger, tmp_path / "archive", "export").output == before
    refused = command(ledger, None, "export", "--output", str(tmp_path / "out"))
    assert refused.exit_code == 1
    assert "CREDITS_ARCHIVE_URL" in refused.output
    assert not (tmp_path / "out").exists()


def test_an_empty_ledger_is_no_error(desk: Desk) -> None:
    """Only the heading is written."""

    async def open_one() -> None:
        async with AsyncRedis.from_url(desk.address, decode_responses=True) as redis:
            await Bank.open(redis)

    asyncio.run(open_one())

    assert len(command(desk, None, "export").output.splitlines()) == 1
    assert command(desk, None, "export", "--format", "beancount").exit_code == 0
