"""What is to be imported: files, or what is piped in; each known again wherever it lies and whatever it is called."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.ingest.files import Found, find, find_in

STANDARD_INPUT = "-"
_ENDS = 1 << 20
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its name, what is in it, and the digest that it is known by."""

    name: str
    found: Found
    digest: str


def source(path: Path) -> Source:
    """A file.

    Raises:
        bot.ingest.refusals.UnreadableFileError: there are no call records in it.
        OSError: it cannot be opened.
    """
    return Source(path.name, find(path), _digest(path))


def fetched(path: Path, name: str, digest: str) -> Source:
    """A file that was fetched to `path` and is called `name`, known by what it was digested to.

    Raises:
        bot.ingest.refusals.UnreadableFileError: there are no call records in it.
        OSError: it cannot be opened.
    """
    return Source(name, find_in(name, lambda: path.open("rb")), digest)


@contextmanager
def piped(stream: IO[bytes]) -> Iterator[Source]:
    """All of a stream, which is written to disk first, because it is read more than once; gone at the end.

    Raises:
        bot.ingest.refusals.UnreadableFileError: there are no call records in it.
        OSError: the disk is full.
    """
    with tempfile.NamedTemporaryFile(prefix="credits-import-") as file:
        told = hashlib.blake2b(digest_size=_LENGTH)
        while data := stream.read(_ENDS):
            told.update(data)
            file.write(data)
        file.flush()
        path, name = Path(file.name), "standard input"
        yield Source(name, find_in(name, lambda: path.open("rb")), told.hexdigest())


def _digest(path: Path) -> str:
    """Of a file's first and last megabyte, its size, and when it was changed: one that was mended is another."""
    with path.open("rb") as stream:
        told = hashlib.blake2b(stream.read(_ENDS), digest_size=_LENGTH)
        facts = os.fstat(stream.fileno())
        stream.seek(max(_ENDS, facts.st_size - _ENDS))
        told.update(stream.read(_ENDS))
    told.update(f"{facts.st_size} {facts.st_mtime_ns}".encode())
    return told.hexdigest()
