"""The figures, held against those of another project."""

import json

import pytest
import slackblocks._limits as theirs

from bot.playground.blockkit import limits as ours
from bot.playground.blockkit.rules import check_blocks, check_metadata, check_view
from tests.playground.controls import Json, modal, section

AGREED = {
    "SECTION_TEXT": theirs.SECTION_TEXT_MAX_LENGTH,
    "SECTION_FIELDS": theirs.SECTION_FIELDS_MAX_ITEMS,
    "SECTION_FIELD_TEXT": theirs.SECTION_FIELDS_ITEM_MAX_LENGTH,
    "HEADER_TEXT": theirs.HEADER_TEXT_MAX_LENGTH,
    "CONTEXT_ELEMENTS": theirs.CONTEXT_ELEMENTS_MAX_ITEMS,
    "ACTIONS_ELEMENTS": theirs.ACTIONS_ELEMENTS_MAX_ITEMS,
    "INPUT_LABEL": theirs.INPUT_LABEL_MAX_LENGTH,
    "INPUT_HINT": theirs.INPUT_HINT_MAX_LENGTH,
    "ALERT_TEXT": theirs.ALERT_TEXT_MAX_LENGTH,
    "BUTTON_TEXT": theirs.BUTTON_TEXT_MAX_LENGTH,
    "BUTTON_VALUE": theirs.BUTTON_VALUE_MAX_LENGTH,
    "CONFIRM_TITLE": theirs.CONFIRMATION_TITLE_MAX_LENGTH,
    "CONFIRM_TEXT": theirs.CONFIRMATION_TEXT_MAX_LENGTH,
    "CONFIRM_BUTTON": theirs.CONFIRMATION_CONFIRM_MAX_LENGTH,
    "OPTION_TEXT": theirs.OPTION_TEXT_MAX_LENGTH,
    "OPTION_VALUE": theirs.OPTION_VALUE_MAX_LENGTH,
    "OPTIONS": theirs.SELECT_OPTIONS_MAX_ITEMS,
    "CHOICES": theirs.RADIO_BUTTONS_OPTIONS_MAX_ITEMS,
    "MESSAGE_BLOCKS": theirs.MESSAGE_BLOCKS_MAX_ITEMS,
    "MESSAGE_CHARTS": theirs.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS,
    "VIEW_BLOCKS": theirs.VIEW_BLOCKS_MAX_ITEMS,
    "VIEW_TITLE": theirs.VIEW_TITLE_MAX_LENGTH,
    "VIEW_PRIVATE_METADATA": theirs.VIEW_PRIVATE_METADATA_MAX_LENGTH,
    "VIEW_CALLBACK_ID": theirs.VIEW_CALLBACK_ID_MAX_LENGTH,
    "PLACEHOLDER": theirs.SELECT_PLACEHOLDER_MAX_LENGTH,
    "MARKDOWN_TEXT": theirs.MARKDOWN_TEXT_MAX_LENGTH,
    "CARD_TITLE": theirs.CARD_TITLE_MAX_LENGTH,
    "CARD_SUBTITLE": theirs.CARD_SUBTITLE_MAX_LENGTH,
    "IMAGE_URL": theirs.IMAGE_IMAGE_URL_MAX_LENGTH,
    "CHART_POINTS": theirs.DATA_VISUALIZATION_DATA_MAX_ITEMS,
    "CHART_AXIS_LABEL": theirs.DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH,
    "DATA_TABLE_PAGE": theirs.DATA_TABLE_PAGE_SIZE_MAX,
    "OPTION_GROUPS": theirs.SELECT_OPTION_GROUPS_MAX_ITEMS,
    "CARD_BODY": theirs.CARD_BODY_MAX_LENGTH,
    "CHART_TITLE": theirs.DATA_VISUALIZATION_TITLE_MAX_LENGTH,
}


@pytest.mark.parametrize("name", sorted(AGREED))
def test_limits_agree_with_another_project(name: str) -> None:
    """The figures are those that slackblocks keeps, read from Slack's pages independently."""
    assert getattr(ours, name) == AGREED[name]


def a_modal_of(size: int) -> Json:
    """A modal whose JSON has so many bytes."""
    texts = [section("x" * 2900) for _ in range(80)]
    rest = size - len(json.dumps(modal(*texts, section(""))))
    filler = [section("x" * 2900) for _ in range(rest // 3000)]
    short = size - len(json.dumps(modal(*texts, *filler, section(""))))
    return modal(*texts, *filler, section("x" * short))


def some_metadata_of(size: int) -> Json:
    """Metadata whose JSON has so many bytes."""
    empty = {"event_type": "a", "event_payload": {"x": ""}}
    return {"event_type": "a", "event_payload": {"x": "x" * (size - len(json.dumps(empty)))}}


def test_the_last_byte_of_a_view_counts() -> None:
    """250,000 bytes are taken, one more is not."""
    assert check_view(a_modal_of(250_000), "modal") == []
    assert [finding.rule for finding in check_view(a_modal_of(250_001), "modal")] == ["view_too_large"]


def test_the_last_byte_of_metadata_counts() -> None:
    """16,384 bytes are taken, one more is not."""
    assert check_metadata(some_metadata_of(16_384)) == []
    assert [finding.rule for finding in check_metadata(some_metadata_of(16_385))] == ["metadata_too_large"]


def test_the_last_character_of_all_blocks_counts() -> None:
    """13,000 characters over all blocks are taken, one more is not."""
    blocks = [section("x" * 2600)] * 5

    assert check_blocks(blocks, "message") == []
    assert [f.rule for f in check_blocks([*blocks, section("x")], "message")] == ["blocks_too_long"]


def test_where_figures_differ_the_stricter_one_stands() -> None:
    """Charts have six series and segments here, twelve there; a context's text is a section's."""
    segments = [{"label": str(number), "value": 1} for number in range(7)]
    pie = {"type": "data_visualization", "title": "Usage", "chart": {"type": "pie", "segments": segments}}
    six = pie | {"chart": {"type": "pie", "segments": segments[:6]}}
    long = {"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 3001}]}

    assert check_blocks([six], "message") == []
    assert [finding.rule for finding in check_blocks([pie], "message")] == ["too_many"]
    assert [finding.rule for finding in check_blocks([long], "message")] == ["too_long"]
