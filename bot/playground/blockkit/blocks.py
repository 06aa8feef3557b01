"""Blocks: the shape of each, and on which surface it may stand."""

from typing import Any, Literal

from bot.playground.blockkit import limits
from bot.playground.blockkit.elements import IN_ACTIONS, IN_CONTEXT, IN_INPUT, IN_SECTION, MODAL_ONLY, element
from bot.playground.blockkit.objects import SLACK_FILE, TYPE, any_text, plain_text
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
    number,
    obj,
    string,
)

Surface = Literal["message", "modal", "home"]

_BASE: dict[str, Field] = {"type": TYPE, "block_id": may(string(limits.BLOCK_ID))}


def _text_or_fields(value: Any, pointer: str, report: Report) -> None:
    if value.get("text") is None and value.get("fields") is None:
        report.add("missing_field", "a section needs text or fields", pointer)


def _one_picture(value: Any, pointer: str, report: Report) -> None:
    if (value.get("image_url") is None) == (value.get("slack_file") is None):
        report.add("missing_field", "exactly one of image_url and slack_file is required", pointer)


def _no_dispatch_with_file(value: Any, pointer: str, report: Report) -> None:
    held = value.get("element")
    if value.get("dispatch_action") and isinstance(held, dict) and held.get("type") == "file_input":
        report.add("not_allowed", "dispatch_action does not go with file_input", pointer)


def _rectangular(value: Any, pointer: str, report: Report) -> None:
    rows = value.get("rows")
    if isinstance(rows, list) and len({len(row) for row in rows if isinstance(row, list)}) > 1:
        report.add("ragged_rows", "every row needs the same number of cells", pointer)


def _positive(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        report.add("out_of_range", "must be a number above 0", pointer)


def _point_per_category(value: Any, pointer: str, report: Report) -> None:
    axis, series = value.get("axis_config"), value.get("series")
    if not isinstance(axis, dict) or not isinstance(series, list):
        return
    for index, line in enumerate(series):
        points = line.get("data") if isinstance(line, dict) else None
        labels = [point.get("label") for point in points or [] if isinstance(point, dict)]
        if labels != axis.get("categories"):
            report.add("not_allowed", "each series has one point per category", f"{pointer}/series/{index}")


_LABEL = string(limits.CHART_LABEL)
_SEGMENT = obj({"label": need(_LABEL), "value": need(_positive)})
_POINT = obj({"label": need(_LABEL), "value": need(number)})
_SERIES = obj({"name": need(_LABEL), "data": need(array(_POINT, 1, limits.CHART_POINTS))})
_AXIS = obj(
    {
        "categories": need(array(_LABEL, 1, limits.CHART_POINTS)),
        "x_label": may(string(limits.CHART_AXIS_LABEL)),
        "y_label": may(string(limits.CHART_AXIS_LABEL)),
    }
)
_PIE = obj({"type": TYPE, "segments": need(array(_SEGMENT, 1, limits.CHART_SERIES))})
_PLOT = obj(
    {"type": TYPE, "series": need(array(_SERIES, 1, limits.CHART_SERIES)), "axis_config": need(_AXIS)},
    _point_per_category,
)
_CHARTS = {"pie": _PIE, "bar": _PLOT, "area": _PLOT, "line": _PLOT}
_CELLS: dict[str, Check] = {
    "raw_text": obj({"type": TYPE, "text": need(string())}),
    "raw_number": obj({"type": TYPE, "value": need(number), "text": may(string())}),
    "rich_text": obj(_BASE | {"elements": need(array(anything))}),
}
_ROWS = array(array(by_type(_CELLS, _CELLS.keys(), "element"), 1, limits.TABLE_COLUMNS), 1, limits.TABLE_ROWS)
_RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
_RICH_SHAPE = obj(
    {
        "type": TYPE,
        "elements": need(array(anything, 0)),
        "style": may(choice("bullet", "ordered")),
        "indent": may(integer(0, 8)),
        "offset": may(integer(0)),
        "border": may(integer(0, 1)),
        "language": may(string()),
    }
)
_RICH = dict.fromkeys(_RICH_PARTS, _RICH_SHAPE)
_CARD = obj(
    _BASE
    | {
        "title": may(any_text(limits.CARD_TITLE)),
        "subtitle": may(any_text(limits.CARD_SUBTITLE)),
        "body": may(any_text(limits.CARD_BODY)),
        "hero_image": may(element({"image"})),
        "icon": may(element({"image"})),
        "actions": may(array(element({"button"}), 1, limits.CARD_ACTIONS)),
    }
)
_IMAGE = _BASE | {
    "image_url": may(string(limits.IMAGE_URL)),
    "slack_file": may(SLACK_FILE),
    "alt_text": need(string(limits.IMAGE_ALT_TEXT)),
    "title": may(plain_text(limits.IMAGE_TITLE)),
}


def _input(surface: Surface) -> Check:
    allowed = IN_INPUT if surface == "modal" else IN_INPUT - MODAL_ONLY
    return obj(
        _BASE
        | {
            "label": need(plain_text(limits.INPUT_LABEL)),
            "element": need(element(allowed)),
            "hint": may(plain_text(limits.INPUT_HINT)),
            "optional": may(boolean),
            "dispatch_action": may(boolean),
        },
        _no_dispatch_with_file,
    )


_COMMON: dict[str, Check] = {
    "section": obj(
        _BASE
        | {
            "text": may(any_text(limits.SECTION_TEXT)),
            "fields": may(array(any_text(limits.SECTION_FIELD_TEXT), 1, limits.SECTION_FIELDS)),
            "accessory": may(element(IN_SECTION)),
            "expand": may(boolean),
        },
        _text_or_fields,
    ),
    "header": obj(
        _BASE | {"text": need(plain_text(limits.HEADER_TEXT)), "level": may(integer(1, 4))},
    ),
    "divider": obj(_BASE),
    "context": obj(_BASE | {"elements": need(array(element(IN_CONTEXT), 1, limits.CONTEXT_ELEMENTS))}),
    "actions": obj(_BASE | {"elements": need(array(element(IN_ACTIONS), 1, limits.ACTIONS_ELEMENTS))}),
    "image": obj(_IMAGE, _one_picture),
    "rich_text": obj(_BASE | {"elements": need(array(by_type(_RICH, _RICH_PARTS, "element")))}),
    "alert": obj(
        _BASE
        | {
            "text": need(any_text(limits.ALERT_TEXT)),
            "level": may(choice("default", "info", "warning", "error", "success")),
        }
    ),
    "card": _CARD,
    "carousel": obj(
        _BASE | {"elements": need(array(by_type({"card": _CARD}, ["card"], "block"), 1, limits.CAROUSEL_CARDS))}
    ),
    "markdown": obj(_BASE | {"text": need(string(limits.MARKDOWN_TEXT))}),
    "table": obj(
        _BASE | {"rows": need(_ROWS), "column_settings": may(array(anything, 1, limits.TABLE_COLUMNS))},
        _rectangular,
    ),
    "data_table": obj(
        _BASE
        | {
            "caption": need(string()),
            "rows": need(_ROWS),
            "page_size": may(integer(1, limits.DATA_TABLE_PAGE)),
            "row_header_column_index": may(integer(0)),
        },
        _rectangular,
    ),
    "data_visualization": obj(
        _BASE
        | {
            "title": need(string(limits.CHART_TITLE)),
            "chart": need(by_type(_CHARTS, _CHARTS.keys(), "element")),
        }
    ),
}

# Where Slack's pages leave a block's place open, it counts as misplaced: a bot must not rely on it.
_EVERYWHERE = {"section", "header", "divider", "context", "actions", "image", "rich_text"}
_PLACES: dict[Surface, set[str]] = {
    "message": _EVERYWHERE | {"card", "carousel", "markdown", "table", "data_table", "data_visualization"},
    "modal": _EVERYWHERE | {"input", "alert"},
    "home": _EVERYWHERE | {"input", "card", "carousel"},
}
BLOCKS: dict[Surface, Check] = {
    surface: by_type(_COMMON | {"input": _input(surface)}, places, "block") for surface, places in _PLACES.items()
}
