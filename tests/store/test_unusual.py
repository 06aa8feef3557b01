"""Unusual usage is found, told once, and small amounts are nobody's worry."""

from store import keys
from store.events import UsageUnusual
from store.operations import digest
from store.scripts import Client
from store.tally import Day, Group, Tally
from store.unusual import FLOOR_MICROS, KEEP_MS, Finding, Watch, What, findings, usual_and_limit, weekday
from tests.controls import REF, Bank
from tests.store.outline import outline

TODAY = 20_780
FIRST = TODAY - 40
USUAL = Group("calling", "Germany")
MUCH = FLOOR_MICROS


def history() -> dict[int, Day]:
    """Ten dollars a day for calls to Germany at nine."""
    days = {}
    for number in range(FIRST, TODAY + 1):
        days[number] = Day()
        days[number].add(USUAL, 9, Tally(10, 10_000_000, 600))
    return days


def found(days: dict[int, Day], first: int = FIRST) -> list[tuple[str, str, str]]:
    """What is unusual."""
    return [(each.what, each.service, each.subject) for each in findings(days, TODAY, first)]


def test_usual_usage_is_not_unusual() -> None:
    """Nor is anything before calls were known for two weeks."""
    days = history()
    assert found(days) == []

    days[TODAY].add(Group("calling", "Ruritania"), 9, Tally(1, MUCH))
    assert found(days, TODAY - 15) == []
    assert found(days, -1) == []
    assert found(days, TODAY - 16) == [("destination", "calling", "Ruritania")]


def test_new_destination_is_found() -> None:
    """Once it costs something worth a word, in all recent days together."""
    days = history()
    days[TODAY].add(Group("calling", "Ruritania", "Sales"), 9, Tally(1, MUCH // 2))
    assert found(days) == []

    days[TODAY - 2].add(Group("calling", "Ruritania"), 9, Tally(1, MUCH - MUCH // 2))

    assert found(days) == [("destination", "calling", "Ruritania")]


def test_new_hour_of_the_week_is_found() -> None:
    """At which nobody has called before, on that weekday."""
    days = history()
    days[TODAY - 7].add(USUAL, 2, Tally(1, 1))
    days[TODAY].add(USUAL, 2, Tally(1, MUCH))
    days[TODAY - 1].add(USUAL, 3, Tally(1, MUCH))

    assert found(days) == [("hour", "calling", f"{weekday(TODAY - 1)} 3")]


def test_day_of_unusual_spending_is_found() -> None:
    """With what is usual."""
    days = history()
    days[TODAY].add(USUAL, 9, Tally(50, 90_000_000))

    assert findings(days, TODAY, FIRST) == [Finding(What.DAY, "calling", str(TODAY), 100_000_000, 10_000_000)]


def test_limit_is_robust() -> None:
    """A few wild days do not move it; what varies much has more room, and small sums have the floor."""
    assert usual_and_limit([10_000_000] * 25 + [900_000_000] * 3) == (10_000_000, 15_000_001)
    assert usual_and_limit([0] * 28) == (0, FLOOR_MICROS)
    assert usual_and_limit([10_000_000, 30_000_000] * 14)[1] == 80_000_001


def test_weekday_is_that_of_the_calendar() -> None:
    """1970-01-01 was a Thursday."""
    assert [weekday(0), weekday(4), weekday(TODAY)] == [3, 0, 0]


async def test_unusual_usage_is_told_once(redis: Client) -> None:
    """Each thing, the dearest five at a look; the others are known then."""
    bank, watch = await Bank.open(redis), Watch(redis)
    things = [Finding(What.DESTINATION, "calling", f"Place {number}", 10**9 - number, 7) for number in range(7)]

    assert await watch.tell(REF, "USD", things) == 5
    assert await watch.tell(REF, "USD", things) == 0

    events = await outline(bank, UsageUnusual)
    assert [event.subject for event in events] == [f"Place {number}" for number in range(5)]
    first = events[0]
    assert (first.what, first.service, first.amount_micros, first.usual_micros, first.currency) == (
        "destination",
        "calling",
        10**9,
        7,
        "USD",
    )
    left = await redis.pttl(keys.unusual(REF, digest("destination", "calling", "Place 0")))
    assert KEEP_MS - 60_000 < left <= KEEP_MS
