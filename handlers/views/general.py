"""Messages and views that no feature owns."""

from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit


def says(text: str) -> dict[str, Any]:
    """A message that is one paragraph."""
    return kit.message(text, [kit.section(text)])


def loading(texts: Texts) -> dict[str, Any]:
    """The modal that is opened at once, before anything is looked up."""
    return kit.modal(ids.LOADING, texts("app"), [kit.section(texts("loading"))], close=texts("cancel"))


def notice(text: str, texts: Texts) -> dict[str, Any]:
    """The modal that only says something."""
    return kit.modal(ids.NOTICE, texts("app"), [kit.section(text)], close=texts("close"))
