"""The call simulator: a telephone exchange that pays for its calls through the HTTP API, at a chosen pace."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.ending import end
from bot.playground.config import SPEED, Clock, Json, Wallet
from bot.playground.exchange import Exchange, Problem, UnreachableError
from bot.playground.hub import Hub
from bot.playground.line import Line, Lines, State
from bot.playground.people import TEAM
from bot.playground.traffic import MIX_DEFAULT, MIXES, Call, Traffic

PACE_MIN = 1
PACE_MAX = 600
PACE_DEFAULT = 60
LAST_KEPT = 20
BUSY_CALLS = 120
BUSY_S = 20.0
"""How long a busy day takes."""
WATCH_S = 0.5
MINUTE_S = 60
MICROS = 1_000_000

UNKNOWN: Json = {"balance_micros": None, "currency": None, "cards": [], "card_id": None}
NOT_CONNECTED = "The bot is not running yet."


class InvalidSetting(ValueError):  # noqa: N818 - it names what was given
    """A pace, mix or card that does not exist."""


@dataclass
class Simulator:
    """Places calls while it runs. The same seed draws the same calls."""

    wallet: Wallet | None
    hub: Hub
    clock: Clock
    seed: int
    speed: float = SPEED
    running: bool = False
    busy: bool = False
    pace: int = PACE_DEFAULT
    mix_id: str = MIX_DEFAULT
    error: str | None = None
    _exchange: Exchange | None = None
    _money: Json = field(default_factory=lambda: dict(UNKNOWN))
    _counts: Counter[State] = field(default_factory=Counter)
    _charged: Decimal = Decimal()
    _last: deque[Line] = field(default_factory=lambda: deque(maxlen=LAST_KEPT))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _runner: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._traffic = Traffic(self.seed)

    def connect(self, exchange: Exchange) -> None:
        """From now on calls are paid over this; what is left is looked at until `stop`, whoever changes it."""
        self._exchange = exchange
        self._begin(self._watch())

    async def state(self) -> Json:
        """Everything the panel shows. The balance is null until somebody could be asked for it."""
        if self._money == UNKNOWN:
            await self._look()
        return self._told()

    async def set(self, changes: Json) -> Json:
        """Change `running`, `pace`, `mix_id`, `card_id`; returns the state.

        Raises:
            InvalidSetting: one of them does not exist; nothing is changed.
        """
        await self._check(changes)
        self.pace = changes.get("pace", self.pace)
        self.mix_id = changes.get("mix_id", self.mix_id)
        self.running = changes.get("running", self.running)
        if "card_id" in changes and self.wallet is not None:
            await self.wallet.choose_card(TEAM, changes["card_id"])
        self._changed.set()
        if self.running and (self._runner is None or self._runner.done()):
            self._runner = self._begin(self._run())
        await self._look()
        return self._tell()

    async def call(self) -> Json:
        """Place one call and lead it to its end; returns the state."""
        await self._lead(self._draw())
        await self._look()
        return self._tell()

    def place(self) -> Json:
        """Place one call, which goes on; returns the state."""
        self._begin(self._lead(self._draw()))
        return self._told()

    def play_busy_day(self) -> Json:
        """Place the calls of the last 24 hours, had they been a busy day, within seconds; returns the state."""
        if not self.busy:
            self.busy = True
            self._begin(self._busy_day())
        return self._tell()

    async def stop(self) -> None:
        """End the calls and hang up. What was set aside for them comes back by itself."""
        self.running = False
        await end(self._tasks)
        if self._exchange:
            await self._exchange.close()
            self._exchange = None

    def _draw(self) -> Call:
        return self._traffic.call(datetime.fromtimestamp(self.clock.wall(), UTC), MIXES[self.mix_id])

    async def _run(self) -> None:
        while self.running:
            self.place()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), MINUTE_S / self.pace)

    async def _busy_day(self) -> None:
        until = datetime.fromtimestamp(self.clock.wall(), UTC)
        pause_s = BUSY_S * SPEED / self.speed / BUSY_CALLS
        calls = []
        try:
            for call in self._traffic.last_day(until, BUSY_CALLS):
                calls.append(self._begin(self._lead(call, now=False)))
                await asyncio.sleep(pause_s)
            await asyncio.gather(*calls)
        finally:
            self.busy = False
        self._tell()

    async def _lead(self, call: Call, *, now: bool = True) -> None:
        """Let a call take place; what keeps all calls from being paid is shown, and they stop."""
        line = Line(call)
        self._last.append(line)
        self._tell()
        self.error = await self._led(line, now=now)
        if self.error is not None:
            line.state, line.why, self.running = State.LOST, self.error, False
            self._changed.set()
        self._counts[line.state] += 1
        self._charged += line.charged
        self._tell()

    async def _led(self, line: Line, *, now: bool) -> str | None:
        """Why calls cannot be paid, None where this one was paid or refused for itself."""
        if self._exchange is None:
            return NOT_CONNECTED
        try:
            await Lines(self._exchange, self.clock, self.speed).lead(line, now=now)
        except (Problem, UnreachableError) as error:
            return str(error)
        return None

    async def _watch(self) -> None:
        """Show what is left anew when something has changed it, such as a recharge."""
        while True:
            before = dict(self._money)
            await self._look()
            if self._money != before:
                self._tell()
            await asyncio.sleep(WATCH_S)

    async def _look(self) -> None:
        """Read what is left, and the cards; what is away stays as it was shown."""
        if self._exchange is not None:
            with contextlib.suppress(Problem, UnreachableError):
                account = await self._exchange.account()
                balance = int(Decimal(account["balance"]["amount"]) * MICROS)
                self._money |= {"balance_micros": balance, "currency": account["currency"]}
        if self.wallet is not None:
            with contextlib.suppress(Exception):
                cards = [{"id": card, "labels": labels} for card, labels in await self.wallet.cards(TEAM)]
                self._money |= {"cards": cards, "card_id": await self.wallet.card(TEAM)}

    def _told(self) -> Json:
        return {
            "running": self.running,
            "busy": self.busy,
            "pace": self.pace,
            "mix_id": self.mix_id,
            "mixes": [{"id": mix.id, "labels": mix.labels} for mix in MIXES.values()],
            "calls": self._counts.total() - self._counts[State.REFUSED] - self._counts[State.LOST],
            "refused": self._counts[State.REFUSED],
            "charged_micros": int(self._charged * MICROS),
            "last": [line.told() for line in reversed(self._last)],
            "docs": f"{self._exchange.url}/v1/docs" if self._exchange else None,
            "error": self.error,
            **self._money,
        }

    def _tell(self) -> Json:
        state = self._told()
        self.hub.publish({"type": "simulator", "simulator": state})
        return state

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _check(self, changes: Json) -> None:
        cards = [card for card, _ in await self.wallet.cards(TEAM)] if self.wallet is not None else []
        checks: dict[str, Callable[[Any], bool]] = {
            "pace": lambda pace: type(pace) is int and PACE_MIN <= pace <= PACE_MAX,
            "mix_id": lambda mix: mix in MIXES,
            "running": lambda running: isinstance(running, bool),
            "card_id": lambda card: card in cards,
        }
        for name, value in changes.items():
            if name not in checks or not checks[name](value):
                raise InvalidSetting(f"{name} cannot be {value!r}")
