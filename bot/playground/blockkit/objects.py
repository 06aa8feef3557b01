"""Composition objects: texts, options, confirmations and filters."""

from typing import Any

from bot.playground.blockkit import limits
from bot.playground.blockkit.schema import (
    Check,
    Report,
    array,
    boolean,
    choice,
    integer,
    may,
    need,
    obj,
    string,
)

TYPE = need(string())


def plain_text(maximum: int) -> Check:
    """A text object that must be plain."""
    return obj({"type": need(choice("plain_text")), "text": need(string(maximum)), "emoji": may(boolean)})


def any_text(maximum: int) -> Check:
    """A text object, plain or mrkdwn."""

    def check(value: Any, pointer: str, report: Report) -> None:
        shape = {"type": need(choice("plain_text", "mrkdwn")), "text": need(string(maximum))}
        flag = "verbatim" if isinstance(value, dict) and value.get("type") == "mrkdwn" else "emoji"
        obj(shape | {flag: may(boolean)})(value, pointer, report)

    return check


def option(text: Check) -> Check:
    """An option whose label is `text`."""
    return obj(
        {
            "text": need(text),
            "value": need(string(limits.OPTION_VALUE)),
            "description": may(any_text(limits.OPTION_DESCRIPTION)),
            "url": may(string(limits.BUTTON_URL)),
        }
    )


SELECT_OPTION = option(plain_text(limits.OPTION_TEXT))
CHOICE_OPTION = option(any_text(limits.OPTION_TEXT))
OPTION_GROUP = obj(
    {"label": need(plain_text(limits.OPTION_TEXT)), "options": need(array(SELECT_OPTION, 1, limits.OPTIONS))}
)
CONFIRM = obj(
    {
        "title": need(plain_text(limits.CONFIRM_TITLE)),
        "text": need(any_text(limits.CONFIRM_TEXT)),
        "confirm": need(plain_text(limits.CONFIRM_BUTTON)),
        "deny": need(plain_text(limits.CONFIRM_BUTTON)),
        "style": may(choice("primary", "danger")),
    }
)
CONVERSATION_FILTER = obj(
    {
        "include": may(array(choice("im", "mpim", "private", "public"), 1)),
        "exclude_external_shared_channels": may(boolean),
        "exclude_bot_users": may(boolean),
    }
)
DISPATCH_CONFIG = obj({"trigger_actions_on": need(array(choice("on_enter_pressed", "on_character_entered"), 1, 2))})
SLACK_FILE = obj({"id": may(string()), "url": may(string())})
WHOLE = integer()
