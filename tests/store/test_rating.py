"""What a call costs: each rule and each boundary, alone and by the column."""

import pytest

from store import basis
from store.basis import ByRate, OwnCharge, Unrated, Why
from store.call import CONFERENCE, DIRECT_ROUTING, INBOUND, LONGEST_S, TOLL_FREE
from store.money import MAX_MICROS
from store.pools import Pool
from store.rating import FREE_CALL, PAID_WITH_CREDIT, State, Terms, billed, rounded
from store.tariff import MAX_PRICE_MICROS, Tariff
from tests.store.rating import AT, LONDON_MOBILE, call, card, price, terms

NOVEMBER = "2023-11"
AUDIO = Pool("audio", ("calling",), 60, 2)


def why(charge: object) -> str:
    """The second word of a ground: of what is free or unrated, why."""
    return charge.basis.split()[1]  # type: ignore[attr-defined,no-any-return]


def test_longest_prefix_decides() -> None:
    """A mobile number has the mobile rate, though the country's prefix matches as well; the ground explains it."""
    usual = card()

    charge = price(call(LONDON_MOBILE, 61), terms(usual))

    assert (charge.state, charge.amount_micros, charge.billed_s) == (State.CHARGED, 640_000, 120)
    assert charge.destination == "to 447"
    assert charge.basis == f"rate {usual.id} 447 320000 60/60 0 120"


@pytest.mark.parametrize(
    ("duration_s", "increments", "seconds"),
    [
        (1, (60, 60), 60),
        (60, (60, 60), 60),
        (61, (60, 60), 120),
        (1, (60, 1), 60),
        (61, (60, 1), 61),
        (1, (1, 1), 1),
        (31, (30, 6), 36),
        (LONGEST_S, (60, 60), LONGEST_S),
        (LONGEST_S, (60, 3600), LONGEST_S + 60),
    ],
)
def test_started_increments_are_billed(duration_s: int, increments: tuple[int, int], seconds: int) -> None:
    """The first increment whole, then each started next one; ten days as well as a second."""
    first_s, next_s = increments

    charge = price(call(duration_s=duration_s), terms(card(first_s=first_s, next_s=next_s)))

    assert charge.billed_s == billed(duration_s, first_s, next_s) == seconds
    assert charge.amount_micros == rounded(15_000, seconds) == 250 * seconds


@pytest.mark.parametrize(
    ("micros_per_minute", "seconds", "amount"),
    [
        (29, 1, 0),
        (30, 1, 1),
        (89, 1, 1),
        (90, 1, 2),
        (1, 29, 0),
        (1, 30, 1),
        (60, 1, 1),
        (MAX_PRICE_MICROS, 60, 10**12),
    ],
)
def test_half_a_millionth_is_rounded_up(micros_per_minute: int, seconds: int, amount: int) -> None:
    """Money is rounded once, to the millionth, the half upwards."""
    assert rounded(micros_per_minute, seconds) == amount


def test_zero_seconds_cost_nothing() -> None:
    """A call that was not answered is free, without the fee, even where no rate is known."""
    by = terms(card(fee_micros=50_000))

    for asked in (call(duration_s=0), call("anonymous", 0), call(duration_s=0, service="fax")):
        charge = price(asked, by)
        assert (charge.state, charge.amount_micros, why(charge)) == (State.FREE, 0, Why.NO_TIME)


def test_fee_comes_with_what_is_charged() -> None:
    """The connection fee is charged once, also where only a part is; not where pools take all."""
    by = terms(card(fee_micros=50_000), pools=(AUDIO,))

    assert price(call(), by, {("audio", NOVEMBER): 120}).amount_micros == 65_000
    assert price(call(duration_s=61), by, {("audio", NOVEMBER): 60}).amount_micros == 65_000
    assert price(call(), by).amount_micros == 0


def test_fee_is_charged_where_minutes_cost_nothing() -> None:
    """A rate of zero with a fee costs the fee; without one the call is free, by its rate."""
    free = price(call(), terms(card({"49": 0})))

    assert price(call(), terms(card({"49": 0}, fee_micros=7))).amount_micros == 7
    assert (free.state, free.amount_micros) == (State.FREE, 0)
    assert isinstance(basis.read(free.basis), ByRate)


def test_charge_of_the_record_counts() -> None:
    """What the record says was charged to credit is charged, whatever rates and pools there are."""
    asked = call(capability=PAID_WITH_CREDIT, own_micros=700_000, fee_micros=100_000, currency="USD")

    charge = price(asked, terms(pools=(AUDIO,)))

    assert (charge.state, charge.amount_micros, charge.pooled) == (State.CHARGED, 700_000, ())
    assert basis.read(charge.basis) == OwnCharge(600_000, 100_000)
    assert charge.destination == "as recorded"


def test_charge_of_the_record_may_be_the_largest_amount() -> None:
    """2^53 - 1 millionths are charged to the last one."""
    asked = call(capability=PAID_WITH_CREDIT, own_micros=MAX_MICROS)

    assert price(asked).amount_micros == MAX_MICROS


def test_charge_of_nothing_is_free() -> None:
    """A record that was charged with zero is free, on its own ground."""
    charge = price(call(capability=PAID_WITH_CREDIT, own_micros=0, currency="USD"))

    assert (charge.state, charge.basis) == (State.FREE, "own 0 0")


def test_charge_in_another_currency_is_unrated() -> None:
    """Euros are not taken for dollars."""
    charge = price(call(capability=PAID_WITH_CREDIT, own_micros=1, currency="EUR"))

    assert (charge.state, why(charge)) == (State.UNRATED, Unrated.OTHER_CURRENCY)


def test_record_without_its_charge_has_the_tariffs() -> None:
    """Paid with credit, but no charge in the record: the rate card says what it costs; so do other capabilities."""
    assert price(call(capability=PAID_WITH_CREDIT)).amount_micros == 15_000
    assert price(call(capability="MCOPSTN1", own_micros=700_000, currency="EUR")).amount_micros == 15_000


def test_call_that_could_not_be_priced_is_free() -> None:
    """FREECALL is the platform's own word for that."""
    assert why(price(call(capability=FREE_CALL, own_micros=700_000))) == Why.FREECALL


@pytest.mark.parametrize("service", [INBOUND, DIRECT_ROUTING])
def test_service_that_costs_nothing_by_itself(service: str) -> None:
    """Calls that come in, and those over one's own carrier, are free until a card of theirs is valid."""
    by = terms(card(service=service, valid_from_ms=AT))

    assert why(price(call(service=service, start_ms=AT - 1), by)) == Why.NO_CARD_NEEDED
    assert price(call(service=service), by).amount_micros == 15_000


@pytest.mark.parametrize("service", [TOLL_FREE, CONFERENCE])
def test_service_without_card_is_unrated(service: str) -> None:
    """Another service's card, or one in another currency, does not count."""
    by = terms(card(), card(service=service, currency="EUR"))

    assert why(price(call(service=service), by)) == Unrated.NO_CARD


def test_card_is_valid_from_its_moment() -> None:
    """The millisecond before, the call is unrated; at the moment itself it is not; and later cards take over so."""
    first, second = card(valid_from_ms=AT), card({"49": 20_000}, valid_from_ms=AT + 1000)
    by = terms(second, first)

    assert why(price(call(start_ms=AT - 1), by)) == Unrated.NO_CARD
    assert [price(call(start_ms=AT + off), by).amount_micros for off in (0, 999, 1000)] == [15_000, 15_000, 20_000]


def test_later_card_for_the_same_moment_counts() -> None:
    """A card with a mistake is put right by another from the same day."""
    assert price(call(), terms(card({"49": 99}), card({"49": 20_000}))).amount_micros == 20_000


def test_account_without_cards_rates_nothing() -> None:
    """No tariff, no price."""
    assert why(price(call(), Terms("USD", Tariff()))) == Unrated.NO_CARD


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+49305550100", "49"),
        ("0049305550100", "49"),
        ("49305550100", "49"),
        ("+49 (30) 555-0100", "49"),
        ("+4930555***", "49"),
        ("+49", "49"),
        ("+447700900***", "447"),
        ("+44", "44"),
    ],
)
def test_number_is_read_however_it_is_written(number: str, prefix: str) -> None:
    """With + or 00 or nothing before it, in groups, masked, or no longer than its prefix."""
    assert price(call(number)).destination == f"to {prefix}"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", Unrated.NO_NUMBER),
        ("+", Unrated.NO_NUMBER),
        ("anonymous", Unrated.NO_NUMBER),
        ("+49x", Unrated.NO_NUMBER),
        ("+4*9", Unrated.NO_NUMBER),
        ("+٤٩٣٠", Unrated.NO_NUMBER),
        ("+4", Unrated.NO_RATE),
        ("+14255550100", Unrated.NO_RATE),
        ("+0049305550100", Unrated.NO_RATE),
        ("+39***", Unrated.NO_RATE),
        ("***", Unrated.MASKED),
        ("+4***", Unrated.MASKED),
        ("+44***", Unrated.MASKED),
    ],
)
def test_price_is_never_guessed(number: str, reason: Unrated) -> None:
    """Without a number, without a rate, or where hidden digits decide the price, a call is unrated and says why."""
    charge = price(call(number))

    assert (charge.state, charge.amount_micros, charge.billed_s) == (State.UNRATED, 0, 0)
    assert basis.read(charge.basis) is reason


def test_hidden_digits_that_change_nothing_are_no_guess() -> None:
    """Longer prefixes at the same price leave the price certain; one at another price does not."""
    same = card({"44": 15_000, "4420": 15_000, "44207": 15_000, "49": 1})
    other = card({"44": 15_000, "4420": 15_000, "44207": 15_001})
    unknown = card({"4420": 15_000, "44207": 15_000})

    assert price(call("+44***"), terms(same)).amount_micros == 15_000
    assert why(price(call("+44***"), terms(other))) == Unrated.MASKED
    assert why(price(call("+44***"), terms(unknown))) == Unrated.MASKED


@pytest.mark.parametrize("prefix", ["49", "4930", "49305550", "49305550100", "493055501001", "493055501001234"])
def test_prefixes_of_every_length(prefix: str) -> None:
    """A prefix of 2 to 15 digits is found, for the number that is the prefix, and not for one shorter."""
    by = terms(card({prefix: 6}))

    assert price(call(f"+{prefix}"), by).amount_micros == 6
    assert price(call(f"+{prefix}9"), by).amount_micros == 6
    assert why(price(call(f"+{prefix[:-1]}"), by)) == Unrated.NO_RATE
    assert why(price(call(f"+{prefix[:-1]}***"), by)) == Unrated.MASKED


def test_amounts_beyond_what_is_kept_exactly_are_unrated() -> None:
    """More than 2^53 - 1 millionths are not charged; up to that they are, and no pool makes a difference."""
    minutes = MAX_MICROS // MAX_PRICE_MICROS
    fee = MAX_MICROS - minutes * MAX_PRICE_MICROS
    exact, over = card({"49": MAX_PRICE_MICROS}, fee_micros=fee), card({"49": MAX_PRICE_MICROS}, fee_micros=fee + 1)
    asked = call(duration_s=minutes * 60)

    assert price(asked, terms(exact)).amount_micros == MAX_MICROS
    assert why(price(asked, terms(over))) == Unrated.TOO_LARGE
    assert why(price(asked, terms(over, pools=(AUDIO,)))) == Unrated.TOO_LARGE


@pytest.mark.parametrize(
    "kept", ["", "own 1", "free lunch", "unrated", "rate a 1 1 60/60 0", "rate a 1 1 60/60 0 60 x y 1"]
)
def test_what_is_no_ground_is_refused(kept: str) -> None:
    """Only what was written as a ground is read as one."""
    with pytest.raises(ValueError, match=r".+"):
        basis.read(kept)
