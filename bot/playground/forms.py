"""What a person enters in a view: first values, and the checks Slack makes itself before it asks the bot."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from bot.playground.config import Json
from bot.playground.files import LARGEST_IN_MODAL

# The property that carries an input's value, by the element's type.
VALUE_FIELDS = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
MESSAGES = {
    "en": {
        "required": "Please fill this in.",
        "too_short": "At least {0} characters.",
        "too_long": "At most {0} characters.",
        "not_a_number": "Enter a number.",
        "not_whole": "Enter a whole number.",
        "too_low": "At least {0}.",
        "too_high": "At most {0}.",
        "too_many": "Choose at most {0}.",
        "not_an_address": "Enter an e-mail address.",
        "not_a_link": "Enter a link.",
        "wrong_file": "Choose one of these kinds: {0}.",
        "file_too_large": "A file may have {0} MB at most.",
    },
    "de": {
        "required": "Bitte ausfüllen.",
        "too_short": "Mindestens {0} Zeichen.",
        "too_long": "Höchstens {0} Zeichen.",
        "not_a_number": "Bitte eine Zahl eingeben.",
        "not_whole": "Bitte eine ganze Zahl eingeben.",
        "too_low": "Mindestens {0}.",
        "too_high": "Höchstens {0}.",
        "too_many": "Höchstens {0} auswählen.",
        "not_an_address": "Bitte eine E-Mail-Adresse eingeben.",
        "not_a_link": "Bitte einen Link eingeben.",
        "wrong_file": "Bitte eine Datei dieser Art auswählen: {0}.",
        "file_too_large": "Eine Datei darf höchstens {0} MB haben.",
    },
}

Problem = tuple[str, Any]


class UnknownInput(ValueError):  # noqa: N818 - it names what was given
    """A value for an input that the view does not have, or one that cannot be chosen there."""


def inputs(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) of a view that holds a value."""
    for block in blocks:
        held = [block.get("element"), block.get("accessory")]
        if block["type"] == "actions":
            held += block["elements"]
        yield from ((block, part) for part in held if isinstance(part, dict) and part["type"] in VALUE_FIELDS)


def initial_values(blocks: list[Json]) -> Json:
    """The state of a view in which nothing was touched: initial values, null for the rest."""
    values: Json = {}
    for block, element in inputs(blocks):
        field = VALUE_FIELDS[element["type"]]
        first = element.get(field.replace("selected_", "initial_").replace("rich_text_value", "initial_value"))
        if field == "value":
            first = element.get("initial_value")
        if first is None and field in ("selected_options", "files"):
            first = []
        state = {"type": element["type"], field: first}
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def merge_values(known: Json, given: Json) -> Json:
    """`known` with the entries of `given` that exist there."""
    merged = {block_id: dict(actions) for block_id, actions in known.items()}
    for block_id, actions in given.items():
        for action_id, state in actions.items():
            if action_id in merged.get(block_id, {}):
                merged[block_id][action_id] = {**state, "type": merged[block_id][action_id]["type"]}
    return merged


def check_known(blocks: list[Json], given: Json) -> None:
    """Refuse values that a person could not have entered in this view.

    Raises:
        UnknownInput: no such input, or an option that is not offered.
    """
    offered = {(block["block_id"], element["action_id"]): element for block, element in inputs(blocks)}
    for block_id, actions in given.items():
        for action_id, state in actions.items():
            element = offered.get((block_id, action_id))
            if element is None:
                raise UnknownInput(f"the view has no input {block_id}/{action_id}; it has {sorted(offered)}")
            check_offered(element, state)


def check_values(blocks: list[Json], values: Json, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The errors Slack shows by itself, by block_id: as messages in `language`, and as codes."""
    catalogue = MESSAGES.get(language, MESSAGES["en"])
    messages: dict[str, str] = {}
    codes: dict[str, str] = {}
    for block, element in inputs(blocks):
        if block["type"] != "input":
            continue
        value = values[block["block_id"]][element["action_id"]].get(VALUE_FIELDS[element["type"]])
        problem = _problem(element, value, optional=bool(block.get("optional")))
        if problem is not None:
            code, bound = problem
            codes[block["block_id"]] = code
            messages[block["block_id"]] = catalogue[code].format(bound)
    return messages, codes


def check_offered(element: Json, state: Json) -> None:
    """Refuse an option that the element does not offer.

    Raises:
        UnknownInput: it is not among the options.
    """
    options = element.get("options") or [o for g in element.get("option_groups") or [] for o in g["options"]]
    chosen = [state.get("selected_option"), *(state.get("selected_options") or [])]
    for option in (option for option in chosen if option):
        if option.get("value") not in [offer["value"] for offer in options]:
            raise UnknownInput(f"{element['action_id']} does not offer {option.get('value')}")


def _problem(element: Json, value: Any, *, optional: bool) -> Problem | None:
    if value is None or value in ("", []):
        return None if optional else ("required", None)
    if element["type"] == "file_input":
        return _files_problem(element, value)
    if isinstance(value, list):
        most = element.get("max_selected_items")
        return ("too_many", most) if most and len(value) > most else None
    checks = {
        "plain_text_input": _text_problem,
        "number_input": _number_problem,
        "email_text_input": _address_problem,
        "url_text_input": _link_problem,
    }
    check = checks.get(element["type"])
    return check(element, str(value)) if check else None


def _files_problem(element: Json, value: list[Json]) -> Problem | None:
    most, types = element.get("max_files", 10), element.get("filetypes")
    if len(value) > most:
        return "too_many", most
    if types and any(PurePath(file["name"]).suffix.removeprefix(".").lower() not in types for file in value):
        return "wrong_file", ", ".join(types)
    if any(file["size"] > LARGEST_IN_MODAL for file in value):
        return "file_too_large", LARGEST_IN_MODAL >> 20
    return None


def _text_problem(element: Json, value: str) -> Problem | None:
    if len(value) < element.get("min_length", 0):
        return "too_short", element["min_length"]
    most = element.get("max_length", 3000)
    return ("too_long", most) if len(value) > most else None


def _number_problem(element: Json, value: str) -> Problem | None:
    try:
        entered = Decimal(value)
    except InvalidOperation:
        return "not_a_number", None
    if not element["is_decimal_allowed"] and entered != entered.to_integral_value():
        return "not_whole", None
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and entered < Decimal(low):
        return "too_low", low
    return ("too_high", high) if high is not None and entered > Decimal(high) else None


def _address_problem(_element: Json, value: str) -> Problem | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else ("not_an_address", None)


def _link_problem(_element: Json, value: str) -> Problem | None:
    return None if re.fullmatch(r"https?://\S+", value) else ("not_a_link", None)
