"""What a webhook's receiver is sent: the event, and the account as it stood when that was put down.

`{"type": "balance.low", "timestamp": …, "data": {…}}`, as Standard Webhooks recommends. Amounts are decimals as text
and moments ISO 8601 in UTC, so that no receiver's floating point changes them. `data.sequence` orders the events of
an account, compared as text; `data.account.version` grows with the account's entries, so that what came late is not
taken for the latest.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from store.account import Account
from store.events import Event, ServiceResumed, ServiceStopped
from store.money import Money
from store.webhook import NAMES

_ELSEWHERE = {"id", "ref", "at_ms", "currency"}
"""Fields of an event that are said outside its own."""
_OURS = {"channel", "lot", "entry", "payment", "method", "by", "attempt"}
"""Fields that mean nothing outside, or that are nobody's business there."""
_READ: dict[str, Callable[[str], Any]] = {"days": int, "per_day": int, "was_exhausted": "1".__eq__}
"""Fields that are texts in the outbox, and no texts outside."""
_NONE_IF_ZERO = {"level_micros", "next_ms"}


def delivery_id(event: Event) -> str:
    """An event's id where its order is that of the text: of fixed width, without a full stop, for ever the same."""
    partition, ms, number = event.id.split("-")
    return f"{partition}-{ms.zfill(15)}-{number.zfill(6)}"


def payload(event: Event, account: Account | None) -> tuple[str, str]:
    """The type and the body, JSON in ASCII."""
    data: dict[str, Any] = {
        "workspace": event.ref.tenant,
        "sequence": delivery_id(event).partition("-")[2],
        "account": {"name": event.ref.account, **(_standing(account) if account else {})},
        **_own(event),
    }
    return NAMES[type(event)], encoded(NAMES[type(event)], event.at_ms, data)


def encoded(type_: str, at_ms: int, data: dict[str, Any]) -> str:
    """A body of this type."""
    return json.dumps({"type": type_, "timestamp": _moment(at_ms), "data": data}, separators=(",", ":"))


def _standing(account: Account) -> dict[str, Any]:
    return {
        "version": account.version,
        "currency": account.currency,
        "balance": account.balance.plain(),
        "available": account.available.plain(),
        "held": account.held.plain(),
        "state": account.state.value,
        "exhausted": account.exhausted,
    }


def _own(event: Event) -> dict[str, Any]:
    """The event's own fields."""
    unsaid = _ELSEWHERE | _OURS - ({"by"} if isinstance(event, ServiceStopped | ServiceResumed) else set())
    currency = getattr(event, "currency", "")
    found: dict[str, Any] = {}
    for name in (each.name for each in fields(event) if each.name not in unsaid):
        value = getattr(event, name)
        if name in _NONE_IF_ZERO and not value:
            found[_outside(name)] = None
        elif name.endswith("_micros"):
            found[_outside(name)] = Money(value, currency).plain()
        elif name.endswith("_ms"):
            found[_outside(name)] = _moment(value)
        else:
            found[name] = _READ[name](value) if name in _READ else value
    return found


def _outside(name: str) -> str:
    return name.removesuffix("_micros").removesuffix("_ms")


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
