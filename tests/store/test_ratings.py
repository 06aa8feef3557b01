"""Rating by the column says of each call what rating it alone says."""

from fractions import Fraction
from math import floor
from random import Random

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import basis
from store.basis import ByRate
from store.call import CONFERENCE, LONGEST_S, CallRecord
from store.calls import SCHEMA, Batch, to_columns
from store.money import MAX_MICROS
from store.pools import Pool
from store.rating import Charge, State, Terms, rate
from store.ratings import Rater
from tests.store.rating import AT, Scene, call, card, rows, terms

AUDIO = Pool("audio", ("calling",), 60, 2)


def one_by_one(asked: list[CallRecord], by: Terms, used: dict[tuple[str, str], int]) -> list[Charge]:
    """Each call after the other, the pools used as they are."""
    found = []
    for each in asked:
        charge = rate(each, by, used)
        for name, seconds in charge.pooled:
            used[name, charge.month] = used.get((name, charge.month), 0) + seconds
        found.append(charge)
    return found


@settings(max_examples=250, deadline=None)
@given(st.randoms(use_true_random=True), st.integers(0, 4000))
def test_column_and_single_calls_agree(chance: Random, used_s: int) -> None:
    """Whatever the calls, the cards and the pools, each row is what the call alone costs after those before it."""
    scene = Scene(chance)
    by = scene.terms()
    asked = scene.calls(by, 40)
    months = ("2023-11", "2026-03", "2026-04", "2026-10", "2026-11", "2026-12")
    used = {(pool.name, month): used_s for pool in by.pools for month in months}

    ratings = Rater(by).rate(to_columns(asked), used)

    before = dict(used)
    assert rows(ratings) == one_by_one(asked, by, used)
    taken = {(name, month): seconds for name, month, seconds in ratings.uses()}
    assert taken == {key: used[key] - before.get(key, 0) for key in used if used[key] != before.get(key, 0)}


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=True))
def test_arithmetic_is_exact(chance: Random) -> None:
    """An amount is the exact price of the seconds that no pool took, half a millionth rounded up, and the fee."""
    scene = Scene(chance)
    by = scene.terms()
    for charge in one_by_one(scene.calls(by, 40), by, {}):
        ground = basis.read(charge.basis)
        assert basis.text(ground) == charge.basis
        if isinstance(ground, ByRate):
            exact = Fraction(ground.micros_per_minute * (ground.billed_s - sum(s for _, s in charge.pooled)), 60)
            fee = ground.fee_micros if ground.charged_s else 0
            assert charge.amount_micros == floor(exact + Fraction(1, 2)) + fee
        assert 0 <= charge.amount_micros <= MAX_MICROS
        assert (charge.amount_micros > 0) == (charge.state is State.CHARGED)


def test_cards_change_within_a_batch() -> None:
    """Each call has the card that was valid when it began, the new one from its first millisecond."""
    dearer = card({"49": 20_000}, valid_from_ms=AT)
    asked = [call(start_ms=AT - 1), call(start_ms=AT), call(start_ms=AT + 1)]

    ratings = Rater(terms(card(), dearer)).rate(to_columns(asked), {})

    assert ratings.amounts.tolist() == [15_000, 20_000, 20_000]


def test_pool_is_split_in_the_order_of_the_calls() -> None:
    """The call that crosses a pool's end is paid by both; what a pool is said to have given is taken from it."""
    asked = [call(duration_s=60), call(service=CONFERENCE), call(duration_s=61), call(duration_s=60)]

    ratings = Rater(terms(pools=(AUDIO,))).rate(to_columns(asked), {("audio", "2023-11"): 0})
    later = Rater(terms(pools=(AUDIO,))).rate(to_columns(asked), {("audio", "2023-11"): 90})

    assert ratings.pooled["audio"].tolist() == [60, 0, 60, 0]
    assert ratings.amounts.tolist() == [0, 0, 15_000, 15_000]
    assert ratings.uses(slice(0, 2)) == [("audio", "2023-11", 60)]
    assert later.pooled["audio"].tolist() == [30, 0, 0, 0]
    assert later.uses(later.amounts > 0) == [("audio", "2023-11", 30)]


def test_unrated_rows_are_told() -> None:
    """The mask tells which calls have no price, and their ground why."""
    asked = [call(), call("anonymous"), call("+1 425 555 0100"), call(service="fax")]

    ratings = Rater(terms()).rate(to_columns(asked), {})

    assert ratings.unrated.tolist() == [False, True, True, True]
    grounds = ratings.basis.to_pylist()
    assert grounds[1:] == ["unrated no-number", "unrated no-rate", "unrated no-card"]
    assert ratings.destination.to_pylist() == ["to 49", *["as recorded"] * 3]


def test_part_of_a_batch_is_rated_like_the_batch() -> None:
    """A slice, which begins in the middle of its columns, is rated like the same calls alone."""
    asked = [call(f"+49{number}") for number in range(20)] + [call("+44 7700 900123")] * 3

    whole = Rater(terms()).rate(to_columns(asked), {})
    part = Rater(terms()).rate(to_columns(asked).slice(7, 15), {})

    assert rows(part) == rows(whole)[7:22]


def test_nothing_is_rated_as_nothing() -> None:
    """An empty batch has an empty answer, with cards and pools and without."""
    for by in (terms(pools=(AUDIO,)), Terms("USD", terms(card(currency="EUR")).tariff)):
        ratings = Rater(by).rate(to_columns([]), {})
        assert rows(ratings) == []
        assert ratings.uses() == []


def changed(name: str, value: int) -> Batch:
    """A batch of one call, with another number in it."""
    batch = to_columns([call()])
    at = SCHEMA.get_field_index(name)
    return batch.set_column(at, SCHEMA.field(at), pa.array([value], SCHEMA.field(at).type))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration_s", -1),
        ("duration_s", LONGEST_S + 1),
        ("start_ms", -1),
        ("start_ms", 2**62),
        ("own_micros", -1),
        ("own_micros", MAX_MICROS + 1),
        ("fee_micros", 1),
    ],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: int) -> None:
    """A batch with a number that no call can have is refused whole, before it could be counted wrong."""
    with pytest.raises(ValueError, match="out of range"):
        Rater(terms()).rate(changed(name, value), {})


def test_other_columns_are_refused() -> None:
    """What has other columns is no batch of calls."""
    with pytest.raises(ValueError, match="not the columns"):
        Rater(terms()).rate(to_columns([call()]).drop_columns(["user"]), {})
