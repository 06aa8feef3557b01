"""What is away, said so that whoever reads the log knows what to do, and not more often than helps."""

import os
import time
from collections.abc import Callable

import aiohttp
import structlog
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

EVERY_S = 60.0
"""How often the same outage is said again while it lasts, seconds."""
_TOKEN = {"invalid_auth", "not_authed", "account_inactive", "token_expired", "token_revoked"}

log = structlog.get_logger(__name__)


class Outage:
    """One thing that may be away: said at once, then once a minute while it lasts, and when it is over.

    Where it comes and goes quicker than that, only what is said once a minute is said.
    """

    def __init__(
        self, name: str, sentence: str, over: str, *, every_s: float = EVERY_S, clock: Callable[[], float] | None = None
    ) -> None:
        """`name`: of the log's events, `<name>_away` and `<name>_back`. `sentence`: with `{why}` in it."""
        self._events = f"{name}_away", f"{name}_back"
        self._sentence = sentence
        self._over = over
        self._every_s = every_s
        self._clock = clock or time.monotonic
        self._said_at = float("-inf")
        self._open = False

    def away(self, why: BaseException | str, **facts: object) -> None:
        """It is away because of `why`; `facts` go into the log's line."""
        now = self._clock()
        if now - self._said_at < self._every_s:
            return
        self._said_at, self._open = now, True
        told = why if isinstance(why, str) else plainly(why)
        log.warning(self._events[0], reason=self._sentence.format(why=told), **facts)

    def back(self) -> None:
        """It answers; said only where its absence was."""
        if self._open:
            self._open = False
            log.info(self._events[1], reason=self._over)


def redis_outage() -> Outage:
    """Redis, as the background work misses it."""
    return Outage(
        "redis",
        "Redis does not answer (REDIS_URL): {why}. What is to be done waits in it.",
        "Redis answers again.",
    )


def slack_outage(api_url: str) -> Outage:
    """Slack, as the sign-in at the start misses it."""
    return Outage(
        "slack",
        f"The bot cannot sign in to Slack: {{why}}. It tries again until it can. Is the network up, and {api_url} right"
        " (SLACK_API_URL)?",
        "The bot has signed in to Slack.",
    )


def plainly(error: BaseException) -> str:
    """What is wrong, in words that a person can act on, without the library's wrapping.

    What is none of Slack's, Redis' or the network's errors is given as Python shows it.
    """
    cause = error.__cause__
    if isinstance(error, ConnectionError) and isinstance(cause, aiohttp.ClientError | SlackClientError):
        return plainly(cause)
    if isinstance(error, SlackApiError):
        return _refused(error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host} cannot be resolved"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}:{error.port} ({_system(error.os_error)})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed instead of an answer"
    if isinstance(error, RedisError | OSError | aiohttp.ClientError):
        return str(error).rstrip(".") or type(error).__name__
    return repr(error)


def _refused(error: SlackApiError) -> str:
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return "what answers is not Slack"
    code = response.get("error")
    if code in _TOKEN:
        return f"Slack answers {code} to SLACK_BOT_TOKEN"
    return f"Slack answers {code}" if code else f"Slack answers with status {response.status_code}"


def _system(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
