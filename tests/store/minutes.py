"""Calls that a pool pays, in two months, and what it has given."""

from collections.abc import Sequence

from store import keys
from store.records import UsageRecord
from tests.controls import REF, Bank
from tests.store.charging import pooled, post_told
from tests.store.recorded import record

BEFORE = "2026-10"
"""The month before `MONTH`."""
TWO_MONTHS = [pooled(1, 60), pooled(2, 120), pooled(3, 180), record(4, 4)]
"""The first two calls in the month before, the third in this one."""


async def charged(bank: Bank, records: Sequence[UsageRecord], *uses: tuple[int, int], limit: int = 1000) -> str:
    """The entry of these; `uses` as for `post_told`."""
    verdict, entry, *_ = (await post_told(bank, records, uses, limit=limit)).split(" ")
    assert verdict == "posted"
    return entry


async def used(bank: Bank) -> dict[str, int]:
    """The seconds that the pool has given, by month."""
    kept = await bank.redis.hgetall(keys.pooled(REF))
    return {name.partition(":")[2]: int(value.split(" ")[0]) for name, value in kept.items()}


async def two_months(bank: Bank) -> str:
    """The entry of those calls; of the month before others had used 40 s."""
    await post_told(bank, [pooled(9, 40)], [(0, 0), (0, 40)])
    return await charged(bank, TWO_MONTHS, (0, 180), (40, 220))
