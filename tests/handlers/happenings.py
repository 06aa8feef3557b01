"""Every event that people are told of, and every state of the message that stands in the channel."""

import json
from dataclasses import replace
from typing import Any

from bot.ingest.graph.problems import Problem
from handlers.views.incident import Incident
from store.events import (
    BalanceExhausted,
    BalanceLow,
    BalanceRecovered,
    CreditExpired,
    CreditExpiring,
    Event,
    ManagersChanged,
    PaymentNeedsAction,
    PaymentStuck,
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
)
from store.feed_events import FeedFailed, FeedRecovered
from store.keys import AccountRef
from store.money import MAX_MICROS
from store.plans import Plan
from store.pools import MAX_SECONDS, Pool
from store.pushes import WebhookFailed
from store.token_events import TokenMade, TokenRevoked
from store.tokens import Scope
from store.usage_events import CallsUnrated, UsageUnusual

REF = AccountRef("T0TEST")
AT_MS = 1_795_000_000_000
CHANNEL = "C0ALERTS1"
PLAN = Plan(
    (
        Pool("audio", ("conference", "calling"), 3_600, 25),
        Pool("abroad", ("calling",), 600, 10, ("44",)),
        Pool("x" * 32, ("y" * 32,), MAX_SECONDS, 1),
    ),
    "Europe/Berlin",
)
"""For what is told of pools; `AT_MS` is in November 2026."""


def incidents() -> dict[str, Incident]:
    """Every state of the standing message."""
    low = Incident(currency="USD", state="low", balance_micros=19_000_000, level_micros=20_000_000)
    paid = replace(low, amount_micros=50_000_000, method="card_1", payment="p1", attempt="1")
    parts = ("started", "arrived", "declined", "paused", "unknown", "needs-action", "stuck", "cancelled", "not-needed")
    told = {f"low-{part}": replace(paid, part=part, reason="insufficient_funds", next_ms=AT_MS) for part in parts}
    return {
        "low": low,
        "exhausted": replace(low, state="exhausted", balance_micros=0),
        "recovered": replace(low, state="recovered", balance_micros=70_000_000),
        "recovered-arrived": replace(
            told["low-arrived"], state="recovered", balance_micros=68_920_000, fell_micros=20_000_000
        ),
        "recovered-added": replace(
            told["low-not-needed"],
            state="recovered",
            balance_micros=68_920_000,
            used_up="1",
            added_micros=70_000_000,
            added_by="slack:U0MANAGER",
        ),
        "recovered-declined": replace(told["low-declined"], state="recovered", fell_micros=20_000_000),
        **told,
        "declined-last": replace(paid, part="declined", reason="never heard of"),
        "needs-action-link": replace(told["low-needs-action"], url="https://bank.example/confirm"),
        "not-credited": replace(told["low-stuck"], reason="not_credited"),
        "blocked-cap": replace(paid, part="blocked-monthly_cap", cap_micros=200_000_000),
        "blocked-day": replace(paid, part="blocked-daily_limit", count="3"),
        "recharge-only": replace(paid, state="", part="paused", reason="expired_card"),
        "largest": replace(
            paid,
            state="exhausted",
            balance_micros=-MAX_MICROS,
            amount_micros=MAX_MICROS,
            part="declined",
            next_ms=AT_MS,
        ),
    }


def events() -> dict[str, Event]:
    """Every event that is told."""
    base: dict[str, Any] = {"id": "01-1-0", "ref": REF, "at_ms": AT_MS}
    pushed: dict[str, Any] = {**base, "webhook": "wh_1", "host": "hooks.example.com", "about": "balance.exhausted"}
    level: dict[str, Any] = {**base, "balance_micros": 4_990_000, "currency": "USD"}
    paid: dict[str, Any] = {
        **base,
        "payment": "p1",
        "amount_micros": 50_000_000,
        "currency": "USD",
        "method": "card_1",
    }
    arrived: dict[str, Any] = {**paid, "entry": "1-0", "balance_micros": 70_000_000, "channel": CHANNEL}
    trouble: dict[str, Any] = {**paid, "reason": "insufficient_funds", "attempt": "1", "channel": CHANNEL}
    mine: dict[str, Any] = {"kind": "topup", "by": "slack:U0MANAGER"}
    own: dict[str, Any] = {"kind": "recharge", "by": ""}
    blocked: dict[str, Any] = {
        **base,
        "amount_micros": 50_000_000,
        "cap_micros": 200_000_000,
        "per_day": "3",
        "currency": "USD",
    }
    changed: dict[str, Any] = {**base, "by": "slack:U0MANAGER", "currency": "USD"}
    every = [("recharge_on", "", "1"), ("recharge_amount", "", "50000000"), ("recharge_below", "5000000", "20000000")]
    every += [
        ("recharge_cap", "", "200000000"),
        ("method", "", "card_1"),
        ("channel", "", CHANNEL),
        ("locale", "", "de-DE"),
    ]
    crowd = ",".join(f"U0PERSON{number:03d}" for number in range(50))
    pool: dict[str, Any] = {**base, "pool": "audio", "month": "2026-11", "used_s": 72_059, "limit_s": 90_000}
    by: dict[str, Any] = {**base, "by": "slack:U0MANAGER", "service": "toll-free"}
    limit: dict[str, Any] = {**level, "overdraft_micros": 20_000_000}
    return {
        **{
            f"unusual-{what}": UsageUnusual(
                **base,
                what=what,
                service=name,
                subject=subject,
                amount_micros=MAX_MICROS,
                usual_micros=7,
                currency="USD",
            )
            for what, name, subject in (
                ("destination", "calling", "Ruritania <!channel>" * 20),
                ("hour", "x" * 32, "6 3"),
                ("day", "toll-free", "20780"),
            )
        },
        "pool-low": PoolLow(**pool),
        "pool-low-and-exhausted": PoolLow(**{**pool, "used_s": 90_000}),
        "pool-low-largest": PoolLow(**{**pool, "pool": "x" * 32, "used_s": MAX_SECONDS - 1, "limit_s": MAX_SECONDS}),
        "pool-exhausted": PoolExhausted(**{**pool, "pool": "abroad", "used_s": 6_000, "limit_s": 6_000}),
        "pool-exhausted-before-another": PoolExhausted(**{**pool, "used_s": 90_000}),
        "pool-exhausted-late": PoolExhausted(**{**pool, "month": "2026-10", "used_s": 90_000}),
        "pool-exhausted-gone": PoolExhausted(**{**pool, "pool": "removed", "used_s": 90_000}),
        **{
            f"feed-failed-{problem}": FeedFailed(**base, feed="graph-00ff", failing_ms=AT_MS, problem=problem)
            for problem in (*Problem, "never heard of")
        },
        "feed-recovered": FeedRecovered(**base, feed="graph-00ff", failing_ms=AT_MS),
        "unrated": CallsUnrated(**base, service="calling", places='[["+4479…", "1"]]', others="0", calls="1"),
        "unrated-largest": CallsUnrated(
            **base,
            service="x" * 32,
            places=json.dumps([["", "7"], *[["Ruritania <!channel>" * 20, str(10**9)]] * 4]),
            others="995",
            calls=str(10**12),
        ),
        "service-stopped": ServiceStopped(**by, reason=""),
        "service-stopped-why": ServiceStopped(**{**by, "by": "operator:anna"}, reason="A loop of <!channel> calls"),
        "service-resumed": ServiceResumed(**by, reason="Mended"),
        "halted": ServicesHalted(**{**limit, "balance_micros": -20_000_000}, reason="exhausted"),
        "halted-without-overdraft": ServicesHalted(**{**limit, "overdraft_micros": 0}, reason="exhausted"),
        "halted-frozen": ServicesHalted(**limit, reason="frozen"),
        "services-resumed": ServicesResumed(**{**limit, "balance_micros": -5_000_000}, cause="grant"),
        "services-resumed-by-settings": ServicesResumed(**{**limit, "balance_micros": -1_000_000}, cause="settings"),
        "services-resumed-above-zero": ServicesResumed(**limit, cause="topup"),
        "low": BalanceLow(**level, level_micros=5_000_000),
        "exhausted": BalanceExhausted(**{**level, "balance_micros": -10_000}),
        "recovered": BalanceRecovered(**level, level_micros=0, was_exhausted="1", cause="topup"),
        "recovered-by-grant": BalanceRecovered(**level, level_micros=0, was_exhausted="1", cause="grant"),
        "recovered-partly": BalanceRecovered(**level, level_micros=20_000_000, was_exhausted="1", cause="topup"),
        "expiring": CreditExpiring(
            **base, lot="17", amount_micros=12_500_000, currency="USD", expires_ms=AT_MS + 7 * 86_400_000, days="7"
        ),
        "expired": CreditExpired(**level, lot="17", amount_micros=12_500_000),
        "started": RechargeStarted(**paid),
        "recharged": Recharged(**arrived, by=""),
        "topped-up": ToppedUp(**arrived, by="slack:U0MANAGER"),
        "topped-up-by-a-job": ToppedUp(**arrived, by="import"),
        "unknown": PaymentUnknown(**trouble, **own),
        "unknown-topup": PaymentUnknown(**trouble, **mine),
        "needs-action": PaymentNeedsAction(**trouble, **own, url="https://bank.example/confirm"),
        "needs-action-topup": PaymentNeedsAction(**trouble, **mine, url="https://bank.example/confirm"),
        "stuck": PaymentStuck(**trouble, **own),
        "stuck-topup": PaymentStuck(**trouble, **mine),
        "not-credited": PaymentStuck(**{**trouble, "reason": "not_credited"}, **own),
        "not-credited-topup": PaymentStuck(**{**trouble, "reason": "not_credited"}, **mine),
        "cancelled": RechargeCancelled(**trouble, **own),
        "not-needed": RechargeCancelled(**{**trouble, "reason": "not_needed"}, **own),
        "not-charged": RechargeCancelled(**{**trouble, "reason": "not_charged"}, **own),
        "not-charged-by": RechargeCancelled(**{**trouble, "reason": "not_charged"}, **{**own, "by": "slack:U0MANAGER"}),
        "not-charged-topup": TopupDeclined(**{**trouble, "reason": "not_charged"}, **mine),
        "declined-topup": TopupDeclined(**trouble, **mine),
        "declined": RechargeDeclined(**trouble, **own, next_ms=AT_MS + 3_600_000),
        "declined-last": RechargeDeclined(**trouble, **own, next_ms=0),
        "paused": RechargePaused(**{**trouble, "reason": "lost_card"}, **own),
        "resumed": RechargeResumed(**base, by="slack:U0MANAGER"),
        "blocked-cap": RechargeBlocked(**blocked, reason="monthly_cap"),
        "blocked-day": RechargeBlocked(**blocked, reason="daily_limit"),
        "settings": SettingsChanged(**changed, topic="recharge", changes=_changes(every)),
        "settings-alerts": SettingsChanged(
            **changed, topic="alerts", changes=_changes([("levels", "", "20000000,5000000")])
        ),
        "settings-method": SettingsChanged(**changed, topic="method", changes=_changes([("method", "card_1", "")])),
        "settings-overdraft": SettingsChanged(
            **changed, topic="overdraft", changes=_changes([("overdraft", "0", "25000000")])
        ),
        "settings-state": SettingsChanged(
            **{**changed, "by": "operator:anna"}, topic="state", changes=_changes([("state", "open", "frozen")])
        ),
        "settings-rates": SettingsChanged(
            **changed, topic="rates", changes=_changes([("card", "", "calling USD 2026-01-01 (9a854d22dc) SAMPLE")])
        ),
        "settings-pools": SettingsChanged(
            **changed,
            topic="pools",
            changes=_changes(
                [("pools", "[]", '[{"name": "audio", "seconds_each": 3600, "licences": 25, "services": []}]')]
            ),
        ),
        "settings-zone": SettingsChanged(**changed, topic="zone", changes=_changes([("zone", "UTC", "Europe/Berlin")])),
        "managers": ManagersChanged(**base, by="slack:U0OWNER01", appointed="U0MEMBER1", dismissed="U0MANAGER"),
        "token-made": TokenMade(
            **base,
            by="slack:U0MANAGER",
            name="PBX <!channel>",
            scopes="account:read holds:write",
            only="",
            expires_ms=AT_MS,
        ),
        "token-made-all-scopes": TokenMade(
            **base, by="operator:anna", name="x" * 60, scopes=" ".join(Scope), only="a" * 64, expires_ms=AT_MS
        ),
        "token-revoked": TokenRevoked(**base, by="slack:U0MANAGER", name="PBX <!channel>", only=""),
        "webhook-failed": WebhookFailed(**pushed, why="status 503"),
        "webhook-gone": WebhookFailed(**pushed, why="gone"),
        "managers-crowd": ManagersChanged(**base, by="slack:U0OWNER01", appointed=crowd, dismissed=crowd),
    }


def _changes(changes: list[tuple[str, str, str]]) -> str:
    return json.dumps([{"field": field, "old": old, "new": new} for field, old, new in changes])
