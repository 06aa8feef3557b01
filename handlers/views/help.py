"""What Credits can do."""

from typing import Any

from handlers.locales import Texts
from handlers.parsing import Word, example
from handlers.views import kit

_ORDER = (
    Word.BALANCE,
    Word.USAGE,
    Word.WHY,
    Word.RATE,
    Word.HISTORY,
    Word.IMPORT,
    Word.ADD,
    Word.RECHARGE,
    Word.ALERTS,
    Word.TOKENS,
    Word.MANAGERS,
)


def message(texts: Texts) -> dict[str, Any]:
    """The answer to `/credits help`."""
    return kit.message(
        texts("help-title"),
        [
            kit.header(texts("help-title")),
            kit.section(texts("help-intro")),
            kit.section(*(texts("help-line", word=word, what=what) for word, what in completions(texts, _ORDER))),
            kit.context(texts("help-roles")),
        ],
    )


def completions(texts: Texts, words: tuple[Word, ...] = (*_ORDER, Word.HELP)) -> list[tuple[str, str]]:
    """Each subcommand as one types it in this language, and what it does."""
    language = texts.locale.partition("-")[0]
    return [(example(word, language), texts(f"help-{word}")) for word in words]
