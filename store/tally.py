"""What calls come to, by the day and hour of their start in the workspace's time zone. Pure.

A tally's parts are kept in Redis as texts: `<service> <destination> <cost centre>` for a day, divided by U+001F, and
`<service> <hour>` for one of its hours.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from store import basis
from store.basis import ByRate, Unrated

DIVIDED = "\x1f"
HOURS = 24
QUARTER_MS = 900_000
"""Time zones change at quarters of an hour."""


@dataclass(slots=True)
class Tally:
    """Sums over calls. Times are in seconds, money in millionths.

    Attributes:
        calls: how many there were; one that was reversed was made all the same.
        micros: what they cost, without what was given back.
        billed_s: what was billed of them; of a call without a rate its duration.
        pooled_s: what pools took of that, without what they got back.
        unrated: how many have no price yet.
    """

    calls: int = 0
    micros: int = 0
    billed_s: int = 0
    pooled_s: int = 0
    unrated: int = 0

    def add(self, other: "Tally") -> None:
        """Put another one on top."""
        self.calls += other.calls
        self.micros += other.micros
        self.billed_s += other.billed_s
        self.pooled_s += other.pooled_s
        self.unrated += other.unrated

    def __bool__(self) -> bool:
        return bool(self.calls or self.micros or self.billed_s or self.pooled_s or self.unrated)

    def __str__(self) -> str:
        return f"{self.calls} {self.micros} {self.billed_s} {self.pooled_s} {self.unrated}"

    @classmethod
    def read(cls, text: str) -> "Tally":
        """From what `str` made."""
        return cls(*map(int, text.split(" ")))


class Group(NamedTuple):
    """What calls of a day are told apart by; "" where the record does not say."""

    service: str
    destination: str = ""
    centre: str = ""


@dataclass(slots=True)
class Day:
    """The calls that started on a day, and of each service in its hours, 0 to 23."""

    groups: defaultdict[Group, Tally] = field(default_factory=lambda: defaultdict(Tally))
    hours: defaultdict[tuple[str, int], Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, group: Group, hour: int, tally: Tally) -> None:
        """Some calls more."""
        self.groups[group].add(tally)
        self.hours[group.service, hour].add(tally)

    def put(self, name: str, tally: Tally) -> None:
        """What is kept under a name."""
        parts = name.split(DIVIDED)
        if len(parts) == len(Group._fields):
            self.groups[Group(*parts)].add(tally)
        else:
            self.hours[parts[0], int(parts[1])].add(tally)

    def parts(self) -> Iterable[tuple[str, Tally]]:
        """What is kept, under which name."""
        for group, tally in self.groups.items():
            yield DIVIDED.join(group), tally
        for (service, hour), tally in self.hours.items():
            yield f"{service}{DIVIDED}{hour}", tally


BEGINNING = 5
"""So many signs of a number say where a call went whose record names no destination."""


def place_of(destination: str, number: str) -> str:
    """Where a call without a price went, in a word: what its number begins with where the record has none."""
    return destination or (f"{number[:BEGINNING]}…" if number else "")


def hour_of(start_ms: int, zone: str) -> int:
    """The hour of a moment by a time zone's clock, counted from 1970-01-01 00:00 there."""
    return hour_of_quarter(start_ms // QUARTER_MS, zone)


@lru_cache(maxsize=65_536)
def hour_of_quarter(quarter: int, zone: str) -> int:
    """The hour of a quarter of an hour, counted from 1970-01-01 00:00 UTC; no time zone changes within one."""
    local = datetime.fromtimestamp(quarter * QUARTER_MS // 1000, ZoneInfo(zone))
    return (local.toordinal() - _EPOCH) * HOURS + local.hour


_EPOCH = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 a calendar's day, in no time zone


def told_by(ground: str, duration_s: int) -> tuple[int, int, int]:
    """Of a line with this ground: the seconds that were billed, those that pools took, and 1 if it has no price."""
    billed, pooled, unrated = seconds_of(ground)
    return (duration_s if billed < 0 else billed), pooled, unrated


@lru_cache(maxsize=65_536)
def seconds_of(ground: str) -> tuple[int, int, int]:
    """Billed, pooled and unrated, as `told_by`; -1 s where the ground does not say how much was billed."""
    found = basis.read(ground) if ground else None
    if isinstance(found, ByRate):
        return found.billed_s, sum(seconds for _, seconds in found.pooled), 0
    return -1, 0, int(isinstance(found, Unrated))
