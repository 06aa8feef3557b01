"""The schedule: what is due is listed by Redis' own time; what cannot be read holds nothing up."""

import pytest

from store import keys
from store.keys import AccountRef
from store.schedule import Due, Schedule
from store.scripts import Client
from tests.controls import REF
from tests.store.steps import DUE, member

PARTITION = keys.partition_of(REF.tenant)
CHECK = f"check:{REF.tenant}:{REF.account}"


async def put(redis: Client, *members: str, at_ms: int = 1) -> None:
    """Put looks on the schedule."""
    await redis.zadd(DUE, dict.fromkeys(members, at_ms))


async def test_each_kind_of_look_is_read(redis: Client) -> None:
    """A look names account, payment and cause."""
    await put(redis, CHECK, member("p1"), member("p2", "settings"), "check:T0OTHER:second")

    found = await Schedule(redis).due([PARTITION])

    assert set(found) == {
        Due(REF, ""),
        Due(REF, "p1"),
        Due(REF, "p2", "settings"),
        Due(AccountRef("T0OTHER", "second"), ""),
    }


async def test_what_is_not_due_yet_is_left_out(redis: Client) -> None:
    """A look whose time has not come stays on the schedule."""
    await put(redis, member("later"), at_ms=(await redis.time())[0] * 1000 + 60_000)

    assert await Schedule(redis).due([PARTITION]) == []
    assert await redis.zcard(DUE) == 1


async def test_looks_are_listed_in_the_order_of_their_times(redis: Client) -> None:
    """What waited longest comes first, at most as many as asked for."""
    await put(redis, member("second"), at_ms=2)
    await put(redis, member("third"), at_ms=3)
    await put(redis, member("first"), at_ms=1)

    found = await Schedule(redis).due([PARTITION], limit=2)

    assert [each.payment_id for each in found] == ["first", "second"]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "junk",
        "check",
        "check:T0TEST",
        "check:T0TEST:default:p1",
        "check:not a name:default",
        "payment:T0TEST:default",
        "payment:T0TEST:default:",
        "payment:T0TEST::p1",
        "payment:T0TEST:default:p1:x",
        "settings:T0TEST:default",
        "settings:T0TEST:default:",
        "unheard:T0TEST:default:p1",
    ],
)
async def test_look_that_cannot_be_read_is_taken_off(redis: Client, broken: str) -> None:
    """A broken look is dropped; the others of its partition, and of the next, are listed and stay."""
    await put(redis, broken, member("p1"))
    await redis.zadd(keys.due(3), {"check:T0OTHER:default": 1})

    found = await Schedule(redis).due([PARTITION, 3])

    assert found == [Due(REF, "p1"), Due(AccountRef("T0OTHER"), "")]
    assert await redis.zrange(DUE, 0, -1) == [member("p1")]


async def test_many_broken_looks_do_not_starve_the_rest(redis: Client) -> None:
    """More broken looks than are read at once are dropped look by look, and what lies behind them is reached."""
    await put(redis, *(f"junk:{number}" for number in range(7)))
    await put(redis, member("p1"), at_ms=2)
    schedule = Schedule(redis)

    found = [await schedule.due([PARTITION], limit=5) for _ in range(2)]

    assert found == [[], [Due(REF, "p1")]]
