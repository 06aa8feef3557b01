"""Made-up calls: like those of an office, the same for the same seed, and nobody's."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from bot.api.usage import UsageRecord
from bot.playground.arrangement import included, past_calls, rated, sample_cards
from bot.playground.people import ZONE
from bot.playground.traffic import (
    CALLERS,
    CONFERENCE,
    DOMESTIC,
    MIXES,
    SHORTEST_S,
    TOLL_FREE_NUMBERS,
    UNRATED,
    Call,
    Place,
    Traffic,
    record,
)
from store.rating import State, Terms
from store.tariff import Tariff

MONDAY = date(2026, 10, 5)
WEEKS = 12
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo(ZONE))


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    """Twelve weeks of an office."""
    return [*Traffic(7).days(MONDAY, 7 * WEEKS)]


def local(call: Call) -> datetime:
    """Its start by the office's clock."""
    return call.start.astimezone(ZoneInfo(ZONE))


def is_of(call: Call, places: tuple[Place, ...]) -> bool:
    """Whether a call goes to one of these places."""
    return any(re.fullmatch(re.escape(each.number).replace("x", r"\d"), call.number) for each in places)


def test_the_same_seed_draws_the_same(calls: list[Call]) -> None:
    """To the last digit; another seed draws others."""
    assert [*Traffic(7).days(MONDAY, 7 * WEEKS)] == calls
    assert [*Traffic(8).days(MONDAY, 7 * WEEKS)] != calls
    assert len({each.id for each in calls}) == len(calls)


def test_an_office_telephones_by_day(calls: list[Call]) -> None:
    """Most at ten and at two, less at noon, few at night and at weekends; by the office's own clock."""
    hours = Counter(local(each).hour for each in calls)
    days = Counter(local(each).weekday() for each in calls)

    assert {hour for hour, _ in hours.most_common(2)} == {10, 14}
    assert hours[12] < hours[10] / 2
    assert sum(hours[hour] for hour in (22, 23, 0, 1, 2, 3, 4, 5)) < len(calls) * 0.03
    assert days[5] + days[6] < len(calls) * 0.06
    assert all(len(calls) * 0.16 < days[day] < len(calls) * 0.23 for day in range(5))


def test_most_calls_are_short(calls: list[Call]) -> None:
    """Two and a half minutes is the median, and a few last more than half an hour."""
    durations = sorted(each.duration_s for each in calls)

    assert 130 < median(durations) < 170
    assert durations[0] >= SHORTEST_S
    assert durations[len(calls) // 6] < 70
    assert durations[-1] > 1_800
    assert durations[int(len(calls) * 0.99)] > 1_200


def test_most_calls_stay_at_home(calls: list[Call]) -> None:
    """More than half of those that go out; few go where no rate is known, but some; both other services are used."""
    services = Counter(each.service for each in calls)
    out = [each for each in calls if not is_of(each, TOLL_FREE_NUMBERS)]

    assert sum(is_of(each, DOMESTIC) for each in out) > len(out) / 2
    assert 0 < sum(is_of(each, UNRATED) for each in out) < len(out) * 0.02
    assert all(share > len(calls) * 0.1 for share in services.values())
    assert len(services) == 3


def test_everybody_telephones(calls: list[Call]) -> None:
    """Each of the office's people, with one department."""
    assert {(each.user, each.department) for each in calls} == {(each.user, each.department) for each in CALLERS}


def test_the_api_takes_every_record(calls: list[Call]) -> None:
    """As it describes records; a number ends in *** where digits are hidden."""
    for each in calls:
        taken = UsageRecord.model_validate(record(each)).call()
        assert (taken.id, taken.start_ms) == (each.id, int(each.start.timestamp()) * 1000)
        assert re.fullmatch(r"\+\d+(\*{3})?", taken.number)


def test_numbers_are_nobodys(calls: list[Call]) -> None:
    """Whole ones are of the ranges that are kept for stories; of the others the end is hidden."""
    kept = r"\+1 (425|212|312|415|604|800) 555 01\d\d|\+44 7700 900\d{3}|\+44 20 7946 0\d{3}|\+[\d ]+\*{3}"

    assert all(re.fullmatch(kept, each.number) for each in calls)


@pytest.mark.parametrize("currency", ["USD", "EUR", "CHF"])
def test_the_sample_cards_price_all_but_one_place(calls: list[Call], currency: str) -> None:
    """In currencies without a sample of their own, too."""
    terms = Terms(currency, Tariff(sample_cards(currency)))

    unrated = {
        each.word for each, charge in zip(calls, rated(calls, terms), strict=True) if charge.state is State.UNRATED
    }

    assert unrated == {each.word for each in UNRATED}


def test_the_last_day_is_a_busy_one() -> None:
    """All of it in the 24 hours before, in order, at an office's hours."""
    until = datetime(2026, 11, 22, 12, tzinfo=UTC)

    day = Traffic(3).last_day(until, 200)

    starts = [each.start for each in day]
    assert len(day) == 200
    assert starts == sorted(starts)
    assert until - timedelta(days=1) <= starts[0] <= starts[-1] < until
    assert sum(8 <= local(each).hour <= 17 for each in day) > 180


def test_a_mix_has_only_its_own() -> None:
    """Whoever wants to see calls without a rate gets none with one."""
    draw = Traffic(1)

    assert all(is_of(draw.call(MIDNIGHT, MIXES["unrated"]), UNRATED) for _ in range(20))
    assert {draw.call(MIDNIGHT, MIXES["meeting"]).service for _ in range(20)} == {CONFERENCE}


@pytest.mark.parametrize("day", [1, 2, 15, 31])
def test_included_minutes_are_nearly_used_up(day: int) -> None:
    """On any day of the month less than an hour of them is left, and more than nothing."""
    now = datetime(2026, 10, day, tzinfo=ZoneInfo(ZONE))
    past, cards = past_calls(now), sample_cards("USD")

    pool = included(past, cards, "USD", now)

    terms = Terms("USD", Tariff(cards), (pool,), ZONE)
    month = f"{now:%Y-%m}"
    used = sum(seconds for each in rated(past, terms) if each.month == month for _, seconds in each.pooled)
    assert pool.seconds - 3_600 <= used < pool.seconds
