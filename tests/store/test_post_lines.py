"""Call records that come as columns: posted as the same records are, told by their places."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from store.keys import AccountRef
from store.lines import LATEST_MS, Column, Lines
from store.money import MAX_MICROS
from store.outcomes import Reason
from store.recording import MAX_LINES, Recorded
from store.records import UsageRecord, records_of
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store.posting import arrange
from tests.store.recorded import START_MS, post, posted, record

SECOND = AccountRef(REF.tenant, "second")
GUID = "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11"


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange(redis)


def columns(records: Sequence[UsageRecord]) -> dict[str, Any]:
    """Their fields."""
    return {
        "ids": [each.id for each in records],
        "micros": [each.amount.micros for each in records],
        "starts_ms": [each.start_ms for each in records],
        "destinations": [each.destination for each in records],
        "memos": [each.memo for each in records],
    }


def lines(records: Sequence[UsageRecord]) -> Lines:
    """As lists."""
    return Lines.of(**columns(records), currency=CURRENCY)


async def post_lines(bank: Bank, found: Lines, ref: AccountRef = REF) -> Recorded[int]:
    """Post them as "ingest"."""
    return await bank.ledger.post_lines(ref, found, actor="ingest")


@pytest.mark.parametrize("made", [list, pa.array, lambda each: pa.chunked_array([each[:1], each[1:]])])
async def test_columns_are_posted_as_records_are(bank: Bank, made: Any) -> None:
    """Lists, Arrow's arrays and arrays in chunks; more than an entry takes make the next one."""
    await bank.ledger.open_account(SECOND, CURRENCY)
    calls = [record(number, "0.01", memo="ü" * (number % 3)) for number in range(MAX_LINES + 7)]

    outcome = await post_lines(
        bank, Lines.of(**{name: made(each) for name, each in columns(calls).items()}, currency=CURRENCY)
    )
    await post(bank, calls, SECOND)

    entries, others = (await bank.entries())[1:], await bank.entries(SECOND)
    assert (outcome.posted, outcome.repeated, outcome.refused) == (len(calls), (), ())
    assert [each.entry for each in outcome.entries] == [each.id for each in entries]
    assert [(each.moved, each.memo) for each in entries] == [(each.moved, each.memo) for each in others]
    assert await posted(bank) == calls
    await bank.prove()


async def test_texts_may_be_missing(bank: Bank) -> None:
    """All of them, or some: they are empty."""
    await post_lines(bank, Lines.of(["a"], [1], [0], currency=CURRENCY))
    await post_lines(
        bank, Lines.of(["b", "c"], [1, 1], [0, 0], currency=CURRENCY, service="texts", memos=pa.array([None, "said"]))
    )

    assert [(each.id, each.service, each.destination, each.memo) for each in await posted(bank)] == [
        ("a", "calls", "", ""),
        ("b", "texts", "", ""),
        ("c", "texts", "", "said"),
    ]
    await bank.prove()


async def test_repeats_and_refusals_are_told_by_their_places(bank: Bank) -> None:
    """Counted from 0 in the columns, whatever page they are in."""
    await post(bank, [record(1), record(MAX_LINES + 2, "0.01")])
    calls = [
        record(0, "0.01"),
        record(1),
        *(record(number, "0.01") for number in range(2, MAX_LINES + 4)),
        record(1, 3),
    ]
    found = columns(calls)
    found["micros"][3], found["micros"][4] = 0, MAX_MICROS + 1

    outcome = await post_lines(bank, Lines.of(**found, currency=CURRENCY))

    assert (outcome.posted, outcome.repeated) == (MAX_LINES, (1, MAX_LINES + 2))
    assert sorted(outcome.refused) == [
        (3, Reason.AMOUNT_INVALID),
        (4, Reason.AMOUNT_INVALID),
        (MAX_LINES + 4, Reason.OPERATION_CONFLICT),
    ]
    await bank.prove()


async def test_no_lines_are_no_entry(bank: Bank) -> None:
    """Nobody is asked."""
    assert await post_lines(bank, lines([])) == Recorded((), 0, (), ())
    assert len(await bank.entries()) == 1


async def test_refusal_is_of_all_lines_of_an_entry(bank: Bank) -> None:
    """As of records."""
    outcome = await post_lines(bank, lines([record(1), record(2)]), SECOND)

    assert outcome == Recorded((), 0, (), ((0, Reason.UNKNOWN_ACCOUNT), (1, Reason.UNKNOWN_ACCOUNT)))


async def test_guid_is_known_whatever_comes_with_it(bank: Bank) -> None:
    """Among GUIDs, among other ids, and by itself."""
    guids = [f"{GUID[:-1]}{number}" for number in range(4)]
    calls = [UsageRecord(each, usd(1), START_MS) for each in guids]

    await post_lines(bank, lines(calls[:3]))
    await post_lines(bank, lines([record(1), calls[3], record(2)]))

    assert (await post_lines(bank, lines([record(3), calls[0], record(4)]))).repeated == (1,)
    assert (await post_lines(bank, lines(calls))).repeated == (0, 1, 2, 3)
    assert (await post_lines(bank, lines([calls[3]]))).repeated == (0,)
    await bank.prove()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ids": ["a", "b c"]}, "record's id"),
        ({"ids": ["a", "x" * 65]}, "record's id"),
        ({"ids": ["a", None]}, "of one length, and each"),
        ({"micros": [1, None]}, "of one length, and each"),
        ({"micros": [1]}, "of one length, and each"),
        ({"micros": [1, 2**63]}, "64 bits"),
        ({"micros": pa.array([1, 1.5])}, "truncated"),
        ({"starts_ms": [0, LATEST_MS + 1]}, "from the epoch"),
        ({"starts_ms": [0, -LATEST_MS - 1]}, "from the epoch"),
        ({"memos": ["a"]}, "of one length, and each"),
        ({"service": ""}, "a service"),
    ],
)
def test_columns_that_cannot_be_written_raise(changes: dict[str, Any], error: str) -> None:
    """Before any of them is posted."""
    usual: dict[str, Column] = {"ids": ["a", "b"], "micros": [1, 2], "starts_ms": [0, 0], "currency": CURRENCY}

    with pytest.raises(ValueError, match=error):
        Lines.of(**{**usual, **changes})


async def test_large_page_is_listed_in_its_order(bank: Bank) -> None:
    """Whatever the order in which they are known: by days, and names within."""
    calls = [record(number, "0.01", start_ms=START_MS - number * 50_000_000) for number in range(300)]

    await post_lines(bank, lines(calls))

    [entry] = (await bank.entries())[1:]
    assert list(records_of(entry)) == calls
    assert (await post_lines(bank, lines(calls))).repeated == tuple(range(300))
    await bank.prove()
