"""What is imported, and by what it is known again."""

import io
import os
from pathlib import Path

import pytest

from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import piped, source
from tests.ingest.reading import line, report


def _file(path: Path, data: bytes, at_s: int = 1_790_000_000) -> Path:
    path.write_bytes(data)
    os.utime(path, (at_s, at_s))
    return path


def test_file_is_known_again_under_another_name(tmp_path: Path) -> None:
    """Moved, it is the same file."""
    path = _file(tmp_path / "a.csv", report(line()))
    was = source(path)

    moved = source(path.rename(tmp_path / "b.csv"))

    assert moved.digest == was.digest
    assert (was.name, moved.name) == ("a.csv", "b.csv")


@pytest.mark.parametrize("difference", ["first", "last", "size", "time"])
def test_file_that_was_changed_is_another(tmp_path: Path, difference: str) -> None:
    """At its beginning, at its end, in its length; or in the middle, which the time tells."""
    data = report(*[line()] * 20_000)
    was = source(_file(tmp_path / "a.csv", data)).digest
    middle = len(data) // 2
    changed = {
        "first": data.replace(b",247,", b",248,", 1),
        "last": data[:-1] + b" ",
        "size": data + b"\n",
        "time": data[:middle] + b" " + data[middle + 1 :],
    }[difference]

    again = source(_file(tmp_path / "a.csv", changed, 1_790_000_000 + (difference == "time")))

    assert len(data) > 3 << 20
    assert again.digest != was


def test_what_is_piped_is_read_like_a_file() -> None:
    """More than once, and known again by all that is in it."""
    with piped(io.BytesIO(report(line()))) as first, piped(io.BytesIO(report(line(Charge="0.80")))) as other:
        [part] = first.found.parts

        assert [len(each.records) for each in part.blocks()] == [1]
        assert [len(each.records) for each in part.blocks()] == [1]
        assert first.name == "standard input"
        assert first.digest != other.digest
    with piped(io.BytesIO(report(line()))) as again:
        assert again.digest == first.digest


def test_what_is_no_call_record_is_refused_whole(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(UnreadableFileError, match=r"a\.csv is empty"):
        source(_file(tmp_path / "a.csv", b""))
    with pytest.raises(UnreadableFileError, match="standard input is empty"), piped(io.BytesIO(b"")):
        pass
