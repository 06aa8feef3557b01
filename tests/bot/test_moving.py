"""`credits reverse` where the entries were archived."""

import json
from pathlib import Path

import pytest

from bot.settings import SettingsError
from tests.bot.test_archiving import command, ledger
from tests.bot.test_dead import Desk, desk
from tests.controls import REF
from tests.store.conftest import clock

__all__ = ["clock", "desk", "ledger"]
pytestmark = pytest.mark.redis


def test_archived_entry_is_reversed(ledger: Desk, tmp_path: Path) -> None:
    """With the archive that the settings name, once; then everything proves itself."""
    rows = [json.loads(line) for line in command(ledger, None, "export", "--format", "jsonl").output.splitlines()]
    call = next(f"{row['ms']}-{row['version']}" for row in rows if row["kind"] == "usage")
    command(ledger, tmp_path, "archive")

    without = command(ledger, None, "reverse", REF.tenant, "default", call)
    said = command(ledger, tmp_path, "reverse", REF.tenant, "default", call)
    again = command(ledger, tmp_path, "reverse", REF.tenant, "default", call)

    assert (without.exit_code, without.stderr) == (
        1,
        "Nothing was changed: there is no such entry; if it was archived, CREDITS_ARCHIVE_URL says where.\n",
    )
    assert (said.exit_code, said.output.split(", entry")[0]) == (0, "Account default: $6.00 → $7.00")
    assert (again.exit_code, again.stderr) == (1, "Nothing was changed: that was reversed before.\n")
    assert command(ledger, tmp_path, "verify").exit_code == 0


def test_archive_that_cannot_be_trusted_reverses_nothing(ledger: Desk, tmp_path: Path) -> None:
    """What is wrong with it is said, without a traceback."""
    rows = [json.loads(line) for line in command(ledger, None, "export", "--format", "jsonl").output.splitlines()]
    call = f"{rows[0]['ms']}-{rows[0]['version']}"
    command(ledger, tmp_path / "archive", "archive")

    listed = command(ledger, tmp_path / "another", "records", REF.tenant, "default", call)
    said = command(ledger, tmp_path / "another", "reverse", REF.tenant, "default", call)

    assert (listed.exit_code, listed.stderr) == (said.exit_code, said.stderr)
    assert (said.exit_code, said.stderr) == (
        1,
        "Nothing was changed: what Redis remembers follows on a manifest that is not there.\n",
    )


def test_archive_whose_address_nobody_knows_is_a_wrong_setting(ledger: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, before anything is asked."""

    def unknown(_settings: object) -> None:
        raise SettingsError({"CREDITS_ARCHIVE_URL": "cannot be used (no such protocol)."})

    monkeypatch.setattr("bot.desk.open_archive", unknown)
    said = command(ledger, None, "reverse", REF.tenant, "default", "1-1")

    assert said.exit_code == 2
    assert "CREDITS_ARCHIVE_URL cannot be used" in said.stderr
