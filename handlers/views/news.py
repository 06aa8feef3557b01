"""What is told once for each event: in the incident's thread, in the channel, or to the person who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import changes, feeds, kit, pools, service, unusual, webhooks
from handlers.views import payment as payments
from handlers.views.changes import Labels
from handlers.views.payment import who
from store.events import (
    BalanceExhausted,
    BalanceLow,
    BalanceRecovered,
    CallsUnrated,
    Credited,
    CreditExpired,
    CreditExpiring,
    Event,
    ManagersChanged,
    PaymentNeedsAction,
    PaymentStuck,
    PaymentTrouble,
    PaymentUnknown,
    PoolExhausted,
    PoolLow,
    RechargeBlocked,
    RechargeCancelled,
    Recharged,
    RechargeDeclined,
    RechargePaused,
    RechargeResumed,
    RechargeStarted,
    ServiceResumed,
    ServicesHalted,
    ServicesResumed,
    ServiceStopped,
    SettingsChanged,
    ToppedUp,
    TopupDeclined,
    UsageUnusual,
)
from store.feed_events import FeedFailed, FeedRecovered
from store.money import Money
from store.payment import Failure
from store.plans import Plan
from store.pushes import WebhookFailed
from store.token_events import TokenMade, TokenRevoked

NO_PLAN = Plan()
_TOLD_CAUSES = {"recharge", "topup"}
"""What lifted the balance was told just before, with the balance after it."""


@dataclass(frozen=True, slots=True)
class News:
    """A text; `loud` if the channel sees it also when it is told in a thread, because something is to be done.

    All else is on the standing message, which is updated, and in its thread for those who want to know more.
    """

    text: str
    loud: bool = False


def of_account(event: Event, texts: Texts, label: Labels, plan: Plan = NO_PLAN) -> News | None:
    """What the alert channel is told, or None; `plan` is the account's, for what is told of its pools."""
    match event:
        case BalanceLow():
            return News(texts("news-low", level=texts.money(event.level), balance=texts.money(event.balance)))
        case BalanceExhausted():
            return News(texts("news-exhausted"), loud=True)
        case BalanceRecovered():
            return News(_recovered(event, texts))
        case ToppedUp():
            amount, balance = texts.money(event.amount), texts.money(event.balance)
            return News(texts("news-topped-up", who=who(event.by, texts), amount=amount, balance=balance))
        case CreditExpiring():
            amount = texts.money(event.amount)
            return News(texts("news-expiring", amount=amount, when=texts.date(event.expires_ms)), loud=True)
        case CreditExpired():
            amount, balance = texts.money(event.amount), texts.money(event.balance)
            return News(texts("news-expired", amount=amount, balance=balance), loud=True)
        case ServiceStopped() | ServiceResumed() | ServicesHalted() | ServicesResumed():
            text = service.news(event, texts)
            return News(text, loud=isinstance(event, ServiceStopped | ServicesHalted)) if text else None
        case WebhookFailed():
            return News(webhooks.failed(event, texts), loud=True)
        case ManagersChanged() | SettingsChanged() | TokenMade() | TokenRevoked():
            told = changes.told(event, texts, label)
            return News(told, loud=True) if told else None
        case _:
            return _of_usage(event, texts, plan) or _of_recharge(event, texts, label)


def _of_usage(event: Event, texts: Texts, plan: Plan) -> News | None:
    match event:
        case UsageUnusual():
            return News(unusual.told(event, texts), loud=True)
        case CallsUnrated():
            return News(unusual.unrated(event, texts), loud=True)
        case FeedFailed() | FeedRecovered():
            return News(feeds.told(event, texts), loud=isinstance(event, FeedFailed))
        case PoolLow() | PoolExhausted():
            text = pools.told(event, plan, texts)
            return News(text, loud=isinstance(event, PoolExhausted)) if text else None
        case _:
            return None


def _of_recharge(event: Event, texts: Texts, label: Labels) -> News | None:
    match event:
        case RechargeStarted():
            return News(texts("news-started", amount=texts.money(event.amount), method=_label(event.method, label)))
        case Recharged():
            amount, balance = texts.money(event.amount), texts.money(event.balance)
            return News(texts("news-recharged", amount=amount, balance=balance))
        case RechargeResumed():
            return News(texts("news-resumed", who=who(event.by, texts)))
        case RechargeBlocked():
            key = f"news-blocked-{event.reason}"
            cap = texts.money(Money(event.cap_micros, event.currency))
            amount = texts.money(Money(event.amount_micros, event.currency))
            return News(texts(key, amount=amount, cap=cap, count=event.per_day), loud=True)
        case PaymentTrouble(kind="recharge"):
            return _trouble(event, texts, label)
        case PaymentStuck() | PaymentNeedsAction():  # a top-up's: money may be lost unless somebody sees to it
            return News(for_others(event, texts, label), loud=True)
        case _:
            return None


def for_others(event: Event, texts: Texts, label: Labels) -> str:
    """What others than the person who asked for it are told of a top-up that did not go through, "" for nothing."""
    if not isinstance(event, PaymentTrouble) or event.kind != "topup":
        return ""
    words = {"amount": texts.money(event.amount), "method": _label(event.method, label)}
    words |= {"who": who(event.by, texts), "reason": texts.reason(event.reason)}
    return texts(f"news-for-others-{_became(event)}", **words)


def to_person(event: Event, texts: Texts, label: Labels) -> str:
    """What the person who added credit is told, "" for nothing."""
    match event:
        case ToppedUp():
            return texts("news-topup-arrived", amount=texts.money(event.amount), balance=texts.money(event.balance))
        case PaymentTrouble(kind="topup"):
            every = {"amount": texts.money(event.amount), "method": _label(event.method, label)}
            return texts(f"news-topup-{_became(event)}", **every, reason=texts.reason(event.reason))
        case _:
            return ""


def _became(event: PaymentTrouble) -> str:
    """What became of a top-up, as the catalogues name it."""
    if isinstance(event, TopupDeclined):
        return "not-charged" if event.reason == "not_charged" else "declined"
    if event.reason == Failure.NOT_CREDITED:
        return "not-credited"
    return {PaymentUnknown: "unknown", PaymentNeedsAction: "needs-action"}.get(type(event), "stuck")


def message(
    text: str, texts: Texts, *, sandbox: bool, small: Sequence[str] = (), action: kit.Block | None = None
) -> dict[str, Any]:
    """A message of one paragraph, with the sandbox's mark, small print and buttons where there are any."""
    pieces = [*([texts("sandbox-mark")] if sandbox else []), *small]
    blocks = [kit.section(text), *([kit.context(*pieces)] if pieces else []), *([action] if action else [])]
    return kit.message(text, blocks)


def actions(event: Event, texts: Texts) -> kit.Block | None:
    """What whoever is told of this would do next, or None."""
    match event:
        case UsageUnusual() | CallsUnrated():
            return _row(unusual.to_stop(event, texts))
        case ServiceStopped():
            return _row(service.to_resume(event.service, event.at_ms, texts))
        case BalanceExhausted() | ServicesHalted():
            return _row(kit.button(texts("button-add"), ids.OPEN_ADD, style="primary"))
        case PaymentNeedsAction():
            return _row(*payments.to_confirm(event.payment, event.attempt, texts, url=event.url))
        case PaymentStuck():
            charged = event.reason == Failure.NOT_CREDITED
            return _row(*payments.to_clear_up(event.payment, event.attempt, texts, charged=charged))
        case RechargePaused():
            return _row(payments.to_resume(texts))
        case WebhookFailed():
            return _row(webhooks.to_retry(event.webhook, texts))
        case RechargeDeclined() if event.next_ms:
            return _row(payments.to_retry(event.payment, event.attempt, texts))
        case _:
            return None


def _row(*buttons: kit.Element) -> kit.Block:
    return kit.actions("news_actions", *buttons)


def is_money(event: Event) -> bool:
    """Whether the message about this event tells of a payment, and so carries the sandbox's mark."""
    return isinstance(event, Credited | PaymentTrouble | RechargeStarted | RechargeBlocked | RechargeResumed)


def ends_pause(event: SettingsChanged) -> bool:
    """Whether the change lets a paused auto-recharge go on, or ends it: another card, or switched off."""
    return any(field == "method" or (field == "recharge_on" and new != "1") for field, _, new in event.pairs)


def gives_reason(event: Event) -> bool:
    """Whether it is told why a card did not pay; then what else is known of the card would say it twice."""
    return isinstance(event, RechargeDeclined | RechargePaused | TopupDeclined)


def _trouble(event: PaymentTrouble, texts: Texts, label: Labels) -> News | None:
    amount, method = texts.money(event.amount), _label(event.method, label)
    reason = texts.reason(event.reason)
    match event:
        case RechargeDeclined(next_ms=0):
            return News(texts("news-declined-last", amount=amount, method=method, reason=reason))
        case RechargeDeclined():
            when = texts.time(event.next_ms)
            # Every one of them: whoever tried again by hand looks in the channel for what came of it.
            return News(texts("news-declined", amount=amount, method=method, reason=reason, when=when), loud=True)
        case RechargePaused():
            return News(texts("news-paused", reason=reason), loud=True)
        case PaymentUnknown():
            return News(texts("news-unknown", amount=amount))
        case PaymentStuck():
            key = "news-not-credited" if event.reason == Failure.NOT_CREDITED else "news-stuck"
            return News(texts(key, amount=amount, method=method), loud=True)
        case RechargeCancelled():
            # Of one that was never tried nothing was told yet.
            return News(_cancelled(event, texts, amount, method)) if event.attempt != "0" else None
        case PaymentNeedsAction():
            return News(texts("news-needs-action", amount=amount, method=method), loud=True)
        case _:
            return None


def _cancelled(event: RechargeCancelled, texts: Texts, amount: str, method: str) -> str:
    if event.reason == "not_needed":
        return texts("news-not-needed", amount=amount)
    if event.reason != "not_charged":
        return texts("news-cancelled", amount=amount)
    key = "news-not-charged-by" if event.by else "news-not-charged"
    return texts(key, who=who(event.by, texts), amount=amount, method=method)


def _recovered(event: BalanceRecovered, texts: Texts) -> str:
    balance = texts.money(event.balance)
    if not event.level_micros and event.cause in _TOLD_CAUSES:
        return texts("news-recovered")
    if not event.level_micros:
        return texts("news-recovered-to", balance=balance)
    level = texts.money(Money(event.level_micros, event.currency))
    return texts("news-recovered-partly", balance=balance, level=level)


def _label(method: str, label: Labels) -> str:
    return kit.escape(label(method))
