"""Block Kit in plain dicts: the few blocks and elements that our messages and views are made of."""

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]
Element = dict[str, Any]

SECTION_LIMIT = 3000
"""Characters in a section's text."""


def escape(text: str) -> str:
    """Text from people, so that Slack shows it as it is: no mention, no link, no entity comes out of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """`text`, cut to `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def user(user_id: str) -> str:
    """A mention of a person."""
    return f"<@{user_id}>"


def channel(channel_id: str) -> str:
    """A mention of a channel."""
    return f"<#{channel_id}>"


def plain(text: str) -> Element:
    """A plain text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Element:
    """A mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def header(text: str) -> Block:
    """A heading, at most 150 characters."""
    return {"type": "header", "text": plain(clip(text, 150))}


def section(*lines: str) -> Block:
    """A paragraph of lines."""
    return {"type": "section", "text": mrkdwn(clip("\n".join(lines), SECTION_LIMIT))}


def context(*texts: str) -> Block:
    """Small print, at most 10 pieces."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(block_id: str, *elements: Element) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: str, action_id: str, **more: Any) -> Element:
    """A button; `style` is primary or danger, `url` is opened by Slack itself, `confirm` is asked before it counts."""
    element = {"type": "button", "text": plain(clip(text, 75)), "action_id": action_id}
    return {**element, **{key: each for key, each in more.items() if each}}


def question(title: str, text: str, *, yes: str, no: str) -> Element:
    """What is asked before a dangerous button counts: 100, 300 and twice 30 characters."""
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no), "style": "danger"}


def option(text: str, value: str) -> Element:
    """A choice."""
    return {"text": plain(clip(text, 75)), "value": value}


def text_input(block_id: str, label: str, *, initial: str = "", placeholder: str = "", **more: Any) -> Block:
    """A line to type in; `hint` and `optional` go to the block."""
    element: Element = {"type": "plain_text_input", "action_id": block_id, "max_length": 60}
    if initial:
        element["initial_value"] = initial
    if placeholder:
        element["placeholder"] = plain(placeholder)
    return field(block_id, label, element, **more)


def select(block_id: str, label: str, options: Sequence[Element], *, initial: str = "", **more: Any) -> Block:
    """A choice among `options`; `initial` is a value."""
    element: Element = {"type": "static_select", "action_id": block_id, "options": list(options)}
    chosen = next((each for each in options if each["value"] == initial), None)
    if chosen:
        element["initial_option"] = chosen
    return field(block_id, label, element, **more)


def radio(block_id: str, label: str, options: Sequence[Element], *, initial: str) -> Block:
    """A choice among few, all visible; the cursor begins there."""
    chosen = next(each for each in options if each["value"] == initial)
    element: Element = {"type": "radio_buttons", "action_id": block_id, "options": list(options)}
    return field(block_id, label, {**element, "initial_option": chosen, "focus_on_load": True})


def checkboxes(block_id: str, label: str, options: Sequence[Element], *, initial: Sequence[str]) -> Block:
    """Any number of `options`; those with the values in `initial` are ticked."""
    element: Element = {"type": "checkboxes", "action_id": block_id, "options": list(options)}
    ticked = [each for each in options if each["value"] in initial]
    return field(block_id, label, {**element, "initial_options": ticked} if ticked else element)


def channel_select(block_id: str, label: str, *, initial: str = "", **more: Any) -> Block:
    """A choice among the channels that the person sees."""
    element: Element = {
        "type": "conversations_select",
        "action_id": block_id,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if initial:
        element["initial_conversation"] = initial
    return field(block_id, label, element, **more)


def users_select(block_id: str, label: str, *, initial: Sequence[str], **more: Any) -> Block:
    """A choice of people."""
    element: Element = {"type": "multi_users_select", "action_id": block_id}
    if initial:
        element["initial_users"] = list(initial)
    return field(block_id, label, element, **more)


def file_input(block_id: str, label: str, types: Sequence[str], *, most: int = 10, **more: Any) -> Block:
    """A place for files of these types; `most` is at most 10, each of at most 10 MB."""
    element: Element = {"type": "file_input", "action_id": block_id, "filetypes": list(types), "max_files": most}
    return field(block_id, label, element, **more)


def field(block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False) -> Block:
    """An input block around `element`."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label), "element": element}
    if hint:
        block["hint"] = plain(hint)
    if optional:
        block["optional"] = True
    return block


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], *, close: str, submit: str = "", metadata: str = ""
) -> dict[str, Any]:
    """A modal; title and buttons hold 24 characters."""
    view = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "close": plain(close),
        "blocks": list(blocks),
        "private_metadata": metadata,
    }
    return {**view, "submit": plain(submit)} if submit else view


def message(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A message: `text` is what notifications and screen readers get."""
    return {"text": text, "blocks": list(blocks)}
