"""What a person typed: text in, a frozen request or a UsageError out."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

import phonenumbers

from store.call import CALLING, is_service
from store.money import AmountError, AmountProblem, Money, parse_money
from store.numbers import dialled
from store.operations import is_id
from store.report import Part, Period


class Word(StrEnum):
    """The subcommands, by their English names."""

    HELP = "help"
    BALANCE = "balance"
    ADD = "add"
    RECHARGE = "recharge"
    ALERTS = "alerts"
    HISTORY = "history"
    USAGE = "usage"
    WHY = "why"
    RATE = "rate"
    IMPORT = "import"
    MANAGERS = "managers"
    TOKENS = "tokens"


SYNONYMS: dict[Word, tuple[str, ...]] = {
    Word.HELP: ("help", "?", "hilfe"),
    Word.BALANCE: ("balance", "guthaben", "stand", "kontostand", "saldo"),
    Word.ADD: ("add", "top-up", "topup", "aufladen", "hinzufügen", "einzahlen"),
    Word.RECHARGE: ("recharge", "auto-recharge", "automatik", "aufladung", "auto-aufladung"),
    Word.ALERTS: ("alerts", "warnings", "warnungen", "meldungen"),
    Word.HISTORY: ("history", "verlauf", "umsätze"),
    Word.USAGE: ("usage", "verbrauch", "nutzung"),
    Word.WHY: ("why", "explain", "warum"),
    Word.RATE: ("rate", "price", "preis", "tarif"),
    Word.IMPORT: ("import", "importieren", "einlesen"),
    Word.MANAGERS: ("managers", "verwalter"),
    Word.TOKENS: ("tokens", "token"),
}
"""What may be typed for each, in any language."""

_GERMAN = {
    Word.HELP: "hilfe",
    Word.BALANCE: "guthaben",
    Word.ADD: "aufladen",
    Word.RECHARGE: "automatik",
    Word.ALERTS: "warnungen",
    Word.HISTORY: "verlauf",
    Word.USAGE: "verbrauch",
    Word.WHY: "warum",
    Word.RATE: "preis",
    Word.IMPORT: "importieren",
    Word.MANAGERS: "verwalter",
    Word.TOKENS: "tokens",
}
_WORDS = {name: word for word, names in SYNONYMS.items() for name in names}
_WITH_REST = {Word.ADD, Word.USAGE, Word.WHY, Word.RATE}
_ALL = ("all", "alles")
"""Behind the word for the history: every entry."""
_PERIODS = {
    Period.WEEK: ("7d", "7t", "week", "woche"),
    Period.DAYS: ("30d", "30t"),
    Period.MONTH: ("month", "monat"),
}
_PARTS = {
    Part.SERVICE: ("service", "services", "dienst", "dienste"),
    Part.DESTINATION: ("destination", "destinations", "ziel", "ziele"),
    Part.CENTRE: ("centre", "center", "centres", "cost-centre", "cost-centres", "kostenstelle", "kostenstellen"),
}
_LONGEST_ECHO = 60
_EXAMPLES = {Word.ADD: "50", Word.USAGE: "30d", Word.RATE: "+44 20"}
_GERMAN_EXAMPLES = {Word.USAGE: "30t"}


@dataclass(frozen=True, slots=True)
class Request:
    """A subcommand and the text behind it."""

    word: Word
    rest: str = ""


class UsageError(Exception):
    """What was typed cannot be done as it stands; `key` and `variables` say what to type instead."""

    def __init__(self, key: str, **variables: str) -> None:
        super().__init__(key)
        self.key = key
        self.variables = variables


def spoken(word: Word, language: str) -> str:
    """The subcommand as people of this language type it."""
    return _GERMAN[word] if language == "de" else word.value


def example(word: Word, language: str) -> str:
    """The subcommand with what may be typed behind it."""
    behind = _GERMAN_EXAMPLES.get(word) if language == "de" else None
    return f"{spoken(word, language)} {behind or _EXAMPLES.get(word, '')}".strip()


def command(text: str) -> Request:
    """The request in the text behind `/credits`; nothing typed asks for help.

    Raises:
        UsageError: an unknown word, with the nearest known one; or words where none belong.
    """
    typed, _, rest = " ".join(_unescaped(text).split()).partition(" ")
    if not typed:
        return Request(Word.HELP)
    word = _WORDS.get(typed.lower())
    if word is None:
        raise _unknown(typed)
    if rest and word not in _WITH_REST and not (word is Word.HISTORY and rest.lower() in _ALL):
        raise UsageError("too-many-words", word=typed)
    return Request(word, rest)


def amount(text: str | None, currency: str) -> Money:
    """A typed amount in the account's currency.

    Raises:
        UsageError: nothing typed, not an amount, or one that can be read in two ways.
    """
    if not (text or "").strip():
        raise UsageError("amount-missing")
    try:
        return parse_money(text or "", currency)
    except AmountError as problem:
        typed = echo(problem.text)
        if problem.problem is AmountProblem.AMBIGUOUS:
            first, second = problem.readings
            two_digits = f"{second.units:.2f}"
            raise UsageError("amount-ambiguous", typed=typed, first=first.plain(), second=two_digits) from None
        raise UsageError(f"amount-{problem.problem}", typed=typed) from None


def usage(typed: str) -> tuple[Period, Part]:
    """The period and what it is divided by, in any order: "30d destination"; without them a week by service.

    Raises:
        UsageError: another word.
    """
    period, part = Period.WEEK, Part.SERVICE
    for word in typed.lower().split():
        periods = [each for each, names in _PERIODS.items() if word in names]
        parts = [each for each, names in _PARTS.items() if word in names]
        if not periods and not parts:
            raise UsageError("usage-unknown", typed=echo(word))
        period, part = (*periods, period)[0], (*parts, part)[0]
    return period, part


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number that was typed: its digits, country code first, how it is shown, and the service asked for.

    `whole` is false for the beginning of a number.
    """

    digits: str
    shown: str
    whole: bool
    service: str


def number(typed: str, locale: str) -> Number:
    """A number with its country code, and behind it perhaps a service: "+44 7700 900123 toll-free".

    Raises:
        UsageError: nothing typed, no number, one without its country, for which that of `locale` is proposed, or no
            such country.
    """
    if not typed.strip():
        raise UsageError("rate-missing")
    *digits, service = typed.rsplit(" ", 1) if any(each.isalpha() for each in typed) else (typed, CALLING)
    text = " ".join(digits)
    found = dialled(text)
    if not found or not found.digits or found.masked or not is_service(service):
        raise UsageError("rate-no-number", typed=echo(typed))
    if not text.lstrip().startswith(("+", "00")):
        raise UsageError("rate-no-country", typed=echo(text), proposed=_proposed(text, locale))
    try:
        parsed = phonenumbers.parse(f"+{found.digits}")
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise UsageError("rate-bad-country", typed=echo(text)) from None
        return Number(found.digits, f"+{found.digits} …", False, service)
    if phonenumbers.is_possible_number(parsed):
        shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return Number(found.digits, shown, True, service)
    return Number(found.digits, f"+{found.digits} …", False, service)


def _proposed(text: str, locale: str) -> str:
    """The number as it were in the country of a locale."""
    try:
        parsed = phonenumbers.parse(text, locale.rpartition("-")[2])
    except phonenumbers.NumberParseException:
        return "+44 20"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def charge_id(typed: str) -> str:
    """The id of a call or an entry.

    Raises:
        UsageError: nothing typed, or more than an id.
    """
    if not is_id(typed):
        raise UsageError("why-no-id", typed=echo(typed))
    return typed


def _unescaped(text: str) -> str:
    """What the person typed: Slack escapes three characters in the text of a command."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unknown(typed: str) -> UsageError:
    near = get_close_matches(typed.lower()[:_LONGEST_ECHO], _WORDS, n=1, cutoff=0.6)
    if near:
        return UsageError("unknown-command", word=echo(typed), nearest=near[0])
    return UsageError("unknown-command-no-guess", word=echo(typed))


def echo(text: str) -> str:
    """What was typed, short enough and harmless enough to be shown again."""
    visible = "".join(each for each in " ".join(text.split()) if each.isprintable())
    safe = visible.replace("`", "'")
    return safe if len(safe) <= _LONGEST_ECHO else f"{safe[: _LONGEST_ECHO - 1]}…"
