"""What an account remembers of its operations: each for 90 days at least, at the same cost however many."""

from collections import Counter

import pytest

from store import keys
from store.operations import mark
from store.outcomes import Posted, Reason, Refused, Repeated
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.everywhere import every_key
from tests.store.clock import Clock

LOAD = 16
EPOCH_DAYS = 90
EPOCH_MS = EPOCH_DAYS * 86_400_000


async def arrange(redis: Client, balance: int = 10_000) -> Bank:
    """An account with credit."""
    return await Bank.open(redis, balance=balance)


@pytest.fixture(params=[10_000, 0], ids=["by numbers alone", "by all rules"])
async def bank(request: pytest.FixtureRequest, redis: Client, clock: Clock) -> Bank:
    """With credit, where a posting changes nothing but numbers, and without, where every rule is looked at."""
    assert clock.ms
    return await arrange(redis, request.param)


def to_epoch(clock: Clock) -> None:
    """The minute in which an epoch begins."""
    clock.advance(seconds=-(clock.ms / 1000 % (EPOCH_DAYS * 86_400)) + 60)


async def buckets(bank: Bank) -> dict[str, list[str]]:
    """Key of each bucket -> the marks in it, without the empty one that keeps it."""
    found = await every_key(bank.redis, f"{keys.account(REF)}:op:*")
    return {key: sorted(set(await bank.redis.hkeys(key)) - {""}) for key in found}


@pytest.mark.parametrize("postings", [1, LOAD - 1, LOAD, LOAD + 1, 5 * LOAD + 7, 17 * LOAD])
async def test_every_operation_is_known_again(bank: Bank, postings: int) -> None:
    """Whenever buckets were divided, each id is found, and its first outcome with it."""
    first = [await bank.spend(1, f"call-{number}") for number in range(postings)]

    again = [await bank.spend(1, f"call-{number}") for number in range(postings)]
    assert [type(each) for each in first] == [Posted] * postings
    assert [type(each) for each in again] == [Repeated] * postings
    assert [(each.entry, each.after) for each in again if isinstance(each, Repeated)] == [
        (each.entry, each.after) for each in first if isinstance(each, Posted)
    ]
    assert await bank.spend(2, f"call-{postings - 1}") == Refused(Reason.OPERATION_CONFLICT)
    await bank.prove()


async def test_buckets_stay_small_and_each_operation_is_in_one(bank: Bank) -> None:
    """One bucket for every 16 entries; none outgrows Redis' compact form; none lives for ever."""
    known = {mark(each.operation) for each in await bank.entries()}
    for number in range(20 * LOAD):
        await bank.spend(1, f"call-{number}")

    found = await buckets(bank)
    assert len(found) == 21
    assert max(len(marks) for marks in found.values()) < 128
    assert Counter(each for marks in found.values() for each in marks) == Counter(
        {*known, *(mark(f"call-{number}") for number in range(20 * LOAD))}
    )
    assert all([await bank.redis.pttl(key) > 0 for key in found])


async def test_operations_that_all_fall_together_are_divided(bank: Bank) -> None:
    """As whoever chooses the ids can bring about: more of them move than one call of Lua takes, and none is lost."""
    await bank.spend(1, "first")
    [bucket] = await buckets(bank)
    together = {f"AAAAA{number:09}" for number in range(9000)}  # their first five characters choose the bucket
    await bank.redis.hset(bucket, mapping=dict.fromkeys(together, "contents1-1 0"))

    outcomes = [await bank.spend(1) for _ in range(LOAD)]

    found = await buckets(bank)
    assert {type(each) for each in outcomes} == {Posted}
    assert together <= set(found[f"{bucket.removesuffix('0')}1"])
    assert not together & set(found[bucket])
    await bank.prove()


@pytest.mark.parametrize("days", [1, 89, 90, 91, 120, 179])
async def test_operation_is_remembered_over_the_turn_of_an_epoch(bank: Bank, clock: Clock, days: int) -> None:
    """Ninety days at least, and through the whole epoch that follows its own."""
    to_epoch(clock)
    await bank.spend(1, "once")
    clock.advance(days=days)

    assert isinstance(await bank.spend(1, "once"), Repeated)
    await bank.spend(1, "other")
    assert isinstance(await bank.spend(1, "once"), Repeated)


async def test_operation_is_forgotten_after_two_epochs(bank: Bank, clock: Clock) -> None:
    """The documented time is over by then; Redis itself drops the buckets at that very moment."""
    to_epoch(clock)
    await bank.grant(1000)
    await bank.spend(1, "once")
    begun = clock.ms // EPOCH_MS * EPOCH_MS
    key = next(key for key, marks in (await buckets(bank)).items() if mark("once") in marks)
    for day in (90, 180):
        assert isinstance(await bank.spend(1, "once"), Repeated)
        clock.advance(days=90)
        await bank.spend(1, f"day-{day}")

    assert isinstance(await bank.spend(1, "once"), Posted)
    assert await bank.redis.pexpiretime(key) == begun + 2 * EPOCH_MS
    await bank.prove()


async def test_many_operations_before_the_turn_are_known_after_it(bank: Bank, clock: Clock) -> None:
    """The epoch before is looked up by its own number of buckets."""
    to_epoch(clock)
    for number in range(3 * LOAD + 5):
        await bank.spend(1, f"old-{number}")
    clock.advance(days=EPOCH_DAYS)
    for number in range(LOAD + 5):
        await bank.spend(1, f"new-{number}")

    old = [await bank.spend(1, f"old-{number}") for number in range(3 * LOAD + 5)]
    new = [await bank.spend(1, f"new-{number}") for number in range(LOAD + 5)]
    assert {type(each) for each in old + new} == {Repeated}


async def test_clock_that_goes_back_over_the_turn_forgets_nothing(bank: Bank, clock: Clock) -> None:
    """The epoch never goes back."""
    to_epoch(clock)
    start = (await bank.account()).balance.micros
    await bank.spend(1, "before")
    clock.advance(days=EPOCH_DAYS)
    await bank.spend(1, "after")
    clock.advance(days=-1)

    assert isinstance(await bank.spend(1, "before"), Repeated)
    assert isinstance(await bank.spend(1, "after"), Repeated)
    assert isinstance(await bank.spend(1, "third"), Posted)
    assert isinstance(await bank.spend(1, "third"), Repeated)
    assert isinstance(await bank.spend(1, "after"), Repeated)
    assert (await bank.account()).balance.micros == start - usd(3).micros
    await bank.prove()


async def test_entry_has_redis_own_time(bank: Bank, clock: Clock) -> None:
    """Or the last entry's, where the clock went back: the journal stays in order."""
    await bank.spend(1)
    clock.advance(hours=-1)
    await bank.spend(1)
    clock.advance(hours=2)
    await bank.spend(1)

    now, hour = clock.ms, 3_600_000
    assert [entry.at_ms - now for entry in await bank.entries()][-3:] == [-hour, -hour, 0]
    await bank.prove()


async def test_repeat_after_a_clock_that_went_back_names_the_entry(bank: Bank, clock: Clock) -> None:
    """The outcome that is remembered is the one that was told."""
    await bank.spend(1)
    clock.advance(hours=-1)
    first = await bank.spend(1, "once")

    again = await bank.spend(1, "once")

    assert isinstance(first, Posted)
    assert first.entry == (await bank.entries())[-1].id
    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
