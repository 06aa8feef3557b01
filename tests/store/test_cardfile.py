"""Rate cards as files: what is read, what is refused and in which line, and that nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cardfile import LONGEST_TEXT, MAX_BYTES, CardError, CardProblem, read_card, sample_files, write_card
from store.numbers import dialled
from store.tariff import MAX_PRICE_MICROS, Rate
from tests.store.rating import at, card

GIVEN = {"service": "calling", "currency": "USD", "valid from": "2026-01-01"}
HEADER = "Destination Name,Destination Type,Country,Prefix,Price / min\n"
GERMANY = Rate("49", 15_000, "Germany", "Geographic", "DE")


def problem(data: str | bytes, given: dict[str, str] = GIVEN) -> tuple[CardProblem, int, str]:
    """What is wrong with a file, where, and with which text."""
    with pytest.raises(CardError) as caught:
        read_card(data.encode() if isinstance(data, str) else data, given)
    return caught.value.problem, caught.value.line, caught.value.value


def test_file_is_read() -> None:
    """Each row becomes a rate; what is given says what the whole card is."""
    data = HEADER + 'Germany,Geographic,DE,49,0.015\n\n"France, Paris",Geographic,FR,+331,0.0160\r\n'

    made = read_card(data.encode(), {**GIVEN, "increment": "30/6", "fee": "0.05"})

    assert made == card(
        rates=(GERMANY, Rate("331", 16_000, "France, Paris", "Geographic", "FR")),
        valid_from_ms=at("2026-01-01"),
        first_s=30,
        next_s=6,
        fee_micros=50_000,
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffPrefix;Country;Destination Type;Destination Name;Price / Min;Note\n49;DE;Geographic;Germany;0,015;x\n",
        "Prefix\tPrice/min\tcountry\tdestination_name\tDestination-Type\n0049\t0.015\tDE\tGermany\tGeographic\n",
        "\n# a remark\n\nDestination Name,Destination Type,Country,Prefix,Price\nGermany,Geographic,DE, 49 , 0.015\n",
        "Prefix;Price per minute;Destination Name;Destination Type;Country\r\n49;0,015;Germany;Geographic;DE",
    ],
)
def test_file_is_read_however_it_was_saved(text: str) -> None:
    """With another divider, decimal mark, order or line ending, with a byte order mark or columns more: the same."""
    assert read_card(text.encode(), GIVEN).rates == (GERMANY,)


def test_old_spreadsheets_letters_are_read() -> None:
    """A file that is no UTF-8 is read as Windows-1252."""
    [rate] = read_card("Prefix;Price;Destination Name\n43;0,155;Österreich\n".encode("cp1252"), GIVEN).rates

    assert rate.name == "Österreich"


def test_file_says_what_it_is_itself() -> None:
    """What a file says in its head counts where nothing else is given."""
    data = (
        "# Currency: EUR;;;\n# service: fax\n# valid from: 2026-03-29T02:00+01:00\n# sample: yes\nPrefix,Price\n49,1\n"
    )

    made, other = read_card(data.encode()), read_card(data.encode(), {"service": "calling", "sample": "no"})

    assert (made.currency, made.service, made.valid_from_ms, made.sample) == (
        "EUR",
        "fax",
        at("2026-03-29T01:00"),
        True,
    )
    assert (other.currency, other.service, other.sample) == ("EUR", "calling", False)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Germany,,,,1", "no_prefix"),
        ("Germany", "no_prefix"),
        ('Germany,,,"49151, 49160",1', "several_prefixes"),
        ("Germany,,,49151 49160,1", "several_prefixes"),
        ("Germany,,,49151;49160,1", "several_prefixes"),
        ("Germany,,,49151-49160,1", "several_prefixes"),
        ("Germany,,,4.9E+10,1", "bad_prefix"),
        ("Germany,,,030,1", "bad_prefix"),
        ("Germany,,,1234567890123456,1", "bad_prefix"),
        ("Germany,,,+44,1", "same_prefix"),
        ("Germany,,,49,", "bad_price"),
        ("Germany,,,49", "bad_price"),
        ("Germany,,,49,-1", "bad_price"),
        ("Germany,,,49,free", "bad_price"),
        ("Germany,,,49,1e3", "bad_price"),
        ('Germany,,,49,"1,234.50"', "bad_price"),
        ("Germany,,,49,٣", "bad_price"),
        ('Germany,,,49,"0,015"', "mixed_marks"),
        ("Germany,,,49,0.0000001", "price_too_fine"),
        ("Germany,,,49,1000000.000001", "price_too_large"),
        ("=1+1,,,49,1", "bad_text"),
        ("@x,,,49,1", "bad_text"),
        ("\x1b[2J,,,49,1", "bad_text"),
        ("x" * (LONGEST_TEXT + 1) + ",,,49,1", "bad_text"),
        ('Germany"x"",,,49,"1', "not_text"),
    ],
)
def test_bad_row_is_refused_with_its_line(row: str, reason: str) -> None:
    """The first row that is wrong refuses the whole file: the reason and the line are told, nothing is guessed."""
    found, line, _ = problem(f"# a remark\n{HEADER}France,,,44,0.02\n{row}\n")

    assert (found, line) == (CardProblem(reason), 4)


def test_wrong_cell_is_shown() -> None:
    """The error has the cell's own text."""
    assert problem(HEADER + "Germany,,,49 151,0.1\n") == (CardProblem.SEVERAL_PREFIXES, 2, "49 151")


def test_line_is_counted_as_an_editor_does() -> None:
    """A name of two lines is two lines."""
    assert problem(HEADER + '"Germany\nmobile",,,49,0.1\nx,,,0,1\n')[1] == 4


@pytest.mark.parametrize(
    ("data", "reason", "line", "value"),
    [
        ("", "no_rates", 0, ""),
        ("# only a remark\n", "no_rates", 0, ""),
        (HEADER, "no_rates", 0, ""),
        ("Destination Name,Prefix\n", "no_column", 1, "Price / min"),
        ("Price / min,Country\n", "no_column", 1, "Prefix"),
        (b"PK\x03\x04\x00", "not_text", 0, ""),
        (b"\x81,\xff\n", "not_text", 0, ""),
        (b"x" * (MAX_BYTES + 1), "too_large", 0, ""),
    ],
)
def test_what_is_no_card_is_refused(data: str | bytes, reason: str, line: int, value: str) -> None:
    """Empty, without a needed column, no text at all, or far too large."""
    assert problem(data) == (CardProblem(reason), line, value)


@pytest.mark.parametrize("name", ["service", "currency", "valid from"])
def test_what_has_to_be_said_is_asked_for(name: str) -> None:
    """Service, currency and first day are said in the file or given."""
    given = {key: value for key, value in GIVEN.items() if key != name}

    assert problem("Prefix,Price\n49,1\n", given) == (CardProblem.HEAD_MISSING, 0, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service", "Calling!"),
        ("currency", "XXQ"),
        ("valid from", "1.1.2026"),
        ("valid from", "1969-12-31"),
        ("valid from", "9999-12-31"),
        ("increment", "60"),
        ("increment", "0/1"),
        ("increment", "60/3601"),
        ("fee", "-1"),
        ("fee", "0.0000001"),
        ("sample", "maybe"),
    ],
)
def test_what_is_said_of_the_card_is_checked(name: str, value: str) -> None:
    """With the line, if it was the file that said so."""
    given = {key: each for key, each in GIVEN.items() if key != name}

    assert problem(f"# {name}: {value}\nPrefix,Price\n49,1\n", given) == (CardProblem.BAD_HEAD, 1, f"{name}: {value}")
    assert problem("Prefix,Price\n49,1\n", {**GIVEN, name: value}) == (CardProblem.BAD_HEAD, 0, f"{name}: {value}")


NAMES = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30).map(lambda text: " ".join(text.split()))


@given(
    st.dictionaries(
        st.integers(1, 10**15 - 1).map(str),
        st.tuples(st.integers(0, MAX_PRICE_MICROS), NAMES.filter(lambda text: not text.startswith(tuple("=+-@")))),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, at("9998-12-31T23:59:59")),
    st.booleans(),
)
def test_card_comes_back_from_its_file(rates: dict[str, tuple[int, str]], valid_from_ms: int, sample: bool) -> None:
    """Written and read again a card is the same, whatever its names, prices and day."""
    made = card(
        rates=tuple(Rate(prefix, price, name, name, "DE") for prefix, (price, name) in rates.items()),
        valid_from_ms=valid_from_ms,
        first_s=1,
        next_s=3600,
        fee_micros=50_000,
        sample=sample,
    )

    assert read_card(write_card(made).encode()) == made


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_sample_cards_are_cards_and_say_what_they_are(currency: str) -> None:
    """Three services, and the word sample in the name, in the first line and in the card."""
    files = sample_files(currency)
    cards = {name: read_card(data) for name, data in files.items()}

    assert {each.service for each in cards.values()} == {"calling", "conference", "toll-free"}
    for name, each in cards.items():
        assert name == f"sample-{each.service}-{currency.lower()}.csv"
        assert files[name].startswith(b"# SAMPLE")
        assert each.sample
        assert each.currency == currency
    assert sum(len(each.rates) for each in cards.values()) > 1000


@pytest.mark.parametrize(
    ("service", "number", "price"),
    [
        ("calling", "+1 425 555 0100", 13_000),
        ("calling", "+49 30 5550100", 15_000),
        ("calling", "+44 7700 900123", 320_000),
        ("calling", "+44 7700 900***", 320_000),
        ("calling", "+33 1 555 0100", 16_000),
        ("calling", "+33 61 5550100", 125_000),
        ("conference", "+43 676 5550100", 240_000),
        ("conference", "+91 91 5550100", 35_000),
        ("toll-free", "+1 800 555 0100", 22_000),
        ("toll-free", "+44 800 5550100", 29_000),
        ("toll-free", "+49 800 5550100", 175_000),
    ],
)
def test_sample_has_the_rates_that_are_spoken_of(service: str, number: str, price: int) -> None:
    """The examples of the documents can be tried with the sample."""
    made = read_card(sample_files("USD")[f"sample-{service}-usd.csv"])
    asked = dialled(number)

    assert asked
    found = made.rate(asked)
    assert found
    assert found.micros_per_minute == price
    assert made.is_certain(asked)


def test_there_is_no_catch_all() -> None:
    """A number that begins with 1 or 33 and has no prefix of its own has no rate."""
    made = read_card(sample_files("USD")["sample-calling-usd.csv"])

    assert all(made.rate(asked) is None for each in ("+1 555 555 0100", "+33 8 555 0100") if (asked := dialled(each)))
    assert sample_files("CHF") == {}
