"""A worker that polls the stand-in, charges to a real ledger, and can be killed anywhere."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.ingest.graph.client import Graph
from bot.ingest.graph.polling import Plan, Poller
from store import keys
from store.calls import Batch, to_records
from store.feeds import Feed
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Reason
from store.rating import State
from store.records import UsageRecord, records_of
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank
from tests.ingest.graph_service import GraphService

NAME = "graph-00ff"
Moment = Callable[[str], Awaitable[None]]
"""Called at each step with its name; may raise."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Counted:
    """What became of a batch."""

    states: Counter[State]
    repeated: int
    refused: Counter[Reason]

    def reasons(self) -> Counter[Reason]:
        """Of those that were refused."""
        return self.refused


@dataclass
class OwnCharges:
    """Charges what the records themselves say."""

    bank: Bank
    at: Moment
    charged: Counter[str] = field(default_factory=Counter)

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Counted:
        """Each once, because the ledger knows them."""
        await self.at("before charging")
        records = [
            UsageRecord(each.id, Money(each.own_micros or 0, CURRENCY), each.start_ms, service=each.service)
            for each in to_records(batch)
        ]
        found = await self.bank.ledger.post_records(ref, records, actor=actor)
        await self.at("after charging")
        refused = Counter(reason for _, reason in found.refused)
        return Counted(Counter({State.CHARGED: found.posted}), len(found.repeated), refused)


class KillableFeed(Feed):
    """A feed whose worker can be gone before it writes, and then leaves nothing tidy."""

    at: Moment
    killed = False

    async def advance(self, **fields: int | str) -> None:
        """Written after all was charged."""
        await self.at("before the cursor" if "through_ms" in fields else "before the end")
        await super().advance(**fields)

    async def leave(self) -> None:
        """Not after a kill."""
        if not self.killed:
            await super().leave()


class Desk:
    """Everything around one poller."""

    def __init__(self, bank: Bank, service: GraphService, graph: Graph, plan: Plan | None = None) -> None:
        self.bank = bank
        self.service = service
        self.graph = graph
        self.plan = plan or Plan()
        self.kill_share = 0.0
        self.kills = Counter[str]()
        self.steps: list[str] = []
        self.rng = random.Random(service.rng.random())  # noqa: S311 replays by its seed
        self.workers = 0
        self.feed: KillableFeed
        self.poller = self.hire()

    @property
    def redis(self) -> Client:
        """The ledger's."""
        return self.bank.redis

    def hire(self) -> Poller:
        """Another worker."""
        self.workers += 1
        self.feed = KillableFeed(self.redis, REF, NAME, f"worker-{self.workers}")
        self.feed.at = self._at
        sink = OwnCharges(self.bank, self._at)
        self.poller = Poller(self.graph, self.feed, sink, self._has, plan=self.plan, clock=self.service.clock)
        return self.poller

    async def look(self) -> None:
        """Look whether it is time; a worker that is killed has a successor once its time has run out."""
        try:
            await self.poller.look()
        except Killed:
            self.feed.killed = True
            await self.redis.delete(keys.feed_reader(REF, NAME))
            self.hire()

    async def charged(self) -> Counter[str]:
        """How often each record was charged."""
        return Counter(each.id for entry in await self.bank.entries() for each in records_of(entry))

    async def _at(self, step: str) -> None:
        self.steps.append(step)
        if self.rng.random() < self.kill_share:
            self.kills[step] += 1
            self.feed.killed = True
            raise Killed

    async def _has(self, ref: AccountRef) -> bool:
        return await self.bank.ledger.account(ref) is not None
