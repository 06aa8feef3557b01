"""Records as JSON objects: rows of Microsoft Graph's getPstnCalls, and our own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from bot.ingest import cells
from bot.ingest.mapping import Mapped, Micros, mapped
from bot.ingest.refusals import Reason
from bot.ingest.texts import CODE, GOOD, Column
from store.operations import harmless
from store.rating import PAID_WITH_CREDIT

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay as they are written: 0.70 is not made a float."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Objects of one kind: the key of each cell, and how its amounts are read.

    `paid_by` is the capability of one that brings a charge and names none.
    """

    keys: Mapping[str, str]
    micros: Micros
    paid_by: str = ""


GRAPH = Shape(
    {
        "id": "id", "call_type": "callType", "number_type": "inventoryType", "number": "calleeNumber",
        "start": "startDateTime", "duration": "duration", "fee": "connectionCharge", "charge": "charge",
        "currency": "currency", "capability": "licenseCapability", "user": "userPrincipalName", "user_id": "userId",
        "department": "department", "destination": "destinationName",
    },
    cells.exact_micros,
)  # fmt: skip
"""`pstnCallLogRow` and, without charges, `directRoutingLogRow`.

Their charges are doubles, and a fraction of a cent is charged as well.
"""

OWN = Shape(
    {
        "id": "id", "service": "service", "call_type": "call_type", "number_type": "number_type", "number": "number",
        "start": "start", "duration": "duration_s", "fee": "fee", "charge": "charge", "currency": "currency",
        "capability": "capability", "user": "user", "department": "department", "destination": "destination",
    },
    cells.exact_micros,
    PAID_WITH_CREDIT,
)  # fmt: skip
"""Records of our own API: amounts in units of the currency, at most six decimals; a service or else a call type.

A charge is what the call costs, as it is over HTTP.
"""


def shape_of(row: Mapping[str, Any]) -> Shape | None:
    """Which kind of record this is, or None."""
    for shape in (GRAPH, OWN):
        if shape.keys["id"] in row and shape.keys["start"] in row:
            return shape
    return None


def mapped_rows(rows: Sequence[Any], shape: Shape) -> Mapped:
    """What became of objects; NOT_A_RECORD for what is none, or has others within it. A `Reason` is its own."""
    objects = [each if isinstance(each, dict) else {} for each in rows]
    columns = {name: _column(objects, key) for name, key in shape.keys.items()}
    if shape.paid_by:
        brings = pc.or_(pc.not_equal(columns["charge"], ""), pc.not_equal(columns["fee"], ""))
        named = pc.or_(pc.not_equal(columns["capability"], ""), pc.invert(brings))
        columns["capability"] = pc.if_else(named, columns["capability"], shape.paid_by)
    return mapped(columns, shape.micros, np.array([_verdict(each, shape) for each in rows], np.uint8))


def _verdict(row: Any, shape: Shape) -> int:
    if isinstance(row, Reason):
        return CODE[row]
    if isinstance(row, dict) and not any(isinstance(row.get(key), dict | list | bool) for key in shape.keys.values()):
        return GOOD
    return CODE[Reason.NOT_A_RECORD]


def _column(rows: Sequence[Mapping[str, Any]], key: str) -> Column:
    texts = [_text(row.get(key)) for row in rows]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([harmless(each) for each in texts], pa.string())


def _text(value: Any) -> str:
    """A text as it is, a number as it is written; of anything else nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)
