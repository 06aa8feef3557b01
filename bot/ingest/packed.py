"""The report's zip, read as streams: nothing is unpacked to disk, and no more than a block is in memory."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO

from bot.ingest.blocks import LONGEST
from bot.ingest.refusals import Problem, UnreadableFileError

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens a file, each time from its beginning, for whoever closes it."""

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 1
_SUSPICIOUS = 64 << 20
"""Smaller files, unpacked, may be packed as tightly as they can."""
_TIGHTEST = 100
"""A report is packed to a quarter or so: every line has an id that is like no other."""
_MOST = 1000
"""Files in a zip. A report has three."""


def is_zip(start: bytes) -> bool:
    """Whether a file that starts so is a zip."""
    return start.startswith(_SIGNATURES)


@dataclass(frozen=True, slots=True)
class Member:
    """A file within a zip: its name, its size unpacked, and what it starts with."""

    name: str
    size: int
    start: bytes
    _zip: str
    _place: int

    @contextmanager
    def open(self, opener: Opener) -> Iterator[IO[bytes]]:
        """The file, unpacked as it is read, of the zip that `opener` opens.

        Raises:
            UnreadableFileError: the zip is not what it was.
        """
        with (
            opener() as stream,
            _told(self._zip),
            zipfile.ZipFile(stream) as archive,
            archive.open(archive.infolist()[self._place]) as file,
        ):
            yield file


def members(name: str, stream: IO[bytes]) -> list[Member]:
    """The files of a zip, `parameters.json` and folders left out, each unpacked once to see that it is whole.

    Raises:
        UnreadableFileError: it is damaged, encrypted, or unpacks to more than any report does.
    """
    with _told(name), zipfile.ZipFile(stream) as archive:
        files = archive.infolist()
        if any(each.flag_bits & _ENCRYPTED for each in files):
            raise UnreadableFileError(Problem.ENCRYPTED, name)
        for each in files:
            _refuse_bomb(name, each.file_size, each.compress_size)
        _refuse_bomb(name, sum(each.file_size for each in files), stream.seek(0, 2))
        if len(files) > _MOST:
            raise UnreadableFileError(Problem.DAMAGED, name, f"there are {len(files)} files in it")
        if (wrong := archive.testzip()) is not None:
            raise UnreadableFileError(Problem.DAMAGED, name, f"{wrong} is not as it was packed")
        return [
            Member(each.filename, each.file_size, _start(archive, each), name, place)
            for place, each in enumerate(files)
            if not each.is_dir() and each.filename.rpartition("/")[2].lower() != "parameters.json"
        ]


def _refuse_bomb(name: str, size: int, packed: int) -> None:
    times = size // max(packed, 1)
    if size > _SUSPICIOUS and times > _TIGHTEST:
        raise UnreadableFileError(Problem.BOMB, name, str(times))


def _start(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as stream:
        return stream.read(LONGEST)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What a zip is found to have wrong, said as its refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(Problem.DAMAGED, name, str(error)) from error
