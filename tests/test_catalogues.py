"""The catalogues: the same keys with the same variables in each language, all used, none missing."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import visitor
from fluent.syntax.ast import Message, Pattern, VariableReference

from bot.imports.fetching import Trouble
from bot.ingest.graph.problems import Problem as GraphProblem
from bot.ingest.refusals import Problem
from bot.ingest.refusals import Reason as Unread
from bot.ingest.words import REFUSED
from handlers.locales import LANGUAGES, Texts, _resource, keys
from handlers.parsing import SYNONYMS, Word, command, spoken
from handlers.views.imports import BROKEN, CHANGED, NO_LINE, OTHER, RATE_CARD
from store import basis
from store.account import State
from store.call import CALLING, CONFERENCE, DIRECT_ROUTING, INBOUND, TOLL_FREE
from store.deliveries import Why
from store.money import AmountProblem
from store.outcomes import Reason
from store.report import Part, Period
from store.tokens import Scope
from store.unusual import What

LEDGERS = [each for each in REFUSED if isinstance(each, Reason)]
"""Why the ledger refuses a line."""
ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").rglob("*.py")])

FAMILIES = {
    "scope-": [scope.replace(":", "-") for scope in Scope],
    "help-": [word.value for word in Word],
    "refused-": [reason.value for reason in Reason],
    "amount-": [problem.value for problem in AmountProblem],
    "kind-": [
        *("usage", "records", "recharge", "topup", "grant", "adjustment", "expiry"),
        *("hold", "release", "transfer", "reversal", "reversal-record"),
    ],
    "reason-": [
        *("insufficient_funds", "lost_card", "stolen_card", "expired_card", "authentication_required", "other"),
        "left_workspace",
    ],
    "incident-": [*("low", "exhausted", "recovered", "recharge"), *("low-text", "exhausted-text", "recovered-text")],
    "part-": [
        *("started", "arrived", "declined", "declined-last", "paused", "unknown", "needs-action"),
        *("stuck", "not-credited", "cancelled", "not-needed"),
        *("blocked-monthly_cap", "blocked-daily_limit"),
    ],
    "news-blocked-": ["monthly_cap", "daily_limit"],
    "news-topup-": ["declined", "unknown", "needs-action", "stuck", "not-credited", "not-charged"],
    "news-for-others-": ["declined", "unknown", "needs-action", "stuck", "not-credited", "not-charged"],
    "news-managers-": ["appointed", "dismissed"],
    "field-": [
        *("recharge_on", "recharge_amount", "recharge_below", "recharge_cap", "method", "levels", "channel"),
        *("overdraft", "state", "card", "pools", "zone", "centres"),
    ],
    "set-": [each.value for each in State],
    "usage-title-": [each.value for each in Period],
    "button-usage-": [each.value for each in Period],
    "usage-by-": [each.value for each in Part],
    "usage-no-": [each.value for each in Part],
    "usage-": ["calls", "minutes", "included-minutes", "cost"],
    "service-": [TOLL_FREE, INBOUND, CONFERENCE, CALLING, DIRECT_ROUTING, "calls"],
    "news-unusual-": [each.value for each in What],
    "calls-": ["frozen", "closed", "go-on", "overdraft", "stopped", "stopped-besides"],
    "news-pool-": ["low", "exhausted"],
    "pool-": ["low-then", "exhausted-then", "renewed", "month-over"],
    "feed-": [
        *(
            each.value.replace("_", "-")
            for each in GraphProblem
            if each not in {"refused", "broken", "foreign_link", "never_ending"}
        ),
        "other",
    ],
    "unrated-": [*(each.value for each in basis.Unrated), "place", "more"],
    "why-free-": [each.value for each in basis.Why],
    "placeholder-": ["amount", "below", "cap"],
    "topic-": ["recharge", "alerts", "method", "overdraft", "state", "rates", "pools", "zone", "centres"],
    "file-": [*Problem, *Trouble, RATE_CARD, NO_LINE, CHANGED, OTHER, BROKEN],
    "unread-": [*Unread, *(each.value for each in LEDGERS), "other"],
    "webhook-": [*(each.value for each in Why), "retry-begun", "retry-nothing"],
}
"""Keys that the code puts together, by their beginning: everything that may follow it."""

THE_SAME = {"unrated-place", "balance-amount", "change-line", "help-line", "history-line", "why-entry", "app"}
"""Texts that are no words of any language."""


class _Variables(visitor.Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 the library's
        self.names.add(node.id.name)


def _variables(language: str) -> dict[str, frozenset[str]]:
    found = {}
    for entry in _resource(language).body:
        if isinstance(entry, Message):
            seen = _Variables()
            seen.visit(entry)
            found[entry.id.name] = frozenset(seen.names)
    return found


def _in_code() -> tuple[set[str], set[str]]:
    """Every text constant in the code, and the beginning of every text that is put together."""
    whole, begun = set(), set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
    return whole, begun


def _asked() -> set[str]:
    """The keys that `texts("…")` and `texts.plain("…")` name, and those that a UsageError carries."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = ast.unparse(node.func)
            if re.fullmatch(r"(\w+\.)*texts(\.plain)?|(\w+\.)*UsageError", name):
                found.add(str(node.args[0].value))
    return found


def test_every_language_has_the_same_keys() -> None:
    """No catalogue lacks a text that another has."""
    assert {language: keys(language) ^ keys("en") for language in LANGUAGES} == dict.fromkeys(LANGUAGES, frozenset())


def test_every_language_has_the_same_variables() -> None:
    """Each text has the same variables in every language."""
    english = _variables("en")

    for language in LANGUAGES:
        assert _variables(language) == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_written_twice(language: str) -> None:
    """A catalogue names each key once."""
    names = [entry.id.name for entry in _resource(language).body if isinstance(entry, Message)]

    assert len(names) == len(set(names))


def test_every_key_in_the_code_is_in_the_catalogues() -> None:
    """What the code asks for exists, the keys that it puts together included."""
    together = {f"{start}{end}" for start, ends in FAMILIES.items() for end in ends}

    assert len(_asked()) > 80
    assert _asked() | together <= keys("en")


def test_every_key_in_the_catalogues_is_used() -> None:
    """No text stands in the catalogues that nothing says."""
    whole, begun = _in_code()
    together = {f"{start}{end}" for start, ends in FAMILIES.items() for end in ends if any(start == b for b in begun)}

    assert sorted(keys("en") - whole - together) == []


def test_every_family_is_complete() -> None:
    """No key that begins like a family is unknown to it, so that a new one is noticed here."""
    for start in ("scope-", "refused-", "reason-", "kind-", "field-", "topic-", "part-", "set-", "file-", "unread-"):
        assert {key.removeprefix(start) for key in keys("en") if key.startswith(start)} == set(FAMILIES[start])


def _same(one: Pattern | None, other: Pattern | None) -> bool:
    return one is not None and other is not None and one.equals(other)


def test_german_is_german() -> None:
    """No text was left in English."""
    english = {entry.id.name: entry for entry in _resource("en").body if isinstance(entry, Message)}
    german = {entry.id.name: entry for entry in _resource("de").body if isinstance(entry, Message)}

    same = {key for key in english if _same(english[key].value, german[key].value)}

    assert same - THE_SAME == set()


@pytest.mark.parametrize(
    "word",
    [
        *("Kommunikationsguthaben", "Guthaben hinzufügen", "utomatische Aufladung", "Aufladungsbetrag"),
        *("Wenn das Guthaben unter diesen Wert sinkt", "Zahlungsoption"),
    ],
)
def test_german_uses_the_words_of_the_model(word: str) -> None:
    """People who know the model's German pages find its words again."""
    assert word in (ROOT / "handlers/locales/de.ftl").read_text(encoding="utf-8")


def test_every_command_in_a_text_can_be_typed() -> None:
    """Whatever `/credits …` a text tells people to type is a command, in the language of the text."""
    for language in LANGUAGES:
        text = (ROOT / f"handlers/locales/{language}.ftl").read_text(encoding="utf-8")
        for typed in set(re.findall(r"`/credits ([\w-]+)`", text)):
            word = command(typed).word
            assert typed == spoken(word, language)


def test_every_word_is_understood_in_every_language() -> None:
    """What a language calls a subcommand is among the words that are understood, in any case of letters."""
    for word, names in SYNONYMS.items():
        for language in LANGUAGES:
            assert spoken(word, language) in names
        for name in names:
            assert command(name.upper()).word is word


@pytest.mark.parametrize(
    ("locale", "spoken_as"),
    [
        ("en-US", "en-US"),
        ("en-GB", "en-GB"),
        ("de-DE", "de-DE"),
        ("de-AT", "de-AT"),
        ("de_CH", "de-CH"),
        ("de", "de-DE"),
        ("en", "en-US"),
        ("fr-FR", "en-US"),
        ("ja-JP", "en-US"),
        ("", "en-US"),
        (None, "en-US"),
        ("zz", "en-US"),
        ("de-Latn-DE", "de-DE"),
    ],
)
def test_every_locale_is_answered(locale: str | None, spoken_as: str) -> None:
    """A language that we do not speak is answered in English; a region decides how money is written."""
    assert Texts.of(locale).locale == spoken_as
