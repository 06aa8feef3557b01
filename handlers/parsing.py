"""What a person typed: text in, a frozen request or a UsageError out."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from store.money import AmountError, AmountProblem, Money, parse_money


class Word(StrEnum):
    """The subcommands, by their English names."""

    HELP = "help"
    BALANCE = "balance"
    ADD = "add"
    RECHARGE = "recharge"
    ALERTS = "alerts"
    HISTORY = "history"
    MANAGERS = "managers"
    TOKENS = "tokens"


SYNONYMS: dict[Word, tuple[str, ...]] = {
    Word.HELP: ("help", "?", "hilfe"),
    Word.BALANCE: ("balance", "guthaben", "stand", "kontostand", "saldo"),
    Word.ADD: ("add", "top-up", "topup", "aufladen", "hinzufügen", "einzahlen"),
    Word.RECHARGE: ("recharge", "auto-recharge", "automatik", "aufladung", "auto-aufladung"),
    Word.ALERTS: ("alerts", "warnings", "warnungen", "meldungen"),
    Word.HISTORY: ("history", "verlauf", "umsätze"),
    Word.MANAGERS: ("managers", "verwalter"),
    Word.TOKENS: ("tokens", "token"),
}
"""What may be typed for each, in any language."""

EXAMPLE_ARGUMENT = {Word.ADD: "50"}
"""What an example shows behind a subcommand."""

_GERMAN = {
    Word.HELP: "hilfe",
    Word.BALANCE: "guthaben",
    Word.ADD: "aufladen",
    Word.RECHARGE: "automatik",
    Word.ALERTS: "warnungen",
    Word.HISTORY: "verlauf",
    Word.MANAGERS: "verwalter",
    Word.TOKENS: "tokens",
}
_WORDS = {name: word for word, names in SYNONYMS.items() for name in names}
_LONGEST_ECHO = 60


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
    if rest and word is not Word.ADD:
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
        typed = _echo(problem.text)
        if problem.problem is AmountProblem.AMBIGUOUS:
            first, second = problem.readings
            two_digits = f"{second.units:.2f}"
            raise UsageError("amount-ambiguous", typed=typed, first=first.plain(), second=two_digits) from None
        raise UsageError(f"amount-{problem.problem}", typed=typed) from None


def _unescaped(text: str) -> str:
    """What the person typed: Slack escapes three characters in the text of a command."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unknown(typed: str) -> UsageError:
    near = get_close_matches(typed.lower()[:_LONGEST_ECHO], _WORDS, n=1, cutoff=0.6)
    if near:
        return UsageError("unknown-command", word=_echo(typed), nearest=near[0])
    return UsageError("unknown-command-no-guess", word=_echo(typed))


def _echo(text: str) -> str:
    """What was typed, short enough and harmless enough to be shown again."""
    visible = "".join(each for each in " ".join(text.split()) if each.isprintable())
    safe = visible.replace("`", "'")
    return safe if len(safe) <= _LONGEST_ECHO else f"{safe[: _LONGEST_ECHO - 1]}…"
