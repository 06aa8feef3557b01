"""JSON lines: a record a line."""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from bot.ingest.blocks import BYTES, LONGEST, Block, Place, Texts, block, by_lines
from bot.ingest.refusals import Reason, refused
from bot.ingest.rows import DECODER, Shape, mapped_rows


class LinesReader:
    """Reads objects of one shape, one a line; empty lines are passed over."""

    begin = Place(0, 1)

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def blocks(self, stream: IO[bytes], place: Place, size: int = BYTES) -> Iterator[Block]:
        """All lines from `place` on."""
        return by_lines(stream, place, size, self._take)

    def _take(self, data: bytes, begin: Place, last: bool) -> Block | None:  # noqa: ARG002 - a line is a line
        rows, wrong, places, start, count = list[Any](), [], list[tuple[int, int, int]](), 0, 0
        while end := data.find(b"\n", start) + 1:
            line = begin.line + count
            found = _parsed(data[start:end], first=line == 1)
            if isinstance(found, Reason):
                wrong.append(refused(line, found, data[start:end]))
            elif found is not None:
                rows.append(found)
                places.append((line, start, end))
            start, count = end, count + 1
        if not count:
            return None
        numbers, starts, ends = np.array(places, np.int64).reshape(-1, 3).T
        texts = Texts(data, numbers, starts, ends)
        return block(
            mapped_rows(rows, self._shape), texts, wrong, begin, Place(begin.offset + start, begin.line + count)
        )


def _parsed(line: bytes, *, first: bool) -> object:
    """What the line says, `None` of an empty one, or the `Reason` why not."""
    if len(line) > LONGEST:
        return Reason.LINE_TOO_LONG
    if b"\0" in line:
        return Reason.ZERO_BYTE
    try:
        text = line.decode("utf-8-sig" if first else "utf-8").strip()
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    if not text:
        return None
    try:
        found = DECODER.decode(text)
    except (ValueError, RecursionError):
        return Reason.NOT_JSON
    return Reason.NOT_A_RECORD if found is None else found
