"""Rated lines for tests, posted as those who rate them do."""

from collections.abc import Sequence

from store.grounds import rows_text
from store.keys import AccountRef
from store.lines import Lines
from store.packing import pack
from store.recording import call_of
from store.records import UNUSED, UsageRecord
from store.scripts import Scripts
from tests.controls import REF, Bank
from tests.store.recorded import record

POOL, MONTH, LIMIT = "meetings", "2026-11", 1000


def pooled(number: int, seconds: int) -> UsageRecord:
    """A call that a pool pays."""
    return record(number, 0, basis=f"rate 00ff00ff00 49 15000 60/60 0 {seconds} pool {POOL} {seconds}")


def unrated(number: int) -> UsageRecord:
    """A call that has no price."""
    return record(number, 0, basis="unrated no-card")


async def post_told(
    bank: Bank,
    records: Sequence[UsageRecord],
    uses: Sequence[tuple[int, int]] = (),
    *,
    unpriced: Sequence[int] = (),
    late: str = "",
    limit: int = LIMIT,
    ref: AccountRef = REF,
) -> str:
    """The script's answer; `uses`: of the pool, the seconds used before and after, of this month and those before."""
    months = [f"2026-{11 - at:02}" for at in range(len(uses))]
    lines = Lines.of_records(records)
    said = ",".join(f"{POOL}:{month}:{has - had}" for month, (had, has) in zip(months, uses, strict=True) if has > had)
    packed = pack(lines, said or UNUSED)
    named, args = call_of(
        ref,
        lines,
        packed,
        actor="ingest",
        payment_id="p",
        uses="\n".join(f"{POOL} {month} {had} {has} {limit}" for month, (had, has) in zip(months, uses, strict=True)),
        unpriced=rows_text([*unpriced]),
        late=late,
    )
    return str(await Scripts(bank.redis).call("post_records", named, **args))
