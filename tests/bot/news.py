"""Events as the ledger would append them, one of each kind that is told."""

from bot.playground.people import ALERTS, MANAGER, MEMBER
from tests.bot.stage import Stage

Fields = dict[str, str | int]

BALANCE: Fields = {"currency": "USD", "balance_micros": 4_000_000}
LOW: Fields = {**BALANCE, "level_micros": 5_000_000}
RECOVERED: Fields = {
    **BALANCE,
    "balance_micros": 60_000_000,
    "level_micros": "",
    "was_exhausted": "0",
    "cause": "recharge",
}
MONEY: Fields = {"payment": "p1", "amount_micros": 50_000_000, "currency": "USD", "method": "sandbox_ok"}
TROUBLE: Fields = {**MONEY, "kind": "recharge", "reason": "insufficient_funds", "attempt": "1", "by": "", "channel": ""}
ARRIVED: Fields = {**MONEY, "entry": "1-0", "balance_micros": 54_000_000, "by": "", "channel": ""}
BLOCKED: Fields = {
    "reason": "monthly_cap", "amount_micros": 50_000_000, "cap_micros": 200_000_000, "per_day": "3", "currency": "USD"
}  # fmt: skip
PUSHED: Fields = {"webhook": "wh_1", "host": "hooks.example.com"}
POOL: Fields = {"pool": "audio", "month": "2099-11", "limit_s": 90_000}
FEED: Fields = {"feed": "graph-00ff", "failing_ms": 1_795_000_000_000}
NEXT_MS = 1_800_000_000_000

EVENTS: dict[str, Fields] = {
    "balance_low": LOW,
    "balance_exhausted": BALANCE,
    "balance_recovered": RECOVERED,
    "recharge_started": MONEY,
    "recharged": ARRIVED,
    "recharge_declined": {**TROUBLE, "next_ms": NEXT_MS},
    "recharge_paused": TROUBLE,
    "recharge_resumed": {"by": f"slack:{MANAGER}"},
    "recharge_blocked": BLOCKED,
    "payment_unknown": TROUBLE,
    "payment_needs_action": {**TROUBLE, "url": "https://bank.example/confirm"},
    "topped_up": {**ARRIVED, "by": f"slack:{MANAGER}", "channel": ALERTS},
    "webhook_failed": {**PUSHED, "about": "balance.low", "why": "timeout"},
    "webhook_recovered": PUSHED,
    "feed_failed": {**FEED, "problem": "secret_expired"},
    "feed_recovered": FEED,
    "pool_low": {**POOL, "used_s": 72_000},
    "pool_exhausted": {**POOL, "used_s": 90_000},
    "managers_changed": {"by": f"slack:{MANAGER}", "appointed": MEMBER, "dismissed": ""},
}


async def emit(stage: Stage, *kinds: str) -> list[str]:
    """Append these events; answers their ids."""
    return [await stage.emit(kind, **EVENTS[kind]) for kind in kinds]
