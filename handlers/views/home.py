"""The Home tab: how the account stands, and what happened last."""

from typing import Any

from handlers.locales import Texts
from handlers.views import balance, history, kit
from store.account import Account, Page
from store.payment import Payment


def view(
    account: Account, payment: Payment | None, page: Page, texts: Texts, *, may_manage: bool, sandbox: bool
) -> dict[str, Any]:
    """The Home tab's view; `payment` is the open recharge."""
    return {
        "type": "home",
        "blocks": [
            *balance.status(account, payment, texts, may_manage=may_manage, sandbox=sandbox),
            kit.divider(),
            kit.header(texts("history-title")),
            *history.lines(page, texts),
        ],
    }
