"""One try: a signed request to an endpoint, and what its answer means."""

import asyncio
import contextlib
import math
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import structlog
from yarl import URL

from bot.webhooks.gate import ForbiddenAddressError, Gate, Lookup, look_up
from bot.webhooks.signing import headers
from store.deliveries import Tried, Why
from store.reach import Reach, is_loopback
from store.webhook import Webhook

TIMEOUT_S = 15.0
"""How long an endpoint may take, from the resolution of its name to its answer; shorter than `deliveries.HOLD_MS`."""
CONNECT_S = 5.0
MOST_READ = 4_096
"""Bytes of an answer's body that are read; nothing in it matters, but some servers take it amiss when none is."""
_READ_S = 1.0
_ASKS_TO_WAIT = {429, 503}
_GONE = 410
_AGENT = "communications-credits"

log = structlog.get_logger(__name__)


class Sender:
    """Sends to endpoints. No redirect is followed, no proxy used, no cookie kept, and no connection used twice."""

    def __init__(
        self,
        reach: Reach,
        *,
        timeout_s: float = TIMEOUT_S,
        context: ssl.SSLContext | None = None,
        lookup: Lookup = look_up,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`context`: whose certificates are believed, the system's unless given."""
        self._reach = reach
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(CONNECT_S, timeout_s))
        self._context = context
        self._lookup = lookup
        self._clock = clock

    async def send(self, webhook: Webhook, message_id: str, body: str) -> Tried:
        """Send `body` once; whatever goes wrong is told by the answer, never raised."""
        if self._reach.problem(webhook.url):  # another setting than when it was registered
            return Tried(Why.URL)
        url = URL(webhook.url)
        gate = Gate(self._reach, to_loopback=self._reach.loopback and is_loopback(url.host or ""), lookup=self._lookup)
        signed = headers(message_id, int(self._clock()), body, webhook.secrets)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=gate.connector(self._context),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=self._timeout,
                    trust_env=False,
                    auto_decompress=False,
                ) as session,
                session.post(
                    url,
                    data=body.encode(),
                    headers={"content-type": "application/json", "user-agent": _AGENT, **signed},
                    allow_redirects=False,
                ) as answer,
            ):
                tried = self._meaning(answer)
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with asyncio.timeout(_READ_S):
                        await answer.content.read(MOST_READ)
                return tried
        except (aiohttp.ClientError, OSError) as error:  # a timeout is one as well
            return Tried(_why(error))
        except Exception:  # whatever an answer can bring about in a library: the endpoint's fault, and nobody else's
            log.exception("webhook_failed_oddly", webhook=webhook.id)
            return Tried(Why.BROKEN)

    def _meaning(self, answer: aiohttp.ClientResponse) -> Tried:
        """What the answer's status says."""
        match answer.status // 100:
            case 2:
                return Tried()
            case 3:
                return Tried(f"{Why.REDIRECT} {answer.status}")
        if answer.status == _GONE:
            return Tried(Why.GONE)
        pause_s = self._asked(answer.headers.get("Retry-After", "")) if answer.status in _ASKS_TO_WAIT else 0.0
        return Tried(f"{Why.STATUS} {answer.status}", pause_s)

    def _asked(self, text: str) -> float:
        """How long a Retry-After asks to wait: seconds, or until a date; 0 where it says nothing that makes sense."""
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        asked = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.fromtimestamp(self._clock(), UTC)
        return max(0.0, math.ceil(asked.total_seconds()))


def _why(error: Exception) -> Why:
    """Why there was no answer."""
    if isinstance(getattr(error, "os_error", error), ForbiddenAddressError):
        return Why.ADDRESS
    match error:
        case TimeoutError():
            return Why.TIMEOUT
        case aiohttp.ClientConnectorDNSError():
            return Why.DNS
        case aiohttp.ClientSSLError():
            return Why.TLS
        case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return Why.BROKEN
        case _:
            return Why.CONNECTION
