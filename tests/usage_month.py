"""A made-up month of calls as a PSTN usage report, the same for the same seed: `python -m tests.usage_month FILE`.

It has what real reports have and what they should not have: every call type, masked numbers, codes that nobody
knows, lines that come again days later, and broken ones. Nobody is in it: names and numbers are invented patterns.
"""

import argparse
import random
from bisect import bisect
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate
from pathlib import Path
from typing import IO

COLUMNS = (
    "UsageId", "Call ID", "Conference ID", "User Location", "AAD ObjectId", "UPN", "User Display Name", "Caller ID",
    "Call Type", "Number Type", "Domestic/International", "Destination Dialed", "Destination Number", "Start Time",
    "End Time", "Duration Seconds", "Connection Fee", "Charge", "Currency", "Capability",
)  # fmt: skip
HEADER = (",".join(COLUMNS) + "\r\n").encode()

_HOUR = 3600
_AT_HOUR = (4, 2, 1, 1, 1, 2, 6, 25, 80, 130, 140, 125, 70, 90, 130, 135, 115, 75, 35, 20, 15, 12, 10, 8)
"""How many calls begin in each hour of a working day; of other days it is an eighth."""
_LATER = 20_000
"""By how many lines at most a line comes again later; in a short report by a quarter of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A destination; `digits` has an `x` for each digit that differs."""

    country: str
    name: str
    digits: str
    masked: bool = False


PLACES = (
    (Place("US", "United States", "+14255550 1xx"), 22),
    (Place("US", "United States", "+12125550 1xx"), 3),  # the sample rates have 1425, and none for all of 1
    (Place("GB", "United Kingdom", "+442079460xxx"), 12),
    (Place("GB", "United Kingdom Mobile", "+447700900xxx"), 9),
    (Place("DE", "Germany", "+49305550xxx", masked=True), 25),
    (Place("FR", "France", "+331990xxxxx", masked=True), 4),
    (Place("FR", "France Mobile", "+33615550xxxx", masked=True), 4),
    (Place("FR", "France", "+33415550xxxx", masked=True), 1),
    (Place("CH", "Switzerland", "+41445550xxx", masked=True), 4),
    (Place("AT", "Austria", "+4315550xxx"), 3),
    (Place("AT", "Austria Mobile", "+436765550xxx"), 2),
    (Place("IN", "India", "+91225550xxxx"), 3),
    (Place("IN", "India Mobile", "+919855500xxx"), 3),
    (Place("JP", "Japan", "+8135550xxxx"), 2),
    (Place("ZW", "Zimbabwe", "+2634555xxx"), 1),
    (Place("", "", "+99955500xx"), 1),
)
"""Where calls go, and how often."""

_TOLL_FREE = Place("US", "United States", "+18005550 1xx")
_PLANS = ("MCOPSTN1", "MCOPSTN2", "MCOPSTN5", "MCOPSTN6", "MCOPSTN8", "MCOPSTN9", "MCOPSTNCAP")
_PAID = ("MCOPSTNPP",)
_MEETING = ("MCOMEETADD", "MCOMEETADD_FACULTY", "MCOMEETACPEA")

KINDS: tuple[tuple[str, str, tuple[tuple[str, ...], ...], int], ...] = (
    ("user_out", "Subscriber", (_PLANS, _PLANS, _PAID, ("FREECALL",), ("MCOEV", "MCOEV_STUDENT"), ("MCONEW7",)), 500),
    ("user_out_transfer", "Subscriber", (_PLANS, _PAID), 30),
    ("user_out_forwarding", "Subscriber", (_PLANS, _PAID), 60),
    ("user_out_conf", "Subscriber", (_PAID, _MEETING), 40),
    ("conf_out", "Service Toll", (_MEETING, _MEETING, _PAID), 90),
    ("ucap_out", "Service Toll", (_PAID, _PLANS), 20),
    ("user_in", "Subscriber", (_PLANS, ("MCOEV",)), 110),
    ("conf_in", "Service Toll-Free", (_PAID, _MEETING), 50),
    ("conf_in", "Service Toll", (_MEETING,), 30),
    ("ucap_in", "Service Toll-Free", (_PAID, ("MCOPSTNCAP",)), 30),
    ("ucap_in", "Service Toll", (("MCOPSTNCAP",),), 10),
    ("unassigned_in", "Subscriber", (("",),), 5),
    ("dr_out", "Subscriber", (("MCOEV",),), 10),
    ("dr_in", "Subscriber", (("MCOEV",),), 5),
    ("user_out_assisted", "Subscriber", (_PLANS,), 5),
    ("echo_in", "Subscriber", (("",),), 5),
)
"""Call type, number type, capabilities, and how often; the last two call types are known to nobody."""


def _changed(column: str, text: bytes) -> Callable[[list[bytes]], bytes]:
    at = COLUMNS.index(column)
    return lambda cells: b",".join((*cells[:at], text, *cells[at + 1 :]))


BROKEN: dict[str, Callable[[list[bytes]], bytes]] = {
    "cut off": lambda cells: b",".join(cells[:11]),
    "a column more": lambda cells: b",".join((*cells, b"0")),
    "no line at all": lambda _: b"--- page 7 of 12 ---",
    "no id": _changed("UsageId", b""),
    "id with spaces": _changed("UsageId", b"4711 / 12"),
    "id too long": _changed("UsageId", b"7" * 65),
    "duration of words": _changed("Duration Seconds", b"two minutes"),
    "duration with decimals": _changed("Duration Seconds", b"61.5"),
    "duration negative": _changed("Duration Seconds", b"-61"),
    "duration missing": _changed("Duration Seconds", b""),
    "duration of a month": _changed("Duration Seconds", b"2678400"),
    "no such day": _changed("Start Time", b"2026-02-30T09:15:02.1184213Z"),
    "no such hour": _changed("Start Time", b"2026-02-20T24:15:02Z"),
    "start in words": _changed("Start Time", b"yesterday"),
    "start missing": _changed("Start Time", b""),
    "charge too fine": _changed("Charge", b"0.701"),
    "charge of words": _changed("Charge", b"n/a"),
    "charge negative": _changed("Charge", b"-0.70"),
    "charge too large": _changed("Charge", b"99999999999999.99"),
    "fee with a comma": _changed("Connection Fee", b'"0,10"'),
    "no such currency": _changed("Currency", b"EURO"),
    "zero byte": _changed("UPN", b"user\x00@contoso.example"),
    "not UTF-8": _changed("User Display Name", b"B\xfcro"),
    "quote not closed": _changed("UPN", b'"user@contoso.example'),
    "return in the line": _changed("Destination Dialed", b"Ger\rmany"),
}
"""What is wrong with a broken line, by name: the line's cells, made into such a line."""


@dataclass(frozen=True, slots=True)
class Month:
    """What to make: `records` lines in all, of which shares are `repeats` and `broken`."""

    records: int
    seed: int = 4
    year: int = 2026
    month: int = 10
    currency: str = "USD"
    users: int = 800
    repeats: float = 0.02
    broken: float = 0.01


@dataclass(slots=True)
class Made:
    """What was made: lines that can be read, of these how many came again, and broken ones by what is wrong."""

    good: int = 0
    repeated: int = 0
    broken: Counter[str] = field(default_factory=Counter)


def write(month: Month, file: IO[bytes]) -> Made:
    """Write the report, header first; the answer says what is in it."""
    made, again, rng = Made(), list[tuple[int, bytes]](), random.Random(month.seed)  # noqa: S311 - a seed is wanted
    kinds, out, later = list(BROKEN), [HEADER], min(_LATER, month.records // 4)
    lines = _lines(month, rng)
    for number in range(month.records):
        if again and again[0][0] <= number:
            _, line = heappop(again)
            made.repeated += 1
        elif rng.random() < month.broken:
            kind = kinds[made.broken.total() % len(kinds)]
            line = BROKEN[kind](next(lines)) + b"\r\n"
            made.broken[kind] += 1
        else:
            line = b",".join(next(lines)) + b"\r\n"
            if rng.random() < month.repeats:
                heappush(again, (number + rng.randint(1, later), line))
        out.append(line)
        if len(out) > 10_000:
            file.write(b"".join(out))
            out.clear()
    file.write(b"".join(out))
    made.good = month.records - made.broken.total()
    return made


def _lines(month: Month, rng: random.Random) -> Iterator[list[bytes]]:
    """Good lines without end, in the order of their starts, as cells."""
    users, starts = _users(month, rng), _starts(month, rng)
    kinds = rng.choices(KINDS, [each[-1] for each in KINDS], k=_SAMPLE)
    places = rng.choices([each for each, _ in PLACES], [weight for _, weight in PLACES], k=_SAMPLE)
    durations = [_duration(rng) for _ in range(_SAMPLE)]
    clock = _Clock(month)
    pick, bits = rng.random, rng.getrandbits
    while True:
        call_type, number_type, capabilities, _ = kinds[int(pick() * _SAMPLE)]
        place = _TOLL_FREE if "Free" in number_type else places[int(pick() * _SAMPLE)]
        location, user_id, upn, name, own = users[int(pick() * month.users)]
        codes = capabilities[int(pick() * len(capabilities))]
        code = codes[int(pick() * len(codes))]
        seconds, start, usage_id = durations[int(pick() * _SAMPLE)], next(starts), f"{bits(128):032x}"
        charge = fee = "0.00"
        if code == "MCOPSTNPP" and seconds:
            charge, fee = f"{(seconds + 59) // 60 * int(1 + pick() * 40) / 100:.2f}", ("0.00", "0.05")[pick() < 0.1]
        meeting = f"{bits(30)}" if "conf" in call_type else ""
        guid = f"{usage_id[:8]}-{usage_id[8:12]}-{usage_id[12:16]}-{usage_id[16:20]}-{usage_id[20:]}"
        yield (
            f"{guid if pick() < 0.9 else guid.upper()}|{bits(40)}@192.0.2.17|{meeting}|{location}|{user_id}|{upn}|"
            f'"{name}"|{own}|{call_type}|{number_type}|{("International", "Domestic")[place.country == location]}|'
            f"{place.name}|{_number(place, pick())}|{clock.text(start)}|{clock.text(start + seconds * 10**7)}|"
            f"{seconds}|{fee}|{charge}|{month.currency}|{code}"
        ).encode().split(b"|")  # fmt: skip


_SAMPLE = 1 << 14
"""From so many kinds, places and durations drawn once, lines choose."""


def _users(month: Month, rng: random.Random) -> list[tuple[str, str, str, str, str]]:
    """Location, id, UPN, display name and number of each; the name has a comma in it, as `surname, name` has."""
    found = []
    for number in range(month.users):
        location = rng.choice(("US", "US", "GB", "DE", "DE", "FR"))
        digits = f"{rng.getrandbits(128):032x}"
        guid = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        upn = f"user{number:04}@contoso.example" if number % 50 else ""
        found.append((location, guid, upn, f"User {number:04}, {rng.choice(('Sales', 'Büro', 'IT'))}", "+49305550***"))
    return found


def _duration(rng: random.Random) -> int:
    """Seconds: some calls are not answered, most are short, a few go on for hours."""
    kind = rng.random()
    if kind < 0.12:
        return 0
    if kind < 0.125:
        return rng.choice((1, 59, 60, 61, 3600, 86_400))
    return min(int(rng.lognormvariate(4.9, 1.1)) + 1, 6 * _HOUR)


def _number(place: Place, choice: float) -> str:
    """A number there; where numbers are masked, nine of ten are."""
    digits = place.digits.replace(" ", "")
    stem = digits.rstrip("x")
    width = len(digits) - len(stem)
    rest = f"{int(choice * 10**width):0{width}}"
    return f"{stem}{rest[:-3]}***" if place.masked and int(choice * 10**6) % 10 else f"{stem}{rest}"


def _starts(month: Month, rng: random.Random) -> Iterator[int]:
    """Starts in ticks of 100 ns since the month began, none before the one that came earlier, as dense as the hours."""
    first, days = datetime(month.year, month.month, 1, tzinfo=UTC), monthrange(month.year, month.month)[1]
    per_hour = [
        share if (first + timedelta(day)).weekday() < 5 else share / 8 for day in range(days) for share in _AT_HOUR
    ]
    sums, number, wanted = [0.0, *accumulate(per_hour)], 0, month.records * (1 - month.repeats)
    while True:
        share = min((number + rng.random()) / wanted, 0.999_999) * sums[-1]
        hour = bisect(sums, share) - 1
        yield int((hour + (share - sums[hour]) / per_hour[hour]) * _HOUR * 10**7)
        number += 1


class _Clock:
    """Ticks since the month began as text; that of each second is made once."""

    def __init__(self, month: Month) -> None:
        self._first = datetime(month.year, month.month, 1, tzinfo=UTC)
        self._hours: dict[int, str] = {}
        self._minutes = [f"{second // 60:02}:{second % 60:02}" for second in range(_HOUR)]

    def text(self, ticks: int) -> str:
        seconds, fraction = divmod(ticks, 10**7)
        hour, second = divmod(seconds, _HOUR)
        if hour not in self._hours:
            self._hours[hour] = (self._first + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:")
        return f"{self._hours[hour]}{self._minutes[second]}.{fraction:07}Z"


def main() -> None:
    """At the command line."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("file", type=Path)
    told.add_argument("--records", type=int, default=1_000_000)
    told.add_argument("--seed", type=int, default=4)
    given = told.parse_args()
    with given.file.open("wb") as file:
        made = write(Month(given.records, given.seed), file)
    print(f"{made.good} good lines, {made.repeated} of them again; broken: {dict(made.broken)}")  # noqa: T201


if __name__ == "__main__":
    main()
