"""`credits cost-centres` and `credits statement`: plain words, exit codes, and sums."""

import json
from pathlib import Path

import pytest

from store.scripts import Client
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank
from tests.store.recorded import post, record

pytestmark = pytest.mark.redis
HERE = REF.tenant
RULES = "Match,Value,Cost centre,Account\nuser,anna@contoso.example,Sales,\n"


@pytest.fixture
def terminal(server: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A workspace with two calls, of which Sales bears one; the operator is Anna."""

    async def called(redis: Client) -> None:
        bank = await Bank.open(redis, balance=100)
        await post(bank, [record(1, "0.70", centre="Sales"), record(2, "0.015")])

    return Terminal.open(server, monkeypatch, called)


def test_rules_are_loaded_and_listed(terminal: Terminal, tmp_path: Path) -> None:
    """As the file that was loaded."""
    file = tmp_path / "rules.csv"
    file.write_text(RULES)

    assert (
        terminal.type("cost-centres", "load", HERE, str(file)).output == "1 rules for cost centres count from now on.\n"
    )
    assert (
        terminal.type("cost-centres", "load", HERE, str(file)).output
        == "1 rules for cost centres were there already.\n"
    )
    assert terminal.type("cost-centres", "list", HERE).output == RULES


def test_wrong_file_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    """And says in which line what is wrong."""
    file = tmp_path / "rules.csv"
    file.write_text(f"{RULES}planet,Mars,Sales,\n")

    told = terminal.type("cost-centres", "load", HERE, str(file))

    assert told.exit_code == 1
    assert "Nothing was changed: rules.csv: line 3: a rule looks at user" in told.output


def test_statement_is_written(terminal: Terminal) -> None:
    """Of all cost centres, or of one; what is unassigned has a line of its own."""
    told = terminal.type("statement", HERE, "--month", "2025-11")
    assert told.exit_code == 0
    assert "Sales        calls        1        0         0          0.70" in told.output
    assert "unassigned   calls        1        0         0         0.015" in told.output
    one = terminal.type("statement", HERE, "--month", "2025-11", "--cost-centre", "unassigned", "--format", "json")
    assert json.loads(one.output)["total"]["micros"] == 15_000


def test_statement_that_cannot_be_is_refused(terminal: Terminal) -> None:
    """No such month, no such account: what is missing is said, not that nothing was changed."""
    assert terminal.type("statement", HERE, "--month", "2025-13").exit_code == 2
    missing = terminal.type("statement", HERE, "--month", "2025-11", "--account", "other")
    assert (missing.exit_code, missing.output) == (
        1,
        "There is no such account; `credits account list` shows those that there are.\n",
    )
