"""What in an account's usage is unlike what was usual: found in its sums, told once, and quiet about small amounts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from store import keys
from store.keys import AccountRef
from store.operations import digest
from store.scripts import Client, Scripts
from store.tally import Day, Tally

RECENT_DAYS = 3
"""Records come up to two days late: so many days are looked at."""
HISTORY_DAYS = 14
"""So long calls have to be known before anything is unusual."""
LOOK_BACK_DAYS = 60
FLOOR_MICROS = 5_000_000
"""Five units of the currency: what costs less is nobody's worry."""
STEPS = 6
"""So many times the usual deviation above the median is unusual."""
AT_ONCE = 5
"""So many things are told at one look, the dearest; of the others it is known then that they are there."""
KEEP_MS = 400 * 86_400_000
_WEEK = 7
_THURSDAY = 3
"""1970-01-01 was one; Monday is 0."""


class What(StrEnum):
    """What is unusual."""

    DESTINATION = "destination"
    """Nobody called there before; the subject is its name."""
    HOUR = "hour"
    """Nobody called at that hour of the week before; the subject is the weekday, 0 for Monday, and the hour: "6 3"."""
    DAY = "day"
    """More was spent on a day than on others; the subject is the day's number since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual: of which service, what was spent in it, and what is usual, millionths."""

    what: What
    service: str
    subject: str
    micros: int
    usual_micros: int = 0


def findings(days: Mapping[int, Day], today: int, first: int) -> list[Finding]:
    """What is unusual in the last days, the dearest first; `first` is the first day that anything is known of."""
    recent = range(today - RECENT_DAYS + 1, today + 1)
    if first < 0 or first > recent.start - HISTORY_DAYS:
        return []
    before = {number: day for number, day in days.items() if number < recent.start}
    now = {number: days[number] for number in recent if number in days}
    found = [*_places(before, now), *_hours(before, now), *_spending(before, now, recent.start)]
    return sorted(found, key=lambda each: -each.micros)


def _places(before: Mapping[int, Day], now: Mapping[int, Day]) -> Iterator[Finding]:
    known = {(group.service, group.destination) for day in before.values() for group in day.groups}
    sums: dict[tuple[str, str], Tally] = {}
    for day in now.values():
        for group, tally in day.groups.items():
            sums.setdefault((group.service, group.destination), Tally()).add(tally)
    for (service, destination), tally in sums.items():
        if destination and (service, destination) not in known and tally.micros >= FLOOR_MICROS:
            yield Finding(What.DESTINATION, service, destination, tally.micros)


def _hours(before: Mapping[int, Day], now: Mapping[int, Day]) -> Iterator[Finding]:
    known = {
        (service, weekday(number), hour)
        for number, day in before.items()
        for (service, hour), tally in day.hours.items()
        if tally.calls
    }
    for number, day in now.items():
        for (service, hour), tally in day.hours.items():
            if tally.micros >= FLOOR_MICROS and (service, weekday(number), hour) not in known:
                yield Finding(What.HOUR, service, f"{weekday(number)} {hour}", tally.micros)


def _spending(before: Mapping[int, Day], now: Mapping[int, Day], start: int) -> Iterator[Finding]:
    services = {group.service for day in now.values() for group in day.groups}
    for service in sorted(services):
        past = [_spent(before.get(number), service) for number in range(start - 4 * _WEEK, start)]
        usual, limit = usual_and_limit(past)
        for number, day in now.items():
            spent = _spent(day, service)
            if spent >= limit:
                yield Finding(What.DAY, service, str(number), spent, usual)


def usual_and_limit(past: Sequence[int]) -> tuple[int, int]:
    """The median, and from where on an amount is unusual: far above the median as amounts deviate, and worth a word.

    Half as much again as the median is the least that counts as a deviation of `STEPS`, so that an account that always
    spends the same is not alarmed by a little.
    """
    middle = median(past)
    deviation = median([abs(each - middle) for each in past])
    limit = middle + max(STEPS * deviation, middle / 2)
    return int(middle), max(int(limit) + 1, int(middle) + FLOOR_MICROS)


def weekday(day: int) -> int:
    """The weekday of a day since 1970-01-01, 0 for Monday."""
    return (day + _THURSDAY) % _WEEK


def _spent(day: Day | None, service: str) -> int:
    return sum(tally.micros for group, tally in day.groups.items() if group.service == service) if day else 0


class Watch:
    """Tells what is unusual, once for each thing."""

    def __init__(self, redis: Client) -> None:
        self._scripts = Scripts(redis)

    async def tell(self, ref: AccountRef, currency: str, found: Sequence[Finding]) -> int:
        """Tell the first `AT_ONCE` of what is not known yet, and note the others; answers how many were told."""
        told = 0
        for each in found:
            answer = await self._scripts.call(
                "tell_unusual",
                {
                    "noted": keys.unusual(ref, digest(each.what, each.service, each.subject)),
                    "outbox": keys.outbox(keys.partition_of(ref.tenant)),
                },
                tenant=ref.tenant,
                account_id=ref.account,
                tell=int(told < AT_ONCE),
                what=each.what,
                service=each.service,
                subject=each.subject,
                amount_micros=each.micros,
                usual_micros=each.usual_micros,
                currency=currency,
                keep_ms=KEEP_MS,
            )
            told += answer == "told"
        return told
