"""`credits import`: what is said of files, where refused lines go, the exit code, and how it goes on."""

import contextlib
import io
import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as GoneError

from bot.ingest import job, words
from bot.ingest.refusals import Reason as Unread
from bot.ingest.taking import Follow
from bot.ingest.tally import Tally
from bot.ingest.words import REFUSED
from store.charging import Charging
from store.outcomes import Reason
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank
from tests.ingest.reading import line, report

pytestmark = pytest.mark.redis
HERE = REF.tenant
SMALL = ("--block", "1000")
"""A few lines at a time."""
DAY = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT")


@pytest.fixture
def terminal(server: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A workspace with an account of 100 dollars; the operator is Anna."""
    return Terminal.open(server, monkeypatch, lambda redis: Bank.open(redis, balance=100))


def _call(number: int, **changed: str) -> str:
    """0.75 dollars, paid with credit, yesterday."""
    return line(UsageId=f"call-{number}", Start_Time=f"{DAY}09:15:{number % 60:02}Z", Currency="USD", **changed)


def _file(path: Path, *lines: str) -> str:
    path.write_bytes(report(*lines))
    return str(path)


def _balance(terminal: Terminal) -> int:
    async def asked(redis: Any) -> int:
        bank = await Bank.open(redis)
        await bank.prove()
        return (await bank.account()).balance.micros

    return terminal.ask(asked)


def test_every_refusal_has_its_words() -> None:
    """Those of readers, and those of the ledger for records."""
    assert {*Unread} < REFUSED.keys()
    assert {
        Reason.OPERATION_CONFLICT,
        Reason.CURRENCY_MISMATCH,
        Reason.TIME_IMPLAUSIBLE,
        Reason.TOO_OLD,
    } < REFUSED.keys()


def test_what_became_of_every_line_is_said(terminal: Terminal, tmp_path: Path) -> None:
    """In plain words; exit code 1 where lines were refused, which are in the file with their reasons."""
    refused = tmp_path / "refused.csv"
    path = _file(
        tmp_path / "october.csv",
        _call(1),
        _call(2),
        _call(1),
        _call(3, Duration_Seconds="-1"),
        _call(2, Charge="0.90"),
        _call(4, Capability="MCONEW7"),
        _call(5, Capability="FREECALL"),
    )

    result = terminal.type("import", HERE, path, "--refused", str(refused))

    assert result.exit_code == 1, result.output
    first, *rest = result.output.splitlines()
    assert first.startswith("october.csv: ")
    assert rest == [
        "7 lines read, 6 calls in them.",
        "Charged: 2 calls, $1.50",
        "  calling: 2 calls, $1.50",
        "Free: 1 call",
        "Known before, so nothing was changed: 1 call",
        "Without a price until a rate card has their prefixes: 1 call",
        "  United Kingdom: 1",
        "Refused: 2 lines",
        "  the duration is negative: 1",
        "  the id is known, for another call: 1",
        "Codes that are not known; the calls were taken all the same:",
        "  capability MCONEW7: 1",
        "Balance of account default: $98.50.",
    ]
    assert [",".join(each.split(",")[:3]) for each in refused.read_text().splitlines()] == [
        "file,line,reason",
        "october.csv,5,duration_negative",
        "october.csv,6,operation_conflict",
    ]
    assert _balance(terminal) == 98_500_000


def test_old_calls_are_charged_only_by_who_knows_them(terminal: Terminal, tmp_path: Path) -> None:
    """They are refused, with what charges them; a folder that is watched never does."""
    day = (datetime.now(UTC) - timedelta(days=100)).strftime("%Y-%m-%dT09:15:00Z")
    path = _file(tmp_path / "a.csv", _call(1), line(UsageId="old", Start_Time=day, Currency="USD"))

    usual, old = terminal.type("import", HERE, path), terminal.type("import", HERE, path, "--old")
    watched = terminal.type("import", HERE, "--watch", str(tmp_path), "--old")

    assert usual.exit_code == 1
    assert (
        "  the call began more than 89 days ago, and may have been charged before (--old charges it): 1" in usual.output
    )
    assert (old.exit_code, watched.exit_code) == (0, 2)
    assert "Charged: 1 call, $0.75" in old.output
    assert _balance(terminal) == 98_500_000


def test_file_can_be_imported_again(terminal: Terminal, tmp_path: Path) -> None:
    """Nothing changes; exit code 0."""
    path = _file(tmp_path / "a.csv", _call(1), _call(2))
    terminal.type("import", HERE, path)

    result = terminal.type("import", HERE, path)

    assert result.exit_code == 0, result.output
    assert "Known before, so nothing was changed: 2 calls\n" in result.output
    assert "Charged" not in result.output
    assert _balance(terminal) == 98_500_000


def test_summary_for_programs(terminal: Terminal, tmp_path: Path) -> None:
    """Of each file, and of all together; each is known by what is in it."""
    one, other = _file(tmp_path / "a.csv", _call(1)), _file(tmp_path / "b.csv", _call(2), _call(3))

    result = terminal.type("import", HERE, one, other, one, "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["finished"], told["balance_micros"], told["currency"]) == (True, 97_750_000, "USD")
    assert told["total"]["charged"] == {"calling": [3, 2_250_000]}
    assert [(each["name"], each["records"]) for each in told["files"]] == [("a.csv", 1), ("b.csv", 2)]


def test_what_is_piped_in_is_imported(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `-`."""
    monkeypatch.setattr(job, "sys", SimpleNamespace(stdin=SimpleNamespace(buffer=io.BytesIO(report(_call(1))))))

    result = terminal.type("import", HERE, "-")

    assert result.exit_code == 0, result.output
    assert result.output.startswith("standard input: ")
    assert _balance(terminal) == 99_250_000


def test_nothing_is_charged_before_all_files_can_be_read(terminal: Terminal, tmp_path: Path) -> None:
    """Exit code 2, and why."""
    good, bad = _file(tmp_path / "a.csv", _call(1)), tmp_path / "b.csv"
    bad.write_text("no records")

    result = terminal.type("import", HERE, good, str(bad))
    missing = terminal.type("import", HERE, good, str(tmp_path / "c.csv"))

    assert (result.exit_code, missing.exit_code) == (2, 2)
    assert "Nothing was charged: b.csv is no file of call records." in result.output
    assert f"Nothing was charged: {tmp_path / 'c.csv'}: No such file" in missing.output
    assert _balance(terminal) == 100_000_000


def test_account_has_to_be_there(terminal: Terminal, tmp_path: Path) -> None:
    """Exit code 2, and nothing else is said."""
    result = terminal.type("import", HERE, _file(tmp_path / "a.csv", _call(1)), "--account", "none")

    assert result.exit_code == 2
    assert result.output.startswith("Nothing was changed: there is no such account")


@pytest.mark.parametrize("words", [[], ["{file}", "--watch", "{folder}"], ["{file}", "--refused", "{file}"]])
def test_what_makes_no_sense_is_asked_back(terminal: Terminal, tmp_path: Path, words: list[str]) -> None:
    """Neither files nor a folder, both, or a file that would be written over."""
    path = _file(tmp_path / "a.csv", _call(1))

    result = terminal.type("import", HERE, *(each.format(file=path, folder=tmp_path) for each in words))

    assert result.exit_code == 2
    assert Path(path).read_bytes() == report(_call(1))


def test_ended_by_ctrl_c_it_goes_on_where_it_was(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the block in hand; exit code 2, and how to go on. Its summary then counts both parts."""

    @contextlib.contextmanager
    def interrupted(_source: object) -> Iterator[Follow]:
        yield lambda *_: os.kill(os.getpid(), signal.SIGINT)

    refused = ("--refused", str(tmp_path / "refused.csv"))
    path = _file(tmp_path / "a.csv", _call(0, Duration_Seconds="-1"), *(_call(each) for each in range(1, 20)))
    with monkeypatch.context() as patch:
        patch.setattr(job, "bar", interrupted)
        first = terminal.type("import", HERE, path, *refused, *SMALL)

    second = terminal.type("import", HERE, path, *refused, *SMALL)

    assert (first.exit_code, second.exit_code) == (2, 1), first.output + second.output
    assert "Ended before the end. The same command goes on where this one was." in first.output
    assert "Charged: 19 calls" not in first.output
    assert second.output.startswith("a.csv: going on behind line ")
    assert "20 lines read, 19 calls in them.\nCharged: 19 calls, $14.25\n" in second.output
    assert len((tmp_path / "refused.csv").read_text().splitlines()) == 2
    assert _balance(terminal) == 85_750_000


def test_redis_that_goes_away_is_said(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, with what was done until then; the next import does the rest."""
    charge, batches = Charging.charge, list[int]()

    async def gone(charging: Charging, *given: Any, **named: Any) -> Any:
        batches.append(1)
        if len(batches) > 2:
            raise GoneError("gone")
        return await charge(charging, *given, **named)

    path = _file(tmp_path / "a.csv", *(_call(each) for each in range(20)))
    with monkeypatch.context() as patch:
        patch.setattr(Charging, "charge", gone)
        first = terminal.type("import", HERE, path, *SMALL)

    second = terminal.type("import", HERE, path, *SMALL)

    assert (first.exit_code, second.exit_code) == (2, 0), first.output
    assert "Redis does not answer" in first.output
    assert "Ended before the end." in first.output
    assert "Charged: 20 calls, $15.00\n" in second.output
    assert _balance(terminal) == 85_000_000


def test_folder_is_watched_until_it_is_told_to_stop(terminal: Terminal, tmp_path: Path) -> None:
    """SIGINT ends it; what cannot be watched is asked back."""
    _file(tmp_path / "done", _call(1))

    no_folder = terminal.type("import", HERE, "--watch", str(tmp_path))
    nobody = terminal.type("import", HERE, "--watch", str(tmp_path), "--account", "none")

    assert (no_folder.exit_code, nobody.exit_code) == (2, 1)
    assert "cannot be watched" in no_folder.output.replace("\n", " ")


def test_amounts_of_several_currencies_are_not_added() -> None:
    """Rules may have accounts of other currencies pay; then services are told without what they cost."""
    tally = Tally(charged={"calling": (5, 2_500_000)}, amounts={"USD": 1_000_000, "EUR": 1_500_000})

    told = [*words.lines(tally, "USD")]

    assert told[1:] == ["Charged: 5 calls, €1.50 and $1.00", "  calling: 5 calls"]
