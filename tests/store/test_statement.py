"""A month's statement adds up to what the ledger counts, or there is none."""

import csv
import json

import pytest

from store import keys
from store.manifest import ArchiveError
from store.scripts import Client
from store.statement import Statement, as_csv, as_json, as_text, state
from store.tally import Tally
from tests.controls import REF, Bank, usd
from tests.store.recorded import START_MS, post, record
from tests.store.reversing import undo

MONTH = "2025-11"
DAY_MS = 86_400_000


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """Two calls for Sales, one for Support, one for nobody; one of the month before; one that was given back."""
    bank = await Bank.open(redis, balance=100)
    lines = [record(1, centre="Sales"), record(2, centre="Sales"), record(3, centre="=Support"), record(4, "0.000001")]
    await post(bank, [*lines, record(5, 7, start_ms=START_MS - 40 * DAY_MS), record(6, 9, centre="Sales")])
    await undo(bank, (await bank.entries())[-1].id, "record-6")
    return bank


def shares(made: Statement) -> dict[str, int]:
    """What each bears, millionths."""
    return {each.centre: each.tally.micros for each in made.lines}


async def test_cost_centres_bear_all(bank: Bank) -> None:
    """To the last millionth, what is unassigned last."""
    made = await state(bank.redis, REF, MONTH)

    assert [*shares(made).items()] == [("=Support", 1_000_000), ("Sales", 2_000_000), ("", 1)]
    assert (made.total.micros, made.elsewhere_micros) == (3_000_001, 7_000_000)
    total = int(await bank.redis.hget(keys.account(REF), "total:usage:calls"))
    assert made.total.micros + made.elsewhere_micros == total


@pytest.mark.parametrize(("centre", "micros"), [("Sales", 2_000_000), ("", 1), ("Nobody", 0)])
async def test_one_cost_centre_alone(bank: Bank, centre: str, micros: int) -> None:
    """Its own lines and their sum."""
    assert (await state(bank.redis, REF, MONTH, centre=centre)).total.micros == micros


async def test_what_does_not_add_up_is_no_statement(bank: Bank) -> None:
    """Whatever Redis counts otherwise is told."""
    await bank.redis.hincrby(keys.account(REF), "total:usage:calls", 1)

    with pytest.raises(ArchiveError, match="come to 10000001 millionths, the ledger counts 10000002"):
        await state(bank.redis, REF, MONTH)


async def test_unknown_account_has_none(redis: Client) -> None:
    """It is told apart from one without calls."""
    with pytest.raises(LookupError):
        await state(redis, REF, MONTH)


async def test_statement_is_written(bank: Bank) -> None:
    """For people, for spreadsheets, in which no cost centre is a formula, and for programs."""
    made = await state(bank.redis, REF, MONTH)

    assert as_text(made).splitlines() == [
        "Account default, 2025-11, months of UTC",
        "Cost centre  Service  Calls  Minutes  Included  Amount (USD)",
        "=Support     calls        1        0         0             1",
        "Sales        calls        3        0         0             2",
        "unassigned   calls        1        0         0      0.000001",
        "Total                     5        0         0      3.000001",
    ]
    rows = [*csv.DictReader(as_csv(made).splitlines())]
    assert [(each["cost_centre"], each["amount"]) for each in rows] == [
        ("'=Support", "1"),
        ("Sales", "2"),
        ("unassigned", "0.000001"),
    ]
    read = json.loads(as_json(made))
    assert [each["cost_centre"] for each in read["lines"]] == ["=Support", "Sales", None]
    assert read["total"]["micros"] == 3_000_001
    assert made.total == Tally(5, 3_000_001)
    assert usd("3.000001").micros == made.total.micros
