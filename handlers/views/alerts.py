"""The warnings: their settings, and what is said afterwards."""

from collections.abc import Sequence
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit
from store.account import Account, AlertPolicy
from store.money import Money


def settings(account: Account, texts: Texts, *, metadata: str) -> dict[str, Any]:
    """The modal with up to three levels and the channel."""
    levels = [texts.decimal(level.plain()) for level in account.alerts.levels]
    fields = [
        kit.text_input(
            block_id,
            texts("alerts-level", number=number),
            initial=levels[number - 1] if number <= len(levels) else "",
            placeholder=texts("placeholder-below"),
            optional=True,
        )
        for number, block_id in enumerate(ids.LEVELS, 1)
    ]
    return kit.modal(
        ids.ALERTS,
        texts("alerts-title"),
        [
            kit.section(texts("alerts-intro")),
            *fields,
            kit.channel_select(ids.CHANNEL, texts("alerts-channel"), initial=account.alerts.channel, optional=True),
        ],
        submit=texts("save"),
        close=texts("cancel"),
        metadata=metadata,
    )


def saved(policy: AlertPolicy, texts: Texts, *, changed: bool) -> dict[str, Any]:
    """What is said when the warnings are saved."""
    if not changed:
        text = texts("settings-unchanged")
    elif not policy.levels:
        text = texts("alerts-saved-none")
    else:
        text = texts("alerts-saved", levels=shown(policy.levels, texts), channel=kit.channel(policy.channel))
    return kit.message(text, [kit.section(text)])


def shown(levels: Sequence[Money], texts: Texts) -> str:
    """Levels, highest first."""
    return ", ".join(texts.money(level) for level in levels)
