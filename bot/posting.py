"""Posting to Slack once.

What was posted for an event is recorded, and looked up in the channel where that is unsure.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers import ids
from store import keys
from store.leases import LeaseLostError, Leases
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
}

log = structlog.get_logger(__name__)


class ChannelClosedError(Exception):
    """The bot cannot post there; waiting will not change that."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to post: a channel or a person, perhaps in a thread, perhaps shown in the channel as well."""

    channel: str
    thread_ts: str = ""
    broadcast: bool = False


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


class Poster:
    """Posts and updates; waits out 429 where it meets one, which holds up this account's messages alone."""

    def __init__(self, redis: Client, leases: Leases) -> None:
        self._redis = redis
        self._leases = leases

    async def post(
        self, client: AsyncWebClient, mark: Mark, place: Place, message: Mapping[str, Any], *, again: bool
    ) -> str:
        """Post unless it was posted before; answers the message's timestamp.

        Raises:
            ChannelClosedError: the bot cannot post there.
            LeaseLostError: another worker has taken over.
        """
        key = keys.notice(mark.tenant, mark.id)
        record = await self._redis.hgetall(key)
        if record.get("ts"):
            return str(record["ts"])
        found = await self._find(client, mark, place) if again or record else ""
        if not found:
            await self._write(mark, {"channel": place.channel})
            answer = await patiently(client.chat_postMessage, **_arguments(mark, place, message))
            found = str(answer["ts"])
        await self._write(mark, {"ts": found})
        return found

    async def update(self, client: AsyncWebClient, channel: str, ts: str, message: Mapping[str, Any]) -> bool:
        """Replace a message; False if it is not there any more."""
        try:
            await patiently(client.chat_update, channel=channel, ts=ts, **message)
        except SlackApiError as error:
            if error.response.get("error") in {"message_not_found", "cant_update_message", "edit_window_closed"}:
                return False
            raise
        return True

    async def whisper(
        self, client: AsyncWebClient, mark: Mark, channel: str, user_id: str, message: Mapping[str, Any]
    ) -> None:
        """Tell one person where they asked; where that cannot be, in a direct message. Twice is better than never."""
        if (await self._redis.hgetall(keys.notice(mark.tenant, mark.id))).get("ts"):
            return
        if not channel or not await self._whispered(client, channel, user_id, message):
            await patiently(client.chat_postMessage, channel=user_id, **message)
        await self._write(mark, {"ts": "-"})

    async def _whispered(self, client: AsyncWebClient, channel: str, user_id: str, message: Mapping[str, Any]) -> bool:
        try:
            await patiently(client.chat_postEphemeral, channel=channel, user=user_id, **message)
        except ChannelClosedError:
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
        except ChannelClosedError:
            return ""

    async def _write(self, mark: Mark, fields: dict[str, str]) -> None:
        partition, key = keys.partition_of(mark.tenant), keys.notice(mark.tenant, mark.id)
        if not await self._leases.write(partition, key, fields, ttl_ms=KEEP_MS):
            raise LeaseLostError(mark.id)


def metadata(event_id: str) -> dict[str, Any]:
    """What a message carries so that it is found again."""
    return {"event_type": ids.EVENT_TYPE, "event_payload": {"event_id": event_id}}


async def patiently(method: Any, **arguments: Any) -> AsyncSlackResponse:
    """Call a Web API method; 429 is waited out as Slack says.

    Raises:
        ChannelClosedError: Slack says that the bot cannot be there.
        SlackApiError: any other refusal.
    """
    while True:
        try:
            answer: AsyncSlackResponse = await method(**arguments)
        except SlackApiError as error:
            if error.response.status_code == _TOO_MANY:
                seconds = float(error.response.headers.get("Retry-After", 1))
                log.info("slack_asks_to_wait", seconds=seconds, channel=arguments.get("channel"))
                await asyncio.sleep(seconds)
                continue
            if error.response.get("error") in _CLOSED:
                raise ChannelClosedError(error.response.get("error")) from error
            raise
        else:
            return answer


def _arguments(mark: Mark, place: Place, message: Mapping[str, Any]) -> dict[str, Any]:
    thread = {"thread_ts": place.thread_ts, "reply_broadcast": place.broadcast} if place.thread_ts else {}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return {"channel": place.channel, "metadata": metadata(mark.id), **message, **thread, **quiet}
