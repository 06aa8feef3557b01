"""The listeners and their reactions against the stand-in workspace, each part in reach of a test's hand."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.alerts import POOLS, Alerts
from bot.ending import end
from bot.listener import Listener, Reaction
from bot.payments.gateway import Gateway
from bot.payments.sandbox import Sandbox
from bot.playground.people import ALERTS, MANAGER
from bot.playground.server import Clock, Playground, PlaygroundConfig
from bot.playground.workspace import Message
from bot.recharge import Charges
from bot.workspaces import Workspaces
from handlers.people import People
from store import keys
from store.account import AlertPolicy, RechargePolicy
from store.keys import AccountRef
from store.leases import Leases
from store.ledger import Ledger
from store.money import Money
from store.outbox import GROUPS, Outbox
from store.payments import Payments
from store.policy import Limits, Policies
from store.roles import Roles
from store.scripts import Client
from tests.world import ADMIN, BOSS, MANIFEST, REF, SECRET, TOKEN, usd

PARTITION = keys.partition_of(REF.tenant)
OUTBOX = keys.outbox(PARTITION)
WAIT_S = 30.0
"""A bound, for a test that fails: where several run at once, what takes 2 s alone may take many times that."""
STAGED = ("payments", "alerts")
"""The groups whose listeners a stage has."""
HASTE = 1000
"""How much faster than real time the workspace counts its one message a second."""


async def eventually(condition: Callable[[], Any], timeout_s: float = WAIT_S) -> Any:
    """The first truthy answer of `condition`, sync or async, which is asked again and again; TimeoutError without."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.005)


@dataclass
class Running:
    """A listener at work; `kill` ends it as a crash would, `stop` as SIGTERM would."""

    listener: Listener
    leases: Leases
    task: asyncio.Task[None]

    async def stop(self, grace_s: float = 2) -> None:
        """Drain, and give the leases back."""
        await self.listener.stop(grace_s)
        await asyncio.gather(self.task, return_exceptions=True)

    async def kill(self) -> None:
        """Everything ends where it stands; leases and unacknowledged events stay."""
        await end({self.task, *self.listener._workers})


@dataclass
class Stage:
    """A workspace, a Redis, and workers as a test wants them."""

    playground: Playground
    redis: Client
    blocking: Client
    gateway: Gateway
    ledger: Ledger
    roles: Roles
    policies: Policies
    payments: Payments
    workspaces: Workspaces
    workers: list[Running] = field(default_factory=list)
    number: int = 0

    def operation(self) -> str:
        """A fresh operation id."""
        self.number += 1
        return f"stage-{self.number}"

    async def account(self, ref: AccountRef = REF, *, balance: int = 0, channel: str = ALERTS) -> AccountRef:
        """An account, opened, with credit and an alert channel; what that tells is over when this returns."""
        await self.ledger.open_account(ref, "USD")
        if balance:
            await self.ledger.add_credit(ref, usd(balance), operation_id=self.operation(), actor="test")
        if channel:
            await self.levels(ref=ref, channel=channel)
        return ref

    async def levels(self, *units: int, ref: AccountRef = REF, channel: str = ALERTS, locale: str = "en-US") -> None:
        """Set the alert levels."""
        policy = AlertPolicy(tuple(map(usd, units)), channel)
        await self.policies.set_alerts(BOSS, ref, policy, locale=locale, operation_id=self.operation())

    async def recharge(self, ref: AccountRef = REF, method: str = "sandbox_ok", cap: int = 200) -> None:
        """Switch auto-recharge on: 50 when below 20."""
        policy = RechargePolicy(on=True, amount=usd(50), below=usd(20), cap=usd(cap), method=method)
        await self.policies.set_recharge(BOSS, ref, policy, channel=ALERTS, operation_id=self.operation())

    async def spend(self, units: str | int, ref: AccountRef = REF) -> None:
        """Charge a call."""
        await self.ledger.charge_usage(ref, usd(units), operation_id=self.operation(), actor="test")

    async def emit(self, kind: str, ref: AccountRef = REF, /, **fields: str | int) -> str:
        """Append an event as the scripts do; answers its id."""
        seconds, micros = await self.redis.time()
        record: dict[str, Any] = {"type": kind, "tenant": ref.tenant, "account": ref.account}
        record["at_ms"] = seconds * 1000 + micros // 1000
        place = await self.redis.xadd(keys.outbox(keys.partition_of(ref.tenant)), {**record, **fields})
        return f"{keys.partition_of(ref.tenant):02d}-{place}"

    def leases(self, group: str, owner: str, *, ttl_ms: int = 3_000, redis: Client = None) -> Leases:
        """Leases of the one partition that matters here."""
        return Leases(redis or self.redis, group, owner, partitions=[PARTITION], ttl_ms=ttl_ms)

    def alerts(self, leases: Leases, redis: Client = None, workspaces: Workspaces | None = None) -> Alerts:
        """The reaction that tells."""
        return Alerts(
            redis or self.redis,
            leases,
            self.ledger,
            self.roles,
            self.gateway,
            workspaces or self.workspaces,
            People(),
        )

    def start(self, leases: Leases, reaction: Reaction, *, outbox: Outbox | None = None, **given: Any) -> Running:
        """A listener at work."""
        outbox = outbox or Outbox(self.redis, self.blocking)
        given = {"lanes_of_reading": ((PARTITION,),), "first_pause_s": 0.02, **given}
        listener = Listener(outbox, leases, reaction, **given)
        running = Running(listener, leases, asyncio.create_task(listener.run()))
        self.workers.append(running)
        return running

    def tell(self, owner: str = "w1", **given: Any) -> Running:
        """The alerts' listener at work."""
        leases = self.leases("alerts", owner)
        return self.start(leases, self.alerts(leases).react, **{"give_up_after": 12, "apart": POOLS, **given})

    def charge(self, owner: str = "w1", gateway: Gateway | None = None, patience_s: float = 5) -> Running:
        """The payments' listener at work."""
        charges = Charges(self.payments, gateway or self.gateway, patience_s=patience_s)
        return self.start(self.leases("payments", owner), charges.react)

    async def handled(self, group: str) -> bool:
        """Whether the group has acknowledged everything."""
        newest = await self.redis.xrevrange(OUTBOX, count=1)
        for each in await self.redis.xinfo_groups(OUTBOX):
            if each["name"] == group:
                return not each["pending"] and (not newest or each["last-delivered-id"] == newest[0][0])
        return False

    async def quiet(self, *groups: str, timeout_s: float = WAIT_S) -> None:
        """Wait until the groups (the alerts) have acknowledged everything."""
        for group in groups or ("alerts",):
            await eventually(partial(self.handled, group), timeout_s)

    async def dead(self) -> list[dict[str, str]]:
        """What was given up."""
        return [record for _, record in await self.redis.xrange(keys.dead(PARTITION))]

    def told(self, channel: str = ALERTS) -> list[Message]:
        """The bot's lasting messages, oldest first, replies included."""
        return self.playground.workspace.timeline(channel)

    def marks(self, channel: str = ALERTS) -> list[str]:
        """The event ids that the messages carry, oldest first."""
        found = [each.metadata["event_payload"]["event_id"] for each in self.told(channel) if each.metadata]
        return [mark.removesuffix("/news") for mark in found]

    async def clean(self, channel: str = ALERTS) -> None:
        """Let what the arrangement told be over and out of sight."""
        for group in GROUPS:
            with contextlib.suppress(Exception):
                await self.redis.xgroup_create(OUTBOX, group, id="$", mkstream=True)
            await self.redis.xgroup_setid(OUTBOX, group, "$")
        for message in self.told(channel):
            self.playground.workspace.delete(message)

    def count(self, method: str) -> int:
        """How often the bot called a method with success."""
        return sum(call.method == method and call.ok for call in self.playground.calls)


@contextlib.asynccontextmanager
async def open_stage(
    redis: Client, blocking: Client, *, haste: float = HASTE, gateway: Gateway | None = None, **given: Any
) -> AsyncIterator[Stage]:
    """A workspace with a manager and the default account; everything is stopped at the end, and the rules were kept."""
    clock = Clock(monotonic=lambda: time.monotonic() * haste)
    config = PlaygroundConfig(
        port=0, signing_secret=SECRET, bot_token=TOKEN, manifest=MANIFEST, clock=clock, enforce_tiers=False
    )
    async with Playground(config) as playground:
        roles, limits = Roles(redis), Limits()
        stage = Stage(
            playground=playground,
            redis=redis,
            blocking=blocking,
            gateway=gateway or Sandbox(redis),
            ledger=Ledger(redis),
            roles=roles,
            policies=Policies(redis, roles, limits),
            payments=Payments(redis, roles, limits, **{"ask_again_ms": 20, **given}),
            workspaces=Workspaces(TOKEN, playground.api_url),
        )
        await stage.roles.change_managers(ADMIN, appoint=[MANAGER], dismiss=[], operation_id="appoint")
        await stage.account()
        await stage.clean()
        try:
            yield stage
            assert playground.violations == []
        finally:
            for worker in stage.workers:
                await worker.kill()


def money(micros: int) -> Money:
    """Millionths of a dollar."""
    return Money(micros, "USD")
