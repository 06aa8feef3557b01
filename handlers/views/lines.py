"""The lines that a channel sees beside the standing message because somebody is wanted, and how each of them ends.

A line is open while its buttons do something. The first later event that settles its matter closes it: what is left
says what was the matter and how it ended. Everything is data: lines and an event in, texts out.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from handlers.locales import Texts
from handlers.views import kit, news, webhooks
from handlers.views.changes import Labels
from handlers.views.payment import who
from handlers.views.why import service_name
from store.events import (
    BalanceExhausted,
    BalanceRecovered,
    Event,
    PaymentNeedsAction,
    PaymentStuck,
    PaymentTrouble,
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
)
from store.feed_events import FeedFailed, FeedRecovered
from store.money import Money
from store.payment import Failure
from store.pushes import WebhookFailed, WebhookRecovered

KEPT = 20
"""So many open lines are remembered for an account; older ones keep their buttons, which then answer what became."""

_KINDS: dict[type[Event], str] = {
    BalanceExhausted: "line-exhausted",
    RechargeDeclined: "line-declined",
    RechargePaused: "line-paused",
    PaymentStuck: "line-stuck",
    PaymentNeedsAction: "line-needs-action",
    WebhookFailed: "line-webhook",
    FeedFailed: "line-feed",
    ServicesHalted: "line-halted",
    ServiceStopped: "line-service",
}
_NO_PAYMENT = {"line-exhausted", "line-halted", "line-service", "line-webhook", "line-feed"}
"""What a new recharge does not settle by itself."""
_BLOCKED = {"monthly_cap": "line-monthly_cap", "daily_limit": "line-daily_limit"}
_CANCELLED = {"not_needed": "end-not-needed", "not_charged": "end-not-charged"}


@dataclass(frozen=True, slots=True)
class Line:
    """An open line: the key of what is left of it, the text itself, where it stands, what it is about.

    `payment` is the payment's id, the webhook's, or the feed's.
    """

    kind: str
    text: str
    channel: str
    ts: str
    mark: str
    sandbox: bool
    payment: str = ""
    attempt: int = 0
    topup: bool = False
    service: str = ""


def encode(lines: Sequence[Line]) -> str:
    """As Redis keeps them, the oldest beyond `KEPT` left out."""
    return json.dumps([asdict(line) for line in lines[-KEPT:]], ensure_ascii=False) if lines else ""


def decode(text: str) -> tuple[Line, ...]:
    """From Redis."""
    return tuple(Line(**each) for each in json.loads(text or "[]"))


def opened(
    event: Event, texts: Texts, label: Labels, *, channel: str, ts: str, mark: str, sandbox: bool
) -> Line | None:
    """The line that the message about `event` is, or None if nothing that comes later settles its matter."""
    kind = _BLOCKED.get(event.reason, "") if isinstance(event, RechargeBlocked) else _KINDS.get(type(event), "")
    if isinstance(event, PaymentStuck) and event.reason == Failure.NOT_CREDITED:
        kind = "line-not-credited"
    if not kind:
        return None
    about: tuple[str, int, bool] = ("", 0, False)
    if isinstance(event, PaymentTrouble):
        about = event.payment, int(event.attempt), event.kind == "topup"
    if isinstance(event, WebhookFailed):
        about = event.webhook, 0, False
    if isinstance(event, FeedFailed):
        about = event.feed, 0, False
    service = event.service if isinstance(event, ServiceStopped) else ""
    return Line(kind, texts(kind, **_words(event, texts, label)), channel, ts, mark, sandbox, *about, service)


def ending(line: Line, event: Event, texts: Texts) -> str:
    """How `event` ends the line's matter, "" if it does not."""
    match event:
        case Recharged() | ToppedUp() if event.payment == line.payment and line.topup == isinstance(event, ToppedUp):
            return texts("end-arrived", amount=texts.money(event.amount))
        case RechargeCancelled() if event.payment == line.payment:
            return texts(_CANCELLED.get(event.reason, "end-cancelled"))
        case TopupDeclined() if line.topup and event.payment == line.payment:
            return texts("end-not-charged")
        case PaymentTrouble() if event.payment == line.payment and line.topup == (event.kind == "topup"):
            return texts("end-again") if _is_later(line, event) else ""
        case RechargeStarted() if line.kind not in _NO_PAYMENT and not line.topup and event.payment != line.payment:
            return texts("end-goes-on")
        case RechargeResumed() if line.kind == "line-paused":
            return texts("end-resumed", who=who(event.by, texts))
        case SettingsChanged() if line.kind == "line-paused" and news.ends_pause(event):
            return texts("end-settings", who=who(event.by, texts))
        case WebhookRecovered() if line.kind == "line-webhook" and event.webhook == line.payment:
            return texts("end-webhook")
        case BalanceRecovered() if line.kind == "line-exhausted" or (_is_blocked(line) and not event.level_micros):
            return texts("end-recovered", balance=texts.money(event.balance))
        case _:
            return _ending_apart(line, event, texts)


def _ending_apart(line: Line, event: Event, texts: Texts) -> str:
    match event:
        case ServiceResumed() if line.kind == "line-service" and event.service == line.service:
            return texts("end-service", who=who(event.by, texts))
        case FeedRecovered() if line.kind == "line-feed" and event.feed == line.payment:
            return texts("end-feed")
        case ServicesResumed() if line.kind == "line-halted":
            return texts("end-services", balance=texts.money(event.balance))
        case _:
            return ""


def closed(line: Line, end: str, texts: Texts) -> dict[str, Any]:
    """The message that is left: what was the matter and how it ended, no buttons."""
    return news.message(f"{line.text}\n{end}", texts, sandbox=line.sandbox)


def _is_later(line: Line, event: PaymentTrouble) -> bool:
    """Whether another attempt was made, or the event gets a line of its own."""
    return int(event.attempt) > line.attempt or type(event) in _KINDS


def _is_blocked(line: Line) -> bool:
    return line.kind in _BLOCKED.values()


def _words(event: Event, texts: Texts, label: Labels) -> dict[str, str]:
    """Everything that a text about a line may name."""
    words: dict[str, str] = {}
    if isinstance(event, PaymentTrouble):
        words = {"method": kit.escape(label(event.method)), "reason": texts.reason(event.reason)}
        words["amount"] = texts.money(event.amount)
    if isinstance(event, WebhookFailed):
        words = webhooks.words(event, texts)
    if isinstance(event, ServiceStopped):
        words = {"who": who(event.by, texts), "service": service_name(event.service, texts)}
    if isinstance(event, RechargeBlocked):
        cap, amount = (Money(micros, event.currency) for micros in (event.cap_micros, event.amount_micros))
        words = {"amount": texts.money(amount), "cap": texts.money(cap), "count": event.per_day}
    return words
