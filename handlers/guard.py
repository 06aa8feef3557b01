"""Around every handler: build its `Call`, keep count of what is in flight, and answer the person when it breaks."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from redis.exceptions import RedisError
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from handlers.call import Call
from handlers.parsing import UsageError
from handlers.people import People, identify
from handlers.services import Services
from handlers.views import errors, general
from store.outcomes import Reason

Handler = Callable[[Call], Awaitable[None]]

log = structlog.get_logger(__name__)


class RefusedError(Exception):
    """A handler's way to end with a refusal in words."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Guard:
    """Turns our handlers into Bolt listeners."""

    def __init__(self, services: Services, people: People) -> None:
        self._services = services
        self._people = people
        self._running: set[asyncio.Task[Any]] = set()

    def wrap(self, handler: Handler) -> Callable[..., Awaitable[None]]:
        """A Bolt listener around `handler`."""

        async def listener(
            ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
        ) -> None:
            call = Call(self._services, self._people, client, context, body, identify(context, body), ack)
            # Bolt keeps no reference to the tasks it starts.
            task = asyncio.current_task()
            if task:
                self._running.add(task)
            try:
                await self._run(handler, call)
            finally:
                if task:
                    self._running.discard(task)

        listener.__name__ = handler.__name__
        return listener

    async def drain(self, timeout_s: float) -> int:
        """Wait until what is in flight is done, at most `timeout_s`; answers how many are not."""
        if not self._running:
            return 0
        _, pending = await asyncio.wait(set(self._running), timeout=timeout_s)
        return len(pending)

    async def _run(self, handler: Handler, call: Call) -> None:
        try:
            await handler(call)
        except UsageError as error:
            texts = (await call.person()).texts
            await self._say(call, errors.usage(error, texts, await self._currency(call)))
        except RefusedError as refusal:
            texts = (await call.person()).texts
            currency = await self._currency(call)
            await self._say(call, errors.refused(refusal.reason, texts, self._services.limits, currency))
        except Exception as error:
            reference = secrets.token_hex(4)
            log.exception("handler_failed", handler=handler.__name__, reference=reference)
            key = "error-ledger" if isinstance(error, RedisError) else "error"
            await self._apologise(call, key, reference)

    async def _say(self, call: Call, text: str) -> None:
        """In a modal that was submitted, inside it; else as a message to this person."""
        if not call.acknowledged and call.body.get("type") == "view_submission":
            texts = (await call.person()).texts
            await call.ack(response_action="update", view=general.notice(text, texts))
            return
        if not call.acknowledged:
            await call.ack()
        await call.respond(general.says(text))

    async def _apologise(self, call: Call, key: str, reference: str) -> None:
        try:
            texts = (await call.person()).texts
            await self._say(call, texts(key, reference=reference))
        except Exception:
            log.exception("apology_failed", reference=reference)

    async def _currency(self, call: Call) -> str:
        account = await self._services.ledger.account(call.ref)
        return account.currency if account else self._services.currency
