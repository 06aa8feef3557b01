"""Pages of JSON as Graph answers them: `{"value": [record, …], …}`, one behind the other, or a bare array of records.

However long an array is, one record of it is in hand at a time. Lines mean nothing here: records are counted.
"""

import codecs
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from bot.ingest.blocks import BYTES, LONGEST, Block, Place, Texts, block
from bot.ingest.refusals import Reason, Refused, refused
from bot.ingest.rows import DECODER, Shape, mapped_rows

_BATCH = 4096
"""How many records make a block."""
_SPACE = " \t\r\n\ufeff"


class PagesReader:
    """Reads objects of one shape from pages. Behind what is no JSON nothing can be told, so nothing is read."""

    begin = Place(0, 1)

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def blocks(self, stream: IO[bytes], place: Place, size: int = BYTES) -> Iterator[Block]:
        """All records from `place` on."""
        stream.seek(0)
        source, rows, texts, wrong = _Source(stream, size), list[Any](), list[str](), list[Refused]()
        number = 0
        try:
            for number, (row, text) in enumerate(source.records(), 1):
                if number < place.line:
                    continue
                rows.append(row if _is_utf8(text) else Reason.NOT_UTF8)
                texts.append(text)
                if len(rows) == _BATCH:
                    yield (found := self._block(rows, texts, [], place))
                    place, rows, texts = found.end, [], []
        except _BrokenError:
            wrong.append(refused(number + 1, Reason.NOT_JSON, source.rest().encode()))
        if rows or wrong:
            yield self._block(rows, texts, wrong, place)

    def _block(self, rows: list[Any], texts: list[str], wrong: list[Refused], begin: Place) -> Block:
        told = [each.encode("utf-8", "surrogateescape") for each in texts]
        ends = np.cumsum([len(each) for each in told], dtype=np.int64)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))[: len(told)]
        line = begin.line + len(rows) + len(wrong)
        lines = Texts(b"".join(told), np.arange(begin.line, begin.line + len(rows)), starts, ends)
        return block(mapped_rows(rows, self._shape), lines, wrong, begin, Place(line - 1, line))


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= each <= "\udcff" for each in text)


class _BrokenError(Exception):
    """Here is no JSON."""


class _Source:
    """JSON from a stream, a value at a time."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._size = size
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._text, self._at, self._ended = "", 0, False

    def rest(self) -> str:
        """What comes next, as far as it is known."""
        return self._text[self._at : self._at + LONGEST].encode("utf-8", "replace").decode()

    def records(self) -> Iterator[tuple[Any, str]]:
        """What is in the arrays, each with its text."""
        while begun := self._next():
            if begun == "[":
                yield from self._array()
            elif begun == "{":
                yield from self._page()
            else:
                raise _BrokenError

    def _page(self) -> Iterator[tuple[Any, str]]:
        self._take("{")
        while self._next() != "}":
            key, _ = self._value()
            self._take(":")
            if key == "value" and self._next() == "[":
                yield from self._array()
            else:
                self._value()
            if self._next() != "}":
                self._take(",")
        self._take("}")

    def _array(self) -> Iterator[tuple[Any, str]]:
        self._take("[")
        while self._next() != "]":
            yield self._value()
            if self._next() != "]":
                self._take(",")
        self._take("]")

    def _next(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            while self._at < len(self._text):
                if (found := self._text[self._at]) not in _SPACE:
                    return found
                self._at += 1
            if self._ended:
                return ""
            self._more()

    def _take(self, wanted: str) -> None:
        if self._next() != wanted:
            raise _BrokenError
        self._at += 1

    def _value(self) -> tuple[Any, str]:
        self._next()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                value, end = None, -1
            if 0 <= end < len(self._text) or (self._ended and end >= 0):
                break
            if self._ended or len(self._text) - self._at > LONGEST:
                raise _BrokenError
            self._more()
        text = self._text[self._at : end]
        self._at = end
        return value, text

    def _more(self) -> None:
        data = self._stream.read(self._size)
        self._ended = not data
        self._text, self._at = self._text[self._at :] + self._decode(data, self._ended), 0
