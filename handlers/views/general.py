"""Messages and views that no feature owns."""

from collections.abc import Mapping
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit

_TROUBLE = "trouble"


def says(text: str) -> dict[str, Any]:
    """A message that is one paragraph."""
    return kit.message(text, [kit.section(text)])


def loading(texts: Texts) -> dict[str, Any]:
    """The modal that is opened at once, before anything is looked up."""
    return kit.modal(ids.LOADING, texts("app"), [kit.section(texts("loading"))], close=texts("cancel"))


def again(view: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A modal as it was submitted, with `text` above it, to be submitted once more."""
    kept = {name: view.get(name) for name in ("callback_id", "title", "submit", "close", "private_metadata")}
    blocks = [block for block in view["blocks"] if block.get("block_id") != _TROUBLE]
    trouble = {**kit.section(text), "block_id": _TROUBLE}
    return {"type": "modal", **{name: each for name, each in kept.items() if each}, "blocks": [trouble, *blocks]}


def notice(text: str, texts: Texts) -> dict[str, Any]:
    """The modal that only says something."""
    return kit.modal(ids.NOTICE, texts("app"), [kit.section(text)], close=texts("close"))
