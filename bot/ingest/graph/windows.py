"""Which times to ask for: everything since the last time, and some days before it, because records come late."""

from dataclasses import dataclass
from datetime import UTC, datetime

from store.feeds import Standing

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LONGEST_MS = 7 * DAY_MS
"""Of one window. Graph takes 90 days; after each window it is written down how far we are."""
SHORTEST_MS = HOUR_MS
"""A window that is too much for Graph is halved down to this."""
OLDEST_DAYS = 89
"""Calls that began longer ago are not asked for. The ledger knows a record again for 90 days after it was charged, so
for longer than that after its call began: whatever is asked for is charged once, however often."""


@dataclass(frozen=True, slots=True)
class Window:
    """Calls that begin from one moment to another, both included, ms since the epoch, whole seconds."""

    from_ms: int
    to_ms: int

    @property
    def shown(self) -> tuple[str, str]:
        """The moments as Graph takes them."""
        return _iso(self.from_ms), _iso(self.to_ms)

    def halved(self) -> "tuple[Window, ...]":
        """Both halves, which share a moment; or nothing where there is no use in that."""
        if self.to_ms - self.from_ms <= SHORTEST_MS:
            return ()
        middle = (self.from_ms + self.to_ms) // 2000 * 1000
        return Window(self.from_ms, middle), Window(middle, self.to_ms)


def windows(standing: Standing, now_ms: int, *, back_days: int, first_days: int) -> tuple[Window, ...]:
    """What to ask for now, oldest first; each begins where the one before ends, so that nothing falls between.

    `back_days`: so late can a record be. `first_days`: how far to go back the very first time, 89 at most; until all of
    that was read, it begins there.
    """
    to_ms = -(-now_ms // 1000) * 1000
    start_ms = _start(standing, now_ms, back_days, first_days) // 1000 * 1000
    found = list[Window]()
    while start_ms < to_ms:
        end_ms = min(start_ms + LONGEST_MS, to_ms)
        found.append(Window(start_ms, end_ms))
        start_ms = end_ms
    return tuple(found)


def is_too_late(standing: Standing, now_ms: int) -> bool:
    """Whether calls that were not read are too old to be asked for."""
    reached_ms = standing.first_ms if standing.through_ms is None else standing.through_ms
    return reached_ms is not None and reached_ms < now_ms - OLDEST_DAYS * DAY_MS


def _start(standing: Standing, now_ms: int, back_days: int, first_days: int) -> int:
    if standing.through_ms is None:
        first_ms = now_ms - first_days * DAY_MS
        return max(min(standing.first_ms or first_ms, first_ms), now_ms - OLDEST_DAYS * DAY_MS)
    through_ms = min(standing.through_ms, now_ms)  # the clock may have gone back
    return max(through_ms - back_days * DAY_MS, now_ms - OLDEST_DAYS * DAY_MS)


def _iso(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
