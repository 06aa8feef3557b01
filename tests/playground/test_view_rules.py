"""Rules of whole modals, metadata and answers to a submission: each is broken once."""

from typing import Any

import pytest

from bot.playground.blockkit.rules import check_metadata, check_submission_answer, check_view
from tests.playground.controls import home, modal, plain, section, text_input


@pytest.mark.parametrize(
    ("rule", "view"),
    [
        ("too_long", modal(title=plain("x" * 25))),
        ("too_long", modal(text_input(), submit=plain("x" * 25))),
        ("too_long", modal(close=plain("x" * 25))),
        ("too_long", modal(private_metadata="x" * 3001)),
        ("too_long", modal(callback_id="x" * 256)),
        ("too_long", modal(external_id="x" * 256)),
        ("too_many", modal(*[section()] * 101)),
        ("missing_field", modal() | {"title": None}),
        ("missing_field", modal() | {"blocks": None}),
        ("missing_field", modal(text_input()) | {"submit": None}),
        ("not_allowed", modal() | {"type": "home"}),
        ("not_allowed", modal(title={"type": "mrkdwn", "text": "x"})),
        ("not_allowed", modal(text_input("a", focus_on_load=True), text_input("b", focus_on_load=True))),
        ("unknown_field", modal(colour="red")),
        ("duplicate_block_id", modal(text_input("a"), text_input("a"))),
        ("view_too_large", modal(*[section("x" * 2600)] * 100)),
        ("wrong_type", "modal"),
    ],
)
def test_each_broken_rule_of_a_modal_is_found_by_name(rule: str, view: Any) -> None:
    """A modal that breaks one rule is reported for that rule alone."""
    assert {finding.rule for finding in check_view(view, "modal")} == {rule}


def test_a_home_tab_has_no_title() -> None:
    """What only modals have is refused on the Home tab."""
    assert {finding.rule for finding in check_view(home() | {"title": plain("x")}, "home")} == {"unknown_field"}


@pytest.mark.parametrize(
    ("rule", "metadata"),
    [
        ("missing_field", {"event_type": "low_balance"}),
        ("not_allowed", {"event_type": "low balance", "event_payload": {"id": "1"}}),
        ("too_long", {"event_type": "x" * 256, "event_payload": {}}),
        ("wrong_type", {"event_type": "low_balance", "event_payload": "1"}),
        ("wrong_type", ["low_balance"]),
        ("metadata_too_large", {"event_type": "a", "event_payload": {"x": "x" * 16_384}}),
        ("unknown_field", {"event_type": "a", "event_payload": {}, "id": "1"}),
    ],
)
def test_each_broken_rule_of_metadata_is_found_by_name(rule: str, metadata: Any) -> None:
    """Metadata is an event type and an object, not too large."""
    assert {finding.rule for finding in check_metadata(metadata)} == {rule}


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("not_allowed", {"response_action": "explode"}),
        ("not_allowed", {"text": "Saved"}),
        ("not_allowed", "ok"),
        ("missing_field", {"response_action": "errors", "errors": {}}),
        ("unknown_block_id", {"response_action": "errors", "errors": {"nowhere": "Too low"}}),
        ("unknown_block_id", {"response_action": "errors", "errors": {"shown": "No input"}}),
        ("too_short", {"response_action": "errors", "errors": {"amount": ""}}),
        ("wrong_type", {"response_action": "update"}),
    ],
)
def test_each_broken_rule_of_a_submission_answer_is_found(rule: str, answer: Any) -> None:
    """An answer to a submission names input blocks of that view, or brings a whole view."""
    view = modal(text_input("amount"), section(block_id="shown"))

    assert {finding.rule for finding in check_submission_answer(answer, view)} == {rule}
