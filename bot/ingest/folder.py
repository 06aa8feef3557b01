"""A folder that files of call records are put into: which are complete, whose they are, where they go."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SETTLED_S = 5.0
"""A file that nobody has written to for so long is complete, seconds."""
MOST = 1000
"""So many files are watched at a time, the first by name; the next ones when these are done."""
ON_THE_WAY = (".part", ".tmp", ".partial", ".filepart", ".crdownload")
"""What files are called while they are copied."""
REFUSED = ".refused.csv"
REASON = ".reason.txt"

_State = tuple[int, int, int]


class Folder:
    """One watcher's view of it; any number of processes may have one."""

    def __init__(self, path: Path, clock: Callable[[], float], settled_s: float = SETTLED_S) -> None:
        """Makes the folders that files go to.

        Raises:
            OSError: it cannot be read, or not written to.
        """
        self.path = path
        self.done, self.failed = path / "done", path / "failed"
        self._clock = clock
        self._settled_s = settled_s
        self._seen: dict[str, tuple[_State, float]] = {}
        for each in (self.done, self.failed):
            each.mkdir(exist_ok=True)

    def complete(self) -> list[Path]:
        """The files that have been as they are for long enough, by name.

        Raises:
            OSError: the folder cannot be read.
        """
        now, seen = self._clock(), dict[str, tuple[_State, float]]()
        for name, state in _files(self.path):
            had = self._seen.get(name)
            seen[name] = had if had and had[0] == state else (state, now)
        self._seen = seen
        return [self.path / name for name, (_, since) in seen.items() if now - since >= self._settled_s]

    def target(self, path: Path) -> tuple[Path, Path]:
        """Where a file goes when it is done, and its refused lines; with a number where an earlier one has its name."""
        target = _free(self.done / path.name)
        return target, target.with_name(f"{target.name}{REFUSED}")

    def finish(self, path: Path, target: Path, beside: Path, *, keep: bool) -> None:
        """Put a file where it goes when it is done; what is `beside` it stays there only if it is to be kept.

        Raises:
            OSError: it cannot be moved.
        """
        if not keep:
            beside.unlink(missing_ok=True)
        path.rename(target)

    def leave(self, path: Path, beside: Path, reason: str) -> Path:
        """Put a file among the failed ones, with what is `beside` it and the reason; answers where it is.

        Raises:
            OSError: it cannot be moved.
        """
        target = _free(self.failed / path.name)
        target.with_name(f"{target.name}{REASON}").write_text(f"{reason}\n", encoding="utf-8")
        if beside.exists():
            beside.rename(target.with_name(f"{target.name}{REFUSED}"))
        path.rename(target)
        return target


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether the file is ours alone until the end: false where another process has it, or has had it.

    The claim ends with the process, however that ends.

    Raises:
        OSError: it may not be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno()))


def _files(folder: Path) -> Iterator[tuple[str, _State]]:
    with os.scandir(folder) as found:
        names = sorted(each.name for each in found if _is_meant(each))
    for name in names[:MOST]:
        try:
            facts = (folder / name).stat()
        except FileNotFoundError:  # another watcher was quicker
            continue
        yield name, (facts.st_ino, facts.st_size, facts.st_mtime_ns)


def _is_meant(each: os.DirEntry[str]) -> bool:
    return each.is_file() and not each.name.startswith(".") and not each.name.lower().endswith(ON_THE_WAY)


def _free(path: Path) -> Path:
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
