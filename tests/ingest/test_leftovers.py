"""The file of refused lines, across imports that are ended."""

from contextlib import closing
from pathlib import Path

import pytest

from bot.ingest.leftovers import Leftovers
from bot.ingest.refusals import HEADING, Reason, Refused

LINE = Refused(3, Reason.COLUMNS, "a,b")
KEPT = 'x.csv,3,columns,"a,b"\r\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "refused.csv"


def _write(path: Path, marks: list[tuple[str, int]], *lines: Refused) -> tuple[str, int]:
    with closing(Leftovers(path, marks)) as leftovers:
        leftovers.write("x.csv", lines)
        return leftovers.mark


def test_an_import_begins_the_file_anew(path: Path) -> None:
    """Whatever was in it."""
    path.write_text("of another import")

    _write(path, [], LINE)

    assert path.read_bytes().decode() == HEADING + KEPT


def test_an_import_that_goes_on_goes_on_in_the_file(path: Path) -> None:
    """What was written behind its place belongs to the block that it does again."""
    mark = _write(path, [], LINE)
    with path.open("a") as file:
        file.write("half a li")

    _write(path, [mark], LINE)

    assert path.read_bytes().decode() == HEADING + KEPT + KEPT


def test_of_several_files_the_last_one_says_where_to_go_on(path: Path) -> None:
    """Files are imported one after the other."""
    first = _write(path, [], LINE)
    second = _write(path, [first], LINE)

    _write(path, [first, second])

    assert path.read_bytes().decode() == HEADING + KEPT + KEPT


@pytest.mark.parametrize("lost", ["other", "short", "gone"])
def test_file_that_is_not_the_one_it_was_begins_anew(path: Path, lost: str) -> None:
    """Another file, a shorter one, none."""
    where, length = _write(path, [], LINE)
    if lost == "gone":
        path.unlink()
    mark = {"other": (f"{where}.bak", length), "short": (where, length + 1), "gone": (where, length)}[lost]

    _write(path, [mark])

    assert path.read_bytes().decode() == HEADING
