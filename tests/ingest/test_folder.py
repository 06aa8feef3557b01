"""A folder that files are put into: which of them are complete, and whose they are."""

import fcntl
from pathlib import Path

import pytest

from bot.ingest.folder import MOST, SETTLED_S, Folder, claimed


class Clock:
    """Goes on when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Stands."""
    return Clock()


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Folder:
    """Empty."""
    return Folder(tmp_path, clock)


def _complete(folder: Folder) -> list[str]:
    return [each.name for each in folder.complete()]


def test_file_is_complete_when_nobody_has_written_to_it_for_a_while(folder: Folder, clock: Clock) -> None:
    """Not before, and not while it grows."""
    (folder.path / "a.csv").write_text("1")
    assert _complete(folder) == []
    clock.now += SETTLED_S / 2
    (folder.path / "a.csv").write_text("1 and more")

    clock.now += SETTLED_S / 2
    assert _complete(folder) == []
    clock.now += SETTLED_S - 0.1
    assert _complete(folder) == []
    clock.now += 0.1
    assert _complete(folder) == ["a.csv"]


def test_what_is_on_its_way_is_left_alone(folder: Folder, clock: Clock) -> None:
    """Names of files that are being copied, hidden ones, folders; taken once they have their own name."""
    for name in ("a.csv.part", "b.TMP", ".c.csv", "d.crdownload"):
        (folder.path / name).write_text("1")
    (folder.path / "inner").mkdir()
    (folder.path / "inner" / "e.csv").write_text("1")
    folder.complete()
    clock.now += 100
    assert _complete(folder) == []

    (folder.path / "a.csv.part").rename(folder.path / "a.csv")
    folder.complete()
    clock.now += SETTLED_S
    assert _complete(folder) == ["a.csv"]


def test_a_folder_full_of_files_is_taken_in_turns(folder: Folder, clock: Clock) -> None:
    """The first ones by name, and when these are gone the next."""
    for number in range(MOST + 1):
        (folder.path / f"{number:05}.csv").touch()
    folder.complete()
    clock.now += SETTLED_S
    first = folder.complete()
    for each in first:
        each.unlink()

    folder.complete()
    clock.now += SETTLED_S
    assert len(first) == MOST
    assert _complete(folder) == [f"{MOST:05}.csv"]


def test_file_is_one_watchers_alone(folder: Folder) -> None:
    """Until its claim ends."""
    path = folder.path / "a.csv"
    path.touch()

    with claimed(path) as mine, claimed(path) as others:
        assert (mine, others) == (True, False)
    with claimed(path) as afterwards:
        assert afterwards


@pytest.mark.parametrize("comes_again", [False, True])
def test_file_that_another_one_has_moved_is_nobodys(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, comes_again: bool
) -> None:
    """Between the opening and the claim; also where a new file of the same name has come since."""
    path = folder.path / "a.csv"
    path.touch()

    def slow(_file: object, _operation: int) -> None:
        path.rename(folder.done / "a.csv")
        if comes_again:
            path.touch()

    monkeypatch.setattr(fcntl, "flock", slow)
    with claimed(path) as ours:
        assert not ours
    with claimed(folder.path / "never.csv") as ours:
        assert not ours


def test_done_file_keeps_its_name_or_gets_a_number(folder: Folder) -> None:
    """What is done already is never written over; its refused lines are beside it, if there are any."""
    path = folder.path / "a.csv"
    assert folder.target(path) == (folder.done / "a.csv", folder.done / "a.csv.refused.csv")
    (folder.done / "a.csv").touch()
    (folder.done / "a-2.csv").touch()

    for keep in (True, False):
        path.write_text(str(keep))
        target, beside = folder.target(path)
        beside.touch()
        folder.finish(path, target, beside, keep=keep)

    assert sorted(each.name for each in folder.done.iterdir()) == [
        "a-2.csv", "a-3.csv", "a-3.csv.refused.csv", "a-4.csv", "a.csv"
    ]  # fmt: skip
    assert (folder.done / "a-4.csv").read_text() == "False"
    assert not path.exists()


def test_failed_file_has_the_reason_beside_it(folder: Folder) -> None:
    """And its refused lines, where it was begun."""
    path, beside = folder.path / "a.csv", folder.done / "a.csv.refused.csv"
    for _ in range(2):
        path.touch()
        left = folder.leave(path, beside, "It is empty.")
        beside.write_text("some lines")

    path.touch()
    folder.leave(path, beside, "It is damaged.")

    assert left == folder.failed / "a-2.csv"
    assert (folder.failed / "a-3.csv.reason.txt").read_text() == "It is damaged.\n"
    assert (folder.failed / "a-3.csv.refused.csv").read_text() == "some lines"
    assert not beside.exists()
    assert not path.exists()
