"""Around every handler: build its `Call`, keep count of what is in flight, and answer the person when it breaks."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from handlers import failures
from handlers.call import Call
from handlers.parsing import UsageError
from handlers.people import People, identify
from handlers.services import Services
from handlers.views import errors, general
from store.outcomes import Reason

Handler = Callable[[Call], Awaitable[None]]

SUBMISSION_S = 1.9
"""A submitted view is worked on before it is acknowledged; this long, then the person is asked to submit again."""

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
            try:
                if call.identity.is_org_wide:
                    raise UsageError("org-wide")  # noqa: TRY301 said like what is asked back, before anything is done
                await _within(handler, call)
            except UsageError as error:
                texts = (await call.person()).texts
                await self._say(call, errors.usage(error, texts, await self._currency(call)))
            except RefusedError as refusal:
                await self._say(call, await self._refused(call, refusal.reason))
        except Exception as error:  # noqa: BLE001 logged below, after the person has heard of it
            reference = secrets.token_hex(4)
            try:  # the person first: Slack may be waiting
                await self._apologise(call, failures.key(error), reference)
            finally:
                log.exception("handler_failed", handler=handler.__name__, reference=reference, exc_info=error)

    async def _refused(self, call: Call, reason: Reason) -> str:
        person, currency = await call.person(), await self._currency(call)
        limits, is_admin = self._services.limits, person.actor.is_admin
        return errors.refused(reason, person.texts, limits, currency, is_admin=is_admin)

    async def _say(self, call: Call, text: str) -> None:
        """In a modal that was submitted or waits to be filled, inside it; else as a message to this person."""
        texts = call.guess_texts()
        if not call.acknowledged and _is_submission(call):
            await call.ack(response_action="update", view=general.notice(text, texts))
            return
        if not call.acknowledged:
            await call.ack()
        if call.modal and not call.modal.filled:
            await call.modal.show(general.notice(text, texts))
            return
        await call.respond(general.says(text))

    async def _apologise(self, call: Call, key: str, reference: str) -> None:
        """Say it with the reference. A submitted form stays as it is: submitted again, it is the same operation."""
        text = call.guess_texts()(key, reference=reference)
        try:
            if key != "error" and not call.acknowledged and _is_submission(call):
                await call.ack(response_action="update", view=general.again(call.body["view"], text))
                return
            await self._say(call, text)
        except Exception:
            log.exception("apology_failed", reference=reference)

    async def _currency(self, call: Call) -> str:
        account = await self._services.ledger.account(call.ref)
        return account.currency if account else self._services.currency


def _is_submission(call: Call) -> bool:
    return call.body.get("type") == "view_submission"


async def _within(handler: Handler, call: Call) -> None:
    """Run the handler; until it has acknowledged a submitted view, only so long as Slack waits."""
    if not _is_submission(call):
        await handler(call)
        return
    try:
        async with asyncio.timeout(SUBMISSION_S) as call.deadline:
            await handler(call)
    finally:
        call.deadline = None
