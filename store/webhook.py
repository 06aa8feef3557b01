"""A webhook: an endpoint that a workspace wants to be told at, of which events, and what those are called there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from store import keys
from store.events import (
    BalanceExhausted,
    BalanceLow,
    BalanceRecovered,
    CreditExpired,
    CreditExpiring,
    Event,
    PoolExhausted,
    PoolLow,
    RechargeBlocked,
    Recharged,
    RechargeDeclined,
    RechargePaused,
    ServiceResumed,
    ServicesHalted,
    ServicesResumed,
    ServiceStopped,
    ToppedUp,
)

NAMES: dict[type[Event], str] = {
    BalanceLow: "balance.low",
    BalanceExhausted: "balance.exhausted",
    BalanceRecovered: "balance.recovered",
    ServiceStopped: "service.stopped",
    ServiceResumed: "service.resumed",
    ServicesHalted: "services.halted",
    ServicesResumed: "services.resumed",
    PoolLow: "pool.low",
    PoolExhausted: "pool.exhausted",
    Recharged: "recharge.succeeded",
    RechargeDeclined: "recharge.declined",
    RechargePaused: "recharge.paused",
    RechargeBlocked: "recharge.blocked",
    ToppedUp: "topup.succeeded",
    CreditExpiring: "credit.expiring",
    CreditExpired: "credit.expired",
}
"""What endpoints can be told of, and what it is called there."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One endpoint. `secrets` are those that sign, the newest first; moments are Redis' time, ms since the epoch.

    Attributes:
        events: names of `NAMES`; none for all of them.
        account: the one whose events it hears of, "" for all of the workspace.
        state: on, off (switched off by a person) or gone (it asked never to be sent anything again).
        created_ms: it hears of what happens from then on.
        last_ms: when a delivery last arrived, 0 for never.
        failed_ms: when a try last failed, 0 for never; `why` it did, "" once one has arrived.
    """

    tenant: str
    id: str
    url: str
    events: tuple[str, ...]
    account: str
    state: str
    by: str
    created_ms: int
    last_ms: int
    failed_ms: int
    why: str
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def member(self) -> str:
        """Its name among the webhooks of a partition."""
        return member_of(self.tenant, self.id)

    @property
    def on(self) -> bool:
        """Whether it is sent anything."""
        return self.state == "on"

    def hears(self, event: Event) -> bool:
        """Whether it is to be told of `event`."""
        name = NAMES.get(type(event))
        wanted = name is not None and (not self.events or name in self.events)
        return self.on and wanted and self.account in {"", event.ref.account} and event.at_ms >= self.created_ms

    @classmethod
    def decode(cls, tenant: str, webhook_id: str, record: Mapping[str, str], *, now_ms: int = 0) -> "Webhook":
        """The endpoint from its Redis hash; without `now_ms` the former secret counts as over."""
        both = now_ms and int(record.get("former_until_ms") or 0) > now_ms
        return cls(
            tenant=tenant,
            id=webhook_id,
            url=record["url"],
            events=tuple(record.get("events", "").split()),
            account=record.get("account", ""),
            state=record["state"],
            by=record.get("by", ""),
            created_ms=int(record["created_ms"]),
            last_ms=int(record.get("last_ms") or 0),
            failed_ms=int(record.get("failed_ms") or 0),
            why=record.get("why", ""),
            secrets=(record["secret"], *([record["former"]] if both else [])),
        )


class UnknownNameError(ValueError):
    """Nothing of that name is told; `str()` is the name."""


def checked_names(names: Iterable[str]) -> tuple[str, ...]:
    """`names` without repetition, in the order of `NAMES`; UnknownNameError for what is none."""
    wanted = set(names)
    for each in sorted(wanted - set(NAMES.values())):
        raise UnknownNameError(each)
    return tuple(name for name in NAMES.values() if name in wanted)


def keys_of(tenant: str, webhook_id: str, *wanted: str) -> dict[str, str]:
    """The keys that an endpoint's scripts name."""
    every = {
        "webhooks": keys.webhooks(tenant),
        "webhook": keys.webhook(tenant, webhook_id),
        "deliveries": keys.deliveries(tenant, webhook_id),
        "delivering": keys.delivering(tenant, webhook_id),
        "delivered": keys.delivered(tenant, webhook_id),
        "undelivered": keys.undelivered(tenant, webhook_id),
        "pushing": keys.pushing(keys.partition_of(tenant)),
        "outbox": keys.outbox(keys.partition_of(tenant)),
    }
    return {name: every[name] for name in wanted}


def member_of(tenant: str, webhook_id: str) -> str:
    """An endpoint's name among those of a partition."""
    return f"{tenant}:{webhook_id}"
