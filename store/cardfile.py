"""Rate cards as CSV files: read with the line of what is wrong, written in one form.

A file has the columns Destination Name, Destination Type, Country, Prefix and Price / min, in any order, and may have
others. Lines before them that begin with "#" say what is true of the whole card, as `# currency: USD`: see `HEAD`. Read
are UTF-8, with or without a byte order mark, and what a German spreadsheet writes: Windows-1252, semicolons, decimal
commas. One file has one kind of decimal mark.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Any

from store.call import LATEST_MS, is_service
from store.money import MICROS, Money, known_currency
from store.tariff import LONGEST_INCREMENT_S, MAX_PRICE_MICROS, MAX_RATES, Rate, RateCard, is_prefix

HEAD = ("service", "currency", "valid from", "increment", "fee", "sample")
"""What a file may say of the whole card. `sample` is "yes" for invented prices; the last three may be left out."""

COLUMNS = ("Destination Name", "Destination Type", "Country", "Prefix", "Price / min")
LONGEST_TEXT = 120
MAX_BYTES = 16 * 1024 * 1024

_SAMPLES = files("store") / "samples"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_NAME, _TYPE, _COUNTRY, _PREFIX, _PRICE = range(5)
_HEADER = {"destinationname": _NAME, "destinationtype": _TYPE, "country": _COUNTRY, "prefix": _PREFIX} | dict.fromkeys(
    ("pricemin", "pricepermin", "priceminute", "priceperminute", "price"), _PRICE
)
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_DIVIDED = re.compile(r"[\s,;/|–-]+")
_NUMBER = re.compile(r"\d{1,7}(?:([.,])\d{1,12})?")
_INCREMENT = re.compile(r"(\d{1,4})/(\d{1,4})")
_FORMULA = ("=", "+", "-", "@")
_MARK = "#"


class CardProblem(StrEnum):
    """What is wrong with a file."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NO_COLUMN = "no_column"
    """Prefix or price is missing in the header: the value names the one."""
    NO_RATES = "no_rates"
    TOO_MANY_RATES = "too_many_rates"
    NO_PREFIX = "no_prefix"
    SEVERAL_PREFIXES = "several_prefixes"
    BAD_PREFIX = "bad_prefix"
    SAME_PREFIX = "same_prefix"
    """The prefix was in an earlier line."""
    BAD_PRICE = "bad_price"
    MIXED_MARKS = "mixed_marks"
    """A price with a decimal comma in a file with decimal points, or the other way round."""
    PRICE_TOO_FINE = "price_too_fine"
    """Finer than a millionth."""
    PRICE_TOO_LARGE = "price_too_large"
    BAD_TEXT = "bad_text"
    """A name too long, or one that a spreadsheet would take for a formula."""
    HEAD_MISSING = "head_missing"
    """Service, currency or first day are said nowhere: the value names the one."""
    BAD_HEAD = "bad_head"


class CardError(ValueError):
    """A file that is no rate card: what is wrong, in which line (0 for none) and with which text."""

    def __init__(self, problem: CardProblem, line: int = 0, value: str = "") -> None:
        super().__init__(f"line {line}: {problem.value}: {value[:LONGEST_TEXT]!r}")
        self.problem = problem
        self.line = line
        self.value = value[:LONGEST_TEXT]


def read_card(data: bytes, given: Mapping[str, str] | None = None) -> RateCard:
    """The card in a file; what is `given`, by the names of `HEAD`, counts before what the file says.

    Raises:
        CardError: the first thing that is wrong.
    """
    lines = [*io.StringIO(_text(data), newline="")]
    marked = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(_MARK)), len(lines))
    head = {**dict(_said(lines[:marked])), **{name: (0, value) for name, value in (given or {}).items()}}
    rates = tuple(_rates(lines[marked:], marked))
    return _card(head, rates)


def write_card(card: RateCard) -> str:
    """The card as a file, which reads as the same card: always the same text for it."""
    out = io.StringIO()
    for name, value in _head_of(card).items():
        out.write(f"{_MARK} {name}: {value}\n")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for rate in card.rates:
        rows.writerow((rate.name, rate.type, rate.country, rate.prefix, _decimal(rate.micros_per_minute)))
    return out.getvalue()


def sample_files(currency: str) -> dict[str, bytes]:
    """The sample cards that come with the package in a currency, USD or EUR, by their file names; none in others.

    Their prices are invented, for trying; the few hundred rates are around those that a public price list has.
    """
    ending = f"-{currency.lower()}.csv"
    return {each.name: each.read_bytes() for each in sorted(_SAMPLES.iterdir(), key=str) if each.name.endswith(ending)}


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise CardError(CardProblem.TOO_LARGE)
    if b"\0" in data:
        raise CardError(CardProblem.NOT_TEXT)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CardError(CardProblem.NOT_TEXT)


def _said(lines: Iterable[str]) -> Iterator[tuple[str, tuple[int, str]]]:
    """What the lines before the table say: name, line and value; other remarks are left out."""
    for number, line in enumerate(lines, 1):
        name, _, value = line.strip(f"{_MARK} \t\r\n").partition(":")
        if name.strip().lower() in HEAD:
            yield name.strip().lower(), (number, value.strip().rstrip(";,").strip())


def _rates(lines: list[str], before: int) -> Iterator[Rate]:
    if not lines:
        raise CardError(CardProblem.NO_RATES)
    divider = max(";\t,", key=lines[0].count)
    rows = csv.reader(lines, delimiter=divider, strict=True)
    marks, seen = set[str](), set[str]()
    try:
        places = _places(next(rows), before + 1)
        for row in rows:
            if not any(map(str.strip, row)):
                continue
            rate = _rate(row, places, before + rows.line_num, marks)
            if rate.prefix in seen:
                raise CardError(CardProblem.SAME_PREFIX, before + rows.line_num, rate.prefix)
            seen.add(rate.prefix)
            if len(seen) > MAX_RATES:
                raise CardError(CardProblem.TOO_MANY_RATES, before + rows.line_num)
            yield rate
    except csv.Error:
        raise CardError(CardProblem.NOT_TEXT, before + rows.line_num) from None
    if not seen:
        raise CardError(CardProblem.NO_RATES)


def _places(header: list[str], line: int) -> dict[int, int]:
    """Where which column is."""
    named = [_HEADER.get(_NOT_A_LETTER.sub("", each.lower())) for each in header]
    for wanted in (_PREFIX, _PRICE):
        if wanted not in named:
            raise CardError(CardProblem.NO_COLUMN, line, COLUMNS[wanted])
    return {column: named.index(column) for column in named if column is not None}


def _rate(row: list[str], places: Mapping[int, int], line: int, marks: set[str]) -> Rate:
    def cell(column: int) -> str:
        at = places.get(column, len(row))
        return " ".join(row[at].split()) if at < len(row) else ""

    texts = [cell(each) for each in (_NAME, _TYPE, _COUNTRY)]
    for each in texts:
        if len(each) > LONGEST_TEXT or each.startswith(_FORMULA) or not each.isprintable():
            raise CardError(CardProblem.BAD_TEXT, line, each)
    return Rate(_prefix(cell(_PREFIX), line), _price(cell(_PRICE), line, marks), *texts)


def _prefix(cell: str, line: int) -> str:
    if not cell:
        raise CardError(CardProblem.NO_PREFIX, line)
    if len([*filter(None, _DIVIDED.split(cell))]) > 1:
        raise CardError(CardProblem.SEVERAL_PREFIXES, line, cell)
    prefix = cell[1:] if cell.startswith("+") else cell.removeprefix("00")
    if not is_prefix(prefix):
        raise CardError(CardProblem.BAD_PREFIX, line, cell)
    return prefix


def _price(cell: str, line: int, marks: set[str]) -> int:
    shape = _NUMBER.fullmatch(cell)
    if not (shape and cell.isascii()):
        raise CardError(CardProblem.BAD_PRICE, line, cell)
    marks |= {*(shape[1] or "")}
    if len(marks) > 1:
        raise CardError(CardProblem.MIXED_MARKS, line, cell)
    micros = Decimal(cell.replace(",", ".")) * MICROS
    if micros % 1:
        raise CardError(CardProblem.PRICE_TOO_FINE, line, cell)
    if micros > MAX_PRICE_MICROS:
        raise CardError(CardProblem.PRICE_TOO_LARGE, line, cell)
    return int(micros)


def _card(head: Mapping[str, tuple[int, str]], rates: tuple[Rate, ...]) -> RateCard:
    for name in HEAD[:3]:
        if not head.get(name, (0, ""))[1]:
            raise CardError(CardProblem.HEAD_MISSING, 0, name)
    read = {name: _read_head(name, *said) for name, said in head.items()}
    first_s, next_s = read.get("increment", (60, 60))
    return RateCard(
        service=read["service"],
        currency=read["currency"],
        valid_from_ms=read["valid from"],
        rates=rates,
        first_s=first_s,
        next_s=next_s,
        fee_micros=read.get("fee", 0),
        sample=read.get("sample", False),
    )


def _read_head(name: str, line: int, value: str) -> Any:
    """The value that is said of the card, of the type that it has there."""
    try:
        found = _HEAD_READERS[name](value)
    except ValueError:
        found = None
    if found is None:
        raise CardError(CardProblem.BAD_HEAD, line, f"{name}: {value}")
    return found


def _moment(value: str) -> int | None:
    """A day, or a moment of one, in UTC unless it says otherwise."""
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    ms = (moment - _EPOCH) // timedelta(milliseconds=1)
    return ms if 0 <= ms < LATEST_MS else None


def _increment(value: str) -> tuple[int, int] | None:
    shape = _INCREMENT.fullmatch(value)
    seconds = (int(shape[1]), int(shape[2])) if shape else (0, 0)
    return seconds if all(1 <= each <= LONGEST_INCREMENT_S for each in seconds) else None


_HEAD_READERS: dict[str, Callable[[str], Any]] = {
    "service": lambda value: value if is_service(value) else None,
    "currency": lambda value: value if known_currency(value) else None,
    "valid from": _moment,
    "increment": _increment,
    "fee": lambda value: _price(value, 0, set()),
    "sample": {"yes": True, "no": False}.get,
}


def _head_of(card: RateCard) -> dict[str, str]:
    moment = _EPOCH + timedelta(milliseconds=card.valid_from_ms)
    return {
        "service": card.service,
        "currency": card.currency,
        "valid from": f"{moment:%Y-%m-%d}" if card.valid_from_ms % _DAY_MS == 0 else moment.isoformat(),
        "increment": f"{card.first_s}/{card.next_s}",
        "fee": _decimal(card.fee_micros),
        "sample": "yes" if card.sample else "no",
    }


def _decimal(micros: int) -> str:
    return Money(micros, "").plain()
