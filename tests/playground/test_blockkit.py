"""Block Kit's rules: each is broken once, by the smallest change to something Slack takes."""

from typing import Any

import pytest

from bot.playground.blockkit.blocks import Surface
from bot.playground.blockkit.rules import check_blocks
from tests.playground.controls import Json, actions, button, plain, section, text_input


def option(text: str = "One", value: str = "1", **fields: Any) -> Json:
    """An option."""
    return {"text": plain(text), "value": value, **fields}


def select(**fields: Any) -> Json:
    """A static select with one option."""
    return {"type": "static_select", "action_id": "pick", "options": [option()], **fields}


def number(**fields: Any) -> Json:
    """A number input in its block."""
    held = {"type": "number_input", "action_id": "value", "is_decimal_allowed": True, **fields}
    return {"type": "input", "block_id": "amount", "label": plain("Amount"), "element": held}


def pie(**segment: Any) -> Json:
    """A pie chart of one segment."""
    chart = {"type": "pie", "segments": [{"label": "Calls", "value": 1} | segment]}
    return {"type": "data_visualization", "title": "Usage", "chart": chart}


def bars(points: list[str], categories: list[str], value: object = 1) -> Json:
    """A bar chart."""
    data = [{"label": label, "value": value} for label in points]
    chart = {"type": "bar", "series": [{"name": "A", "data": data}], "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": "Usage", "chart": chart}


FILE = {"type": "input", "label": plain("Order"), "element": {"type": "file_input", "action_id": "a"}}


def table(*rows: int) -> Json:
    """A table whose rows have so many cells."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells for cells in rows]}


CONFIRM = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"}

TAKEN: list[tuple[Surface, Json]] = [
    ("message", section()),
    ("message", section("x" * 3000)),
    ("message", {"type": "section", "fields": [plain("x" * 2000)] * 6}),
    ("message", section(accessory=button())),
    ("message", section(accessory=select(initial_option=option()))),
    ("message", {"type": "header", "text": plain("x" * 150)}),
    ("message", {"type": "divider"}),
    ("message", {"type": "context", "elements": [plain("a"), {"type": "mrkdwn", "text": "b"}]}),
    ("message", actions(button("a", confirm=CONFIRM, style="danger", value="x" * 2000), button("b"))),
    ("message", IMAGE),
    ("message", {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}),
    ("message", {"type": "markdown", "text": "**x**"}),
    ("message", table(2, 2)),
    ("message", pie()),
    ("message", bars(["Mon"], ["Mon"])),
    ("message", {"type": "card", "title": plain("A"), "actions": [button()]}),
    ("home", {"type": "carousel", "elements": [{"type": "card", "title": plain("A")}]}),
    ("modal", {"type": "alert", "text": plain("This charges 50.00 now"), "level": "warning"}),
    ("modal", text_input(min_length=1, max_length=10, placeholder=plain("50.00"))),
    ("modal", number(min_value="5", max_value="5000")),
    ("modal", {**text_input(), "hint": plain("In euros"), "optional": True, "dispatch_action": True}),
    ("modal", FILE),
    ("home", text_input()),
]

BROKEN: list[tuple[str, Surface, Json]] = [
    ("unknown_block", "message", {"type": "blink"}),
    ("unknown_block", "message", {}),
    ("misplaced_block", "message", text_input()),
    ("misplaced_block", "message", {"type": "alert", "text": plain("Low")}),
    ("misplaced_block", "home", {"type": "alert", "text": plain("Low")}),
    ("misplaced_block", "modal", pie()),
    ("misplaced_block", "modal", {"type": "markdown", "text": "x"}),
    ("misplaced_block", "home", table(1)),
    ("misplaced_element", "home", number()),
    ("misplaced_element", "message", actions({"type": "plain_text_input", "action_id": "a"})),
    ("misplaced_element", "message", {"type": "context", "elements": [button()]}),
    ("misplaced_element", "message", section(accessory={"type": "plain_text_input", "action_id": "a"})),
    ("unknown_element", "message", actions({"type": "knob"})),
    ("missing_field", "message", {"type": "section"}),
    ("missing_field", "message", {"type": "header"}),
    ("missing_field", "message", {"type": "image", "image_url": "https://example.com/a.png"}),
    ("missing_field", "message", {"type": "image", "alt_text": "A"}),
    ("missing_field", "message", actions({"type": "button", "action_id": "a"})),
    ("missing_field", "message", actions({"type": "static_select", "action_id": "a"})),
    ("missing_field", "modal", {"type": "input", "label": plain("A")}),
    ("missing_field", "modal", number(is_decimal_allowed=None)),
    ("unknown_field", "message", {"type": "divider", "colour": "red"}),
    ("unknown_field", "message", section(elements=[])),
    ("too_long", "message", section("x" * 3001)),
    ("too_long", "message", {"type": "section", "fields": [plain("x" * 2001)]}),
    ("too_long", "message", {"type": "header", "text": plain("x" * 151)}),
    ("too_long", "message", section(block_id="x" * 256)),
    ("too_long", "message", actions(button("x" * 256))),
    ("too_long", "message", actions(button(text=plain("x" * 76)))),
    ("too_long", "message", actions(button(value="x" * 2001))),
    ("too_long", "message", actions(button(url="x" * 3001))),
    ("too_long", "message", actions(button(accessibility_label="x" * 76))),
    ("too_long", "message", actions(button(confirm=CONFIRM | {"title": plain("x" * 101)}))),
    ("too_long", "message", actions(button(confirm=CONFIRM | {"text": plain("x" * 301)}))),
    ("too_long", "message", actions(button(confirm=CONFIRM | {"deny": plain("x" * 31)}))),
    ("too_long", "message", actions(select(options=[option("x" * 76)]))),
    ("too_long", "message", actions(select(options=[option(value="x" * 151)]))),
    ("too_long", "message", actions(select(options=[option(description=plain("x" * 76))]))),
    ("too_long", "message", actions(select(placeholder=plain("x" * 151)))),
    ("too_long", "message", IMAGE | {"alt_text": "x" * 2001}),
    ("too_long", "message", IMAGE | {"title": plain("x" * 2001)}),
    ("too_long", "message", pie(label="x" * 21)),
    ("too_long", "message", pie() | {"title": "x" * 51}),
    ("too_long", "message", {"type": "markdown", "text": "x" * 12_001}),
    ("too_long", "message", {"type": "card", "body": plain("x" * 201)}),
    ("too_long", "modal", {"type": "alert", "text": plain("x" * 201)}),
    ("too_long", "modal", {**text_input(), "label": plain("x" * 2001)}),
    ("too_long", "modal", {**text_input(), "hint": plain("x" * 2001)}),
    ("too_short", "message", section("")),
    ("too_short", "message", actions(button(text=plain("")))),
    ("too_many", "message", {"type": "section", "fields": [plain("x")] * 11}),
    ("too_many", "message", {"type": "context", "elements": [plain("x")] * 11}),
    ("too_many", "message", actions(*(button(f"a{n}") for n in range(26)))),
    ("too_many", "message", actions(select(options=[option(value=str(n)) for n in range(101)]))),
    ("too_many", "message", actions({"type": "overflow", "action_id": "a", "options": [option()] * 6})),
    ("too_many", "message", actions({"type": "radio_buttons", "action_id": "a", "options": [option()] * 11})),
    ("too_many", "message", {"type": "card", "actions": [button(f"a{n}") for n in range(4)]}),
    ("too_many", "home", {"type": "carousel", "elements": [{"type": "card"}] * 11}),
    ("too_many", "message", table(*[1] * 101)),
    ("too_many", "message", table(21)),
    ("too_few", "message", actions()),
    ("too_few", "message", actions(select(options=[]))),
    ("ragged_rows", "message", table(1, 2)),
    ("wrong_type", "message", {"type": "header", "text": "Low"}),
    ("wrong_type", "message", {"type": "section", "text": "Low"}),
    ("wrong_type", "message", {"type": "actions", "elements": button()}),
    ("wrong_type", "modal", {**text_input(), "optional": "yes"}),
    ("wrong_type", "modal", text_input(max_length="5")),
    ("wrong_type", "modal", number(min_value=5)),
    ("not_allowed", "message", {"type": "header", "text": {"type": "mrkdwn", "text": "*Low*"}}),
    ("not_allowed", "message", actions(button(style="loud"))),
    ("not_allowed", "modal", FILE | {"dispatch_action": True}),
    ("wrong_type", "message", section(block_id=1)),
    ("wrong_type", "message", bars(["Mon"], ["Mon"], value="1")),
    ("not_allowed", "modal", {"type": "alert", "text": plain("Low"), "level": "loud"}),
    ("not_allowed", "message", bars(["Mon"], ["Mon", "Tue"])),
    ("out_of_range", "message", pie(value=0)),
    ("out_of_range", "modal", text_input(max_length=3001)),
    ("out_of_range", "modal", text_input(min_length=5, max_length=4)),
    ("out_of_range", "modal", number(min_value="9", max_value="10") | number(min_value="11", max_value="10")),
    ("invalid_initial", "message", actions(select(initial_option=option("Two", "2")))),
    ("duplicate_action_id", "message", actions(button("same"), button("same"))),
]


@pytest.mark.parametrize(("surface", "block"), TAKEN)
def test_what_slack_takes_has_no_findings(surface: Surface, block: Json) -> None:
    """A block inside all limits, in its place, is taken."""
    assert check_blocks([block], surface) == []


@pytest.mark.parametrize(("rule", "surface", "block"), BROKEN)
def test_each_broken_rule_is_found_by_name(rule: str, surface: Surface, block: Json) -> None:
    """The one broken rule, and no other, is reported with a pointer into the block."""
    findings = check_blocks([block], surface)

    assert {finding.rule for finding in findings} == {rule}
    assert all(finding.pointer.startswith("/blocks") for finding in findings)


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        ("too_many", [section()] * 51),
        ("too_many", [pie()] * 3),
        ("too_many", [table(1)] * 2),
        ("duplicate_block_id", [section(block_id="a"), section(block_id="a")]),
        ("blocks_too_long", [section("x" * 2600)] * 6),
        ("wrong_type", {"type": "section"}),
        ("unknown_block", ["section"]),
    ],
)
def test_what_blocks_break_together(rule: str, blocks: Any) -> None:
    """Totals and unique ids are looked at over the whole message."""
    assert {finding.rule for finding in check_blocks(blocks, "message")} == {rule}


def test_the_same_action_id_in_two_blocks_is_taken() -> None:
    """An action_id is unique within its block only."""
    assert check_blocks([actions(button("same")), actions(button("same"))], "message") == []
