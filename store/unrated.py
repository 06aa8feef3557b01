"""Calls that have no price, told in time: by service and by where they went, each place at most once a day."""

from collections import Counter
from collections.abc import Mapping

from store import keys
from store.keys import AccountRef
from store.scripts import Client, Scripts
from store.tally import Day

NAMED = 5
"""So many places are named at once, those with the most calls; the others are counted."""
PLACES = 1_000
"""So many are looked at."""
KEEP_MS = 400 * 86_400_000


def waiting(days: Mapping[int, Day]) -> dict[str, Counter[str]]:
    """How many calls of these days have no price yet, by service and place."""
    found: dict[str, Counter[str]] = {}
    for day in days.values():
        for group, tally in day.groups.items():
            if tally.unrated > 0:
                found.setdefault(group.service, Counter())[group.destination] += tally.unrated
    return found


class Unrated:
    """Tells where calls without a price went."""

    def __init__(self, redis: Client) -> None:
        self._scripts = Scripts(redis)

    async def tell(self, ref: AccountRef, found: Mapping[str, Counter[str]], day: int) -> int:
        """Tell the places that have more such calls than when they were told last; answers how many were told.

        `found` is as `waiting` answers it, `day` the number of the present day; what was told on it is not told again.
        """
        told = 0
        for service, places in sorted(found.items()):
            told += await self._scripts.call(
                "tell_unrated",
                {"unrated": keys.unrated(ref), "outbox": keys.outbox(keys.partition_of(ref.tenant))},
                tenant=ref.tenant,
                account_id=ref.account,
                service=service,
                day=day,
                most=NAMED,
                keep_ms=KEEP_MS,
                place_count=[text for place, count in places.most_common(PLACES) for text in (place, str(count))],
            )
        return told
