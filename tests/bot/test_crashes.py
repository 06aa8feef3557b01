"""A crash at every step of the flows, one after the other: whatever is left is finished once by the next worker.

A step is a command to Redis or a call to Slack, each once before it is sent and once when its answer is lost. At the
chosen step the worker stands still for ever; then it is ended, its leases run out, and another one starts.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.ending import end
from bot.payments.sandbox import Sandbox
from bot.recharge import Charges
from bot.ticker import Ticker
from bot.workspaces import Workspaces
from store import keys
from store.keys import AccountRef
from store.outbox import Outbox
from store.payments import Payments
from store.policy import Limits
from store.roles import Roles
from store.schedule import Schedule
from store.scripts import Client
from tests.bot.stage import PARTITION, STAGED, Running, Stage, eventually
from tests.world import REF, TOKEN, usd

pytestmark = [pytest.mark.redis, pytest.mark.timeout(180)]

STEPS_AT_LEAST = 40
"""Fewer would mean that the flow is not what is being cut."""


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schedule is looked at often: what a second's wait would show is the same."""
    monkeypatch.setattr("bot.ticker.TICK_S", 0.01)


class Knife:
    """Counts steps and stops the world at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.steps = 0
        self.cut = asyncio.Event()

    async def step(self) -> None:
        """Pass, or stand still for ever."""
        self.steps += 1
        if self.at is not None and self.steps >= self.at:
            self.cut.set()
            await asyncio.Event().wait()


class CutRedis(Redis):
    """A client whose commands are steps; heartbeats and empty reads are none, so that a number names one moment."""

    knife = Knife()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """One step before and one after."""
        if _is_heartbeat(args):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        if args[0] != "XREADGROUP":
            await self.knife.step()
        answer = await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        if args[0] != "XREADGROUP" or answer:
            await self.knife.step()
        return answer


def _is_heartbeat(args: tuple[Any, ...]) -> bool:
    """Leases, groups, the list of the living, the empty schedule: they go on all the time and are tested elsewhere."""
    if args[0] in {"TIME", "ZADD", "ZREMRANGEBYSCORE", "ZRANGE", "ZRANGEBYSCORE", "XGROUP CREATE", "XAUTOCLAIM"}:
        return True
    return args[0] in {"EVALSHA", "EVAL"} and args[2] == 1 and ":lease:" in str(args[3])


class CutWorkspaces(Workspaces):
    """A Slack client whose calls are steps."""

    def __init__(self, knife: Knife, api_url: str) -> None:
        super().__init__(TOKEN, api_url)
        call = self.client.api_call

        async def cut(*args: Any, **options: Any) -> Any:
            await knife.step()
            answer = await call(*args, **options)
            await knife.step()
            return answer

        self.client.api_call = cut  # type: ignore[method-assign]


@contextlib.asynccontextmanager
async def working(
    stage: Stage, server: str, owner: str, at: int | None = None, *, groups: Sequence[str] = STAGED
) -> AsyncIterator[Knife]:
    """The listeners of one process, both by default, and its ticker; its world stops at step `at`."""
    knife = Knife(at)
    clients: list[Client] = [
        CutRedis.from_url(server, decode_responses=True, socket_timeout=timeout) for timeout in (5, None)
    ]
    for client in clients:
        client.knife = knife
    redis, blocking = clients
    payments = Payments(redis, Roles(redis), Limits())
    outbox = Outbox(redis, blocking)
    charges, ticker = Charges(payments, Sandbox(redis)), None
    workers: list[Running] = []
    try:
        for group in groups:
            leases = stage.leases(group, f"{owner}-{group}", redis=redis, ttl_ms=10_000)
            alerts = stage.alerts(leases, redis, CutWorkspaces(knife, stage.playground.api_url))
            reaction = charges.react if group == "payments" else alerts.react
            workers.append(stage.start(leases, reaction, outbox=outbox))
            if group == "payments":
                ticker = asyncio.create_task(Ticker(Schedule(redis), workers[-1].listener, charges.look).run())
        yield knife
    finally:
        await end({ticker} if ticker else set())
        for worker in workers:
            await worker.kill()
            stage.workers.remove(worker)
        for client in clients:
            await client.aclose()
        # The time passes in which the leases of the dead run out.
        for group in groups:
            await stage.redis.delete(keys.lease(PARTITION, group), keys.workers(group))


async def one_crash(stage: Stage, server: str, number: int, at: int) -> bool:
    """The flow on an account of its own, with a crash at step `at`; False if it was over before."""
    ref = await stage.account(AccountRef(REF.tenant, f"a{number}"), balance=25)
    await stage.levels(20, ref=ref)
    await stage.recharge(ref)
    await stage.clean()
    await stage.spend(10, ref)
    async with working(stage, server, f"first-{number}", at) as knife:

        async def over() -> bool:
            return knife.cut.is_set() or all([await stage.handled(group) for group in STAGED])

        await eventually(over)
        crashed = knife.cut.is_set()
    if crashed:
        async with working(stage, server, f"second-{number}"):
            await eventually(lambda: credited(stage, ref))
            await stage.quiet(*STAGED)
    await prove(stage, ref, at)
    return crashed


async def credited(stage: Stage, ref: AccountRef) -> bool:
    """Whether the recharge arrived."""
    account = await stage.ledger.account(ref)
    return account is not None and account.balance == usd(65)


async def prove(stage: Stage, ref: AccountRef, at: int) -> None:
    """One charge, one credit, one confirmation, and each other message once."""
    entries = [entry async for entry in stage.ledger.entries(ref)]
    charges = [key async for key in stage.redis.scan_iter("cr:*:sandbox:*")]
    marks = stage.marks()
    texts = [message.text for message in stage.told()]
    assert [entry.amount for entry in entries if entry.kind == "recharge"] == [usd(50)], f"step {at}"
    assert len(charges) == 1, f"step {at}"
    assert len(marks) == len(set(marks)) == 4, f"step {at}: {texts}"
    assert sum("recharged.*" in text for text in texts) == 1, f"step {at}: {texts}"
    assert "Balance recovered" in texts[0], f"step {at}: {texts}"
    await stage.redis.delete(*charges)


async def test_a_crash_at_every_step(stage: Stage, server: str) -> None:
    """From the crossing to the confirmation, with a crash at each step in turn: one charge, one credit, one of each."""
    at = 1
    while await one_crash(stage, server, at, at):
        at += 1

    assert at > STEPS_AT_LEAST
