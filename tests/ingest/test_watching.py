"""A folder is watched: what is put there is imported once and moved away, whatever happens to the watchers."""

import asyncio
import zipfile
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.ingest import taking
from bot.ingest.folder import SETTLED_S, Folder
from bot.ingest.watching import Watcher
from store.imports import Imports
from store.keys import AccountRef
from store.scripts import Client
from tests.ingest.reading import line, report
from tests.ingest.test_folder import Clock
from tests.ingest.till import Till

REF = AccountRef("T0TEST")


class Place:
    """A watched folder, and time that goes on when it is told to."""

    def __init__(self, redis: Client, path: Path) -> None:
        self.imports, self.path, self.clock, self.till = Imports(redis), path, Clock(), Till()
        self.stop = asyncio.Event()
        self.watcher = self.another()

    def another(self) -> Watcher:
        """A watcher that has seen nothing yet."""
        return Watcher(lambda: self.till, self.imports, REF, Folder(self.path, self.clock), actor="test")

    def put(self, name: str, data: bytes) -> None:
        """A file comes, at once."""
        (self.path / name).write_bytes(data)

    async def look(self, *watchers: Watcher) -> None:
        """All look, and look again when what they saw is complete."""
        for _ in range(2):
            await asyncio.gather(*(each.look(self.stop) for each in watchers or (self.watcher,)))
            self.clock.now += SETTLED_S

    @property
    def files(self) -> list[str]:
        """What is there."""
        return sorted(str(each.relative_to(self.path)) for each in self.path.rglob("*") if each.is_file())


@pytest.fixture
def place(redis: Client, tmp_path: Path) -> Place:
    """An empty one."""
    return Place(redis, tmp_path)


def _calls(first: int, last: int) -> bytes:
    return report(*(line(UsageId=f"call-{each}") for each in range(first, last)))


async def test_file_is_imported_once_and_moved_away(place: Place) -> None:
    """One after the other, by name; what it came to is logged."""
    place.put("b.csv", _calls(2, 4))
    place.put("a.csv", _calls(0, 2))

    with capture_logs() as logs:
        await place.look()
        await place.look()

    assert place.till.ids == ["call-0", "call-1", "call-2", "call-3"]
    assert place.files == ["done/a.csv", "done/b.csv"]
    done = [each for each in logs if each["event"] == "import_done"]
    assert [(each["file"], each["charged"], each["micros"]) for each in done] == [
        ("a.csv", 2, 20_000),
        ("b.csv", 2, 20_000),
    ]


async def test_refused_lines_are_kept_beside_it(place: Place) -> None:
    """The file is done all the same."""
    place.put("a.csv", report(line(), line(Duration_Seconds="-1")))

    await place.look()

    assert place.files == ["done/a.csv", "done/a.csv.refused.csv"]
    assert "a.csv,3,duration_negative," in (place.path / "done/a.csv.refused.csv").read_text()


async def test_what_cannot_be_imported_is_put_aside_with_the_reason(place: Place) -> None:
    """What is no file of records; what the ledger takes nothing of. Others are imported."""
    place.put("a.csv", b"no records")
    place.put("b.csv", report(line(UsageId="1", Duration_Seconds="864000"), line(Duration_Seconds="864000")))
    place.put("c.csv", _calls(0, 1))

    await place.look()

    assert place.files == [
        *("done/c.csv", "failed/a.csv", "failed/a.csv.reason.txt"),
        *("failed/b.csv", "failed/b.csv.reason.txt", "failed/b.csv.refused.csv"),
    ]
    assert "no file of call records" in (place.path / "failed/a.csv.reason.txt").read_text()
    assert "operation_conflict" in (place.path / "failed/b.csv.reason.txt").read_text()


async def test_file_stays_while_redis_is_away(place: Place) -> None:
    """That is said once; when it is back the file is imported."""
    place.put("a.csv", _calls(0, 2))
    place.till.gone_at = 1
    with capture_logs() as logs:
        await place.look()
    assert [each["event"] for each in logs] == ["import_waits"]
    assert place.files == ["a.csv", "done/a.csv.refused.csv"]

    await place.look()

    assert place.files == ["done/a.csv"]
    assert place.till.ids == ["call-0", "call-1"]


async def test_two_watchers_import_a_file_once(place: Place) -> None:
    """They share what is there."""
    for number in range(6):
        place.put(f"{number}.csv", _calls(number, number + 1))

    await place.look(place.watcher, place.another())

    assert sorted(place.till.ids) == [f"call-{each}" for each in range(6)]
    assert place.till.batches == 6
    assert place.files == [f"done/{each}.csv" for each in range(6)]


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_watcher_that_ends_leaves_the_file_to_the_next_one(
    place: Place, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on behind the last block that was charged."""
    monkeypatch.setattr(taking.Taker.__init__, "__kwdefaults__", {"leftovers": None, "size": 1000})
    place.put("a.csv", _calls(0, 30))
    charge = place.till.charge

    async def ending(*args: object, **named: object) -> object:
        if place.till.batches == 3:
            if how == "killed":
                raise asyncio.CancelledError
            place.stop.set()
        return await charge(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(place.till, "charge", ending)
    if how == "killed":
        with pytest.raises(asyncio.CancelledError):
            await place.look()
    else:
        await place.look()
    assert place.files == ["a.csv", "done/a.csv.refused.csv"]
    ended_at = len(place.till.ids)
    monkeypatch.undo()
    place.stop.clear()

    await place.look(place.another())

    assert 0 < ended_at < 30
    assert place.till.ids == [f"call-{each}" for each in range(30)]
    assert place.files == ["done/a.csv"]


async def test_file_that_is_imported_and_not_moved_is_only_moved(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its watcher was killed in between, or may not move it: nothing of it is charged or read again."""
    place.put("a.csv", _calls(0, 2))

    def killed(*_: object, **__: object) -> None:
        raise PermissionError(13, "not yours")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "finish", killed)
        await place.look()
    assert place.files == ["a.csv", "done/a.csv.refused.csv"]
    assert place.till.batches == 1

    await place.look(place.another())

    assert place.files == ["done/a.csv"]
    assert place.till.batches == 1


async def test_zip_is_a_file_like_any_other(place: Place) -> None:
    """With all that is in it."""
    with zipfile.ZipFile(place.path / "a.zip.part", "w") as archive:
        archive.writestr("1.csv", _calls(0, 2))
        archive.writestr("2.csv", _calls(2, 4))
    (place.path / "a.zip.part").rename(place.path / "a.zip")

    await place.look()

    assert place.files == ["done/a.zip"]
    assert len(place.till.ids) == 4


async def test_file_that_may_not_be_read_is_said_and_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and others are imported."""
    place.put("a.csv", _calls(0, 2))
    place.put("b.csv", _calls(2, 4))
    opened = Path.open

    def refused(path: Path, *args: object, **named: object) -> object:
        if path.name == "a.csv":
            raise PermissionError(13, "not yours")
        return opened(path, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    with capture_logs() as logs:
        await place.look()
        await place.look()

    assert [each["event"] for each in logs] == ["import_waits", "import_done"]
    assert place.files == ["a.csv", "done/b.csv"]


async def test_it_looks_until_it_is_told_to_stop(place: Place) -> None:
    """And ends at once then."""
    running = asyncio.create_task(place.watcher.run(place.stop))
    await asyncio.sleep(0)
    place.stop.set()

    await asyncio.wait_for(running, 30)
