"""Auto-recharge: its settings, the confirmation where saving charges at once, what is said afterwards."""

from collections.abc import Sequence
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.services import PaymentMethod
from handlers.views import kit
from handlers.views.balance import sandbox_mark
from handlers.views.payment import called
from handlers.views.topup import method_select
from store.account import Account, RechargePolicy
from store.money import Money
from store.policy import Limits

ON, OFF = "on", "off"


def settings(
    account: Account, methods: Sequence[PaymentMethod], limits: Limits, texts: Texts, *, sandbox: bool, metadata: str
) -> dict[str, Any]:
    """The modal with the two fields of the model, the cap, the method and the channel."""
    policy = account.recharge
    minimum, maximum = limits.minimum(account.currency), limits.maximum(account.currency)
    hint = texts("recharge-amount-hint", minimum=texts.money(minimum), maximum=texts.money(maximum))
    fresh = policy.amount is None  # whoever sets it up for the first time wants it on
    switch = [
        kit.option(texts("recharge-switch-on"), ON),
        kit.option(texts("recharge-switch-off"), OFF),
    ]
    return kit.modal(
        ids.RECHARGE,
        texts("recharge-title"),
        [
            kit.radio(ids.SWITCH, texts("recharge-switch"), switch, initial=ON if policy.on or fresh else OFF),
            _money(ids.AMOUNT, "recharge-amount", policy.amount, texts, hint=hint),
            _money(
                ids.BELOW,
                "recharge-below",
                policy.below,
                texts,
                hint=texts("recharge-below-hint", balance=texts.money(account.available)),
            ),
            _money(ids.CAP, "recharge-cap", policy.cap, texts, hint=texts("recharge-cap-hint")),
            method_select(methods, policy.method, texts),
            kit.channel_select(ids.CHANNEL, texts("recharge-channel"), initial=account.alerts.channel),
            *([kit.context(*sandbox_mark(texts, sandbox=True))] if sandbox else []),
        ],
        submit=texts("save"),
        close=texts("cancel"),
        metadata=metadata,
    )


def confirm(
    account: Account, policy: RechargePolicy, method: PaymentMethod, texts: Texts, *, sandbox: bool, metadata: str
) -> dict[str, Any]:
    """The modal that says that saving charges now."""
    return kit.modal(
        ids.RECHARGE_CONFIRM,
        texts("recharge-confirm-title"),
        [
            kit.section(
                texts(
                    "recharge-confirm",
                    balance=texts.money(account.available),
                    below=_shown(policy.below, texts),
                    amount=_shown(policy.amount, texts),
                    method=kit.escape(called(method, texts)),
                )
            ),
            *([kit.context(*sandbox_mark(texts, sandbox=True))] if sandbox else []),
        ],
        submit=texts("recharge-confirm-submit"),
        close=texts("cancel"),
        metadata=metadata,
    )


def saved(
    policy: RechargePolicy, channel: str, texts: Texts, *, changed: bool, charging: bool, sandbox: bool
) -> dict[str, Any]:
    """What is said when the settings are saved."""
    if not changed:
        lines = [texts("settings-unchanged"), *([] if policy.on else [texts("recharge-line-off")])]
    elif not policy.on:
        lines = [texts("recharge-saved-off"), *([texts("recharge-saved-off-kept")] if policy.amount else [])]
    else:
        shown = {name: _shown(getattr(policy, name), texts) for name in ("amount", "below", "cap")}
        lines = [texts("recharge-saved", **shown)]
        if charging:
            where = kit.channel(channel) if channel else texts("none")
            lines.append(texts("recharge-saved-now", amount=shown["amount"], channel=where))
    mark = [kit.context(*sandbox_mark(texts, sandbox=True))] if sandbox else []
    return kit.message(lines[0], [kit.section(*lines), *mark])


def _money(block_id: str, key: str, initial: Money | None, texts: Texts, *, hint: str = "") -> kit.Block:
    typed = texts.decimal(initial.plain()) if initial else ""
    placeholder = texts(f"placeholder-{block_id}")
    return kit.text_input(block_id, texts(key), initial=typed, placeholder=placeholder, hint=hint)


def _shown(money: Money | None, texts: Texts) -> str:
    return texts.money(money) if money else texts("none")
