"""A folder for files that are written once: local, or at any address that fsspec knows.

A file is there whole or not at all, and what was written outlives the machine's power before anything goes on.
Everything here blocks: call it in a thread.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

_CHUNK = 1 << 20


class Folder:
    """Files by their names below one address; a name may hold slashes."""

    def __init__(self, url: str) -> None:
        """`url`: a path, or an address such as `s3://bucket/folder`; ValueError where no program for it is there."""
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise ValueError(str(error)) from error
        self._local = isinstance(self._fs, LocalFileSystem)

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where there is no such folder."""
        self._fs.invalidate_cache()
        try:
            found = self._fs.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(f"{folder}/{str(each).rstrip('/').rsplit('/', 1)[1]}" for each in found)

    def read(self, name: str) -> bytes:
        """The whole of a file; FileNotFoundError if it is not there."""
        return cast("bytes", self._fs.cat_file(self._path(name)))

    def open(self, name: str) -> BinaryIO:
        """The file, to read from anywhere in it."""
        return cast("BinaryIO", self._fs.open(self._path(name), "rb"))

    def sha256(self, name: str) -> str:
        """The digest of what is there now."""
        digest = hashlib.sha256()
        with self.open(name) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def put(self, source: Path, name: str) -> None:
        """Take over a local file as `name`; what was there is replaced."""
        path = self._path(name)
        if self._local:
            self._at_once(path, lambda part: shutil.copyfile(source, part), os.replace)
            return
        part = f"{path}.part-{secrets.token_hex(4)}"
        self._fs.put_file(str(source), part)
        self._fs.mv(part, path)

    def put_new(self, name: str, data: bytes) -> bool:
        """Write `name` unless it is there: False then, and nothing is changed."""
        path = self._path(name)
        if self._local:
            try:
                self._at_once(path, lambda part: Path(part).write_bytes(data), os.link)
            except FileExistsError:
                return False
            return True
        if self._fs.exists(path):
            return False
        try:
            self._fs.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
        except (NotImplementedError, TypeError):  # no way to be the only one; who comes second writes the same
            self._fs.pipe_file(path, data)
        return True

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _at_once(self, path: str, fill: Callable[[str], Any], name_it: Callable[[str, str], None]) -> None:
        folder = os.path.dirname(path)  # noqa: PTH120 fsspec's paths are texts
        _make(Path(folder))
        part = f"{path}.part-{secrets.token_hex(4)}"
        try:
            fill(part)
            _flush(part)
            name_it(part, path)
        finally:
            Path(part).unlink(missing_ok=True)
        _flush(folder)


def _make(folder: Path) -> None:
    """The folder and those it lies in; each new one is in the one above it before anything is written."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush(str(folder.parent))


def _flush(path: str) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
