"""Arrow columns of texts and numbers, each as one text."""

from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]


def together(texts: Any, divided: str = "") -> bytes:
    """All texts of an array, one behind the other."""
    listed = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    joined = pc.binary_join(listed, divided)
    return bytes(joined.buffers()[2]) if len(texts) else b""


def written(numbers: Any) -> Any:
    """Numbers as texts."""
    return numbers.cast(pa.string())
