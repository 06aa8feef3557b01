"""Calls without a price are told by place, each once a day, as long as there are more of them."""

from collections import Counter

import pytest

from store import basis, keys
from store.call import CallRecord
from store.calls import to_columns
from store.cards import Cards
from store.charging import Charging
from store.events import CallsUnrated
from store.plans import Plans
from store.scripts import Client
from store.tally import Day, Group, Tally
from store.tariff import Rate
from store.unrated import KEEP_MS, NAMED, Unrated, waiting
from store.usage import Usage
from tests.controls import MANAGER, REF, Bank
from tests.store.outline import outline
from tests.store.rating import card
from tests.store.recorded import DAY_MS, post, record

TODAY = 20_780


async def arrange(redis: Client) -> Bank:
    """A hundred dollars."""
    return await Bank.open(redis, balance=100)


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


async def tell(bank: Bank, day: int = TODAY, /, **places: int) -> int:
    """Tell so many calls in these places."""
    return await Unrated(bank.redis).tell(REF, {"calling": Counter(places)}, day)


async def told(bank: Bank) -> list[tuple[dict[str, int], str, str]]:
    """What was told: places with their numbers of calls, how many others, calls in all."""
    events = await outline(bank, CallsUnrated)
    assert {event.service for event in events} <= {"calling"}
    return [(dict(event.named), event.others, event.calls) for event in events]


def test_calls_without_a_price_are_counted_by_place() -> None:
    """Of all days together and of every cost centre; what has its price by now is not among them."""
    days = {TODAY: Day(), TODAY - 50: Day()}
    days[TODAY].add(Group("calling", "Ruritania", "Sales"), 9, Tally(2, 0, 60, 0, 2))
    days[TODAY].add(Group("calling", "Ruritania"), 9, Tally(9, 0, 60, 0, 1))
    days[TODAY - 50].add(Group("calling", "Ruritania"), 9, Tally(1, 0, 60, 0, 1))
    days[TODAY].add(Group("calling", "Germany"), 9, Tally(5, 50, 60, 0, 0))
    days[TODAY].add(Group("conference"), 9, Tally(1, 0, 60, 0, 1))

    assert waiting(days) == {"calling": {"Ruritania": 4}, "conference": {"": 1}}


async def test_places_are_told_at_once(bank: Bank) -> None:
    """In one message, those with the most calls by name."""
    assert await tell(bank, **{f"place-{number}": number for number in range(1, NAMED + 3)}) == NAMED + 2

    named = {f"place-{number}": number for number in range(NAMED + 2, 2, -1)}
    assert await told(bank) == [(named, "2", "28")]


async def test_place_is_told_once_a_day(bank: Bank) -> None:
    """What is new on that day is told on the next, a new place at once; what is not more is not told."""
    assert await tell(bank, here=1) == 1
    assert await tell(bank, here=2, there=1) == 1
    assert await tell(bank, here=3) == 0
    assert await tell(bank, TODAY + 1, here=3, there=1) == 1
    assert await tell(bank, TODAY + 2, here=3, there=1) == 0

    assert await told(bank) == [({"here": 1}, "0", "1"), ({"there": 1}, "0", "1"), ({"here": 3}, "0", "3")]


async def test_place_whose_calls_got_their_price_is_told_anew(bank: Bank) -> None:
    """It counts from what is left."""
    await tell(bank, here=9)
    assert await tell(bank, TODAY + 1, here=2) == 0
    assert await tell(bank, TODAY + 1, here=3) == 1

    assert [calls for _, _, calls in await told(bank)] == ["9", "3"]


async def test_what_was_told_is_kept_for_long(bank: Bank) -> None:
    """Longer than sums are looked at."""
    await tell(bank, here=1)

    assert KEEP_MS - 60_000 < await bank.redis.pttl(keys.unrated(REF)) <= KEEP_MS


async def test_services_are_told_apart(bank: Bank) -> None:
    """The same place of another service is another one."""
    found = {"calling": Counter(here=1), "conference": Counter(here=1)}

    assert await Unrated(bank.redis).tell(REF, found, TODAY) == 2
    assert [event.service for event in await outline(bank, CallsUnrated)] == ["calling", "conference"]


@pytest.mark.parametrize(
    ("destination", "number", "place"),
    [
        ("RUR", "+447700900123", "RUR"),
        ("", "+447700900123", "+4477…"),
        ("", "+44", "+44…"),
    ],
)
async def test_place_is_what_the_number_begins_with(bank: Bank, destination: str, number: str, place: str) -> None:
    """Where the record has no word for it; from there it goes where its rate is once it has one."""
    cards, sums = Cards(bank.redis, bank.roles), Usage(bank.redis)
    charging = Charging(bank.redis, cards, Plans(bank.redis, bank.roles))
    now_ms = await sums.now_ms()
    free = CallRecord("call-2", "inbound", now_ms - DAY_MS, 61, number)
    made = CallRecord("call-1", "calling", now_ms - DAY_MS, 61, number, destination=destination)
    await charging.charge(REF, to_columns([made, free]), actor="test")
    await sums.catch_up(REF)
    day = (now_ms - DAY_MS) // DAY_MS

    assert await groups(sums, day) == {("calling", place), ("inbound", "")}
    assert waiting(await sums.days(REF, day, day)) == {"calling": {place: 1}}
    await cards.load(MANAGER, REF.tenant, card(rates=(Rate("44", 15_000, "Ruritania"),)))
    await charging.rate_late(REF, actor="test")
    await sums.catch_up(REF)

    assert await groups(sums, day) == {("calling", "Ruritania"), ("inbound", "")}
    assert waiting(await sums.days(REF, day, day)) == {}


async def groups(sums: Usage, day: int) -> set[tuple[str, str]]:
    """Services and places that there is anything of on that day."""
    found = (await sums.days(REF, day, day))[day].groups
    return {(group.service, group.destination) for group, tally in found.items() if tally}


async def test_calls_of_nobody_knows_where_have_no_place(bank: Bank) -> None:
    """Neither a word nor a number; the number of one that has its price does not matter."""
    rate = "rate 00ff00ff00 44 15000 60/60 0 60"
    grounds = [(1, basis.text(basis.Unrated.NO_NUMBER), ""), (2, rate, "+447700900123"), (3, "", "+447700900123")]
    lines = [record(each, 1, destination="", number=number, basis=ground) for each, ground, number in grounds]
    sums, day = Usage(bank.redis), lines[0].start_ms // DAY_MS
    await post(bank, lines)
    await sums.catch_up(REF)

    assert {place for _, place in await groups(sums, day)} == {""}
