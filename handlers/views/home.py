"""The Home tab: how the account stands, and what happened last."""

from typing import Any

from handlers.locales import Texts
from handlers.views import balance, history, kit
from handlers.views.balance import UnderWay
from store.account import Account, Page


def view(
    account: Account, under_way: UnderWay, page: Page, texts: Texts, *, may_manage: bool, sandbox: bool
) -> dict[str, Any]:
    """The Home tab's view."""
    small = history.fewer(page, texts)
    return {
        "type": "home",
        "blocks": [
            *balance.status(account, under_way, texts, may_manage=may_manage, sandbox=sandbox),
            kit.divider(),
            kit.header(texts("history-title")),
            *history.lines(page, texts),
            *([kit.context(*small)] if small else []),
        ],
    }
