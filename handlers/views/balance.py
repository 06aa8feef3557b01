"""The balance, and how the account stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit, service
from handlers.views import payment as payments
from store.account import Account, State, WaitReason
from store.lots import Lot
from store.money import Money, cut
from store.payment import Payment

_WAITS = {
    WaitReason.COOL_DOWN: "wait-cool_down",
    WaitReason.MONTHLY_CAP: "wait-monthly_cap",
    WaitReason.DAILY_LIMIT: "wait-daily_limit",
}

MOST_TOPUPS = 5
"""So many top-ups that wait are shown, the oldest; the others are counted."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The payments that are open, the recharge if there is one, and top-ups, the oldest first; what expires next."""

    recharge: Payment | None = None
    topups: tuple[Payment, ...] = ()
    expiring: Lot | None = None


def message(account: Account, under_way: UnderWay, texts: Texts, *, may_manage: bool, sandbox: bool) -> dict[str, Any]:
    """The answer to `/credits balance`."""
    title = texts("balance-title", balance=texts.money(account.balance))
    return kit.message(title, status(account, under_way, texts, may_manage=may_manage, sandbox=sandbox))


def status(account: Account, under_way: UnderWay, texts: Texts, *, may_manage: bool, sandbox: bool) -> list[kit.Block]:
    """Balance, state, what open payments wait for, stopped services, policies; managers get the buttons."""
    payment = under_way.recharge
    waits = payments.waits_for(payment, texts) if payment else waits_until(account, texts)
    helping = _helping(account, payment, texts) if may_manage else []
    topups = _topups(under_way.topups, texts, may_manage=may_manage)
    small = [_recharging(account, payment, texts), alerts_line(account, texts), *_expiring(account, under_way, texts)]
    buttons = [kit.button(texts("button-history"), ids.SHOW_HISTORY)]
    if may_manage:
        buttons = [
            kit.button(texts("button-add"), ids.OPEN_ADD, style="" if helping else "primary"),
            kit.button(texts("button-recharge"), ids.OPEN_RECHARGE),
            kit.button(texts("button-alerts"), ids.OPEN_ALERTS),
            *buttons,
        ]
    return [
        kit.header(texts("balance-title", balance=texts.money(account.balance))),
        kit.section(state(account, texts), *_held(account, texts), *([waits] if waits else [])),
        *([kit.actions("payment_actions", *helping)] if helping else []),
        *service.stops(account, texts, may_manage=may_manage),
        *topups,
        kit.context(*small, *sandbox_mark(texts, sandbox=sandbox)),
        kit.actions("balance_actions", *buttons),
    ]


def _helping(account: Account, payment: Payment | None, texts: Texts) -> list[kit.Element]:
    """What ends the waiting of the recharge, or the pause."""
    found = payments.buttons(payment, texts) if payment else []
    return found or ([payments.to_resume(texts)] if account.recharge.on and account.paused else [])


def _topups(topups: Sequence[Payment], texts: Texts, *, may_manage: bool) -> list[kit.Block]:
    """The top-ups that wait, each with its own buttons."""
    blocks: list[kit.Block] = []
    waiting = [(each, text) for each in topups if (text := payments.waits_for(each, texts))]
    for number, (each, text) in enumerate(waiting[:MOST_TOPUPS]):
        blocks.append(kit.section(text))
        helping = payments.buttons(each, texts) if may_manage else []
        if helping:
            blocks.append(kit.actions(f"topup_actions_{number}", *helping))
    more = len(waiting) - MOST_TOPUPS
    return [*blocks, *([kit.context(texts("waits-topup-more", count=more))] if more > 0 else [])]


def state(account: Account, texts: Texts) -> str:
    """Frozen or closed, else enough, low, used up to the overdraft or beyond it, or none yet."""
    if account.state is not State.OPEN:
        return texts("state-frozen" if account.state is State.FROZEN else "state-closed")
    if account.exhausted:
        overdraft = texts.money(account.overdraft)
        return texts("state-halted") if account.halts else texts("state-exhausted", overdraft=overdraft)
    if account.low:
        return texts("state-low", level=texts.money(account.low))
    return texts("state-ready" if account.available.micros > 0 else "state-empty")


def _held(account: Account, texts: Texts) -> list[str]:
    """What is available and what is not, where calls in progress have something set aside.

    Both come to the balance as it is shown: each cut by itself, they would lack a cent.
    """
    held = cut(account.balance) - cut(account.available)
    if not held.micros:
        return []
    return [texts("held-line", available=texts.money(account.available), held=texts.money(held))]


def recharge_line(account: Account, texts: Texts) -> str:
    """What auto-recharge does, in one line."""
    policy = account.recharge
    if not policy.on or policy.amount is None or policy.below is None or policy.cap is None:
        return texts("recharge-line-off")
    if account.paused:
        return texts("recharge-line-paused", reason=texts.reason(account.paused))
    return texts(
        "recharge-line-on",
        amount=texts.money(policy.amount),
        below=texts.money(policy.below),
        cap=texts.money(policy.cap),
    )


def waits_until(account: Account, texts: Texts) -> str:
    """Why a recharge that is due does not open now, and when the next one is possible; "" if none is due."""
    if account.wait is None:
        return ""
    cap = texts.money(account.recharge.cap) if account.recharge.cap else texts("none")
    return texts(_WAITS[account.wait.reason], cap=cap, when=texts.time(account.wait.until_ms))


def _recharging(account: Account, payment: Payment | None, texts: Texts) -> str:
    """The same; while a recharge is being charged, that."""
    if payment is None or payments.waits_for(payment, texts):
        return recharge_line(account, texts)
    return texts("recharge-line-open", amount=texts.money(payment.amount))


def alerts_line(account: Account, texts: Texts) -> str:
    """When and where is warned, in one line."""
    if not account.alerts.levels or not account.alerts.channel:
        return texts("alerts-line-none")
    return texts("alerts-line", levels=levels(account, texts), channel=kit.channel(account.alerts.channel))


def _expiring(account: Account, under_way: UnderWay, texts: Texts) -> list[str]:
    """What expires first, and when."""
    lot = under_way.expiring
    if lot is None:
        return []
    return [
        texts("expiring-line", amount=texts.money(Money(lot.left, account.currency)), when=texts.date(lot.expires_ms))
    ]


def levels(account: Account, texts: Texts) -> str:
    """The alert levels, highest first."""
    return ", ".join(texts.money(level) for level in account.alerts.levels)


def sandbox_mark(texts: Texts, *, sandbox: bool) -> list[str]:
    """The mark that every message carries where no real money moves."""
    return [texts("sandbox-mark")] if sandbox else []
