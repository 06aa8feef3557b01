"""What pools take of calls: in their order, to the second, month by month; alone and by the column."""

import pytest

from store.call import CONFERENCE
from store.pools import Pool
from store.rating import State, rounded
from tests.store.rating import GERMANY, at, call, price, terms

NOVEMBER = "2023-11"
AUDIO = Pool("audio", ("calling",), 60, 2)


def test_call_that_crosses_a_pools_end_is_split() -> None:
    """The pool gives what is left of it, to the second; credit pays the rest."""
    charge = price(call(duration_s=247), terms(pools=(AUDIO,)), {("audio", NOVEMBER): 50})

    assert (charge.state, charge.pooled, charge.month) == (State.CHARGED, (("audio", 70),), NOVEMBER)
    assert charge.amount_micros == rounded(15_000, 300 - 70)
    assert charge.basis.endswith(" 300 pool audio 70")


@pytest.mark.parametrize(("used_s", "state"), [(59, "pooled"), (60, "pooled"), (61, "charged"), (500, "charged")])
def test_pool_is_used_to_its_last_second(used_s: int, state: str) -> None:
    """A minute fits exactly into the last minute, and not into less."""
    assert price(call(), terms(pools=(AUDIO,)), {("audio", NOVEMBER): used_s}).state == state


def test_pool_without_licences_gives_nothing() -> None:
    """Zero licences are zero minutes."""
    empty = Pool("audio", ("calling",), 3600, 0)

    charge = price(call(), terms(pools=(empty,)))

    assert (charge.state, charge.pooled, charge.month) == (State.CHARGED, (), "")


def test_pools_are_used_in_their_order() -> None:
    """The second pool gives what the first had not; one for other services or destinations gives nothing."""
    pools = (
        Pool("far", ("calling",), 600, 1, ("1", "44")),
        Pool("meetings", (CONFERENCE,), 600, 1),
        Pool("home", ("calling",), 90, 1, ("49",)),
        Pool("rest", ("calling", CONFERENCE), 100, 1),
    )

    charge = price(call(GERMANY, 240), terms(pools=pools))

    assert charge.pooled == (("home", 90), ("rest", 100))
    assert charge.amount_micros == rounded(15_000, 50)
    assert charge.basis.endswith(" 240 pool home 90 pool rest 100")


def test_pool_of_prefixes_takes_the_digits_that_are_shown() -> None:
    """A masked number is of a pool's destination if what is shown says so."""
    by = terms(pools=(Pool("home", ("calling",), 600, 1, ("4930",)),))

    assert price(call("+4930555***"), by).state == State.POOLED
    assert price(call("+493***"), by).state == State.CHARGED


@pytest.mark.parametrize(
    ("before", "months"),
    [
        ("2026-03-31T22:00", ("2026-03", "2026-04")),  # summer time: the month turns two hours before that of UTC
        ("2026-10-31T23:00", ("2026-10", "2026-11")),  # winter time: one hour
        ("2025-12-31T23:00", ("2025-12", "2026-01")),
    ],
)
def test_pool_begins_anew_at_the_months_turn(before: str, months: tuple[str, str]) -> None:
    """In the workspace's time zone, by the start of the call, however long it lasts."""
    by, turn = terms(pools=(AUDIO,)), at(before)
    used = {("audio", months[0]): 120}

    last, first = price(call(start_ms=turn - 1), by, used), price(call(start_ms=turn), by, used)

    assert (last.state, first.state) == (State.CHARGED, State.POOLED)
    assert first.month == months[1]


def test_pools_have_names_of_their_own() -> None:
    """Two pools of one name would be one in the books."""
    with pytest.raises(ValueError, match="same name"):
        terms(pools=(AUDIO, AUDIO))
