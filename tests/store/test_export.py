"""Entries for other programs: complete, exact, and harmless in a spreadsheet."""

import asyncio
import csv
import io
import json
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from beancount import loader
from beancount.core import realization

from store import keys
from store.account import Entry
from store.books import Beancount, Hledger, component, named
from store.export import Csv, Format, JsonLines, Wanted, export, row
from store.keys import AccountRef
from store.ledger import Ledger
from store.manifest import ArchiveError
from store.replay import Replay
from store.scripts import Client
from store.tables import Parquet
from tests.controls import REF, Bank, usd
from tests.store import archiving
from tests.store.archiving import SECOND, everything, move
from tests.store.clock import Clock

NASTY = '=cmd|"/c calc"\r\n;"quoted" \\ %\u2028@x\ty'


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """Two accounts, with words from people that mean something to programs."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    await bank.ledger.charge_usage(REF, usd("0.000001"), operation_id="=1+1", actor="@boss", memo=NASTY, service="a-b")
    await bank.ledger.charge_usage(REF, usd(70), operation_id="below", actor="-x", memo="+1", service="e.164")
    await bank.ledger.add_credit(REF, usd(3), operation_id="gift", actor="test", days=1)
    return bank


async def text(bank: Bank, made: Format, wanted: Wanted | None = None, ledger: Ledger | None = None) -> str:
    """All that is written."""
    pieces = [each async for each in export(bank.redis, ledger or bank.ledger, wanted or Wanted(), made)]
    return "".join(pieces)


async def all_entries(bank: Bank) -> list[tuple[AccountRef, Entry]]:
    """In the order of the export."""
    return [(ref, entry) for ref in (REF, SECOND) for entry in await everything(bank.ledger, ref)]


async def test_csv_has_every_entry(bank: Bank) -> None:
    """A row each; amounts are exact plain decimals, negative ones numbers."""
    rows = list(csv.DictReader(io.StringIO(await text(bank, Csv()), newline="")))

    entries = await all_entries(bank)
    assert [each["id"] for each in rows] == [entry.id for _, entry in entries]
    assert [Decimal(each["amount"]) * 10**6 for each in rows] == [entry.amount.micros for _, entry in entries]
    assert any(each["amount"].startswith("-") for each in rows)
    assert rows[0].keys() == set(Csv.COLUMNS)


async def test_csv_cells_of_people_are_no_formulas(bank: Bank) -> None:
    """What begins as a formula does is marked as text; the rest is as it was typed."""
    rows = list(csv.DictReader(io.StringIO(await text(bank, Csv()), newline="")))

    nasty = next(each for each in rows if each["operation"] == "'=1+1")
    assert (nasty["actor"], nasty["memo"]) == ("'@boss", f"'{NASTY}")
    for each in rows:
        for name, cell in each.items():
            numeric = name in {"amount", "moved", "before", "after"}
            assert numeric or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)


async def test_json_lines_have_every_entry(bank: Bank) -> None:
    """An object a line, with integers for money."""
    lines = [json.loads(line) for line in (await text(bank, JsonLines())).split("\n")[:-1]]

    assert [{name: each for name, each in line.items() if name != "time"} for line in lines] == [
        row(*each) for each in await all_entries(bank)
    ]


async def test_parquet_has_every_entry(bank: Bank, tmp_path: Path) -> None:
    """The same columns as in the archive, and the currency."""
    with Parquet(tmp_path / "x.parquet") as made:
        written = await text(bank, made)

    assert written == ""
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [row(*each) for each in await all_entries(bank)]


async def test_only_what_is_wanted(bank: Bank, clock: Clock) -> None:
    """Of one account, from one day to before another."""
    day = clock.ms - clock.ms % 86_400_000
    wanted = Wanted(REF.tenant, "default", day - 2 * 86_400_000, day)

    lines = [json.loads(line) for line in (await text(bank, JsonLines(), wanted)).splitlines()]

    assert [each["version"] for each in lines] == [*range(5, 13)]
    assert await text(bank, JsonLines(), Wanted("T0OTHER")) == ""


async def test_export_reads_through_the_archive(bank: Bank, tmp_path: Path) -> None:
    """The text is the same before and after days were archived; without the archive it is refused."""
    before = await text(bank, Csv())
    archive = archiving.archive_in(tmp_path)
    await move(bank.redis, archive)

    assert await text(bank, Csv(), ledger=archiving.through(bank, archive)) == before
    with pytest.raises(ArchiveError, match="entry 1 is not to be found"):
        await text(bank, Csv())


async def test_what_the_journal_lost_is_not_left_out_in_silence(bank: Bank) -> None:
    """An account whose last entries, or all, are gone from Redis is refused, not exported without them."""
    [(last, _)] = await bank.redis.xrevrange(keys.journal(SECOND), count=1)
    await bank.redis.xdel(keys.journal(SECOND), last)
    with pytest.raises(ArchiveError, match="T0TEST/second: entry 8 is not to be found"):
        await text(bank, Csv())

    await bank.redis.delete(keys.journal(SECOND))
    with pytest.raises(ArchiveError, match="T0TEST/second: entry 1 is not to be found"):
        await text(bank, Csv())


async def test_an_account_that_is_not_listed_is_not_left_out_in_silence(bank: Bank) -> None:
    """Whoever asks for all, or for that one, is refused before anything is written; of another, all is written."""
    await bank.redis.srem(keys.accounts(keys.partition_of(SECOND.tenant)), f"{SECOND.tenant}:{SECOND.account}")

    for wanted in (Wanted(), Wanted(SECOND.tenant, SECOND.account)):
        with pytest.raises(ArchiveError, match="T0TEST/second is there and not listed"):
            await text(bank, Csv(), wanted)
    assert await text(bank, JsonLines(), Wanted(REF.tenant, "default")) != ""


# -- the bookkeeper's own program


async def output(*command: str | Path) -> str:
    """What a program says, which has to succeed."""
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


def trial_balance(entries: Any) -> dict[str, int]:
    """Of each account, in millionths, as beancount sees it."""
    found: dict[str, int] = {}
    for real in realization.iter_children(realization.realize(entries)):  # type: ignore[no-untyped-call]
        position = real.balance.get_currency_units("USD")
        if real.txn_postings:
            found[real.account] = int(position.number * 10**6)
    return found


async def ours(bank: Bank) -> dict[str, int]:
    """The same by our own replay, and by what Redis keeps."""
    found: dict[str, int] = {}
    for ref in (REF, SECOND):
        replay = Replay()
        for entry in await everything(bank.ledger, ref):
            assert list(replay.take(entry)) == []
        record = await bank.redis.hgetall(keys.account(ref))
        assert replay.totals["wallet"] == int(record["balance"])
        found |= {named(ref, name): micros for name, micros in replay.totals.items()}
    return found


async def test_beancount_has_the_same_trial_balance(bank: Bank, tmp_path: Path) -> None:
    """`bean-check` finds nothing wrong, balances included, and each account has what it has here."""
    written = await text(bank, Beancount())
    path = tmp_path / "books.beancount"
    path.write_text(written, encoding="utf-8")

    program = Path(sys.executable).with_name("bean-check")
    assert await output(program, path) == ""
    entries, errors, _ = loader.load_string(written)
    assert errors == []
    assert trial_balance(entries) == await ours(bank)
    assert sum(trial_balance(entries).values()) == 0


@pytest.mark.parametrize("changed", ["Wallet  -0.000001", "Wallet  -70.000000"])
async def test_beancount_notices_a_wrong_amount(bank: Bank, changed: str) -> None:
    """The balances at the end are exact to the millionth: one that is missing is an error."""
    written = await text(bank, Beancount())
    assert changed in written
    wrong = written.replace(changed, f"{changed[:-1]}{(int(changed[-1]) + 1) % 10}")

    assert loader.load_string(wrong)[1] != []


async def test_beancount_from_a_day_on_brings_balances_forward(bank: Bank, clock: Clock) -> None:
    """What was before the first day comes as one transaction an account; the trial balance stays the same."""
    wanted = Wanted(REF.tenant, "default", clock.ms - clock.ms % 86_400_000 - 86_400_000)
    entries, errors, _ = loader.load_string(await text(bank, Beancount(), wanted))

    assert errors == []
    assert trial_balance(entries) == {name: micros for name, micros in (await ours(bank)).items() if ":Default" in name}


async def test_hledger_has_the_same_trial_balance(bank: Bank, tmp_path: Path) -> None:
    """Where hledger is installed, it checks the journal, balances included; each account has what it has here."""
    path = tmp_path / "books.journal"
    path.write_text(await text(bank, Hledger()), encoding="utf-8")
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("there is no hledger")

    command = [program, "-f", str(path), "balance", "--flat", "--no-total", "--empty", "-O", "csv"]

    balances = {each["account"]: each["balance"] for each in csv.DictReader(io.StringIO(await output(*command)))}
    found = {name: int(Decimal(each.partition(" ")[0].replace(",", "")) * 10**6) for name, each in balances.items()}
    assert found == await ours(bank)


def test_names_of_different_accounts_stay_different() -> None:
    """Both programs take them, and no two of ours become one of theirs."""
    names = ["default", "Default", "DEFAULT", "a.b", "a_b", "a-b", "A1", "a1", "x", "X", "1", "_", "-", "e.164", "é"]
    found = Counter(component(each) for each in names)

    assert max(found.values()) == 1
    assert all(each[0].isupper() or each[0].isdigit() for each in found)
    assert component("T0TEST") == "T0TEST"
    assert component("default") == "Default"


def test_unknown_ledger_accounts_have_a_name() -> None:
    """A later version's ledger account is exported, too."""
    assert named(REF, "rounding:up") == "Equity:Rounding:T0TEST:Default:Up"
