"""What pools give: changed in the step that posts the lines, told at 80 and 100 %, proven by the lines."""

import pytest

from store import keys
from store.scripts import Client
from store.usage_events import PoolEvent, PoolExhausted, PoolLow
from store.verify import Verifier
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.banks import bank_on_clock
from tests.store.charging import LIMIT, MONTH, POOL, pooled, post_told
from tests.store.outline import outline
from tests.store.posting import arrange as arrange_posting
from tests.store.posting import dump
from tests.store.recorded import record


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await arrange_posting(redis)


bank = bank_on_clock(arrange)


async def kept(bank: Bank) -> dict[str, str]:
    """What is kept of pools."""
    found: dict[str, str] = await bank.redis.hgetall(keys.pooled(REF))
    return found


async def told(bank: Bank) -> list[tuple[type[PoolEvent], str, int, int]]:
    """The events about pools."""
    return [(type(each), each.month, each.used_s, each.limit_s) for each in await outline(bank, PoolEvent)]


async def test_lines_use_a_pool(bank: Bank) -> None:
    """Of each month what they took, in the step that posts them."""
    assert (await post_told(bank, [pooled(1, 60), pooled(2, 120)], [(0, 60), (0, 120)])).startswith("posted")
    assert (await post_told(bank, [pooled(3, 60)], [(60, 120), (120, 120)])).startswith("posted")

    assert await kept(bank) == {f"{POOL}:{MONTH}": "120 0", f"{POOL}:2026-10": "120 0"}
    assert await told(bank) == []
    await bank.prove()


@pytest.mark.parametrize("uses", [[(0, 60)], [(60, 60), (0, 60)], [(61, 61)], [(0, 0)]])
async def test_pool_that_was_used_meanwhile_is_told(bank: Bank, uses: list[tuple[int, int]]) -> None:
    """Whichever of them it is, and though nothing more would be taken: nothing is posted."""
    await post_told(bank, [pooled(1, 60), pooled(2, 60)], [(0, 60), (0, 60)])
    before = await dump(bank.redis)

    assert await post_told(bank, [pooled(3, 60)], uses) == "moved pools"
    assert await dump(bank.redis) == before


async def test_shares_are_told_once_a_month(bank: Bank) -> None:
    """At 80 and at 100 %, in that order; also both at once, and not again when the pool grows."""
    await post_told(bank, [pooled(1, 799)], [(0, 799)])
    await post_told(bank, [pooled(2, 1)], [(799, 800)])
    await post_told(bank, [pooled(3, 199)], [(800, 999)])
    await post_told(bank, [pooled(4, 1)], [(999, 1000)])
    await post_told(bank, [pooled(5, 1000)], [(1000, 2000)], limit=2000)
    await post_told(bank, [pooled(6, 1000)], [(2000, 2000), (0, 1000)])

    assert await told(bank) == [
        (PoolLow, MONTH, 800, LIMIT),
        (PoolExhausted, MONTH, 1000, LIMIT),
        (PoolLow, "2026-10", 1000, LIMIT),
        (PoolExhausted, "2026-10", 1000, LIMIT),
    ]
    [first, *_] = await outline(bank, PoolEvent)
    assert (first.pool, first.ref) == (POOL, REF)
    await bank.prove()


async def test_pool_that_gives_nothing_is_not_told(bank: Bank) -> None:
    """One that holds nothing is no news, nor is one that was looked at only."""
    await post_told(bank, [record(1)], [(0, 0)], limit=0)

    assert (await kept(bank), await told(bank)) == ({}, [])
    await bank.prove()


async def test_page_that_is_known_uses_nothing(bank: Bank) -> None:
    """What a repeat would take has been taken."""
    await post_told(bank, [pooled(1, 60)], [(0, 60)])

    assert await post_told(bank, [pooled(1, 60)], [(60, 120)]) == "known ="
    assert await kept(bank) == {f"{POOL}:{MONTH}": "60 0"}


@pytest.mark.parametrize(
    ("field", "value", "difference"),
    [
        (f"{POOL}:{MONTH}", "61 0", f"pool {POOL} has given 61 seconds in {MONTH}, by the journal 60"),
        ("other:2026-11", "5 0", "pool other has given 5 seconds in 2026-11, by the journal 0"),
    ],
)
async def test_proof_compares_pools_with_lines(bank: Bank, field: str, value: str, difference: str) -> None:
    """A second too many is a difference."""
    await post_told(bank, [pooled(1, 60)], [(0, 60)])
    await bank.redis.hset(keys.pooled(REF), field, value)

    assert await differences(bank) == [f"T0TEST/default: {difference}"]


async def test_proof_compares_lines_with_what_their_entry_says(bank: Bank) -> None:
    """An entry that used other minutes than its lines say is a difference."""
    answer = await post_told(bank, [pooled(1, 60)], [(0, 61)])

    [difference] = await differences(bank)
    assert difference.startswith(f"T0TEST/default: entry {answer.split(' ')[1]} took {{'{POOL}': 61}} seconds of pools")


async def differences(bank: Bank) -> list[str]:
    """What `credits verify` says."""
    return [str(each) async for each in Verifier(bank.redis).partition(archiving.PARTITION)]
