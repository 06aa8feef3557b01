"""What the scripts tell: one frozen dataclass per event, in the past tense, decoded from the outbox.

A field's name says how it is read: `*_micros`, `*_ms` and `*_s` are integers, the rest are texts. `at_ms` is Redis'
time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from store.event import BalanceEvent as BalanceEvent  # noqa: PLC0414 for whoever imports it from here
from store.event import Event as Event  # noqa: PLC0414 for whoever imports it from here
from store.event import MoneyEvent as MoneyEvent  # noqa: PLC0414 for whoever imports it from here
from store.feed_events import FeedFailed, FeedRecovered
from store.keys import AccountRef
from store.money import Money
from store.pushes import WebhookFailed, WebhookRecovered
from store.service_events import ServiceResumed as ServiceResumed  # noqa: PLC0414 as above
from store.service_events import ServicesHalted as ServicesHalted  # noqa: PLC0414 as above
from store.service_events import ServicesResumed as ServicesResumed  # noqa: PLC0414 as above
from store.service_events import ServiceStopped as ServiceStopped  # noqa: PLC0414 as above
from store.token_events import TokenMade, TokenRevoked
from store.usage_events import CallsUnrated as CallsUnrated  # noqa: PLC0414 as above
from store.usage_events import PoolEvent as PoolEvent  # noqa: PLC0414 as above
from store.usage_events import PoolExhausted as PoolExhausted  # noqa: PLC0414 as above
from store.usage_events import PoolLow as PoolLow  # noqa: PLC0414 as above
from store.usage_events import UsageUnusual as UsageUnusual  # noqa: PLC0414 as above


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLow(BalanceEvent):
    """The balance fell below an alert level; told once until it has been back above."""

    level_micros: int

    @property
    def level(self) -> Money:
        """The level that was crossed."""
        return Money(self.level_micros, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceExhausted(BalanceEvent):
    """The balance reached zero or fell below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRecovered(BalanceEvent):
    """The balance left exhaustion or the last alert level. `level_micros` is a level still breached, 0 for none."""

    level_micros: int
    was_exhausted: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpired(BalanceEvent):
    """Credit of a lot was not used in time."""

    lot: str
    amount_micros: int

    @property
    def amount(self) -> Money:
        """What expired."""
        return Money(self.amount_micros, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpiring(Event):
    """Credit of a lot expires in `days` unless it is used before: told 30, 7 and 1 days ahead."""

    lot: str
    amount_micros: int
    currency: str
    expires_ms: int
    days: str

    @property
    def amount(self) -> Money:
        """What is left of the lot."""
        return Money(self.amount_micros, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDue(Event):
    """A payment's attempt is to be made, or asked for again."""

    payment: str
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeDue(PaymentDue):
    """A recharge's attempt is to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopupDue(PaymentDue):
    """A top-up's attempt is to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeStarted(MoneyEvent):
    """The first attempt of a recharge is being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited(MoneyEvent):
    """The provider's money was credited."""

    entry: str
    balance_micros: int
    by: str
    channel: str

    @property
    def balance(self) -> Money:
        """The balance after the credit."""
        return Money(self.balance_micros, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recharged(Credited):
    """A recharge arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToppedUp(Credited):
    """Credit that a person added arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTrouble(MoneyEvent):
    """A payment did not go through, or not yet. `kind` is recharge or topup, `reason` the provider's code."""

    kind: str
    reason: str
    attempt: str
    by: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentUnknown(PaymentTrouble):
    """The provider has not answered; the same attempt is asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStuck(PaymentTrouble):
    """Nothing is asked for or credited any more until a person has compared the payment with the provider's list.

    `reason` is "no_answer" after 20 h of asking, "gateway_error", or "not_credited" of a charge that was made.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNeedsAction(PaymentTrouble):
    """The card's owner has to confirm the payment with the bank, at `url` if there is one."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopupDeclined(PaymentTrouble):
    """A top-up was declined; it is not tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeDeclined(PaymentTrouble):
    """A recharge was declined; tried again at `next_ms`, never if 0."""

    next_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeCancelled(PaymentTrouble):
    """A recharge ended without a charge: `reason` is recharge_off, not_needed, above_cap or not_charged.

    `attempt` is the last one made, "0" if none was.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargePaused(PaymentTrouble):
    """Auto-recharge stopped until a person resumes it or changes the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeResumed(Event):
    """A person ended the pause."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeBlocked(Event):
    """A recharge is due, but a limit forbids it: `reason` is monthly_cap or daily_limit."""

    reason: str
    amount_micros: int
    cap_micros: int
    per_day: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Event):
    """A person changed settings: `topic`, and per field old and new as stored."""

    topic: str
    by: str
    currency: str
    changes: str

    @property
    def pairs(self) -> tuple[tuple[str, str, str], ...]:
        """(field, old, new), in the order in which they were given."""
        return tuple((each["field"], each["old"], each["new"]) for each in json.loads(self.changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagersChanged(Event):
    """An administrator appointed and dismissed credit managers: user ids, comma-separated."""

    by: str
    appointed: str
    dismissed: str


class UnknownEventError(ValueError):
    """The outbox holds an event that this version does not know."""


class Codec:
    """Names in the outbox and the classes that they stand for."""

    TYPES: ClassVar[dict[str, type[Event]]] = {
        "balance_low": BalanceLow,
        "balance_exhausted": BalanceExhausted,
        "balance_recovered": BalanceRecovered,
        "credit_expired": CreditExpired,
        "credit_expiring": CreditExpiring,
        "recharge_due": RechargeDue,
        "topup_due": TopupDue,
        "recharge_started": RechargeStarted,
        "recharged": Recharged,
        "topped_up": ToppedUp,
        "payment_unknown": PaymentUnknown,
        "payment_stuck": PaymentStuck,
        "payment_needs_action": PaymentNeedsAction,
        "topup_declined": TopupDeclined,
        "recharge_declined": RechargeDeclined,
        "recharge_cancelled": RechargeCancelled,
        "recharge_paused": RechargePaused,
        "recharge_resumed": RechargeResumed,
        "recharge_blocked": RechargeBlocked,
        "pool_low": PoolLow,
        "pool_exhausted": PoolExhausted,
        "settings_changed": SettingsChanged,
        "managers_changed": ManagersChanged,
        "token_made": TokenMade,
        "token_revoked": TokenRevoked,
        "webhook_failed": WebhookFailed,
        "webhook_recovered": WebhookRecovered,
        "feed_failed": FeedFailed,
        "feed_recovered": FeedRecovered,
        "calls_unrated": CallsUnrated,
        "usage_unusual": UsageUnusual,
        "service_stopped": ServiceStopped,
        "service_resumed": ServiceResumed,
        "services_halted": ServicesHalted,
        "services_resumed": ServicesResumed,
    }

    @classmethod
    def decode(cls, event_id: str, record: Mapping[str, str]) -> Event:
        """The event of a stream record; UnknownEventError where type or fields are not ours."""
        known = cls.TYPES.get(record.get("type", ""))
        if known is None:
            raise UnknownEventError(str(dict(record)))
        values: dict[str, Any] = {"id": event_id, "ref": AccountRef(record["tenant"], record["account"])}
        for field in fields(known):
            if field.name in values:
                continue
            if field.name not in record:
                raise UnknownEventError(f"{record['type']} without {field.name}")
            text = record[field.name]
            values[field.name] = int(text or 0) if field.name.endswith(("_micros", "_ms", "_s")) else text
        return known(**values)
