"""`credits archive` and the worker's own look: closed days leave Redis, and what is wrong is said."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis as AsyncRedis
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from bot.archiving import Archiving, open_archive
from bot.cli import app
from bot.settings import Profile, SettingsError, load_settings
from store import keys
from tests.bot.stage import eventually
from tests.bot.test_dead import Desk, desk
from tests.controls import Bank
from tests.store import archiving
from tests.store.archiving import JOURNAL, PARTITION
from tests.store.clock import Clock
from tests.store.conftest import clock

__all__ = ["clock", "desk"]
pytestmark = pytest.mark.redis


def command(desk: Desk, folder: Path | None, *words: str) -> Result:
    """Run `credits …`."""
    env = {"REDIS_URL": desk.address, "CREDITS_LOG_LEVEL": "error", "CREDITS_ARCHIVE_URL": str(folder or "")}
    return CliRunner().invoke(app, [*words, "--env-file", "nowhere"], env=env)


@pytest.fixture
def ledger(desk: Desk, clock: Clock) -> Desk:
    """A ledger with three days of entries, four months ago."""

    async def fill() -> None:
        async with AsyncRedis.from_url(desk.address, decode_responses=True) as redis:
            archiving.long_ago(clock)
            await archiving.fill(await Bank.open(redis), clock)

    asyncio.run(fill())
    return desk


def test_closed_days_are_archived(ledger: Desk, tmp_path: Path) -> None:
    """How many entries is said; then the proof needs the archive, and passes with it."""
    result = command(ledger, tmp_path, "archive")

    assert (result.exit_code, result.output) == (
        0,
        "Archived: 20 entries. What is younger than 90 days stays in Redis.\n",
    )
    assert ledger.redis.xlen(JOURNAL) == 1
    assert "Looked at 20 entries of 2 accounts" in command(ledger, tmp_path, "verify").output
    without = command(ledger, None, "verify")
    assert without.exit_code == 2
    assert "CREDITS_ARCHIVE_URL says where" in without.output


def test_a_manifest_that_cannot_be_read_is_one_difference(ledger: Desk, tmp_path: Path) -> None:
    """The proof names the file and what to do, and goes on with the other partitions: exit code 1, not 2."""
    assert command(ledger, tmp_path, "archive").exit_code == 0
    newest = max((tmp_path / f"p{PARTITION:02d}").glob("*.json"))
    newest.write_bytes(newest.read_bytes()[:-9])
    ledger.redis.sadd(keys.accounts(PARTITION + 1), "T0OTHER:gone")

    result = command(ledger, tmp_path, "verify")

    assert result.exit_code == 1, result.output
    assert f"{newest.name} cannot be read: it is no whole manifest" in result.output
    assert "Put it back from a copy of the archive" in result.output
    assert "T0OTHER/gone: the account is listed, and not there" in result.output
    assert result.output.endswith(": 2 differences.\n")


def test_without_an_address_it_says_so(ledger: Desk) -> None:
    """Nothing is done: exit code 2."""
    result = command(ledger, None, "archive")

    assert result.exit_code == 2
    assert "set CREDITS_ARCHIVE_URL" in result.output


def test_what_cannot_be_archived_is_said(ledger: Desk, tmp_path: Path) -> None:
    """Another process is at it: left out. A journal with a gap, or a folder that is a file: exit code 1."""
    lease = keys.lease(PARTITION, "archive")
    ledger.redis.set(lease, "other")
    busy = command(ledger, tmp_path, "archive")
    assert (busy.exit_code, busy.output.split(":")[0]) == (0, "Left out")
    ledger.redis.delete(lease)

    (tmp_path / "file").write_text("")
    assert command(ledger, tmp_path / "file", "archive").exit_code == 1

    ledger.redis.xtrim(JOURNAL, maxlen=5, approximate=False)
    refused = command(ledger, tmp_path, "archive")
    assert refused.exit_code == 1, refused.output
    assert "Not archived: T0TEST/default: entry" in refused.output


def test_an_unknown_address_is_a_wrong_setting(ledger: Desk) -> None:
    """The setting is named, with an example: exit code 2."""
    env = {"REDIS_URL": ledger.address, "CREDITS_ARCHIVE_URL": "nonsense://x"}
    result = CliRunner().invoke(app, ["archive", "--env-file", "nowhere"], env=env)

    assert result.exit_code == 2
    assert "CREDITS_ARCHIVE_URL cannot be used" in result.output


@pytest.mark.parametrize("days", ["89", "x", "0"])
def test_the_journal_is_kept_for_90_days_at_least(days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations are remembered as long."""
    monkeypatch.setenv("CREDITS_ARCHIVE_AFTER_DAYS", days)

    with pytest.raises(SettingsError, match="whole number of days from 90"):
        load_settings(Profile.TOOL, env_file=None)


def test_a_password_in_the_address_is_a_secret() -> None:
    """The log leaves it out."""
    settings = load_settings(Profile.TOOL, env_file=None, archive_url="sftp://u:p%2Fw@host/x")

    assert {"p%2Fw", "p/w"} <= set(settings.secrets)
    assert "p%2Fw" not in repr(settings)


async def test_the_worker_archives_what_is_its_own(ledger: Desk, tmp_path: Path) -> None:
    """The partitions that it holds; how many entries is logged; what is wrong is logged, and it goes on."""
    settings = load_settings(Profile.TOOL, env_file=None, archive_url=str(tmp_path))
    archive = open_archive(settings)
    assert archive
    async with AsyncRedis.from_url(ledger.address, decode_responses=True) as redis:
        work = Archiving(redis, archive, settings.archive_after_days, lambda: [1, PARTITION])
        with capture_logs() as logs:
            task = asyncio.create_task(work.run())
            await eventually(lambda: logs)
            task.cancel()
            await redis.hset(keys.archive(PARTITION), "digest", "another")
            await work.look(PARTITION)
    assert ledger.redis.xlen(JOURNAL) == 1
    assert [(each["event"], each["partition"]) for each in logs] == [
        ("journal_archived", PARTITION),
        ("archive_refused", PARTITION),
    ]
    assert logs[0]["entries"] == 20
