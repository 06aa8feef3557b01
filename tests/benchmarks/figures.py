"""A figure, how it was come by, and what it is held against."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure should be: `least` is what is needed, `goal` what is aimed at; `lower` if less is better."""

    least: float
    goal: float
    lower: bool = False

    def verdict(self, value: float) -> str:
        """Which of the two is reached, in a word."""
        for limit, word in ((self.goal, "goal"), (self.least, "enough")):
            if value <= limit if self.lower else value >= limit:
                return word
        return "MISSED"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, the median of `runs`, with everything that has to be known to measure it again."""

    name: str
    unit: str
    conditions: str
    runs: tuple[float, ...]
    wanted: Wanted | None = None
    digits: int = 2

    @property
    def value(self) -> float:
        """The median."""
        return round(statistics.median(self.runs), self.digits)

    def record(self) -> dict[str, Any]:
        """As `bench.json` has it."""
        runs = [round(each, self.digits + 1) for each in self.runs]
        return {"name": self.name, "value": self.value, "unit": self.unit, "conditions": self.conditions, "runs": runs}


@dataclass(slots=True)
class Pair:
    """Two sides, measured in turn, one after the other."""

    a: list[float] = field(default_factory=list)
    b: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> tuple[float, ...]:
        """Of each turn, the one side by the other."""
        return tuple(a / b for a, b in zip(self.a, self.b, strict=True))


def in_turn(times: int, a: Callable[[], float], b: Callable[[], float]) -> Pair:
    """Measure both sides so often, one after the other."""
    pair = Pair()
    for _ in range(times):
        pair.a.append(a())
        pair.b.append(b())
    return pair


def median(values: Sequence[float]) -> float:
    """The one in the middle."""
    return statistics.median(values)
