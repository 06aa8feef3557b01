"""Cells of any format into columns of `store.calls.SCHEMA`: here alone a record is told from a refused line."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from bot.ingest import cells, times
from bot.ingest.refusals import Reason
from bot.ingest.texts import CODE, GOOD, Column, Flags, Verdicts, Whole, looked_up, none
from store.call import is_known, is_service, service_of
from store.calls import SCHEMA, Batch
from store.money import MAX_MICROS

CELLS = (
    "id", "service", "call_type", "number_type", "number", "start", "duration", "fee", "charge", "currency",
    "capability", "user", "user_id", "department", "destination",
)  # fmt: skip
"""What a format has cells of, under these names; of what it has none, every cell is taken as empty."""

_TEXTS = ("number", "user", "user_id", "department", "destination", "call_type", "capability")
_CAPABILITY = re.compile(r"MCOPSTN(?:PP|1|2|5|6|8|9|CAP)|MCOMEETADD.*|MCOMEETACPEA|MCOEV.*|FREECALL|")

Cells = Mapping[str, Column]
"""By their names, columns of equal length."""
Micros = Callable[[str], int | Reason]
"""Millionths of a text, `cells.NOTHING` or why not."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of rows: those that are records, and of every row a verdict, `GOOD` or why it is none.

    `unknown` counts codes that the model does not have, by column and code; they are taken as they are.
    """

    records: Batch
    verdicts: Verdicts
    unknown: Counter[tuple[str, str]]


def mapped(given: Cells, micros: Micros = cells.report_micros, known: Verdicts | None = None) -> Mapped:
    """Records in the order of the rows.

    `micros` reads charges and connection fees; `known` has verdicts that were found earlier, which stay.
    """
    rows = len(given["id"])
    raw = {name: given[name] if name in given else _empty(rows) for name in CELLS}
    ids, ids_wrong = cells.ids(raw["id"])
    start_ms, starts_wrong = times.to_ms(raw["start"])
    duration_s, durations_wrong = looked_up(raw["duration"], cells.duration_s)
    services, call_types, services_wrong = _services(raw)
    own, fee, charged, charges_wrong = _charges(raw, micros)
    currencies, currencies_wrong = _currencies(raw["currency"], own)
    verdicts = none(rows) if known is None else known
    for wrong in (ids_wrong, starts_wrong, durations_wrong, services_wrong, charges_wrong, currencies_wrong):
        _add(verdicts, wrong)
    for name in _TEXTS:
        _add(verdicts, cells.too_long(raw[name]))
    made = {
        "id": ids,
        "service": services,
        "start_ms": pa.array(start_ms),
        "duration_s": pa.array(duration_s.astype(np.int32)),
        "user": _either(raw["user"], raw["user_id"]),
        "own_micros": pa.array(own, mask=~charged),
        "fee_micros": pa.array(fee, mask=~charged),
        "currency": currencies,
    }
    batch = pa.RecordBatch.from_arrays(
        [made[each] if each in made else raw[each] for each in SCHEMA.names], schema=SCHEMA
    )
    good = verdicts == GOOD
    if not good.all():
        batch = batch.filter(pa.array(good))
    return Mapped(batch, verdicts, _unknown(call_types, raw["capability"], good))


def _empty(rows: int) -> Column:
    return pa.repeat(pa.scalar(""), rows)


def _add(verdicts: Verdicts, more: Verdicts) -> None:
    """What is refused already keeps its reason."""
    np.copyto(verdicts, more, where=verdicts == GOOD)


def _either(texts: Column, others: Column) -> Column:
    empty = pc.equal(texts, "")
    return pc.if_else(empty, others, texts) if pc.any(empty).as_py() else texts


def _services(raw: Cells) -> tuple[Column, tuple[Any, Any], Verdicts]:
    """The service of each row; the call types that there are with their rows; and what is wrong.

    A record that names its service is believed, others are what their call type and kind of number say.
    """
    named, types, kinds = (raw[each].dictionary_encode() for each in ("service", "call_type", "number_type"))
    each_named, each_type, each_kind = (one.dictionary.to_pylist() for one in (named, types, kinds))
    of_row = named.indices.to_numpy().astype(np.int64)
    for one, count in ((types, len(each_type)), (kinds, len(each_kind))):
        of_row = of_row * count + one.indices.to_numpy()
    found = pa.array(of_row).dictionary_encode()
    services, wrong = [], []
    for which in found.dictionary.to_pylist():
        rest, kind = divmod(which, len(each_kind))
        name, call_type = each_named[rest // len(each_type)], each_type[rest % len(each_type)]
        services.append(name or service_of(call_type, each_kind[kind]))
        if name:
            wrong.append(GOOD if is_service(name) else CODE[Reason.SERVICE_MALFORMED])
        else:
            wrong.append(GOOD if call_type.strip() else CODE[Reason.CALL_TYPE_MISSING])
    verdicts = np.array(wrong, np.uint8)[found.indices.to_numpy()] if any(wrong) else none(len(of_row))
    return pa.array(services, pa.string()).take(found.indices), (each_type, types.indices.to_numpy()), verdicts


def _charges(raw: Cells, micros: Micros) -> tuple[Whole, Whole, Flags, Verdicts]:
    """Charge with fee, the fee, whether there is either, and what is wrong."""
    charge, verdicts = looked_up(raw["charge"], micros)
    fee, wrong = looked_up(raw["fee"], micros)
    _add(verdicts, wrong)
    charged = (charge != cells.NOTHING) | (fee != cells.NOTHING)
    fee = np.maximum(fee, 0)
    own = np.maximum(charge, 0) + fee
    too_large = own > MAX_MICROS
    if too_large.any():
        _add(verdicts, np.where(too_large, CODE[Reason.CHARGE_TOO_LARGE], GOOD).astype(np.uint8))
    return own, fee, charged, verdicts


def _currencies(column: Column, own: Whole) -> tuple[Column, Verdicts]:
    coded = column.dictionary_encode()
    codes = [cells.currency(each) for each in coded.dictionary.to_pylist()]
    wrong = np.array([GOOD if each is not None else CODE[Reason.CURRENCY_MALFORMED] for each in codes], np.uint8)
    empty = np.array([each == "" for each in codes], np.bool_)
    indices = coded.indices.to_numpy()
    verdicts = wrong[indices] if wrong.any() else none(len(column))
    if empty.any():
        verdicts[empty[indices] & (own > 0)] = CODE[Reason.CURRENCY_MISSING]
    return pa.array([each or "" for each in codes], pa.string()).take(coded.indices), verdicts


def _unknown(call_types: tuple[Any, Any], capabilities: Column, good: Flags) -> Counter[tuple[str, str]]:
    coded = capabilities.dictionary_encode()
    found = Counter[tuple[str, str]]()
    each_type, rows = call_types
    given = (
        ("call_type", each_type, rows, is_known),
        ("capability", coded.dictionary.to_pylist(), coded.indices.to_numpy(), _CAPABILITY.fullmatch),
    )
    for column, codes, indices, knows in given:
        strange = [number for number, code in enumerate(codes) if not knows(code)]
        if strange:
            counts = np.bincount(indices[good], minlength=len(codes))
            found.update({(column, codes[each]): int(counts[each]) for each in strange if counts[each]})
    return found
