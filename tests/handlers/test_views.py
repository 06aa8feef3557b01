"""Every message, modal and Home tab in every language: as it was approved, and within what Slack takes."""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.playground.blockkit.rules import check_blocks, check_view
from handlers.locales import LANGUAGES, Texts
from tests.handlers.specimens import specimens

LOCALES = {"en": "en-US", "de": "de-DE"}
NAMES = sorted(specimens(Texts()))


def _findings(surface: str, body: dict[str, Any]) -> list[str]:
    found = check_blocks(body["blocks"], "message") if surface == "message" else check_view(body, surface)  # type: ignore[arg-type]
    return [str(finding) for finding in found]


def _read(thing: Any, indent: str = "") -> list[str]:
    """What a person reads, a line each: the texts, in order."""
    if isinstance(thing, list):
        return [line for each in thing for line in _read(each, indent)]
    if not isinstance(thing, dict):
        return []
    own = [f"{indent}{line}" for line in str(thing["text"]).split("\n")] if isinstance(thing.get("text"), str) else []
    return own + [
        line for key, each in thing.items() for line in _read(each, f"{indent}  " if key == "elements" else indent)
    ]


def test_there_is_a_locale_for_each_language() -> None:
    """A new language is looked at here, too."""
    assert set(LOCALES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_everything(language: str, subtests: pytest.Subtests) -> None:
    """Nothing is over a limit of Slack's, or of a kind that its place does not take, however large the data."""
    shown = specimens(Texts(LOCALES[language]))
    assert sorted(shown) == NAMES

    for name, (surface, body) in shown.items():
        with subtests.test(name=name):
            assert _findings(surface, body) == []
            if surface == "message":
                assert 0 < len(body["text"]) <= 3_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read(language: str, snapshot: SnapshotAssertion) -> None:
    """What people read is what was approved, word for word."""
    shown = specimens(Texts(LOCALES[language]))

    for name in NAMES:
        assert [
            line if len(line) < 400 else f"{line[:400]} … {len(line)}" for line in _read(shown[name][1])
        ] == snapshot(name=f"{language}-{name}")


def test_how_it_is_built(snapshot: SnapshotAssertion) -> None:
    """The blocks are what was approved; the languages differ in words only."""
    english, german = specimens(Texts(LOCALES["en"])), specimens(Texts(LOCALES["de"]))

    for name in NAMES:
        assert _shape(english[name][1]) == _shape(german[name][1])
        assert _shape(english[name][1]) == snapshot(name=name)


def _shape(thing: Any, key: str = "") -> Any:
    """Blocks without words: kinds, ids, and what goes back to us."""
    if isinstance(thing, dict):
        return {name: _shape(each, name) for name, each in thing.items() if name not in {"text", "initial_value"}} | (
            {"text": "…"} if "text" in thing else {}
        )
    if isinstance(thing, list):
        return [_shape(each, key) for each in thing[:3]]
    return thing if key != "value" else str(thing)[:40]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_others_takes_effect(language: str) -> None:
    """Memos, labels and what was typed mention nobody and link nowhere."""
    shown = specimens(Texts(LOCALES[language]))

    for name, (_, body) in shown.items():
        for text in _mrkdwn(body):
            assert "<!channel>" not in text, name
            assert "<https" not in text, name
            assert "Card <" not in text, name
            assert "<card_1>" not in text, name


def _mrkdwn(thing: Any) -> list[str]:
    """Every text in which Slack looks for mentions and links."""
    if isinstance(thing, list):
        return [text for each in thing for text in _mrkdwn(each)]
    if not isinstance(thing, dict):
        return []
    own = (
        [thing["text"]]
        if thing.get("type") not in {"plain_text", "raw_text", "raw_number"} and isinstance(thing.get("text"), str)
        else []
    )
    return own + [text for each in thing.values() for text in _mrkdwn(each)]
