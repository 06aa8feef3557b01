"""A worker that polls the stand-in, charges to a real ledger, and can be killed anywhere."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable

from bot.ingest.graph.client import Graph
from bot.ingest.graph.polling import Plan, Poller
from store import keys
from store.calls import Batch
from store.cards import Cards
from store.centres import CentreRules
from store.charged import Charged
from store.charging import Charging
from store.feeds import Feed
from store.keys import AccountRef
from store.plans import Plans
from store.records import records_of
from store.scripts import Client
from tests.controls import REF, Bank
from tests.ingest.graph_service import GraphService

NAME = "graph-00ff"
Moment = Callable[[str], Awaitable[None]]
"""Called at each step with its name; may raise."""


class Killed(BaseException):
    """The process is gone."""


class WatchedCharging(Charging):
    """Charging whose worker can be gone before and after it."""

    at: Moment

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Charged:
        """As the worker does."""
        await self.at("before charging")
        charged = await super().charge(ref, batch, actor=actor)
        await self.at("after charging")
        return charged


class KillableFeed(Feed):
    """A feed whose worker can be gone before it writes, and then leaves nothing tidy."""

    at: Moment
    killed = False

    async def advance(self, **fields: int | str) -> None:
        """The cursor is written after all was charged; before that, where the very first round begins."""
        await self.at("before the cursor" if "through_ms" in fields else "before the beginning")
        await super().advance(**fields)

    async def end_round(self, *, due_ms: int, problem: str = "", mend: bool = False) -> str:
        """Written last."""
        await self.at("before the end")
        return await super().end_round(due_ms=due_ms, problem=problem, mend=mend)

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
        self.charging: WatchedCharging
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
        self.charging = WatchedCharging(
            *(self.redis, Cards(self.redis, self.bank.roles), Plans(self.redis, self.bank.roles)),
            CentreRules(self.redis, self.bank.roles),
        )
        self.charging.at = self._at
        self.poller = Poller(self.graph, self.feed, self.charging, self._has, plan=self.plan, clock=self.service.clock)
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
