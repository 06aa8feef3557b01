"""Call records for tests, and what became of them, in short."""

from collections.abc import Sequence

from store import packing
from store.keys import AccountRef
from store.lines import Lines
from store.outcomes import Reason
from store.recording import Recorded
from store.records import UsageRecord, records_of
from tests.controls import REF, Bank, usd

DAY_MS = 86_400_000
START_MS = 20_400 * DAY_MS + 9 * 3_600_000
"""Nine o'clock of some day."""


def record(number: int, units: str | int = 1, /, **changes: object) -> UsageRecord:
    """The call of that number, a minute after the one before."""
    usual = {"start_ms": START_MS + number * 60_000, "destination": f"+4479460{number:05d}", "memo": "a call"}
    return UsageRecord(f"record-{number}", usd(units), **{**usual, **changes})  # type: ignore[arg-type]


def pack(records: Sequence[UsageRecord]) -> str:
    """The memo of an entry with these lines."""
    return packing.pack(Lines.of_records(records)).memo


async def post(bank: Bank, records: Sequence[UsageRecord], ref: AccountRef = REF) -> Recorded[UsageRecord]:
    """Post them as "ingest"."""
    return await bank.ledger.post_records(ref, records, actor="ingest")


def summary(outcome: Recorded[UsageRecord]) -> tuple[int, list[str], list[tuple[str, Reason]]]:
    """How many were posted; the ids of repeats; those refused, and why."""
    return (
        outcome.posted,
        [each.id for each in outcome.repeated],
        [(each.id, reason) for each, reason in outcome.refused],
    )


async def posted(bank: Bank, ref: AccountRef = REF) -> list[UsageRecord]:
    """Every line of every entry, oldest first."""
    return [line for entry in await bank.entries(ref) for line in records_of(entry)]
