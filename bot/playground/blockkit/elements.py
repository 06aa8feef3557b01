"""Block elements: buttons, selects and inputs, and which block may hold which."""

from typing import Any

from bot.playground.blockkit import limits
from bot.playground.blockkit.objects import (
    CHOICE_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION_GROUP,
    SELECT_OPTION,
    SLACK_FILE,
    TYPE,
    any_text,
    plain_text,
)
from bot.playground.blockkit.schema import (
    Check,
    Field,
    Report,
    anything,
    array,
    boolean,
    by_type,
    choice,
    integer,
    may,
    need,
    obj,
    string,
)

ID = string()


def _one_of(first: str, second: str) -> Check:
    """Exactly one of two properties."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if (value.get(first) is None) == (value.get(second) is None):
            report.add("missing_field", f"exactly one of {first} and {second} is required", pointer)

    return check


def _initial_among_options(value: Any, pointer: str, report: Report) -> None:
    """What is chosen at first must be an option, letter by letter."""
    groups = [group for group in value.get("option_groups") or [] if isinstance(group, dict)]
    offered = [*(value.get("options") or []), *(o for group in groups for o in group.get("options") or [])]
    chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    if any(option not in offered for option in chosen):
        report.add("invalid_initial", "initial option is not among the options", pointer)


def _ordered(low: str, high: str) -> Check:
    """Two bounds in order; as strings (numbers typed as text) or whole numbers."""

    def check(value: Any, pointer: str, report: Report) -> None:
        try:
            bounds = float(value[low]), float(value[high])
        except (KeyError, TypeError, ValueError):
            return
        if bounds[0] > bounds[1]:
            report.add("out_of_range", f"{low} must not be above {high}", pointer)

    return check


def _decimal_text(value: Any, pointer: str, report: Report) -> None:
    """A number written as text."""
    try:
        float(value if isinstance(value, str) else "")
    except ValueError:
        report.add("wrong_type", "must provide a number as a string", pointer)


_BASE: dict[str, Field] = {"type": TYPE, "action_id": may(string(limits.ACTION_ID))}
_CONFIRMED = _BASE | {"confirm": may(CONFIRM)}
_FOCUS = {"focus_on_load": may(boolean)}
_PLACEHOLDER = {"placeholder": may(plain_text(limits.PLACEHOLDER))}
_MENU = _CONFIRMED | _FOCUS | _PLACEHOLDER
_MULTI = _MENU | {"max_selected_items": may(integer(1))}
_OPTIONS = {
    "options": may(array(SELECT_OPTION, 1, limits.OPTIONS)),
    "option_groups": may(array(OPTION_GROUP, 1, limits.OPTION_GROUPS)),
}
_CHOICES = {"options": need(array(CHOICE_OPTION, 1, limits.CHOICES))}
_CONVERSATION = {"default_to_current_conversation": may(boolean), "filter": may(CONVERSATION_FILTER)}
_ANSWERING = {"response_url_enabled": may(boolean)}
_TYPED = _BASE | _FOCUS | _PLACEHOLDER | {"dispatch_action_config": may(DISPATCH_CONFIG)}
_LENGTH = {
    "min_length": may(integer(0, limits.INPUT_TEXT)),
    "max_length": may(integer(1, limits.INPUT_TEXT)),
}

ELEMENTS: dict[str, Check] = {
    "button": obj(
        _CONFIRMED
        | {
            "text": need(plain_text(limits.BUTTON_TEXT)),
            "value": may(string(limits.BUTTON_VALUE)),
            "url": may(string(limits.BUTTON_URL)),
            "style": may(choice("primary", "danger")),
            "accessibility_label": may(string(limits.ACCESSIBILITY_LABEL)),
        }
    ),
    "static_select": obj(
        _MENU | _OPTIONS | {"initial_option": may(SELECT_OPTION)},
        _one_of("options", "option_groups"),
        _initial_among_options,
    ),
    "multi_static_select": obj(
        _MULTI | _OPTIONS | {"initial_options": may(array(SELECT_OPTION))},
        _one_of("options", "option_groups"),
        _initial_among_options,
    ),
    "users_select": obj(_MENU | {"initial_user": may(ID)}),
    "multi_users_select": obj(_MULTI | {"initial_users": may(array(ID))}),
    "conversations_select": obj(_MENU | _CONVERSATION | _ANSWERING | {"initial_conversation": may(ID)}),
    "multi_conversations_select": obj(_MULTI | _CONVERSATION | {"initial_conversations": may(array(ID))}),
    "channels_select": obj(_MENU | _ANSWERING | {"initial_channel": may(ID)}),
    "multi_channels_select": obj(_MULTI | {"initial_channels": may(array(ID))}),
    "overflow": obj(_CONFIRMED | {"options": need(array(SELECT_OPTION, 1, limits.OVERFLOW_OPTIONS))}),
    "datepicker": obj(_MENU | {"initial_date": may(string(10, 10))}),
    "timepicker": obj(_MENU | {"initial_time": may(string(5, 5)), "timezone": may(ID)}),
    "datetimepicker": obj(_CONFIRMED | _FOCUS | {"initial_date_time": may(integer(0))}),
    "checkboxes": obj(
        _CONFIRMED | _FOCUS | _CHOICES | {"initial_options": may(array(CHOICE_OPTION))},
        _initial_among_options,
    ),
    "radio_buttons": obj(
        _CONFIRMED | _FOCUS | _CHOICES | {"initial_option": may(CHOICE_OPTION)}, _initial_among_options
    ),
    "plain_text_input": obj(
        _TYPED | _LENGTH | {"multiline": may(boolean), "initial_value": may(string(limits.INPUT_TEXT, 0))},
        _ordered("min_length", "max_length"),
    ),
    "number_input": obj(
        _TYPED
        | {
            "is_decimal_allowed": need(boolean),
            "initial_value": may(_decimal_text),
            "min_value": may(_decimal_text),
            "max_value": may(_decimal_text),
        },
        _ordered("min_value", "max_value"),
    ),
    "email_text_input": obj(_TYPED | {"initial_value": may(ID)}),
    "url_text_input": obj(_TYPED | {"initial_value": may(ID)}),
    "rich_text_input": obj(_TYPED | {"initial_value": may(anything)}),
    "file_input": obj(_BASE | {"filetypes": may(array(ID)), "max_files": may(integer(1, 10))}),
    "image": obj(
        {
            "type": TYPE,
            "image_url": may(string(limits.IMAGE_URL)),
            "slack_file": may(SLACK_FILE),
            "alt_text": need(string(limits.IMAGE_ALT_TEXT)),
        },
        _one_of("image_url", "slack_file"),
    ),
    "plain_text": plain_text(limits.CONTEXT_TEXT),
    "mrkdwn": any_text(limits.CONTEXT_TEXT),
}

SINGLE_SELECTS = {"static_select", "users_select", "conversations_select", "channels_select"}
MULTI_SELECTS = {f"multi_{name}" for name in SINGLE_SELECTS}
PICKERS = {"datepicker", "timepicker"}
TICKS = {"checkboxes", "radio_buttons"}
MODAL_ONLY = {"number_input", "email_text_input", "file_input"}

IN_SECTION = {"button", "image", "overflow"} | SINGLE_SELECTS | MULTI_SELECTS | PICKERS | TICKS
IN_ACTIONS = {"button", "overflow", "datetimepicker"} | SINGLE_SELECTS | MULTI_SELECTS | PICKERS | TICKS
IN_INPUT = (
    {"plain_text_input", "url_text_input", "rich_text_input", "datetimepicker"}
    | MODAL_ONLY
    | SINGLE_SELECTS
    | MULTI_SELECTS
    | PICKERS
    | TICKS
)
IN_CONTEXT = {"image", "plain_text", "mrkdwn"}


def element(allowed: set[str]) -> Check:
    """One element of the `allowed` types."""
    return by_type(ELEMENTS, allowed, "element")
