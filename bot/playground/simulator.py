"""The call simulator: telephone calls at a chosen pace and tariff, charged through the meter.

The tariffs are samples (public list prices of a comparable service, per minute).
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.playground.config import Clock, Json, Labels, Meter
from bot.playground.hub import Hub
from bot.playground.people import TEAM

PACE_MIN = 1
PACE_MAX = 600
PACE_DEFAULT = 60
LAST_KEPT = 20
LONGEST_CALL_S = 300
SHORTEST_CALL_S = 20
MINUTE_S = 60
MICROS = 1_000_000


@dataclass(frozen=True)
class Tariff:
    """A rate in millionths of the currency unit for each started minute; `number` is a callee's template.

    What a call is called has no language, because it is written into the history, which everyone reads. Of every
    number only the beginning and the last two digits are shown.
    """

    id: str
    labels: Labels
    micros_per_minute: int
    number: str

    @classmethod
    def sample(cls, tariff_id: str, micros_per_minute: int, number: str, *, en: str, de: str) -> "Tariff":
        """A tariff whose labels tell the rate and that it is a sample."""
        rate = f"{micros_per_minute / MICROS:.3f}".removesuffix("0")
        labels = {"en": f"{en} {rate}/min (sample)", "de": f"{de} {rate.replace('.', ',')}/Min. (Beispiel)"}
        return cls(tariff_id, labels, micros_per_minute, number)


TARIFFS = {
    tariff.id: tariff
    for tariff in (
        Tariff.sample("us", 13_000, "+1 425 ••••• {:02d}", en="US", de="USA"),
        Tariff.sample("de", 15_000, "+49 30 ••••• {:02d}", en="Germany", de="Deutschland"),
        Tariff.sample(
            "toll-free-de", 175_000, "+49 800 ••••• {:02d}", en="Toll-free in, Germany", de="Gebührenfrei, Deutschland"
        ),
        Tariff.sample("zw", 223_000, "+263 ••••• {:02d}", en="Zimbabwe", de="Simbabwe"),
        Tariff.sample("uk-mobile", 320_000, "+44 7700 ••••• {:02d}", en="UK mobile", de="UK, mobil"),
        Tariff.sample("satellite", 4_500_000, "+870 ••••• {:02d}", en="Satellite", de="Satellit"),
    )
}
TARIFF_DEFAULT = "uk-mobile"


class InvalidSetting(ValueError):  # noqa: N818 - it names what was given
    """A pace, tariff or card that does not exist."""


@dataclass
class Simulator:
    """Places calls while it runs. The same seed draws the same calls."""

    meter: Meter | None
    hub: Hub
    clock: Clock
    seed: int
    running: bool = False
    pace: int = PACE_DEFAULT
    tariff_id: str = TARIFF_DEFAULT
    calls: int = 0
    charged_micros: int = 0
    error: str | None = None
    _last: deque[Json] = field(default_factory=lambda: deque(maxlen=LAST_KEPT))
    _task: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        # Calls are drawn to be repeatable, not to be secret.
        self._random = random.Random(self.seed)  # noqa: S311

    async def state(self) -> Json:
        """Everything the panel shows. Without a meter the balance is null."""
        told: Json = {
            "running": self.running,
            "pace": self.pace,
            "tariff_id": self.tariff_id,
            "tariffs": [
                {"id": t.id, "labels": t.labels, "micros_per_minute": t.micros_per_minute} for t in TARIFFS.values()
            ],
            "card_id": None,
            "cards": [],
            "calls": self.calls,
            "charged_micros": self.charged_micros,
            "balance_micros": None,
            "currency": None,
            "last": list(reversed(self._last)),
            "error": self.error,
        }
        if self.meter is not None:
            told["balance_micros"], told["currency"] = await self.meter.balance(TEAM)
            told["cards"] = [{"id": card, "labels": labels} for card, labels in await self.meter.cards(TEAM)]
            told["card_id"] = await self.meter.card(TEAM)
        return told

    async def set(self, changes: Json) -> Json:
        """Change `running`, `pace`, `tariff_id`, `card_id`; returns the state.

        Raises:
            InvalidSetting: one of them does not exist; nothing is changed.
        """
        await self._check(changes)
        self.pace = changes.get("pace", self.pace)
        self.tariff_id = changes.get("tariff_id", self.tariff_id)
        self.running = changes.get("running", self.running)
        if "card_id" in changes and self.meter is not None:
            await self.meter.choose_card(TEAM, changes["card_id"])
        self._changed.set()
        if self.running and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())
        return await self._tell()

    async def call(self) -> Json:
        """Place one call now; returns the state."""
        tariff = TARIFFS[self.tariff_id]
        minutes = -(-self._random.randint(SHORTEST_CALL_S, LONGEST_CALL_S) // MINUTE_S)
        amount_micros = minutes * tariff.micros_per_minute
        label = f"{tariff.number.format(self._random.randrange(100))} · {minutes} min"
        operation_id = f"playground-call-{self._random.getrandbits(128):032x}"
        try:
            if self.meter is not None:
                await self.meter.charge(TEAM, amount_micros, label, operation_id)
        except Exception as error:  # noqa: BLE001 - whatever the ledger says is shown, and the calls stop
            self.error, self.running = f"{type(error).__name__}: {error}", False
            return await self._tell()
        self.error = None
        self.calls += 1
        self.charged_micros += amount_micros
        self._last.append({"at": self.clock.wall(), "label": label, "amount_micros": amount_micros})
        return await self._tell()

    async def stop(self) -> None:
        """End the calls."""
        self.running = False
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def refresh(self) -> None:
        """Tell the panel anew, for when the balance changed by something else than a call."""
        await self._tell()

    async def _run(self) -> None:
        while self.running:
            await self.call()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), MINUTE_S / self.pace)

    async def _tell(self) -> Json:
        state = await self.state()
        self.hub.publish({"type": "simulator", "simulator": state})
        return state

    async def _check(self, changes: Json) -> None:
        cards = [card for card, _ in await self.meter.cards(TEAM)] if self.meter is not None else []
        checks: dict[str, Callable[[Any], bool]] = {
            "pace": lambda pace: type(pace) is int and PACE_MIN <= pace <= PACE_MAX,
            "tariff_id": lambda tariff: tariff in TARIFFS,
            "running": lambda running: isinstance(running, bool),
            "card_id": lambda card: card in cards,
        }
        for name, value in changes.items():
            if name not in checks or not checks[name](value):
                raise InvalidSetting(f"{name} cannot be {value!r}")
