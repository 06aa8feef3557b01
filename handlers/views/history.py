"""The journal, a page at a time."""

from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit
from handlers.views.why import clock
from store.account import Entry, Page
from store.records import count_of, records_of
from store.reversals import is_of_record

PAGE_SIZE = 10
_MEMO = 120


def message(page: Page, texts: Texts, *, older: str, newer: str) -> dict[str, Any]:
    """A page of entries; `older` and `newer` are the buttons' values, "" where there is no such page."""
    if not (page.entries or page.fewer):
        return kit.message(texts("history-title"), lines(page, texts))
    buttons = []
    if newer:
        buttons.append(kit.button(texts("button-newer"), ids.HISTORY_NEWER, value=newer))
    if older:
        buttons.append(kit.button(texts("button-older"), ids.HISTORY_OLDER, value=older))
    return kit.message(
        texts("history-title"),
        [
            kit.header(texts("history-title")),
            *lines(page, texts),
            kit.context(texts("history-page"), *fewer(page, texts)),
            *([kit.actions("history_actions", *buttons)] if buttons else []),
        ],
    )


def lines(page: Page, texts: Texts) -> list[kit.Block]:
    """The entries, newest first, or that there are none."""
    if not page.entries and not page.fewer:
        return [kit.section(texts("history-empty"))]
    return [kit.section(*_lines(entry, texts)) for entry in page.entries]


def fewer(page: Page, texts: Texts) -> list[str]:
    """What was left out, if anything, and how to see it."""
    return [texts("history-fewer")] if page.fewer else []


def _lines(entry: Entry, texts: Texts) -> tuple[str, str]:
    lines = count_of(entry)
    named = "reversal-record" if is_of_record(entry) else entry.kind
    kind = texts("kind-records", count=lines) if lines else texts(f"kind-{named}")
    memo = _of_one(entry) if lines else kit.escape(kit.clip(entry.memo, _MEMO))
    who = entry.actor.removeprefix("slack:")
    by = [kit.user(who)] if who != entry.actor else []
    what = " · ".join([kind, *([memo] if memo else []), *by])
    return (
        texts("history-line", amount=texts.signed(entry.amount), what=what),
        f"{texts.time(entry.at_ms)} · {texts('history-after', after=texts.money(entry.after, exact=True))}",
    )


def _of_one(entry: Entry) -> str:
    """Where the only call of an entry went, and how long it was; "" for several, or where that cannot be read."""
    if count_of(entry) != 1:
        return ""
    try:
        [call] = records_of(entry)
    except ValueError:
        return ""
    where = kit.escape(kit.clip(call.destination, _MEMO))
    return " · ".join(filter(None, (where, clock(call.duration_s) if call.duration_s else "")))
