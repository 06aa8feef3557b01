"""The payloads Slack sends, as plain data."""

import json
import re
import secrets
from collections.abc import Sequence
from html import escape

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.files import SharedFile
from bot.playground.manifest import Command
from bot.playground.people import APP, APP_USER, TEAM, TEAM_DOMAIN, Channel, User
from bot.playground.views import View
from bot.playground.workspace import Message

# Slack's legacy verification token; nobody may rely on it, the signature counts.
LEGACY_TOKEN = "playground"  # noqa: S105 - no secret


def escape_text(backend: Backend, text: str, *, mentions: bool) -> str:
    """What a person typed, as Slack passes it on: &, < and > escaped, mentions as `<@U…|name>` when asked."""
    # A mention picked from a list arrives as <@U…> already; it must survive the escaping.
    picked = r"&lt;([@#][UCD][A-Z0-9]+(?:\|[^&]*)?)&gt;"
    text = re.sub(picked, r"<\1>", escape(text, quote=False))
    if not mentions:
        return text
    for user in backend.workspace.users.values():
        named = rf"(?<![\w<|])@{re.escape(user.name)}\b"
        text = re.sub(named, f"<@{user.id}|{user.name}>", text, flags=re.IGNORECASE)
    for channel in backend.workspace.channels.values():
        if not channel.is_im:
            text = re.sub(rf"(?<![\w<|])#{re.escape(channel.name)}\b", f"<#{channel.id}|{channel.name}>", text)
    return text


def command_fields(
    backend: Backend, user: User, channel: Channel, *, command: Command, text: str, response_url: str
) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": LEGACY_TOKEN,
        "team_id": user.team,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command.command,
        "text": escape_text(backend, text, mentions=command.should_escape),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": backend.tickets.issue_trigger(user.id),
    }


def interaction(kind: str, user: User) -> Json:
    """What every interaction's payload has."""
    return {
        "type": kind,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": APP,
        "token": LEGACY_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_action(
    backend: Backend, user: User, message: Message, *, action: Json, values: Json, response_url: str
) -> Json:
    """block_actions of a button in a message; an ephemeral message is not sent along, as in Slack."""
    channel = backend.workspace.channels[message.channel]
    ephemeral = message.ephemeral_for is not None
    payload = interaction("block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": backend.tickets.issue_trigger(user.id),
        "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
        "state": {"values": values},
        "response_url": response_url,
        "actions": [action],
    }
    if message.is_reply:
        payload["container"]["thread_ts"] = message.thread_ts
    return payload if ephemeral else payload | {"message": message.to_slack()}


def view_action(backend: Backend, user: User, view: View, action: Json) -> Json:
    """block_actions of an element in a modal or the Home tab."""
    return interaction("block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": backend.tickets.issue_trigger(user.id, view.id),
        "view": view.to_slack(),
        "actions": [action],
    }


def view_submission(backend: Backend, user: User, view: View, response_urls: list[Json]) -> Json:
    """view_submission, with a trigger that can push."""
    return interaction("view_submission", user) | {
        "trigger_id": backend.tickets.issue_trigger(user.id, view.id),
        "view": view.to_slack(),
        "response_urls": response_urls,
    }


def view_closed(user: User, view: View, *, is_cleared: bool) -> Json:
    """view_closed."""
    return interaction("view_closed", user) | {"view": view.to_slack(), "is_cleared": is_cleared}


def message_event(
    backend: Backend, user: User, channel: Channel, message: Message, files: Sequence[SharedFile]
) -> Json | None:
    """What the app hears of a message: all of it in its direct message, elsewhere what mentions it; else None."""
    if APP_USER not in channel.members or not (channel.is_im or f"<@{APP_USER}>" in message.text):
        return None
    event: Json = {
        "type": "message" if channel.is_im else "app_mention",
        "user": user.id,
        "team": user.team,
        "user_team": user.team,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "channel": channel.id,
        "client_msg_id": secrets.token_hex(16),
    }
    if files:
        told = [file.to_slack(backend.files.origin) for file in files]
        event |= {"files": told, "upload": False, "display_as_bot": False}
    if channel.is_im:
        event |= {"channel_type": "im"} | ({"subtype": "file_share"} if files else {})
    return event


def event_callback(backend: Backend, event: Json) -> Json:
    """An event in its envelope."""
    return {
        "token": LEGACY_TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(backend.config.clock.wall()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": APP_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": secrets.token_urlsafe(12),
    }


def as_form(payload: Json) -> dict[str, str]:
    """An interaction as the form Slack posts."""
    return {"payload": json.dumps(payload)}
