"""The message that stands in the alert channel while something is the matter, and how events change it.

An incident opens with the first event that is worth a message, follows the balance and the recharge, and closes when
the balance is well and no payment is under way. Everything is data: events in, the next incident out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit, news
from handlers.views import payment as payments
from handlers.views.payment import who
from store.events import (
    BalanceExhausted,
    BalanceLow,
    BalanceRecovered,
    Event,
    PaymentNeedsAction,
    PaymentStuck,
    PaymentTrouble,
    PaymentUnknown,
    RechargeBlocked,
    RechargeCancelled,
    Recharged,
    RechargeDeclined,
    RechargePaused,
    RechargeResumed,
    RechargeStarted,
    SettingsChanged,
    ToppedUp,
)
from store.money import Money
from store.payment import Failure

_OVER = {"", "arrived", "cancelled", "not-needed"}
_UNDER_WAY = {"started", "declined", "unknown", "needs-action", "stuck"}
"""What a cancelled recharge ends; a pause or a limit stays."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What the standing message tells. `state` is low, exhausted, recovered or ""; `part` is the recharge's."""

    currency: str = ""
    state: str = ""
    balance_micros: int = 0
    level_micros: int = 0
    fell_micros: int = 0
    """The lowest level that was crossed."""
    used_up: str = ""
    """"1" if the balance was used up meanwhile."""
    added_micros: int = 0
    added_by: str = ""
    """The last credit that a person added meanwhile, and who did."""
    part: str = ""
    amount_micros: int = 0
    cap_micros: int = 0
    count: str = ""
    method: str = ""
    reason: str = ""
    next_ms: int = 0
    payment: str = ""
    attempt: str = ""
    url: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still the matter."""
        return self.state in {"low", "exhausted"} or self.part not in _OVER

    def record(self) -> dict[str, str]:
        """As Redis keeps it."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def decode(cls, record: Mapping[str, str]) -> "Incident":
        """From Redis; fields that are missing are empty."""
        known: dict[str, Any] = {field.name: record[field.name] for field in fields(cls) if field.name in record}
        numbers = {name: int(text) for name, text in known.items() if name.endswith(("_micros", "_ms"))}
        return cls(**{**known, **numbers})


def after(incident: Incident, event: Event) -> Incident:
    """The incident after `event`; the same for an event that does not concern it."""
    match event:
        case BalanceLow():
            state = incident.state if incident.state == "exhausted" else "low"
            low = replace(_balance(incident, event), state=state, level_micros=event.level_micros)
            return replace(low, fell_micros=min(incident.fell_micros or event.level_micros, event.level_micros))
        case BalanceExhausted():
            return replace(_balance(incident, event), state="exhausted", used_up="1")
        case BalanceRecovered():
            state = "low" if event.level_micros else "recovered"
            return replace(_balance(incident, event), state=state, level_micros=event.level_micros)
        case RechargeStarted():
            return _part(incident, "started", event)
        case Recharged():
            return replace(_part(incident, "arrived", event), balance_micros=event.balance_micros)
        case ToppedUp():
            added = replace(incident, added_micros=event.amount_micros, added_by=event.by)
            return replace(added, balance_micros=event.balance_micros, currency=event.currency)
        case RechargeBlocked():
            part = f"blocked-{event.reason}"
            blocked = replace(incident, part=part, cap_micros=event.cap_micros, count=event.per_day)
            return replace(blocked, amount_micros=event.amount_micros, currency=event.currency)
        case RechargeResumed() | SettingsChanged():
            return replace(incident, part="") if _goes_on(incident, event) else incident
        case PaymentTrouble(kind="recharge"):
            return _trouble(incident, event)
        case _:
            return incident


def opens_anew(incident: Incident, event: Event) -> bool:
    """Whether `event` is a new crossing after a recovery: it gets a message of its own, not a line in an old thread."""
    return incident.state == "recovered" and isinstance(event, BalanceLow | BalanceExhausted)


def message(
    incident: Incident, texts: Texts, *, method: str, sandbox: bool, wait: str = "", calls: str = ""
) -> dict[str, Any]:
    """The standing message; `method` is what people call the payment method, `wait` why no recharge opens now.

    `calls` says what becomes of new calls while the credit is used up.
    """
    kind = incident.state or "recharge"
    title = texts(f"incident-{kind}")
    balance = texts.money(Money(incident.balance_micros, incident.currency))
    level = texts.money(Money(incident.level_micros, incident.currency))
    now = texts(f"incident-{kind}-text", **_used(kind, balance, level)) if kind != "recharge" else ""
    now = f"{now} {calls}" if kind == "exhausted" and calls else now
    # What led there comes first in time, but while something is the matter the balance counts most.
    lines = [*_before(incident, texts), *_money(incident, texts, method, wait)]
    lines = [*lines, now] if kind == "recovered" else [now, *lines]
    lines = [line for line in lines if line]
    buttons = _buttons(incident, texts)
    return kit.message(
        f"{title}: {now or lines[0]}" if lines else title,
        [
            kit.header(title),
            *([kit.section(*lines)] if lines else []),
            *([kit.context(texts("sandbox-mark"))] if sandbox else []),
            *([kit.actions("incident_actions", *buttons)] if buttons else []),
        ],
    )


def part(incident: Incident, texts: Texts, method: str) -> str:
    """How the recharge stands, in one line."""
    amount = texts.money(Money(incident.amount_micros, incident.currency))
    cap = texts.money(Money(incident.cap_micros, incident.currency))
    # Beside a balance that has recovered, no attempt is announced that may never be made.
    is_last = incident.part == "declined" and (not incident.next_ms or incident.state == "recovered")
    key = "declined-last" if is_last else incident.part
    key = "not-credited" if _is_charged(incident) else key
    every = {
        "amount": amount,
        "method": kit.escape(method),
        "reason": texts.reason(incident.reason),
        "when": texts.time(incident.next_ms) if incident.next_ms else "",
        "cap": cap,
        "count": incident.count,
    }
    return texts(f"part-{key}", **every)


def gives_reason(incident: Incident) -> bool:
    """Whether it says why a card did not pay; then what else is known of the card would say it twice."""
    return incident.part in {"declined", "paused"}


def _before(incident: Incident, texts: Texts) -> list[str]:
    """What had happened until the balance recovered."""
    if incident.state != "recovered":
        return []
    fell = texts.money(Money(incident.fell_micros, incident.currency))
    added = texts.money(Money(incident.added_micros, incident.currency))
    return [
        *([texts("incident-fell-out")] if incident.used_up else []),
        *([texts("incident-fell", level=fell)] if incident.fell_micros and not incident.used_up else []),
        *([texts("incident-added", who=who(incident.added_by, texts), amount=added)] if incident.added_by else []),
    ]


def _money(incident: Incident, texts: Texts, method: str, wait: str) -> list[str]:
    """How the recharge stands, and why no further one opens; a limit that is both is said once.

    A balance that has recovered ends the message: a time that it named would stay there for good.
    """
    waits = wait if incident.part in _OVER or incident.part.startswith("blocked-") else ""
    waits = "" if incident.state == "recovered" else waits
    stands = "" if not incident.part or (waits and incident.part not in _OVER) else part(incident, texts, method)
    return [stands, waits]


def _buttons(incident: Incident, texts: Texts) -> list[kit.Element]:
    """What one would do next."""
    meant = (incident.payment, incident.attempt, texts)
    add = kit.button(texts("button-add"), ids.OPEN_ADD)
    settings = kit.button(texts("button-settings"), ids.OPEN_RECHARGE)
    match incident.part:
        case "needs-action":
            return [*payments.to_confirm(*meant, url=incident.url), settings]
        case "stuck":
            return [*payments.to_clear_up(*meant, charged=_is_charged(incident)), add]
        case "declined" if incident.state == "recovered":
            return [settings]
        case "declined":
            return [payments.to_retry(*meant), settings, add]
        case "paused":
            return [payments.to_resume(texts), settings, add]
        case "started" | "unknown":
            return []
    return [add, settings] if incident.open else []


def _goes_on(incident: Incident, event: RechargeResumed | SettingsChanged) -> bool:
    """Whether a person has ended what kept auto-recharge from going on."""
    return isinstance(event, RechargeResumed) or (incident.part == "paused" and news.ends_pause(event))


def _is_charged(incident: Incident) -> bool:
    """Whether it was charged and cannot be credited."""
    return incident.part == "stuck" and incident.reason == Failure.NOT_CREDITED


def _used(kind: str, balance: str, level: str) -> dict[str, str]:
    return {"balance": balance, "level": level} if kind == "low" else {"balance": balance}


def _balance(incident: Incident, event: BalanceLow | BalanceExhausted | BalanceRecovered) -> Incident:
    return replace(incident, balance_micros=event.balance_micros, currency=event.currency)


def _part(incident: Incident, name: str, event: RechargeStarted | Recharged | PaymentTrouble) -> Incident:
    return replace(
        incident,
        part=name,
        amount_micros=event.amount_micros,
        currency=event.currency,
        method=event.method,
        payment=event.payment,
    )


def _trouble(incident: Incident, event: PaymentTrouble) -> Incident:
    match event:
        case PaymentUnknown():
            return replace(_part(incident, "unknown", event), reason=event.reason, attempt=event.attempt)
        case PaymentNeedsAction():
            waiting = _part(incident, "needs-action", event)
            return replace(waiting, reason=event.reason, attempt=event.attempt, url=event.url)
        case RechargeDeclined():
            declined = _part(incident, "declined", event)
            return replace(declined, reason=event.reason, attempt=event.attempt, next_ms=event.next_ms)
        case PaymentStuck():
            return replace(_part(incident, "stuck", event), reason=event.reason, attempt=event.attempt)
        case RechargeCancelled():
            ends = incident.payment == event.payment and incident.part in _UNDER_WAY
            name = "not-needed" if event.reason == "not_needed" else "cancelled"
            return replace(incident, part=name) if ends else incident
        case RechargePaused():
            return replace(_part(incident, "paused", event), reason=event.reason, attempt=event.attempt)
        case _:
            return incident
