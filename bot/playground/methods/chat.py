"""chat.*: posting, updating and deleting messages."""

from typing import Any

from bot.playground.backend import Backend
from bot.playground.blockkit import limits
from bot.playground.blockkit.rules import check_blocks, check_metadata
from bot.playground.blockkit.schema import Finding
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken
from bot.playground.methods.registry import method
from bot.playground.people import APP_USER, BOT, Channel
from bot.playground.views import with_ids
from bot.playground.workspace import Message

# What these methods take although the playground has no picture of it.
_IGNORED = "unfurl_links unfurl_media parse link_names mrkdwn as_user icon_emoji icon_url"

CONTENT_ERRORS = {"metadata_too_large": "metadata_too_large", "blocks_too_long": "msg_blocks_too_long"}


def post_message(backend: Backend, args: Json) -> Json:
    """chat.postMessage: to a channel the app is in, or to a person."""
    channel = writable(backend, args["channel"])
    content = checked_content(backend, "chat.postMessage", args)
    thread_ts = args.get("thread_ts")
    broadcast = bool(args.get("reply_broadcast"))
    if thread_ts:
        _check_thread(backend, channel, thread_ts)
    elif broadcast:
        raise broken("invalid_arguments", "reply_broadcast without thread_ts")
    message = backend.workspace.post(
        channel.id,
        APP_USER,
        bot_id=BOT,
        username=args.get("username"),
        thread_ts=thread_ts,
        broadcast=broadcast,
        **content,
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.to_slack()}


def post_ephemeral(backend: Backend, args: Json) -> Json:
    """chat.postEphemeral: to one member of a channel the app is in."""
    channel = writable(backend, args["channel"])
    user = args["user"]
    if user not in channel.members:
        raise broken("user_not_in_channel", user)
    content = checked_content(backend, "chat.postEphemeral", args)
    message = backend.workspace.post(
        channel.id, APP_USER, bot_id=BOT, thread_ts=args.get("thread_ts"), ephemeral_for=user, **content
    )
    return {"message_ts": message.ts}


def update(backend: Backend, args: Json) -> Json:
    """chat.update: of the app's own messages. What is left out stays, an empty list of blocks removes them."""
    channel = writable(backend, args["channel"])
    message = own_message(backend, channel, args["ts"], "cant_update_message")
    content = checked_content(backend, "chat.update", args, partial=True)
    changed = backend.workspace.change(message, **content)
    return {"channel": channel.id, "ts": changed.ts, "text": changed.text, "message": changed.to_slack()}


def delete(backend: Backend, args: Json) -> Json:
    """chat.delete: of the app's own messages."""
    channel = writable(backend, args["channel"])
    backend.workspace.delete(own_message(backend, channel, args["ts"], "cant_delete_message"))
    return {"channel": channel.id, "ts": args["ts"]}


def writable(backend: Backend, target: str) -> Channel:
    """The channel that the app may write to.

    Raises:
        Refusal: channel_not_found, not_in_channel or is_archived.
    """
    channel = backend.workspace.resolve(target)
    inside = channel is not None and APP_USER in channel.members
    if channel is None or (channel.is_private and not inside):
        raise broken("channel_not_found", target)
    if not inside:
        raise broken("not_in_channel", channel.name)
    if channel.is_archived:
        raise broken("is_archived", channel.name)
    return channel


def own_message(backend: Backend, channel: Channel, ts: str, otherwise: str) -> Message:
    """The app's own message.

    Raises:
        Refusal: message_not_found, or `otherwise` for a message of someone else.
    """
    message = backend.workspace.find(channel.id, ts)
    if message is None or message.ephemeral_for is not None:
        raise broken("message_not_found", ts)
    if message.bot_id != BOT:
        raise broken(otherwise, ts)
    return message


def checked_content(backend: Backend, name: str, args: Json, *, partial: bool = False) -> dict[str, Any]:
    """The text, blocks and metadata of a message, checked; `partial` leaves out what was not given.

    Raises:
        Refusal: no_text, msg_too_long, invalid_blocks, msg_blocks_too_long, invalid_metadata_format, …
    """
    text, blocks, metadata = args.get("text"), args.get("blocks"), args.get("metadata")
    if not text and not blocks and not args.get("attachments"):
        raise broken("no_text", "neither text nor blocks")
    if text is not None and not isinstance(text, str):
        raise Refusal("invalid_arguments", rule="wrong_type", detail="text must be a string")
    if len(text or "") > limits.MESSAGE_TEXT:
        raise broken("msg_too_long", f"{len(text or '')} characters")
    if blocks is not None:
        _refuse(check_blocks(blocks, "message"), "invalid_blocks")
    _check_attachments(args.get("attachments"))
    if metadata:
        _refuse(check_metadata(metadata), "invalid_metadata_format")
    if blocks and not text:
        backend.oracle.record("missing_fallback_text", name, "blocks without text: screen readers get nothing")
    content: dict[str, Any] = {"text": text or ""}
    if blocks is not None or not partial:
        content["blocks"] = with_ids(blocks) if blocks else None
    if metadata is not None or not partial:
        content["metadata"] = metadata or None
    return content


def _check_thread(backend: Backend, channel: Channel, thread_ts: str) -> None:
    """A reply needs its parent; Slack takes a reply's ts for it, but warns against it."""
    parent = backend.workspace.find(channel.id, thread_ts)
    if parent is None or parent.ephemeral_for is not None:
        raise broken("thread_not_found", thread_ts)
    if parent.is_reply:
        backend.oracle.record("reply_to_reply", "chat.postMessage", "thread_ts is a reply, not the parent", thread_ts)


def _check_attachments(attachments: Any) -> None:
    if attachments is None:
        return
    if not isinstance(attachments, list) or len(attachments) > limits.MESSAGE_ATTACHMENTS:
        raise broken("too_many_attachments")
    for attachment in attachments:
        if attachment.get("blocks") is not None:
            _refuse(check_blocks(attachment["blocks"], "message", "/attachments"), "invalid_attachments")


def _refuse(findings: list[Finding], code: str) -> None:
    if findings:
        rules = [finding.rule for finding in findings]
        code = next((CONTENT_ERRORS[rule] for rule in rules if rule in CONTENT_ERRORS), code)
        raise Refusal(code, findings=findings)


METHODS = {
    "chat.postMessage": method(
        post_message,
        4,
        "channel",
        f"text blocks attachments metadata thread_ts reply_broadcast username {_IGNORED}",
        "chat:write",
    ),
    "chat.postEphemeral": method(
        post_ephemeral, 4, "channel user", f"text blocks attachments thread_ts username {_IGNORED}", "chat:write"
    ),
    "chat.update": method(
        update,
        3,
        "channel ts",
        f"text blocks attachments metadata reply_broadcast file_ids {_IGNORED}",
        "chat:write",
    ),
    "chat.delete": method(delete, 3, "channel ts", "as_user", "chat:write"),
}
