"""The one message of an order: that it is looked into, the question, how far it is, and in the end what came of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ending import end
from bot.posting import ChannelClosedError, Mark, MessageGoneError, Place, Poster, SlackAwayError, metadata
from store.orders import Order

EVERY_S = 3.0
"""The message is changed no more often while it is charged, seconds: Slack takes about one change a second."""

Message = dict[str, Any]

log = structlog.get_logger(__name__)


class Speaker:
    """Speaks of one order: where it was given, or directly to who gave it where the bot cannot write there."""

    def __init__(self, poster: Poster, client: AsyncWebClient, order: Order) -> None:
        self._poster = poster
        self._client = client
        self._order = order
        self._shown: Message | None = None

    async def say(self, message: Message) -> None:
        """Show this, in place of what was shown before.

        Raises:
            bot.posting.SlackAwayError: Slack does not answer.
            store.leases.LeaseLostError: another worker has the order.
        """
        if message == self._shown:
            return
        for part, place in (
            ("standing", Place(self._order.channel, self._order.thread_ts)),
            ("direct", Place(self._order.user)),
        ):
            if await self._said(part, place, message):
                self._shown = message
                return
        log.warning("import_not_told", order=self._order.id, user=self._order.user)

    async def _said(self, part: str, place: Place, message: Message) -> bool:
        order = self._order
        mark = Mark(order.ref.tenant, f"import-{order.id}", part, order.at_ms)
        known = await self._poster.told(mark)
        try:
            posted = await self._poster.post(self._client, mark, place, message, again=True)
            if not known:
                return True
            body = {**message, "metadata": metadata(mark.id)}
            return await self._poster.update(self._client, posted.channel, posted.ts, body)
        except (ChannelClosedError, MessageGoneError, SlackApiError) as error:
            log.info("import_not_told_there", order=order.id, channel=place.channel, error=str(error))
            return False

    @contextlib.asynccontextmanager
    async def saying(self, how: Callable[[], Message], every_s: float = EVERY_S) -> AsyncIterator[None]:
        """Tell how it comes along, now and then; what is done meanwhile never waits for Slack."""
        task = asyncio.create_task(self._keep_saying(how, every_s))
        try:
            yield
        finally:
            await end([task])
            if not task.cancelled() and (error := task.exception()):
                log.warning("import_progress_not_told", order=self._order.id, reason=repr(error))

    async def _keep_saying(self, how: Callable[[], Message], every_s: float) -> None:
        while True:
            with contextlib.suppress(SlackAwayError, TimeoutError):
                await self.say(how())
            await asyncio.sleep(every_s)
