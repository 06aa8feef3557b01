"""Group commit: who comes while a call is on its way shares the next one, and nobody waits otherwise."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from store.batch import MAX_POSTINGS, Prepared, UsagePosting, prepare
from store.grouping import Grouping
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Posted, Posting
from tests.controls import CURRENCY, REF, usd
from tests.store.posting import OTHER


class Server:
    """Notes which operations come together, and answers a call when the test says so."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.answers: list[asyncio.Future[None]] = []
        self.grouping = Grouping(self.take)

    async def take(self, prepared: Sequence[Prepared]) -> list[Posting]:
        """One call."""
        self.calls.append([each.posting.operation_id for each in prepared])
        self.answers.append(asyncio.get_running_loop().create_future())
        await self.answers[-1]
        return [Posted(each.posting.operation_id, usd(0), usd(0), 0) for each in prepared]

    async def ask(
        self, name: str, ref: AccountRef = REF, *, authorised: bool = False, currency: str = CURRENCY
    ) -> asyncio.Task[Posting]:
        """A caller, who has asked when this returns."""
        posting = UsagePosting(ref, Money(1, currency), name, "test", authorised=authorised)
        task = asyncio.create_task(self.grouping.post(prepare(posting)))
        await asyncio.sleep(0)
        return task

    async def answer(self, call: int = -1, error: Exception | None = None) -> None:
        """The call returns."""
        if error:
            self.answers[call].set_exception(error)
        else:
            self.answers[call].set_result(None)
        for _ in range(4):
            await asyncio.sleep(0)


def entries(tasks: list[asyncio.Task[Posting]]) -> list[str]:
    """The outcomes of callers who have one."""
    outcomes = [task.result() for task in tasks]
    return [each.entry for each in outcomes if isinstance(each, Posted)]


@pytest.fixture
async def calls() -> Server:
    """A server that is told when to answer."""
    return Server()


async def test_who_comes_alone_waits_for_nobody(calls: Server) -> None:
    """Its posting leaves at once, in its own task; nothing is left behind."""
    for name in ("a", "b"):
        task = await calls.ask(name)
        assert calls.calls[-1] == [name]
        await calls.answer()
        assert entries([task]) == [name]

    assert (calls.grouping._lanes, calls.grouping._tasks) == ({}, set())


async def test_who_comes_meanwhile_leaves_together_and_in_order(calls: Server) -> None:
    """One call of the account is on its way at a time."""
    tasks = [await calls.ask(name) for name in "abcd"]
    assert calls.calls == [["a"]]
    await calls.answer()
    tasks += [await calls.ask(name) for name in "ef"]
    await calls.answer()
    await calls.answer()

    assert calls.calls == [["a"], ["b", "c", "d"], ["e", "f"]]
    assert entries(tasks) == list("abcdef")
    assert (calls.grouping._lanes, calls.grouping._tasks) == ({}, set())


async def test_caller_who_posts_again_at_once_is_in_the_next_call(calls: Server) -> None:
    """Those of one call stay together, instead of leaving in ones and manies by turns."""

    async def work(name: str) -> None:
        for turn in range(3):
            posting = UsagePosting(REF, usd(1), f"{name}{turn}", "test")
            await calls.grouping.post(prepare(posting))

    working = [asyncio.create_task(work(name)) for name in "abc"]
    for _ in range(4):
        await asyncio.sleep(0)
        await calls.answer()
    await asyncio.gather(*working)

    assert calls.calls == [["a0"], ["b0", "c0", "a1"], ["b1", "c1", "a2"], ["b2", "c2"]]


async def test_call_takes_at_most_two_hundred(calls: Server) -> None:
    """The rest is next."""
    for number in range(2 + MAX_POSTINGS):
        await calls.ask(str(number))
    await calls.answer()
    await calls.answer()

    assert [len(each) for each in calls.calls] == [1, MAX_POSTINGS, 1]
    await calls.answer()


async def test_what_no_call_takes_together_leaves_in_order(calls: Server) -> None:
    """Authorised and recorded usage, and currencies, each in a call of its own."""
    await calls.ask("a")
    await calls.ask("b")
    await calls.ask("c", authorised=True)
    await calls.ask("d", authorised=True)
    await calls.ask("e", currency="EUR")
    await calls.ask("f")
    for _ in range(5):
        await calls.answer()

    assert calls.calls == [["a"], ["b"], ["c", "d"], ["e"], ["f"]]


async def test_accounts_do_not_wait_for_one_another(calls: Server) -> None:
    """Each has its own calls."""
    await calls.ask("a")
    await calls.ask("b", OTHER)

    assert calls.calls == [["a"], ["b"]]
    await calls.answer(0)
    await calls.answer(1)


async def test_caller_who_goes_before_leaving_is_left_out(calls: Server) -> None:
    """The others are posted as if it had never come; where there is none, nothing leaves."""
    tasks = [await calls.ask(name) for name in "abcd"]
    for gone in (1, 3):
        tasks[gone].cancel()
    await calls.answer()
    await calls.answer()

    assert calls.calls == [["a"], ["c"]]
    assert entries([tasks[0], tasks[2]]) == ["a", "c"]
    late = [await calls.ask(name) for name in "ef"]
    late[1].cancel()
    await calls.answer()
    assert calls.calls[2:] == [["e"]]
    assert calls.grouping._lanes == {}


@pytest.mark.parametrize("gone", [0, 1])
async def test_caller_who_goes_while_its_call_is_on_its_way_takes_nobody_along(calls: Server, gone: int) -> None:
    """Whether it was the first, whose call the others wait for, or one of those that left together."""
    tasks = [await calls.ask("a")]
    if gone:
        tasks += [await calls.ask("b"), await calls.ask("c")]
        await calls.answer()
    else:
        tasks += [await calls.ask("b")]
    tasks[gone].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await calls.answer()

    assert tasks[gone].cancelled()
    others = [task for task in tasks if not task.cancelled()]
    assert entries(others) == [name for place, name in enumerate("abc"[: len(tasks)]) if place != gone]
    assert calls.grouping._lanes == {}


async def test_error_is_raised_to_everyone_in_the_call_and_nobody_else(calls: Server) -> None:
    """To each of them the outcome is unknown; who came meanwhile is posted by the next call."""
    tasks = [await calls.ask(name) for name in "abc"]
    await calls.answer()
    tasks.append(await calls.ask("d"))
    await calls.answer(error=RedisTimeoutError("no reply"))
    await calls.answer()

    assert [type(task.exception()) for task in tasks] == [type(None), RedisTimeoutError, RedisTimeoutError, type(None)]
    assert entries([tasks[0], tasks[3]]) == ["a", "d"]


async def test_error_of_the_first_call_stops_nobody(calls: Server) -> None:
    """It is raised to its caller; who waited is posted."""
    tasks = [await calls.ask(name) for name in "ab"]
    await calls.answer(error=RedisTimeoutError("no reply"))
    await calls.answer()

    assert isinstance(tasks[0].exception(), RedisTimeoutError)
    assert entries([tasks[1]]) == ["b"]


async def test_end_of_the_program_leaves_nobody_waiting(calls: Server) -> None:
    """When the loop cancels all that is under way, those who wait are cancelled as well."""
    tasks = [await calls.ask(name) for name in "abc"]
    await calls.answer()
    tasks.append(await calls.ask("d"))
    [drain] = calls.grouping._tasks
    drain.cancel()
    await asyncio.wait(tasks)

    assert [task.cancelled() for task in tasks] == [False, True, True, True]
    assert calls.grouping._lanes == {}
