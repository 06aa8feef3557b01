"""Who telephones where, when and for how long: made-up calls of an office. The same seed draws the same.

Nobody is in it: names, numbers and shares are invented. The numbers are those that are kept free for such use, or have
their last digits hidden.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import log
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.playground.config import Json, Labels
from bot.playground.people import ZONE

CALLING = "calling"
"""Calls that people dial; the exchange asks before each."""
CONFERENCE = "conference"
"""A meeting calls somebody."""
TOLL_FREE = "toll-free"
"""Somebody calls the office at its expense."""

CALLS_A_DAY = 30
"""On a working day, on average."""
QUIET_SHARE = 0.1
"""What other days have of it."""
AT_HOUR = (1, 1, 1, 1, 1, 2, 8, 30, 80, 130, 160, 120, 60, 110, 160, 120, 80, 45, 20, 10, 6, 4, 2, 1)
"""How many calls begin in each hour of a day, in proportion: most at ten and at two."""
MEDIAN_S = 150
SPREAD = 1.0
"""Of the logarithm of durations: two thirds of all calls last from 55 seconds to 7 minutes."""
SHORTEST_S = 4
LONGEST_S = 2_700

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go, and how often: each `x` of `number` is any digit, and `***` in its place a call's record has.

    `word` is what a call's record calls a destination that no rate card knows.
    """

    number: str
    share: float
    word: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose calls are paid, and how often they call."""

    user: str
    department: str
    share: float


_Shared = TypeVar("_Shared", Place, Caller)


@dataclass(frozen=True, slots=True)
class Call:
    """A call: `number` is as people write it, and ends in "***" where the rest is hidden."""

    id: str
    service: str
    start: datetime
    duration_s: int
    number: str
    user: str
    department: str
    word: str = ""

    @property
    def minutes(self) -> int:
        """How many were begun."""
        return -(-self.duration_s // 60)

    @property
    def dialled(self) -> str:
        """The number as programs write it."""
        return self.number.replace(" ", "")


DOMESTIC = (
    Place("+1 425 555 01xx", 22),
    Place("+1 212 555 01xx", 14),
    Place("+1 312 555 01xx", 10),
    Place("+1 415 555 01xx", 9),
    Place("+1 604 555 01xx", 5),
)
MOBILES = (
    Place("+44 7700 900xxx", 9),
    Place("+49 151 555***", 4),
    Place("+33 6 15 55***", 2),
    Place("+91 98 5550***", 1),
)
ABROAD = (
    Place("+44 20 7946 0xxx", 6),
    Place("+49 30 5550***", 7),
    Place("+33 1 99 00***", 2),
    Place("+41 44 555***", 2),
    Place("+34 91 555***", 1),
)
FAR = (
    Place("+81 3 555***", 1.2),
    Place("+61 2 555***", 1),
    Place("+254 20 55***", 0.6),
    Place("+263 4 555***", 0.6),
)
UNRATED = (Place("+870 773 0***", 0.6, "Satellite"),)
"""No sample card has a rate for these."""
TOLL_FREE_NUMBERS = (Place("+1 800 555 0199", 6), Place("+44 800 555***", 1), Place("+49 800 555***", 3))
"""The office's own."""

CALLERS = (
    Caller("sally.sales@contoso.example", "Sales", 6),
    Caller("simon.sales@contoso.example", "Sales", 5),
    Caller("helen.helpdesk@contoso.example", "Support", 5),
    Caller("hugo.helpdesk@contoso.example", "Support", 4),
    Caller("mara.manager@contoso.example", "Management", 2),
    Caller("olga.owner@contoso.example", "Management", 1),
    Caller("max.mitglied@contoso.example", "Finance", 2),
    Caller("wanda.warehouse@contoso.example", "Warehouse", 1),
)
ANSWERING = tuple(each for each in CALLERS if each.department in {"Sales", "Support"})
"""Who answers the toll-free numbers."""
CENTRES = {"Sales": "Sales", "Support": "Customer service", "Management": "Administration", "Finance": "Administration"}
"""Which cost centre bears a department's calls; the others have none."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Calls of which kind are made: `places` where people and meetings call, and services with their shares."""

    id: str
    labels: Labels
    places: tuple[Place, ...]
    services: tuple[tuple[str, float], ...] = ((CALLING, 70), (CONFERENCE, 16), (TOLL_FREE, 14))


MIXES = {
    mix.id: mix
    for mix in (
        Mix(
            "office",
            {"en": "As in an office", "de": "Wie in einem Büro"},
            (*DOMESTIC, *MOBILES, *ABROAD, *FAR, *UNRATED),
        ),
        Mix("domestic", {"en": "Domestic calls", "de": "Gespräche im Inland"}, DOMESTIC, ((CALLING, 1),)),
        Mix("mobile", {"en": "Mobiles abroad", "de": "Handys im Ausland"}, MOBILES, ((CALLING, 1),)),
        Mix("meeting", {"en": "Meetings dialling out", "de": "Anrufe aus Besprechungen"}, DOMESTIC, ((CONFERENCE, 1),)),
        Mix("toll-free", {"en": "Toll-free, incoming", "de": "Gebührenfrei, ankommend"}, (), ((TOLL_FREE, 1),)),
        Mix("unrated", {"en": "Without a rate", "de": "Ohne Tarif"}, UNRATED, ((CALLING, 1),)),
    )
}
MIX_DEFAULT = "office"


class Traffic:
    """Draws calls."""

    def __init__(self, seed: int | str) -> None:
        # Calls are drawn to be repeatable, not to be secret.
        self._random = random.Random(seed)  # noqa: S311

    def call(self, start: datetime, mix: Mix = MIXES[MIX_DEFAULT]) -> Call:
        """A call that begins then."""
        draw = self._random
        service = draw.choices([each for each, _ in mix.services], [share for _, share in mix.services])[0]
        incoming = service == TOLL_FREE
        place = _one(draw, TOLL_FREE_NUMBERS if incoming else mix.places)
        caller = _one(draw, ANSWERING if incoming else CALLERS)
        return Call(
            id=str(UUID(int=draw.getrandbits(128), version=4)),
            service=service,
            start=start,
            duration_s=self._duration(),
            number="".join(str(draw.randrange(10)) if each == "x" else each for each in place.number),
            user=caller.user,
            department=caller.department,
            word=place.word,
        )

    def days(self, first: date, count: int, zone: str = ZONE) -> Iterator[Call]:
        """The calls of so many days by the clock of a time zone, in the order in which they began."""
        for number in range(count):
            day = first + timedelta(number)
            busy = CALLS_A_DAY if day.weekday() < _SATURDAY else CALLS_A_DAY * QUIET_SHARE
            calls = max(1, round(self._random.gauss(busy, busy / 6)))
            yield from (self.call(start) for start in sorted(self._start(day, zone) for _ in range(calls)))

    def last_day(self, until: datetime, calls: int, zone: str = ZONE) -> list[Call]:
        """So many calls of the 24 hours before a moment, as many at each hour as on a working day; in their order."""
        here = until.astimezone(ZoneInfo(zone))
        starts = (self._start(here.date(), zone) for _ in range(calls))
        return [self.call(each) for each in sorted(each - _DAY if each >= until else each for each in starts)]

    def _start(self, day: date, zone: str) -> datetime:
        hour = self._random.choices(range(24), AT_HOUR)[0]
        local = datetime.combine(day, time(hour), ZoneInfo(zone))
        return local.astimezone(UTC) + timedelta(seconds=self._random.randrange(3600))

    def _duration(self) -> int:
        drawn = self._random.lognormvariate(log(MEDIAN_S), SPREAD)
        return min(max(round(drawn), SHORTEST_S), LONGEST_S)


def record(call: Call) -> Json:
    """The call's record as the HTTP API takes it."""
    told = {
        "id": call.id,
        "service": call.service,
        "start": call.start.isoformat(timespec="milliseconds"),
        "duration_s": call.duration_s,
        "number": call.dialled,
        "user": call.user,
        "department": call.department,
    }
    return {**told, "destination": call.word} if call.word else told


def _one(draw: random.Random, of: tuple[_Shared, ...]) -> _Shared:
    return draw.choices(of, [each.share for each in of])[0]
