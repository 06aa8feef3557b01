"""Group commit with a call on its way: a second one follows it on the same connection, where that gains time."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError

from store.grouping import TURN
from store.ledger import Ledger
from store.outcomes import Posted, Posting
from store.scripts import Client
from tests.controls import REF, usd
from tests.store.posting import arrange
from tests.store.test_grouping import Server, entries

MANY = [f"n{number:02d}" for number in range(20)]


async def begin(*, work_s: float = 1, disk_s: float = 0) -> tuple[Server, list[asyncio.Task[Posting]]]:
    """A connection has had one call, which took so long for work and disk, and twenty callers wait for the next."""
    calls = Server()
    calls.work_s, calls.disk_s = work_s, disk_s
    for name in "ab":
        await calls.ask(name)
    await calls.answer()
    tasks = [await calls.ask(name) for name in MANY]
    await calls.answer()
    return calls, tasks


async def test_many_are_divided_into_two_calls_on_their_way() -> None:
    """The second leaves before the first is answered; each has its own answer, and they stay in order."""
    calls, tasks = await begin()

    assert calls.calls[2:] == [MANY[:10], MANY[10:]]
    await calls.answer(2)
    assert [each.done() for each in tasks] == [True] * 10 + [False] * 10
    await calls.answer(3)
    assert entries(tasks) == MANY
    assert calls.grouping._lanes == {}


async def test_who_comes_again_follows_the_call_that_is_on_its_way() -> None:
    """So there are always two, of half of the callers each."""
    calls, _ = await begin()

    await calls.answer(2)
    more = [await calls.ask(name) for name in ("x", "y")]
    await calls.answer(3)
    await calls.answer(4)

    assert calls.calls[4:] == [["x", "y"]]
    assert entries(more) == ["x", "y"]


async def test_slow_disk_is_asked_once() -> None:
    """Where waiting takes longer than working, all who wait are in one call."""
    calls, tasks = await begin(work_s=1, disk_s=2)

    assert calls.calls[2:] == [MANY]
    await calls.answer()
    assert entries(tasks) == MANY


async def test_few_are_not_divided() -> None:
    """Two calls for a handful would be more work, not less."""
    calls = Server()
    calls.work_s = 1
    for name in "ab":
        await calls.ask(name)
    await calls.answer()
    tasks = [await calls.ask(name) for name in "cdefghij"]
    await calls.answer()

    assert calls.calls[2:] == [list("cdefghij")]
    await calls.answer()
    assert entries(tasks) == list("cdefghij")


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), NoScriptError("unknown")])
async def test_broken_connection_has_both_calls_asked_again_in_order(error: Exception) -> None:
    """Whether they were made is unknown; asked again, each is made once, and in the order in which they were sent."""
    calls, tasks = await begin()

    await calls.answer(2, error)
    assert calls.again == [MANY[:10]]
    await calls.answer()
    assert calls.again == [MANY[:10], MANY[10:]]
    await calls.answer()

    assert entries(tasks) == MANY
    assert calls.grouping._lanes == {}


async def test_error_of_what_is_asked_again_is_raised_to_its_callers() -> None:
    """To each of them the outcome is unknown; those of the second call have their own."""
    calls, tasks = await begin()

    await calls.answer(2, RedisConnectionError("gone"))
    await calls.answer(error=RedisConnectionError("still gone"))
    await calls.answer()

    assert {type(each.exception()) for each in tasks[:10]} == {RedisConnectionError}
    assert entries(tasks[10:]) == MANY[10:]


async def test_refused_call_leaves_the_next_one_its_answer() -> None:
    """An error that the server answers is of one call, which is not made again: that could be after the next."""
    calls, tasks = await begin()

    await calls.answer(2, ResponseError("OOM"))
    await calls.answer(3)

    assert {type(each.exception()) for each in tasks[:10]} == {ResponseError}
    assert entries(tasks[10:]) == MANY[10:]
    assert (calls.again, calls.wires) == ([], 1)


@pytest.mark.parametrize("gone", [0, 19])
async def test_caller_who_goes_takes_neither_call_along(gone: int) -> None:
    """Whichever it was in."""
    calls, tasks = await begin()

    tasks[gone].cancel()
    await asyncio.sleep(0)
    await calls.answer(2)
    await calls.answer(3)

    assert tasks[gone].cancelled()
    assert entries([each for each in tasks if not each.cancelled()]) == [each for each in MANY if each != MANY[gone]]


async def test_end_of_the_program_leaves_nobody_waiting() -> None:
    """Neither those of the two calls on their way nor those who came after."""
    calls, tasks = await begin()
    tasks.append(await calls.ask("late"))
    [drain] = calls.grouping._tasks

    drain.cancel()
    await asyncio.wait(tasks)

    assert all(each.cancelled() for each in tasks)
    assert calls.grouping._lanes == {}


async def test_connection_is_free_for_others_after_a_turn() -> None:
    """Who waits for one has it before this account goes on."""
    calls = Server()
    await calls.ask("first")
    tasks = [await calls.ask("0")]
    await calls.answer()
    for number in range(1, TURN + 1):
        tasks.append(await calls.ask(str(number)))
        await calls.answer()
    await calls.answer()

    assert calls.wires == 2
    assert entries(tasks) == [str(number) for number in range(TURN + 1)]


@pytest.mark.parametrize("closing", [False, True])
async def test_postings_are_made_in_the_order_in_which_they_were_asked(real_redis: Client, closing: bool) -> None:
    """With two calls on their way, even if the client is closed under them; nobody waits for ever."""
    bank = await arrange(real_redis)
    ledger, ticks = Ledger(real_redis), iter(range(10**9))
    assert ledger._grouping
    ledger._grouping._clock = lambda: next(ticks) % 3 + next(ticks) * 1e-9  # work takes longer than waiting

    asked = [
        asyncio.create_task(ledger.charge_usage(REF, usd("0.01"), operation_id=f"call-{number}", actor="test"))
        for number in range(400)
    ]
    if closing:
        await asyncio.sleep(0)
        await asyncio.wait(asked[:1])
        await real_redis.aclose()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    made = [each.operation for each in (await bank.entries())[1:]]
    assert made == [f"call-{number}" for number in range(400) if f"call-{number}" in made]
    assert closing or {type(each) for each in outcomes} == {Posted}
    await bank.prove()
