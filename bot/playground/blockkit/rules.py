"""Whole messages, views and answers to a submission against Slack's rules.

Each function returns its findings; an empty list means that Slack would take it.
"""

import json
import re
from collections import Counter
from typing import Any

from bot.playground.blockkit import limits
from bot.playground.blockkit.blocks import BLOCKS, Surface
from bot.playground.blockkit.objects import plain_text
from bot.playground.blockkit.schema import (
    Finding,
    Report,
    anything,
    array,
    boolean,
    choice,
    may,
    need,
    obj,
    string,
)
from bot.playground.config import Json

_VIEW = {
    "callback_id": may(string(limits.VIEW_CALLBACK_ID, 0)),
    "private_metadata": may(string(limits.VIEW_PRIVATE_METADATA, 0)),
    "external_id": may(string(limits.VIEW_EXTERNAL_ID, 0)),
}
_MODAL = obj(
    _VIEW
    | {
        "type": need(choice("modal")),
        "title": need(plain_text(limits.VIEW_TITLE)),
        "submit": may(plain_text(limits.VIEW_BUTTON)),
        "close": may(plain_text(limits.VIEW_BUTTON)),
        "blocks": need(array(BLOCKS["modal"], 0, limits.VIEW_BLOCKS)),
        "clear_on_close": may(boolean),
        "notify_on_close": may(boolean),
        "submit_disabled": may(boolean),
    }
)
_HOME = obj(
    _VIEW | {"type": need(choice("home")), "blocks": need(array(BLOCKS["home"], 0, limits.VIEW_BLOCKS))},
)
_METADATA = obj({"event_type": need(string(limits.METADATA_EVENT_TYPE)), "event_payload": need(anything)})


def check_blocks(blocks: Any, surface: Surface, pointer: str = "/blocks") -> list[Finding]:
    """A list of blocks on a surface."""
    report = Report()
    most = limits.MESSAGE_BLOCKS if surface == "message" else limits.VIEW_BLOCKS
    array(BLOCKS[surface], 0, most)(blocks, pointer, report)
    _check_identifiers(blocks, pointer, report)
    if surface == "message":
        _check_totals(blocks, pointer, report)
    return report.findings


def check_metadata(metadata: Any) -> list[Finding]:
    """A message's metadata: an event type of letters, digits and underscores, and a payload object."""
    report = Report()
    _METADATA(metadata, "/metadata", report)
    if not isinstance(metadata, dict) or report.findings:
        return report.findings
    if not re.fullmatch(r"[A-Za-z0-9_]+", metadata["event_type"]):
        report.add("not_allowed", "event_type takes letters, digits and _", "/metadata/event_type")
    if not isinstance(metadata["event_payload"], dict):
        report.add("wrong_type", "must provide an object", "/metadata/event_payload")
    if len(json.dumps(metadata).encode()) > limits.METADATA_BYTES:
        report.add("metadata_too_large", f"more than {limits.METADATA_BYTES} bytes", "/metadata")
    return report.findings


def check_view(view: Any, surface: Surface) -> list[Finding]:
    """A modal or Home view as a method or a submission's answer brings it."""
    report = Report()
    (_HOME if surface == "home" else _MODAL)(view, "/view", report)
    if not isinstance(view, dict):
        return report.findings
    blocks = view.get("blocks")
    _check_identifiers(blocks, "/view/blocks", report)
    has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks or [])
    if surface == "modal" and has_input and view.get("submit") is None:
        report.add("missing_field", "a modal with inputs needs submit", "/view")
    if _focused(view) > 1:
        report.add("not_allowed", "only one element may have focus_on_load", "/view")
    if len(json.dumps(view).encode()) > limits.VIEW_BYTES:
        report.add("view_too_large", f"more than {limits.VIEW_BYTES} bytes", "/view")
    return report.findings


def check_submission_answer(answer: Any, view: Json) -> list[Finding]:
    """The body that acknowledges a view_submission of `view`."""
    report = Report()
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action not in ("errors", "update", "push", "clear"):
        report.add("not_allowed", "response_action must be errors, update, push or clear", "/response_action")
    elif action == "errors":
        _check_errors(answer.get("errors"), view, report)
    elif action in ("update", "push"):
        return check_view(answer.get("view"), "modal")
    return report.findings


def _check_errors(errors: Any, view: Json, report: Report) -> None:
    if not isinstance(errors, dict) or not errors:
        report.add("missing_field", "errors must name at least one block", "/errors")
        return
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    for block_id, message in errors.items():
        if block_id not in inputs:
            report.add("unknown_block_id", f"{block_id} is no input block of the view", f"/errors/{block_id}")
        string()(message, f"/errors/{block_id}", report)


def _check_identifiers(blocks: Any, pointer: str, report: Report) -> None:
    """A block_id is unique over the whole, an action_id within its block."""
    known = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    ids = Counter(block.get("block_id") for block in known if isinstance(block.get("block_id"), str))
    for block_id, count in ids.items():
        if count > 1:
            report.add("duplicate_block_id", f"block_id {block_id} is used {count} times", pointer)
    for index, block in enumerate(known):
        actions = Counter(_action_ids(block))
        for action_id, count in actions.items():
            if count > 1:
                report.add("duplicate_action_id", f"action_id {action_id} is used twice", f"{pointer}/{index}")


def _action_ids(part: Any) -> list[str]:
    """Every action_id in a block, in order."""
    if isinstance(part, list):
        return [found for entry in part for found in _action_ids(entry)]
    if not isinstance(part, dict):
        return []
    own = [part["action_id"]] if isinstance(part.get("action_id"), str) else []
    return own + [found for entry in part.values() for found in _action_ids(entry)]


def _check_totals(blocks: Any, pointer: str, report: Report) -> None:
    """What a message may hold in all."""
    kinds = Counter(b.get("type") for b in blocks if isinstance(b, dict)) if isinstance(blocks, list) else Counter()
    if kinds["data_visualization"] > limits.MESSAGE_CHARTS:
        report.add("too_many", f"no more than {limits.MESSAGE_CHARTS} charts in a message", pointer)
    if kinds["table"] > limits.MESSAGE_TABLES:
        report.add("too_many", f"no more than {limits.MESSAGE_TABLES} table in a message", pointer)
    if (length := _characters(blocks)) > limits.MESSAGE_BLOCK_CHARACTERS:
        report.add("blocks_too_long", f"{length} characters in all blocks together", pointer)


def _characters(part: Any) -> int:
    """The characters of every text in blocks."""
    if isinstance(part, list):
        return sum(_characters(entry) for entry in part)
    if not isinstance(part, dict):
        return 0
    own = len(part["text"]) if isinstance(part.get("text"), str) else 0
    return own + sum(_characters(entry) for entry in part.values())


def _focused(part: Any) -> int:
    """How many elements ask for the focus."""
    if isinstance(part, list):
        return sum(_focused(entry) for entry in part)
    if not isinstance(part, dict):
        return 0
    return (part.get("focus_on_load") is True) + sum(_focused(entry) for entry in part.values())
