"""What is told of who changed what: settings, managers, API tokens."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from handlers.locales import Texts
from handlers.views import alerts, kit
from handlers.views.payment import who
from store.event import Event
from store.events import ManagersChanged, SettingsChanged
from store.money import Money
from store.token_events import TokenMade, TokenRevoked

Labels = Callable[[str], str]
"""A payment method's id -> what people call it."""

_PLAIN = {"centres", "card", "zone"}
_AMOUNTS = {"recharge_amount", "recharge_below", "recharge_cap", "overdraft"}


def told(event: Event, texts: Texts, label: Labels) -> str:
    """What the alert channel is told of a change; "" for any other event, and for a change that nobody is told of."""
    match event:
        case ManagersChanged():
            return _managers(event, texts)
        case TokenMade() | TokenRevoked():
            return _token(event, texts)
        case SettingsChanged():
            return _settings(event, texts, label)
        case _:
            return ""


def _managers(event: ManagersChanged, texts: Texts) -> str:
    lines = [texts("news-managers", who=who(event.by, texts))]
    for name, users in (("appointed", event.appointed), ("dismissed", event.dismissed)):
        if users:
            lines.append(texts(f"news-managers-{name}", users=", ".join(map(kit.user, users.split(",")))))
    return "\n".join(lines)


def _token(event: TokenMade | TokenRevoked, texts: Texts) -> str:
    name = kit.escape(event.name)
    if isinstance(event, TokenRevoked):
        return texts("news-token-revoked", who=who(event.by, texts), name=name)
    return "\n".join(
        [
            texts("news-token-made", who=who(event.by, texts), name=name, when=texts.date(event.expires_ms)),
            texts("news-token-scopes", scopes=scopes(event.scopes.split(), texts)),
            texts("news-token-only", account=event.only) if event.only else texts("news-token-all"),
        ]
    )


def scopes(names: Iterable[str], texts: Texts) -> str:
    """What a token lets its holder do, in words."""
    return ", ".join(texts(f"scope-{name.replace(':', '-')}") for name in names)


def _settings(event: SettingsChanged, texts: Texts, label: Labels) -> str:
    lines = [
        texts(
            "change-line",
            field=texts(f"field-{field}"),
            old=_shown(field, old, event.currency, texts, label),
            new=_shown(field, new, event.currency, texts, label),
        )
        for field, old, new in event.pairs
        if texts.has(f"field-{field}")
    ]
    if not lines:
        return ""
    head = texts("news-settings", who=who(event.by, texts), topic=texts(f"topic-{event.topic}"))
    return "\n".join([head, *lines])


def _shown(field: str, stored: str, currency: str, texts: Texts, label: Labels) -> str:
    """A stored setting in words."""
    if field == "recharge_on":
        return texts("on" if stored == "1" else "off")
    if field == "state":
        return texts(f"set-{stored}")
    if not stored:
        return texts("none")
    if field == "levels":
        return alerts.shown([Money(int(each), currency) for each in stored.split(",")], texts)
    if field in _AMOUNTS:
        return texts.money(Money(int(stored), currency))
    if field == "pools":
        return ", ".join(map(_pool, json.loads(stored))) or texts("none")
    if field in _PLAIN:
        return kit.escape(stored)
    return kit.channel(stored) if field == "channel" else kit.escape(label(stored))


def _pool(pool: dict[str, Any]) -> str:
    """A pool in the shortest words, which are those of both languages."""
    return kit.escape(f"{pool['name']} ({pool['seconds_each'] / 60:g} min × {pool['licences']})")
