"""The figures, held against those of another project."""

import pytest
import slackblocks._limits as theirs

from bot.playground.blockkit import limits as ours

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
    "CARD_BODY": theirs.CARD_BODY_MAX_LENGTH,
    "CHART_TITLE": theirs.DATA_VISUALIZATION_TITLE_MAX_LENGTH,
}


@pytest.mark.parametrize("name", sorted(AGREED))
def test_limits_agree_with_another_project(name: str) -> None:
    """The figures are those that slackblocks keeps, read from Slack's pages independently."""
    assert getattr(ours, name) == AGREED[name]
