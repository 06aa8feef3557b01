"""Money as integer millionths of a currency unit: read as people type it, add, compare, format by locale."""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum

from babel import Locale
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)

MICROS = 1_000_000
"""Millionths in one unit of a currency."""

MAX_MICROS = 2**53 - 1
"""The largest amount and balance: what a Lua number still holds exactly."""

_SYMBOL_LOCALES = ("en", "de", "fr", "en_CA", "en_AU", "ja", "pl", "en_IN")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_OTHER_SYMBOLS = frozenset("$€£¥₹₩₽₺₴₫₪฿")
_TYPED = re.compile(
    r"(?P<sign>[+\-−]?) ?(?P<before>[^\d.,'’+\-− ]*) ?(?P<inner>[+\-−]?)"
    r"(?P<number>[0-9][0-9.,'’ ]*?) ?(?P<after>[^\d.,'’+\-− ]*)"
)


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies were added or compared."""


class AmountProblem(StrEnum):
    """Why a typed amount was not taken."""

    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS = "ambiguous"
    OTHER_CURRENCY = "other_currency"
    NOT_POSITIVE = "not_positive"
    TOO_FINE = "too_fine"
    TOO_LARGE = "too_large"


class AmountError(ValueError):
    """A typed amount that is asked back instead of guessed.

    Attributes:
        problem: what is wrong with it.
        text: what was typed.
        readings: for an ambiguous amount, every amount that it could mean.
    """

    def __init__(self, problem: AmountProblem, text: str, readings: "tuple[Money, ...]" = ()) -> None:
        super().__init__(f"{problem}: {text!r}")
        self.problem = problem
        self.text = text
        self.readings = readings


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `micros` millionths of one unit of the ISO 4217 `currency`."""

    micros: int
    currency: str

    @classmethod
    def of(cls, units: str | int, currency: str) -> "Money":
        """Money from a plain decimal such as "50" or "0.015"; finer than a millionth raises ValueError."""
        micros = Decimal(units) * MICROS
        if micros != micros.to_integral_value():
            msg = f"{units} is finer than a millionth"
            raise ValueError(msg)
        return cls(int(micros), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.micros + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.micros - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.micros, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.micros < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.micros <= self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency}"
            raise CurrencyMismatchError(msg)
        return other.micros

    @property
    def units(self) -> Decimal:
        """The amount in whole units, exactly."""
        return Decimal(self.micros) / MICROS

    def plain(self) -> str:
        """The amount as a plain decimal without a symbol, as an input field shows it: "50", "12.50"."""
        text = format(self.units, "f")
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        whole, dot, fraction = text.partition(".")
        return f"{whole}.{fraction.ljust(2, '0')}" if dot else whole


def cut(money: Money) -> Money:
    """Money cut to the currency's own digits, downwards, as `format_money` shows it without `exact`."""
    step = MICROS // 10 ** get_currency_precision(money.currency)
    return Money(money.micros // step * step, money.currency)


def format_money(money: Money, locale: str, *, exact: bool = False) -> str:
    """Money as the people of `locale` ("de-DE") write it: "1.234,50 €".

    Without `exact` it is cut to the currency's own digits, downwards, so that a balance is never shown as
    more than it is. With `exact`, finer digits are kept: a call's charge of 0.015 stays 0.015.
    """
    digits = get_currency_precision(money.currency)
    units = money.units
    step = Decimal(1).scaleb(-digits)
    if exact:
        fraction = -int(units.normalize().as_tuple().exponent)
        step = Decimal(1).scaleb(-max(digits, fraction))
    units = units.quantize(step, rounding=ROUND_FLOOR)
    babel = Locale.parse(locale, sep="-") if "-" in locale else Locale.parse(locale)
    return format_currency(units, money.currency, locale=babel, decimal_quantization=False)


def known_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency, upper case."""
    return len(code) == 3 and code.isupper() and is_currency(code)  # noqa: PLR2004 ISO 4217 codes have three letters


def parse_money(text: str, currency: str) -> Money:
    """Read an amount as people type it: "50", "$50", "1,234.50", "1.234,50 €", "50 EUR".

    Args:
        text: what was typed.
        currency: the account's; a symbol or code of another one is refused.

    Raises:
        AmountError: not a positive amount of this currency, finer than its digits, or readable in two ways.
    """
    shape = _TYPED.fullmatch(_SPACES.sub(" ", text).strip())
    if shape is None:
        raise AmountError(AmountProblem.NOT_A_NUMBER, text)
    for name in filter(None, (shape["before"], shape["after"])):
        _check_currency(name, currency, text)
    if "-" in shape["sign"] + shape["inner"] or "−" in shape["sign"] + shape["inner"]:
        raise AmountError(AmountProblem.NOT_POSITIVE, text)
    number = shape["number"].strip().replace("’", "'")
    readings = _readings(number)
    if not readings:
        raise AmountError(AmountProblem.NOT_A_NUMBER, text)
    amounts = tuple(_exact(reading, currency, text) for reading in readings)
    if len(amounts) > 1:
        raise AmountError(AmountProblem.AMBIGUOUS, text, amounts)
    return _within(amounts[0], text)


def _check_currency(name: str, currency: str, text: str) -> None:
    """Refuse a symbol or code that is not `currency`'s own."""
    own = {currency} | {get_currency_symbol(currency, locale=locale) for locale in _SYMBOL_LOCALES}
    if name.upper() in {each.upper() for each in own}:
        return
    foreign = known_currency(name.upper()) or name in _OTHER_SYMBOLS
    raise AmountError(AmountProblem.OTHER_CURRENCY if foreign else AmountProblem.NOT_A_NUMBER, text)


def _readings(number: str) -> list[Decimal]:
    """Every value that `number` can stand for: none, one, or the two of "1,234"."""
    marks = [c for c in number if not c.isdigit()]
    found = []
    for decimal_mark in (None, ".", ","):
        grouping = {m for m in marks if m != decimal_mark}
        if decimal_mark is not None and marks.count(decimal_mark) != 1:
            continue
        if len(grouping) > 1:
            continue
        value = _reading(number, decimal_mark, grouping.pop() if grouping else None)
        if value is not None and value not in found:
            found.append(value)
    return found


def _reading(number: str, decimal_mark: str | None, group_mark: str | None) -> Decimal | None:
    """`number` with these two marks, or None where it is not well formed with them."""
    whole, fraction = number, ""
    if decimal_mark is not None:
        whole, _, fraction = number.partition(decimal_mark)
        if not fraction.isdigit():
            return None
    if group_mark is not None:
        head, *groups = whole.split(group_mark)
        if not (head.isdigit() and len(head) <= 3 and not head.startswith("0")):  # noqa: PLR2004 thousands
            return None
        if not all(len(group) == 3 and group.isdigit() for group in groups):  # noqa: PLR2004 thousands
            return None
        whole = head + "".join(groups)
    if not whole.isdigit():
        return None
    return Decimal(f"{whole}.{fraction or 0}")


def _exact(units: Decimal, currency: str, text: str) -> Money:
    with localcontext(prec=len(text) + len(str(MICROS))):  # the usual 28 digits would round a long fraction away
        micros = units * MICROS
        if micros != micros.to_integral_value():
            raise AmountError(AmountProblem.TOO_FINE, text)
        return Money(int(micros), currency)


def _within(money: Money, text: str) -> Money:
    if money.micros <= 0:
        raise AmountError(AmountProblem.NOT_POSITIVE, text)
    if money.micros > MAX_MICROS:
        raise AmountError(AmountProblem.TOO_LARGE, text)
    if money.micros % (MICROS // 10 ** get_currency_precision(money.currency)):
        raise AmountError(AmountProblem.TOO_FINE, text)
    return money
