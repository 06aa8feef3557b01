"""A request is taken once: an identical signed request, or an event that Slack sends again, is not done again."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.locales import Texts
from handlers.people import People, identify
from handlers.views import general
from store.seen import Seen

_PATIENCE_S = 0.8
"""Slack waits 3 s in all."""

log = structlog.get_logger(__name__)


def once(seen: Seen, people: People) -> Callable[..., Awaitable[BoltResponse | None]]:
    """A Bolt middleware, which runs after Bolt has verified the signature."""

    async def middleware(req: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse | None:
        for mark in _marks(req):
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    first = await seen.first(mark)
                if not first:
                    log.info("request_repeated", mark=mark.partition(":")[0])
                    return _repeated(req, people)
            except (RedisError, TimeoutError):
                # The handler will find the same and tell the person; what it does is idempotent of itself.
                log.warning("request_not_remembered")
        return await next_()

    return middleware


def _repeated(req: AsyncBoltRequest, people: People) -> BoltResponse:
    """Acknowledged again; but an empty answer to a submitted view would close it as if it had been saved now."""
    if req.body.get("type") != "view_submission":
        return BoltResponse(status=200, body="")
    profile = people.known(identify(req.context, req.body))
    texts = Texts.of(profile.locale if profile else None)
    answer = {"response_action": "update", "view": general.notice(texts("request-repeated"), texts)}
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})


def _marks(req: AsyncBoltRequest) -> list[str]:
    signature = (req.headers.get("x-slack-signature") or [""])[0]
    event_id = req.body.get("event_id")
    return [*([f"signature:{signature}"] if signature else []), *([f"event:{event_id}"] if event_id else [])]
