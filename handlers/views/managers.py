"""The credit managers: choosing them, and what is said afterwards."""

from collections.abc import Collection
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit


def settings(managers: Collection[str], texts: Texts, *, metadata: str) -> dict[str, Any]:
    """The modal with the people picker."""
    return kit.modal(
        ids.MANAGERS,
        texts("managers-title"),
        [
            kit.users_select(
                ids.USERS,
                texts("managers-users"),
                initial=sorted(managers),
                hint=texts("managers-hint"),
                optional=True,
            )
        ],
        submit=texts("save"),
        close=texts("cancel"),
        metadata=metadata,
    )


def saved(managers: Collection[str], texts: Texts, *, changed: bool) -> dict[str, Any]:
    """What is said when the managers are saved."""
    if not changed:
        text = texts("settings-unchanged")
    elif not managers:
        text = texts("managers-saved-none")
    else:
        text = texts("managers-saved", managers=", ".join(map(kit.user, sorted(managers))))
    return kit.message(text, [kit.section(text)])
