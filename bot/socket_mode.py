"""Socket Mode: a connection that the bot opens to Slack, and opens again whenever it is lost."""

import asyncio
import logging
from contextlib import AsyncExitStack

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.ending import end
from bot.outages import Outage


async def listen(stack: AsyncExitStack, app: AsyncApp, app_token: str) -> None:
    """Connect, and stay connected until `stack` is closed; a Slack that is away is waited for without holding us up."""
    log = logging.getLogger(__name__)
    log.setLevel(logging.INFO)
    told = _Plainly()
    log.addFilter(told)
    stack.callback(log.removeFilter, told)
    handler = AsyncSocketModeHandler(app, app_token, logger=log)
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
    stack.push_async_callback(end, [connecting])
    stack.push_async_callback(handler.close_async)


class _Plainly(logging.Filter):
    """The client's own lines: a traceback every few seconds while Slack is away becomes one sentence a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._outage = Outage(
            "socket",
            "Socket Mode is not connected (SLACK_APP_TOKEN, SLACK_API_URL): {why}. It tries again until it is.",
            "Socket Mode is connected again.",
        )

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be told as it is."""
        text = record.getMessage()
        if text.startswith("Failed to connect") and record.exc_info and record.exc_info[1]:
            self._outage.away(record.exc_info[1])
            return False
        if text.startswith("A new session"):
            self._outage.back()
        return record.levelno >= logging.WARNING and not text.startswith("Failed to retrieve WSS URL")
