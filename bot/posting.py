"""Posting to Slack once.

What was posted for an event is recorded, and looked up in the channel where that is unsure.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.turns import Turns
from handlers import ids
from store import keys
from store.leases import LeaseLostError
from store.scripts import Client

KEEP_MS = 30 * 24 * 3600 * 1000
"""How long it is remembered what was posted for an event, milliseconds."""

_LOOK_BACK_S = 120
_TOO_MANY = 429
_CLOSED = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "channel_type_not_supported",
    "user_not_in_channel",
    "messages_tab_disabled",
    "no_permission",
    "user_not_found",
    "user_disabled",
    "user_not_visible",
    "cannot_dm_bot",
}
_GONE = {
    "message_not_found",
    "thread_not_found",
    "cannot_reply_to_message",
    "cant_update_message",
    "edit_window_closed",
}
_AWAY = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    # an operator has to put the token right
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_expired",
    "token_revoked",
}
_ERROR = 500

T = TypeVar("T")

log = structlog.get_logger(__name__)


class ChannelClosedError(Exception):
    """The bot cannot post there; waiting will not change that."""


class MessageGoneError(Exception):
    """The message to be changed or followed is not there any more."""


class SlackAwayError(ConnectionError):
    """Slack does not answer, or not in its senses; it may have done what it was asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to post: a channel or a person, perhaps in a thread, perhaps shown in the channel as well."""

    channel: str
    thread_ts: str = ""
    broadcast: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What is posted once: part of an event, such as "03-1700000000000-0/news"."""

    tenant: str
    event_id: str
    part: str
    at_ms: int

    @property
    def id(self) -> str:
        """The name under which it is recorded, and which the message carries as metadata."""
        return f"{self.event_id}/{self.part}"


class Fence(Protocol):
    """What a worker holds, so that it alone posts: `store.leases.Leases`."""

    async def write(self, partition: int, record_key: str, fields: dict[str, str], *, ttl_ms: int = 0) -> bool:
        """Set fields of a record; False, and nothing written, if another worker has taken over."""


class Poster:
    """Posts and updates; waits out 429 where it meets one, which holds up this account's messages alone."""

    def __init__(self, redis: Client, fence: Fence) -> None:
        self._redis = redis
        self._fence = fence
        self._turns = Turns()

    async def told(self, mark: Mark) -> bool:
        """Whether it is on record that this was posted, or told to whom it concerns."""
        return bool((await self._redis.hgetall(keys.notice(mark.tenant, mark.id))).get("ts"))

    async def posted(self, client: AsyncWebClient, mark: Mark) -> bool:
        """Whether it was posted: on record, or there without an answer that says so."""
        record = await self._redis.hgetall(keys.notice(mark.tenant, mark.id))
        place = Place(record.get("channel", ""), record.get("thread", ""))
        return bool(record.get("ts")) or bool(place.channel and await self._find(client, mark, place))

    async def settle(self, mark: Mark) -> None:
        """Put on record that this was told by other means than one message."""
        await self._write(mark, {"ts": "-"})

    async def post(
        self,
        client: AsyncWebClient,
        mark: Mark,
        place: Place,
        message: Mapping[str, Any],
        *,
        again: bool,
        urgent: bool = True,
    ) -> Posted:
        """Post unless it was posted before; answers where it is, which is `place` unless that changed since.

        To a person's id Slack posts in their direct message, whose own id is answered. What is not `urgent` gives way
        to what is.

        Raises:
            ChannelClosedError: the bot cannot post there.
            MessageGoneError: the thread's first message is not there any more.
            LeaseLostError: another worker has taken over.
        """
        key = keys.notice(mark.tenant, mark.id)
        record = await self._redis.hgetall(key)
        asked = Place(record["channel"], record.get("thread", "")) if record.get("channel") else place
        if record.get("ts"):
            return Posted(asked.channel, record["ts"])
        found = await self._find(client, mark, asked) if again or record else ""
        if not found:
            asked = place

            async def still_ours() -> None:
                if not urgent:
                    await self._turns.give_way(place.channel)
                await self._write(mark, {"channel": place.channel, "thread": place.thread_ts})

            async with self._turns.first(place.channel) if urgent else contextlib.nullcontext():
                answer = await patiently(client.chat_postMessage, still_ours, **_arguments(mark, place, message))
            found, asked = str(answer["ts"]), Place(str(answer.get("channel") or place.channel))
        await self._write(mark, {"channel": asked.channel, "ts": found})
        return Posted(asked.channel, found)

    async def update(self, client: AsyncWebClient, channel: str, ts: str, message: Mapping[str, Any]) -> bool:
        """Replace a message; False if it is not there any more."""
        try:
            await patiently(client.chat_update, channel=channel, ts=ts, **message)
        except MessageGoneError:
            return False
        return True

    async def whisper(
        self, client: AsyncWebClient, mark: Mark, channel: str, user_id: str, message: Mapping[str, Any]
    ) -> bool:
        """Tell one person where they asked; where that cannot be, in a direct message. Twice is better than never.

        A person who cannot be reached at all, because they left or Slack refuses, is passed over with a line in the
        log, and the answer is False: one person's trouble must not keep the news from the others.
        """
        if await self.told(mark):
            return True
        if not channel or not await self._whispered(client, channel, user_id, message):
            try:
                await patiently(client.chat_postMessage, channel=user_id, **message)
            except (ChannelClosedError, SlackApiError) as error:
                log.warning("person_not_reached", user=user_id, event_id=mark.event_id, error=str(error))
                return False
        await self.settle(mark)
        return True

    async def _whispered(self, client: AsyncWebClient, channel: str, user_id: str, message: Mapping[str, Any]) -> bool:
        try:
            await patiently(client.chat_postEphemeral, channel=channel, user=user_id, **message)
        except (ChannelClosedError, SlackApiError) as error:
            log.info("not_told_where_asked", user=user_id, channel=channel, error=str(error))
            return False
        return True

    async def _find(self, client: AsyncWebClient, mark: Mark, place: Place) -> str:
        """The timestamp of the message that carries this mark already, or ""."""
        oldest = f"{mark.at_ms / 1000 - _LOOK_BACK_S:.6f}"
        found: dict[str, Any] = {"channel": place.channel, "include_all_metadata": True, "oldest": oldest, "limit": 200}
        read: Any = client.conversations_replies if place.thread_ts else client.conversations_history
        if place.thread_ts:
            found["ts"] = place.thread_ts
        try:
            while True:
                answer = await patiently(read, **found)
                for each in answer.get("messages") or []:
                    payload = (each.get("metadata") or {}).get("event_payload") or {}
                    if payload.get("event_id") == mark.id:
                        return str(each["ts"])
                cursor = (answer.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    return ""
                found["cursor"] = cursor
        except (ChannelClosedError, MessageGoneError):
            return ""

    async def _write(self, mark: Mark, fields: dict[str, str]) -> None:
        partition, key = keys.partition_of(mark.tenant), keys.notice(mark.tenant, mark.id)
        if not await self._fence.write(partition, key, fields, ttl_ms=KEEP_MS):
            raise LeaseLostError(mark.id)


def order(event_id: str) -> tuple[int, ...]:
    """Where an event, or the event of a mark, stands in its stream; ids of one account lie in one partition."""
    return tuple(map(int, event_id.partition("/")[0].split("-")))


def metadata(event_id: str) -> dict[str, Any]:
    """What a message carries so that it is found again."""
    return {"event_type": ids.EVENT_TYPE, "event_payload": {"event_id": event_id}}


async def _at_once() -> None:
    """Nothing to be made sure of."""


async def patiently(
    method: Callable[..., Awaitable[T]], make_sure: Callable[[], Awaitable[None]] = _at_once, **arguments: Any
) -> T:
    """Call a Web API method; 429 is waited out as Slack says. `make_sure` comes before each asking.

    Raises:
        ChannelClosedError: Slack says that the bot cannot be there.
        MessageGoneError: Slack says that the message is not there.
        SlackAwayError: Slack does not answer; it may have done it.
        SlackApiError: any other refusal.
    """
    while True:
        await make_sure()
        try:
            return await method(**arguments)
        except SlackApiError as error:
            seconds = _wait_s(error)
            if seconds is None:
                raise _meaning(error) from error
            log.info("slack_asks_to_wait", seconds=seconds, channel=arguments.get("channel"))
            await asyncio.sleep(seconds)
        except aiohttp.ClientError as error:
            raise SlackAwayError(repr(error)) from error


def _wait_s(error: SlackApiError) -> float | None:
    """How long Slack asks to wait, if it does."""
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or response.status_code != _TOO_MANY:
        return None
    return float(response.headers.get("Retry-After", 1))


def _meaning(error: SlackApiError) -> Exception:
    """What a refusal means for what was to be told."""
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or response.status_code >= _ERROR:
        return SlackAwayError(str(error))
    code = str(response.get("error"))
    if code in _AWAY:
        return SlackAwayError(code)
    if code in _GONE:
        return MessageGoneError(code)
    return ChannelClosedError(code) if code in _CLOSED else error


def _arguments(mark: Mark, place: Place, message: Mapping[str, Any]) -> dict[str, Any]:
    thread = {"thread_ts": place.thread_ts, "reply_broadcast": place.broadcast} if place.thread_ts else {}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return {"channel": place.channel, "metadata": metadata(mark.id), **message, **thread, **quiet}
