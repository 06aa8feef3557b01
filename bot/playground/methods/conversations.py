"""conversations.*: looking at channels and their messages, joining, opening a direct message.

Looking is how a bot learns where it may write: what it cannot see is refused, but is no broken rule.
"""

from typing import TypeVar

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken
from bot.playground.methods.registry import method, require_scope
from bot.playground.people import APP_USER, Channel
from bot.playground.workspace import Message

PAGE = 100
PAGE_MAX = 999

T = TypeVar("T")


def info(backend: Backend, args: Json) -> Json:
    """conversations.info: of public channels, and of private ones the app is in."""
    channel = visible(backend, args["channel"], "read")
    return {"channel": channel.to_slack()}


def listing(backend: Backend, args: Json) -> Json:
    """conversations.list: what the app can see, of the `types` asked for."""
    types = (args.get("types") or "public_channel").split(",")
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
    found = []
    for kind in (kind.strip() for kind in types):
        if kind not in scopes:
            raise broken("invalid_types", kind)
        require_scope(backend, scopes[kind])
        found += [c for c in backend.workspace.channels.values() if _kind(c) == kind and _listed(c, args)]
    chosen, cursor = _page(found, args)
    return {"channels": [c.to_slack() for c in chosen], "response_metadata": {"next_cursor": cursor}}


def join(backend: Backend, args: Json) -> Json:
    """conversations.join: of a public channel."""
    channel = visible(backend, args["channel"], None)
    if channel.is_private:
        raise broken("method_not_supported_for_channel_type", channel.id)
    if channel.is_archived:
        raise Refusal("is_archived")
    joined = backend.workspace.join(channel, APP_USER)
    return {"channel": channel.to_slack()} | ({} if joined else {"warning": "already_in_channel"})


def open_direct(backend: Backend, args: Json) -> Json:
    """conversations.open: the direct message with one person."""
    require_scope(backend, "im:write")
    channel = backend.workspace.resolve(args["users"])
    if channel is None or not channel.is_im:
        raise Refusal("user_not_found", rule="user_not_found")
    return {"channel": channel.to_slack()}


def history(backend: Backend, args: Json) -> Json:
    """conversations.history: newest first; threads stay out unless broadcast."""
    channel = readable(backend, args["channel"])
    messages = [m for m in backend.workspace.timeline(channel.id) if m.in_main_list and _within(m, args)]
    chosen, cursor = _page(list(reversed(messages)), args)
    told = [_tell(backend, message, args) for message in chosen]
    return {"messages": told, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def replies(backend: Backend, args: Json) -> Json:
    """conversations.replies: the parent and its thread, oldest first."""
    channel = readable(backend, args["channel"])
    parent = backend.workspace.find(channel.id, args["ts"])
    if parent is None or parent.ephemeral_for is not None:
        raise Refusal("thread_not_found")
    thread = parent.thread_ts or parent.ts
    messages = [m for m in backend.workspace.timeline(channel.id) if thread in (m.ts, m.thread_ts)]
    chosen, cursor = _page([m for m in messages if m.ts == thread or _within(m, args)], args)
    told = [_tell(backend, message, args) for message in chosen]
    return {"messages": told, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def visible(backend: Backend, channel_id: str, scope: str | None) -> Channel:
    """A channel the app can see, by its id.

    Raises:
        Refusal: channel_not_found, or missing_scope for the channel's kind.
    """
    channel = backend.workspace.channels.get(channel_id)
    if channel is None:
        raise Refusal("channel_not_found")
    if scope is not None:
        require_scope(backend, f"{_family(channel)}:{scope}")
    if channel.is_private and APP_USER not in channel.members:
        raise Refusal("channel_not_found")
    return channel


def readable(backend: Backend, channel_id: str) -> Channel:
    """A channel whose messages the app may read.

    Raises:
        Refusal: not_in_channel, and those of `visible`.
    """
    channel = visible(backend, channel_id, "history")
    if APP_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _family(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "groups" if channel.is_private else "channels"


def _kind(channel: Channel) -> str:
    return {"im": "im", "groups": "private_channel", "channels": "public_channel"}[_family(channel)]


def _listed(channel: Channel, args: Json) -> bool:
    if channel.is_archived and args.get("exclude_archived"):
        return False
    return not channel.is_private or APP_USER in channel.members


def _within(message: Message, args: Json) -> bool:
    """Whether a message lies between `oldest` and `latest`; the ends themselves only with `inclusive`."""
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999")
    if args.get("inclusive"):
        return float(oldest) <= float(message.ts) <= float(latest)
    return float(oldest) < float(message.ts) < float(latest)


def _page(found: list[T], args: Json) -> tuple[list[T], str]:
    """One page of what was found, and the cursor of the next."""
    try:
        start = int(args.get("cursor") or 0)
        limit = min(int(args.get("limit") or PAGE), PAGE_MAX)
    except ValueError:
        raise broken("invalid_cursor", str(args.get("cursor"))) from None
    end = start + limit
    return found[start:end], str(end) if end < len(found) else ""


def _tell(backend: Backend, message: Message, args: Json) -> Json:
    told = message.to_slack(include_metadata=bool(args.get("include_all_metadata")))
    return told | backend.workspace.thread_facts(message)


_PAGING = "cursor limit"
_WINDOW = "latest oldest inclusive include_all_metadata"

METHODS = {
    "conversations.info": method(info, 3, "channel", "include_locale include_num_members"),
    "conversations.list": method(listing, 2, "", f"types exclude_archived {_PAGING}"),
    "conversations.join": method(join, 3, "channel", "", "channels:join"),
    "conversations.open": method(open_direct, 3, "users", "return_im prevent_creation"),
    "conversations.history": method(history, 3, "channel", f"{_PAGING} {_WINDOW}"),
    "conversations.replies": method(replies, 3, "channel ts", f"{_PAGING} {_WINDOW}"),
}
