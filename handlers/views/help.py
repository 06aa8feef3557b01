"""What Credits can do."""

from typing import Any

from handlers.locales import Texts
from handlers.views import kit

_LINES = ("balance", "history", "add", "recharge", "alerts", "managers")


def message(texts: Texts) -> dict[str, Any]:
    """The answer to `/credits help`."""
    return kit.message(
        texts("help-title"),
        [
            kit.header(texts("help-title")),
            kit.section(texts("help-intro")),
            kit.section(*(texts(f"help-{line}") for line in _LINES)),
            kit.context(texts("help-roles")),
        ],
    )
