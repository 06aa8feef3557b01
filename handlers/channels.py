"""The alert channel: the bot must be in it, because only there can it see what it has posted already."""

import asyncio

from slack_sdk.errors import SlackApiError

from handlers import failures, ids
from handlers.call import Call, Person

_PATIENCE_S = 1.5
"""Slack waits 3 s for the answer to a submitted view."""


async def join(call: Call, person: Person, channel: str, *, only_look: bool = False) -> dict[str, str]:
    """Join a public channel; for a private one say under the input how to invite the bot.

    Answers the errors of the view, none if all is well or if Slack is slow: then the alert itself finds out. With
    `only_look` nothing is joined, because something else in the form has to be put right first.
    """
    if not channel:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE_S):
            info = (await call.client.conversations_info(channel=channel))["channel"]
            if not info.get("is_member") and not info.get("is_private"):
                if not only_look:
                    await call.client.conversations_join(channel=channel)
                return {}
            member = info.get("is_member")
    except SlackApiError as error:
        if failures.code(error) in {"", "ratelimited", "internal_error", "service_unavailable"}:
            return {}
        member = False
    except failures.SLACK_SILENT:
        return {}
    return {} if member else {ids.CHANNEL: person.texts.plain("channel-not-member")}
