"""Deliveries that fail, in short."""

from store.deliveries import Tried, Why
from store.webhook import Webhook
from tests.store.clock import Clock
from tests.store.pier import PUSHING, Pier

FAILED = Tried(f"{Why.STATUS} 500")


async def fail(pier: Pier, webhook: Webhook, clock: Clock, tried: Tried = FAILED) -> str:
    """Wait until the next try is due, and let it fail; answers what becomes of it."""
    due_ms = await pier.redis.zscore(PUSHING, webhook.member)
    clock.advance(milliseconds=max(0, due_ms - clock.ms))
    return await pier.deliveries.settle(await pier.claimed(webhook), tried)


async def give_up(pier: Pier, webhook: Webhook, clock: Clock) -> None:
    """Let the next delivery fail until it is given up."""
    while await fail(pier, webhook, clock) == "later":
        await pier.claim(webhook)
