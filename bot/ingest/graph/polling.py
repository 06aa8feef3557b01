"""Polling: every quarter of an hour by one worker, every record charged, and only then written down how far we are.

Whatever is cut short anywhere is read again from where it was written down, some days before the last moment that was
read: records come a day or two late. What is read twice is charged once, because the ledger knows it by its id.
"""

import asyncio
import contextlib
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from bot.ending import end
from bot.ingest.graph.access import Clock
from bot.ingest.graph.client import Graph, Page
from bot.ingest.graph.problems import TO_MEND, GraphError, Problem
from bot.ingest.graph.windows import OLDEST_DAYS, Window, is_too_late, windows
from bot.ingest.rows import GRAPH, mapped_rows
from bot.ingest.texts import REASONS
from bot.outages import Outage, redis_outage
from store.calls import Batch
from store.feeds import Feed
from store.keys import AccountRef
from store.leases import LeaseLostError
from store.outcomes import Reason
from store.rating import State

ACTOR = "graph"
LOOK_S = 10.0
"""How often a worker looks whether it is time, seconds."""
SAY_AGAIN_S = 3600.0
"""How often the same problem is told again while it lasts, seconds."""
CURRENCY = str(Reason.CURRENCY_MISMATCH)
WAITING = frozenset({*map(str, (Reason.UNKNOWN_ACCOUNT, Reason.ACCOUNT_CLOSED, Reason.BALANCE_LIMIT)), CURRENCY})
TOO_LATE = (
    "Calls were not read for so long that the oldest of them are not asked for: who has charged them otherwise would"
    " charge them twice. They began before {day}: `credits import --old` takes the report of those days if that is"
    " right."
)

log = structlog.get_logger(__name__)


class Tally(Protocol):
    """What became of a batch."""

    @property
    def states(self) -> Counter[State]:
        """How many records were posted now, by what became of their price."""

    @property
    def repeated(self) -> int:
        """How many had been posted before."""

    def reasons(self) -> Counter[Reason]:
        """How many were refused, by reason."""


class Sink(Protocol):
    """Charges records, each once, however often it is given them."""

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Tally:
        """Charge a RecordBatch of `store.calls.SCHEMA`; a `RedisError` leaves open what was charged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When to poll, and how far back: days a record can be late, and days before the very first time."""

    every_s: float = 900
    back_days: int = 3
    first_days: int = 3


@dataclass(slots=True)
class Round:
    """What one round has read and what became of it, by states and reasons.

    Rows that are no records are `malformed`; records that the ledger does not take are `refused`.
    """

    windows: int = 0
    pages: int = 0
    read: int = 0
    posted: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def waits(self) -> frozenset[str]:
        """Why records are refused that an account, or another, could take: they are asked for until one does."""
        return WAITING & set(self.refused)

    def require_taken(self) -> None:
        """GraphError where some records wait for an account."""
        if self.waits == {CURRENCY}:
            raise GraphError(Problem.OTHER_CURRENCY)
        if self.waits:
            raise GraphError(Problem.NOT_TAKEN, ", ".join(sorted(self.waits)))


class Poller:
    """Reads one organisation's records into one account."""

    def __init__(
        self,
        graph: Graph,
        feed: Feed,
        sink: Sink,
        has_account: Callable[[AccountRef], Awaitable[bool]],
        *,
        plan: Plan | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`has_account`: whether there is an account to charge; nothing is read for one that is still to be opened."""
        self._graph = graph
        self._feed = feed
        self._sink = sink
        self._has_account = has_account
        self._plan = plan or Plan()
        self._clock = clock or Clock()
        self._rest_until_ms = 0
        self._redis = redis_outage()
        self._troubles: dict[Problem, Outage] = {}

    async def run(self) -> None:
        """Poll whenever it is time, until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_S * random.uniform(0.8, 1.2))  # noqa: S311 no secret

    async def look(self) -> Round | None:
        """Poll if it is time and nobody else does; what goes wrong is told in the log."""
        try:
            if self._clock.now_ms() < max(self._rest_until_ms, (await self._feed.standing()).due_ms):
                return None
            found = await self.poll(only_if_due=True)
        except GraphError as error:
            self._trouble(error)
        except LeaseLostError:
            log.info("graph_taken_over", account=self._feed.ref.account)
        except (RedisError, OSError) as error:
            self._redis.away(error)
        except Exception:
            self._rest_until_ms = self._next_ms()
            log.exception("graph_polling_failed")
        else:
            for each in self._troubles.values():
                each.back()
            return found
        return None

    async def poll(self, *, only_if_due: bool = False) -> Round | None:
        """One round; None, and nothing was done, while another worker is at it, or has been just now.

        Raises:
            GraphError: not everything was read; the next round begins where this one came to.
            LeaseLostError: another worker has taken over.
            RedisError: the same, because of Redis.
        """
        if not await self._feed.take():
            return None
        try:
            standing = await self._feed.standing()
            if only_if_due and self._clock.now_ms() < standing.due_ms:
                return None
            async with self._kept():
                try:
                    done = await self._read_all()
                except GraphError as error:
                    due_ms, mend = self._next_ms(error.wait_s), error.problem in TO_MEND
                    await self._feed.end_round(due_ms=due_ms, problem=error.problem, mend=mend)
                    raise
                await self._feed.end_round(due_ms=self._next_ms())
        finally:
            await self._leave()
        say = log.warning if done.refused or done.malformed else log.info  # calls that nobody pays for
        say(
            "graph_polled", account=self._feed.ref.account, pages=done.pages, read=done.read,
            posted=dict(+done.posted), repeated=done.repeated, refused=dict(done.refused),
            malformed=dict(done.malformed), unknown_codes=done.unknown.total(),
        )  # fmt: skip
        return done

    async def _read_all(self) -> Round:
        if not await self._has_account(self._feed.ref):
            raise GraphError(Problem.NO_ACCOUNT, self._feed.ref.account)
        standing, now_ms, done = await self._feed.standing(), self._clock.now_ms(), Round()
        if is_too_late(standing, now_ms):
            day = datetime.fromtimestamp(now_ms // 1000 - OLDEST_DAYS * 86_400, UTC)
            log.warning("graph_calls_passed_over", reason=TOO_LATE.format(day=f"{day:%Y-%m-%d}"))
        through_ms = standing.through_ms or 0
        if through_ms > now_ms:  # the clock has gone back: that was not read
            through_ms = 0
        plan = self._plan
        todo = deque(windows(standing, now_ms, back_days=plan.back_days, first_days=plan.first_days))
        if standing.through_ms is None and todo[0].from_ms != standing.first_ms:
            await self._feed.advance(first_ms=todo[0].from_ms)
        while todo:
            window = todo.popleft()
            try:
                await self._read(window, done)
            except GraphError as error:
                if error.problem is not Problem.TOO_SLOW or not (halves := window.halved()):
                    raise
                todo.extendleft(reversed(halves))
                continue
            done.windows += 1
            if window.to_ms > through_ms and not done.waits:
                through_ms = window.to_ms
                await self._feed.advance(through_ms=through_ms)
        done.require_taken()
        return done

    async def _read(self, window: Window, done: Round) -> None:
        async with contextlib.aclosing(self._graph.pages(window)) as pages:
            async for page in pages:
                await self._charge(page, done)

    async def _charge(self, page: Page, done: Round) -> None:
        found = await asyncio.to_thread(mapped_rows, page.rows, GRAPH)
        done.pages += 1
        done.read += len(page.rows)
        done.malformed.update(str(REASONS[code - 1]) for code in found.verdicts[found.verdicts > 0].tolist())
        done.unknown += found.unknown
        if not found.records.num_rows:
            return
        tally = await self._sink.charge(self._feed.ref, found.records, actor=ACTOR)
        done.posted.update({state.value: count for state, count in tally.states.items()})
        done.repeated += tally.repeated
        done.refused.update({reason.value: count for reason, count in tally.reasons().items()})

    @contextlib.asynccontextmanager
    async def _kept(self) -> AsyncIterator[None]:
        """Keep the feed for as long as it takes. Who loses it all the same finds out when it writes how far it is."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(self._feed.ttl_ms / 3000)
                with contextlib.suppress(RedisError, OSError):  # there is time for another try
                    if not await self._feed.take():
                        return

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            await end([keeping])

    async def _leave(self) -> None:
        with contextlib.suppress(RedisError, OSError):  # then it runs out
            await self._feed.leave()

    def _next_ms(self, wait_s: float = 0) -> int:
        every_s = self._plan.every_s * random.uniform(0.9, 1.1)  # noqa: S311 no secret
        return self._clock.now_ms() + int(1000 * max(every_s, wait_s))

    def _trouble(self, error: GraphError) -> None:
        """Told at once, and again now and then: who reads the log can set most of it right."""
        if error.problem not in self._troubles:
            self._troubles[error.problem] = Outage(
                "graph", "{why}", "Call records are read from Microsoft Graph again.", every_s=SAY_AGAIN_S
            )
        self._troubles[error.problem].away(str(error), problem=error.problem.value)
