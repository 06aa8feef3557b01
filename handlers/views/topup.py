"""Adding credit: the amount, the confirmation, what is said afterwards."""

from collections.abc import Sequence
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.services import PaymentMethod
from handlers.views import kit
from handlers.views.balance import sandbox_mark
from handlers.views.payment import called
from store.account import Account
from store.money import Money
from store.policy import Limits


def ask_amount(account: Account, limits: Limits, texts: Texts, *, sandbox: bool, metadata: str) -> dict[str, Any]:
    """The modal that asks for an amount."""
    minimum, maximum = limits.minimum(account.currency), limits.maximum(account.currency)
    hint = texts("add-amount-hint", minimum=texts.money(minimum), maximum=texts.money(maximum))
    placeholder = texts("placeholder-amount")
    return kit.modal(
        ids.ADD_AMOUNT,
        texts("add-title"),
        [
            kit.text_input(ids.AMOUNT, texts("add-amount"), placeholder=placeholder, hint=hint),
            *_mark(texts, sandbox=sandbox),
        ],
        submit=texts("add-next"),
        close=texts("cancel"),
        metadata=metadata,
    )


def confirm(
    account: Account, amount: Money, methods: Sequence[PaymentMethod], texts: Texts, *, sandbox: bool, metadata: str
) -> dict[str, Any]:
    """The modal that says what will be charged to what; with several methods, one is chosen here."""
    shown, after = texts.money(amount), texts.money(account.balance + amount)
    one = len(methods) == 1
    pays = (
        texts("add-confirm-pays", amount=shown, method=kit.escape(called(methods[0], texts)))
        if one
        else texts("add-cost", amount=shown)
    )
    return kit.modal(
        ids.ADD_CONFIRM,
        texts("add-confirm-title"),
        [
            kit.section(texts("add-confirm", amount=shown), pays, texts("add-confirm-after", after=after)),
            *([] if one else [method_select(methods, account.recharge.method, texts)]),
            *_mark(texts, sandbox=sandbox),
        ],
        submit=texts("add-submit"),
        close=texts("cancel"),
        metadata=metadata,
    )


def requested(amount: Money, method: PaymentMethod, texts: Texts, *, repeated: bool, sandbox: bool) -> dict[str, Any]:
    """What is said when the payment is on its way."""
    news = texts("add-requested", amount=texts.money(amount), method=kit.escape(called(method, texts)))
    text = texts("add-repeated") if repeated else news
    return kit.message(text, [kit.section(text), *_mark(texts, sandbox=sandbox)])


def method_select(methods: Sequence[PaymentMethod], initial: str, texts: Texts) -> kit.Block:
    """The choice of a payment method; the first one if none was chosen before."""
    options = [kit.option(called(each, texts), each.id) for each in methods]
    known = initial if any(each.id == initial for each in methods) else methods[0].id
    return kit.select(ids.METHOD, texts("add-method"), options, initial=known)


def _mark(texts: Texts, *, sandbox: bool) -> list[kit.Block]:
    return [kit.context(*sandbox_mark(texts, sandbox=sandbox))] if sandbox else []
