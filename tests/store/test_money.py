"""Money: read as people type it, formatted as they read it, exact in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.money import (
    MAX_MICROS,
    AmountError,
    AmountProblem,
    CurrencyMismatchError,
    Money,
    cut,
    format_money,
    known_currency,
    parse_money,
)

READ = [
    # plain
    ("50", "USD", "50"),
    ("50.00", "USD", "50"),
    ("50,00", "USD", "50"),
    ("0.01", "USD", "0.01"),
    ("0,5", "USD", "0.5"),
    ("0.500", "USD", "0.5"),
    ("007", "USD", "7"),
    ("  50  ", "USD", "50"),
    ("+50", "USD", "50"),
    ("+ 50", "USD", "50"),
    # symbol or code, before or after, with or without a space
    ("$50", "USD", "50"),
    ("$ 50", "USD", "50"),
    ("50$", "USD", "50"),
    ("50 $", "USD", "50"),
    ("US$50", "USD", "50"),
    ("$50", "CAD", "50"),
    ("50 EUR", "EUR", "50"),
    ("EUR 50", "EUR", "50"),
    ("eur50", "EUR", "50"),
    ("€50", "EUR", "50"),
    ("50 €", "EUR", "50"),
    ("CHF 50", "CHF", "50"),
    ("¥500", "JPY", "500"),
    ("￥500", "JPY", "500"),
    # grouped, the decimal mark last
    ("1,234.50", "USD", "1234.5"),
    ("$1,234.50", "USD", "1234.5"),
    ("1.234,50 €", "EUR", "1234.5"),
    ("1.234.567,89", "EUR", "1234567.89"),
    ("1,234,567.89", "USD", "1234567.89"),
    ("1,234,567", "USD", "1234567"),
    ("1.234.567", "EUR", "1234567"),
    ("1'234.50", "CHF", "1234.5"),
    ("1’234.50", "CHF", "1234.5"),
    ("CHF 1’234’567", "CHF", "1234567"),
    ("1'234", "CHF", "1234"),
    ("1\u00a0234,50\u00a0€", "EUR", "1234.5"),
    ("1\u202f234,50 €", "EUR", "1234.5"),
    ("1 234 567", "EUR", "1234567"),
    ("1 234", "EUR", "1234"),
    # only one reading is well formed
    ("0,500", "USD", "0.5"),
    ("1234.5", "USD", "1234.5"),
    ("1,2", "USD", "1.2"),
    ("12,34", "USD", "12.34"),
    ("9007199254.74", "USD", "9007199254.74"),
]

ASKED_BACK = [
    ("", "not_a_number"),
    ("   ", "not_a_number"),
    ("fifty", "not_a_number"),
    ("$", "not_a_number"),
    ("EUR", "not_a_number"),
    ("50.", "not_a_number"),
    (".50", "not_a_number"),
    ("50k", "not_a_number"),
    ("5e3", "not_a_number"),
    ("0x32", "not_a_number"),
    ("1_000", "not_a_number"),
    ("50 50", "not_a_number"),
    ("50-", "not_a_number"),
    ("(50)", "not_a_number"),
    ("50%", "not_a_number"),
    ("50/2", "not_a_number"),
    ("1,23,456", "not_a_number"),
    ("1,234.56.78", "not_a_number"),
    ("1.234,56,78", "not_a_number"),
    ("1,,234", "not_a_number"),
    ("1'23.50", "not_a_number"),
    ("1,234'567.00", "not_a_number"),
    ("٥٠", "not_a_number"),
    ("５０", "not_a_number"),
    ("5²", "not_a_number"),
    ("NaN", "not_a_number"),
    ("Infinity", "not_a_number"),
    ("<!channel> 50", "not_a_number"),
    ("50\x00", "not_a_number"),
    ("1,234", "ambiguous"),
    ("1.234", "ambiguous"),
    ("$1,234", "ambiguous"),
    ("123.456", "ambiguous"),
    ("50 EUR", "other_currency"),
    ("€50", "other_currency"),
    ("£50", "other_currency"),
    ("50 gbp", "other_currency"),
    ("$50 EUR", "other_currency"),
    ("0", "not_positive"),
    ("0.00", "not_positive"),
    ("-50", "not_positive"),
    ("−50", "not_positive"),
    ("-$50", "not_positive"),
    ("$-50", "not_positive"),
    ("0.001", "too_fine"),
    ("1.23456789", "too_fine"),
    ("1." + "0" * 40 + "1", "too_fine"),
    ("9007199254.75", "too_large"),
    ("9" * 30, "too_large"),
    ("9" * 5000, "too_large"),
]


@pytest.mark.parametrize(("text", "currency", "units"), READ)
def test_typed_amount_is_read(text: str, currency: str, units: str) -> None:
    """An amount typed in any usual way is read exactly."""
    assert parse_money(text, currency) == Money.of(units, currency)


@pytest.mark.parametrize(("text", "problem"), ASKED_BACK)
def test_typed_amount_is_asked_back(text: str, problem: str) -> None:
    """What is not one positive amount of the account's currency is asked back with its problem and its text."""
    with pytest.raises(AmountError) as raised:
        parse_money(text, "USD")

    assert (raised.value.problem, raised.value.text) == (AmountProblem(problem), text)


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_ambiguous_amount_lists_its_readings(text: str) -> None:
    """An ambiguous amount comes with each value that it can stand for."""
    with pytest.raises(AmountError) as raised:
        parse_money(text, "USD")

    assert set(raised.value.readings) == {Money.of("1234", "USD"), Money.of("1.234", "USD")}


def test_yen_have_no_fraction() -> None:
    """A currency without small change refuses a fraction."""
    with pytest.raises(AmountError) as raised:
        parse_money("10.5", "JPY")

    assert raised.value.problem is AmountProblem.TOO_FINE


@pytest.mark.parametrize(
    ("locale", "currency", "shown"),
    [
        ("en-US", "USD", "$1,234.50"),
        ("en-US", "EUR", "€1,234.50"),
        ("en-GB", "GBP", "£1,234.50"),
        ("en-GB", "USD", "US$1,234.50"),
        ("de-DE", "EUR", "1.234,50\u00a0€"),
        ("de-DE", "USD", "1.234,50\u00a0$"),
        ("de-CH", "CHF", "CHF\u00a01’234.50"),
        ("ja", "JPY", "￥1,234"),
        ("ja", "USD", "$1,234.50"),
    ],
)
def test_money_is_formatted(locale: str, currency: str, shown: str) -> None:
    """Money is written as the people of the locale write it."""
    assert format_money(Money.of("1234.50", currency), locale) == shown


@pytest.mark.parametrize(
    ("units", "short", "exact"),
    [
        ("0.015", "$0.01", "$0.015"),
        ("0.000001", "$0.00", "$0.000001"),
        ("-0.001", "-$0.01", "-$0.001"),
        ("0", "$0.00", "$0.00"),
        ("100", "$100.00", "$100.00"),
        ("1999.999999", "$1,999.99", "$1,999.999999"),
    ],
)
def test_balance_is_never_shown_as_more_than_it_is(units: str, short: str, exact: str) -> None:
    """Formatting cuts downwards, below zero too; exact formatting cuts nothing."""
    money = Money.of(units, "USD")

    assert (format_money(money, "en-US"), format_money(money, "en-US", exact=True)) == (short, exact)


@pytest.mark.parametrize(
    ("units", "plain"), [("50", "50"), ("12.5", "12.50"), ("0.015", "0.015"), ("1000", "1000"), ("-3.1", "-3.10")]
)
def test_plain_amount_fills_an_input_field(units: str, plain: str) -> None:
    """A plain amount carries neither symbol nor grouping."""
    assert Money.of(units, "USD").plain() == plain


def test_arithmetic_is_exact() -> None:
    """Amounts of one currency add, subtract, negate and compare without rounding."""
    tenth = Money.of("0.1", "USD")

    assert tenth + tenth + tenth == Money.of("0.3", "USD")
    assert Money.of(1, "USD") - tenth == Money.of("0.9", "USD")
    assert -tenth < tenth
    assert tenth <= tenth  # noqa: PLR0124 equality is the case at hand


def test_currencies_do_not_mix() -> None:
    """Adding, subtracting or comparing across currencies raises."""
    dollar, euro = Money.of(1, "USD"), Money.of(1, "EUR")

    with pytest.raises(CurrencyMismatchError):
        _ = dollar + euro
    with pytest.raises(CurrencyMismatchError):
        _ = dollar - euro
    with pytest.raises(CurrencyMismatchError):
        _ = dollar < euro


def test_a_tenth_of_a_millionth_is_no_money() -> None:
    """Units finer than a millionth raise."""
    with pytest.raises(ValueError, match="finer"):
        Money.of("0.0000001", "USD")


@pytest.mark.parametrize(("code", "known"), [("USD", True), ("EUR", True), ("usd", False), ("XXZ", False), ("", False)])
def test_currency_codes(code: str, *, known: bool) -> None:
    """Only an upper-case ISO 4217 code is a currency."""
    assert known_currency(code) is known


CENTS = st.integers(1, MAX_MICROS // 10_000)
LOCALES = st.sampled_from(["en-US", "en-GB", "de-DE", "de-AT", "de-CH", "fr-FR", "pl-PL", "ja", "en"])


@given(CENTS, LOCALES, st.sampled_from(["USD", "EUR", "GBP", "CHF"]))
def test_what_is_shown_can_be_typed(cents: int, locale: str, currency: str) -> None:
    """An amount that was formatted is read back as the same amount, whatever the locale."""
    money = Money(cents * 10_000, currency)

    assert parse_money(format_money(money, locale), currency) == money


@given(st.integers(-MAX_MICROS, MAX_MICROS), st.sampled_from(["USD", "JPY", "KWD"]))
def test_cut_money_is_what_is_shown(micros: int, currency: str) -> None:
    """Cut, it has no digit more than what is shown, so what is reckoned with it adds up to the eye."""
    money = Money(micros, currency)

    assert format_money(cut(money), "en-US", exact=True) == format_money(money, "en-US")


@given(st.integers(1, MAX_MICROS // 1_000_000), LOCALES)
def test_yen_that_are_shown_are_read_or_asked_back(yen: int, locale: str) -> None:
    """A whole amount with one group is ambiguous, and then the right reading is among those asked back."""
    money = Money.of(yen, "JPY")
    try:
        readings: tuple[Money, ...] = (parse_money(format_money(money, locale), "JPY"),)
    except AmountError as error:
        readings = error.readings

    assert money in readings


@given(CENTS)
def test_an_input_field_is_read_back_unless_it_is_ambiguous(cents: int) -> None:
    """The plain form of whole cents has one reading: the amount."""
    money = Money(cents * 10_000, "USD")

    assert parse_money(money.plain(), "USD") == money


TYPED = st.one_of(st.text(), st.text("0123456789.,'’ $€-+\u00a0eE", max_size=30))


@given(TYPED, st.sampled_from(["USD", "JPY", "KWD"]))
def test_any_text_is_an_amount_or_an_amount_error(text: str, currency: str) -> None:
    """Whatever is typed, the answer is a positive amount in range or an AmountError, and nothing else."""
    try:
        money = parse_money(text, currency)
    except AmountError:
        return
    assert 0 < money.micros <= MAX_MICROS
    assert money.currency == currency
