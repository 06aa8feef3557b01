"""Many calls as Arrow columns: what every reader of records ends in, and what all that rates and posts begins with."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from store.call import CallRecord
from store.operations import harmless

Batch = Any
"""A pyarrow RecordBatch of `SCHEMA`, which has no types."""

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("service", pa.string(), nullable=False),
        pa.field("start_ms", pa.int64(), nullable=False),
        pa.field("duration_s", pa.int32(), nullable=False),
        pa.field("number", pa.string(), nullable=False),
        pa.field("user", pa.string(), nullable=False),
        pa.field("department", pa.string(), nullable=False),
        pa.field("destination", pa.string(), nullable=False),
        pa.field("call_type", pa.string(), nullable=False),
        pa.field("capability", pa.string(), nullable=False),
        pa.field("own_micros", pa.int64()),
        pa.field("fee_micros", pa.int64()),
        pa.field("currency", pa.string(), nullable=False),
    ]
)
"""The fields of a `CallRecord`, one column each, in their order; only the charge and its fee may be null."""


def to_columns(records: Sequence[CallRecord]) -> Batch:
    """The records as columns, in their order; "?" for each lone surrogate, which UTF-8 does not have."""
    return pa.RecordBatch.from_arrays([_column(records, each) for each in SCHEMA], schema=SCHEMA)


def _column(records: Sequence[CallRecord], field: Any) -> Any:
    values = [getattr(each, field.name) for each in records]
    try:
        return pa.array(values, field.type)
    except UnicodeEncodeError:
        return pa.array([harmless(each) for each in values], field.type)
