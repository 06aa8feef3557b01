"""A request is taken once: an identical signed request, or an event that Slack sends again, is not done again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from store.seen import Seen

_PATIENCE_S = 0.8
"""Slack waits 3 s in all."""

log = structlog.get_logger(__name__)


def once(seen: Seen) -> Callable[..., Awaitable[BoltResponse | None]]:
    """A Bolt middleware, which runs after Bolt has verified the signature."""

    async def middleware(req: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse | None:
        for mark in _marks(req):
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    first = await seen.first(mark)
                if not first:
                    log.info("request_repeated", mark=mark.partition(":")[0])
                    return BoltResponse(status=200, body="")
            except (RedisError, TimeoutError):
                # The handler will find the same and tell the person; what it does is idempotent of itself.
                log.warning("request_not_remembered")
        return await next_()

    return middleware


def _marks(req: AsyncBoltRequest) -> list[str]:
    signature = (req.headers.get("x-slack-signature") or [""])[0]
    event_id = req.body.get("event_id")
    return [*([f"signature:{signature}"] if signature else []), *([f"event:{event_id}"] if event_id else [])]
