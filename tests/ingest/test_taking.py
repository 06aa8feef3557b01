"""Files are charged block by block, and what was ended goes on where it was."""

import asyncio
import io
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from bot.ingest.blocks import Place
from bot.ingest.leftovers import Leftovers
from bot.ingest.refusals import UnreadableFileError
from bot.ingest.sources import Source, source
from bot.ingest.taking import Follow, Taker
from bot.ingest.tally import Tally
from store.imports import Imports
from store.keys import AccountRef
from store.scripts import Client
from tests.ingest.reading import line, report
from tests.ingest.till import Till

REF = AccountRef("T0TEST")
CALLS = 40
SIZE = 1000
"""Bytes of a block: a few lines."""


def _report(first: int = 0, calls: int = CALLS) -> bytes:
    """Of these calls every tenth is refused by the reader, and every tenth by the ledger."""
    seconds = {3: "-1", 7: "864000"}
    return report(
        *(line(UsageId=f"call-{each}", Duration_Seconds=seconds.get(each % 10, "60")) for each in range(first, calls))
    )


class Desk:
    """One account, and a till that charges it."""

    def __init__(self, redis: Client, folder: Path) -> None:
        self.till = Till()
        self.imports = Imports(redis)
        self.folder = folder
        self.path = folder / "a.csv"
        self.path.write_bytes(_report())
        self.stop = asyncio.Event()
        self.places: list[tuple[int, Place]] = []

    def stop_behind(self, blocks: int) -> Follow:
        """Tell it to stop when so many more blocks are charged."""
        until = len(self.places) + blocks

        def follow(part: int, place: Place, _tally: Tally) -> None:
            self.places.append((part, place))
            if len(self.places) == until:
                self.stop.set()

        return follow

    async def take(self, follow: Follow | None = None, marks: tuple[tuple[str, int], ...] = ()) -> tuple[Tally, bool]:
        """Import the file, as a command of its own would."""
        self.stop.clear()
        tally = Tally()
        with closing(Leftovers(self.folder / "refused", marks)) as leftovers:
            taker = Taker(self.till, self.imports, REF, actor="test", leftovers=leftovers, size=SIZE)
            return tally, await taker.take(self.source, tally, self.stop, follow or self.stop_behind(-1))

    @property
    def source(self) -> Source:
        """The file."""
        return source(self.path)

    async def mark(self) -> tuple[str, int]:
        """Up to where refused lines are certain."""
        reached = await self.imports.reached(REF, self.source.digest)
        assert reached
        where, length = reached.told["refused"]
        return where, length

    @property
    def refused(self) -> list[str]:
        """Line and reason of each."""
        return [",".join(each.split(",")[1:3]) for each in (self.folder / "refused").read_text().splitlines()[1:]]


@pytest.fixture
def desk(redis: Client, tmp_path: Path) -> Desk:
    """A report of 40 calls."""
    return Desk(redis, tmp_path)


ALL = [f"call-{each}" for each in range(CALLS) if each % 10 not in {3, 7}]
REFUSED = [f"{each + 2},{'duration_negative' if each % 10 == 3 else 'operation_conflict'}" for each in range(CALLS) if each % 10 in {3, 7}]  # fmt: skip  # noqa: E501


async def test_every_record_is_charged_once_in_its_order(desk: Desk) -> None:
    """And each is counted; refused lines are kept in the order of the file, whoever refused them."""
    tally, finished = await desk.take()

    assert finished
    assert desk.till.ids == ALL
    assert (tally.lines, tally.records) == (CALLS, CALLS - 4)
    assert tally.charged == {"calling": (32, 320_000)}
    assert tally.refused == {"duration_negative": 4, "operation_conflict": 4}
    assert desk.refused == REFUSED
    assert len(desk.places) > 5


async def test_told_to_stop_it_ends_behind_the_block_in_hand_and_goes_on_there(desk: Desk) -> None:
    """Nothing is charged again, and the counts are those of an import that was not ended."""
    whole = await Desk(desk.imports._redis, desk.folder).take()
    await desk.imports.done(REF, desk.source.digest)

    first, finished = await desk.take(desk.stop_behind(2))
    batches = desk.till.batches
    second, finished_then = await desk.take(marks=(await desk.mark(),))

    assert (finished, finished_then) == (False, True)
    assert (batches, first.lines) == (2, desk.places[1][1].line - 2)
    assert desk.till.ids == ALL
    first.seconds = second.seconds = whole[0].seconds = 0
    assert second == whole[0]
    assert desk.refused == REFUSED


async def test_block_whose_outcome_is_unknown_is_charged_again(desk: Desk) -> None:
    """What it had charged is known then; its refused lines are kept once."""
    desk.till.gone_at = 3
    with pytest.raises(RedisError):
        await desk.take()

    tally, finished = await desk.take(marks=(await desk.mark(),))

    assert finished
    assert desk.till.ids == ALL
    assert tally.repeated > 0
    assert tally.taken == len(ALL)
    assert desk.refused == REFUSED


async def test_done_file_is_looked_at_again(desk: Desk) -> None:
    """From its beginning: nothing changes, and all is said to be known."""
    await desk.take()
    again, _ = await desk.take()
    assert again.charged == {"calling": (32, 320_000)}  # until it is said to be done, it is the same import
    taker = Taker(desk.till, desk.imports, REF, actor="test")

    await taker.done([desk.source])
    after, _ = await desk.take()

    assert desk.till.ids == ALL
    assert (after.charged, after.repeated) == ({}, len(ALL))


async def test_file_that_was_mended_is_read_from_its_beginning(desk: Desk) -> None:
    """It is another file, so what was wrong in a line that lies behind us is charged."""
    await desk.take(desk.stop_behind(4))
    desk.path.write_bytes(_report().replace(b",-1,", b",+1,", 1).replace(b",+1,", b",61,", 1))

    await desk.take()

    assert sorted(desk.till.ids) == sorted([*ALL, "call-3"])


async def test_zip_goes_on_within_the_file_that_it_was_in(desk: Desk) -> None:
    """Parts that are done are not read again, and the first one's end is the next one's beginning."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.csv", _report(0, 20))
        archive.writestr("2.csv", _report(20))
    desk.path.write_bytes(packed.getvalue())
    ends = []
    finished = False
    while not finished:
        _, finished = await desk.take(desk.stop_behind(1))
        ends.append(len(desk.till.ids))

    assert desk.till.ids == ALL
    assert ends == sorted(ends)
    assert len(ends) == desk.till.batches
    assert {part for part, _ in desk.places} == {0, 1}


async def test_zip_that_changes_on_the_way_is_said_to_be_damaged(desk: Desk) -> None:
    """What was charged of it stays."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.csv", _report(0, 2000))
    desk.path.write_bytes(packed.getvalue())
    opened = desk.source
    desk.path.write_bytes(packed.getvalue()[:20_000])

    with pytest.raises(UnreadableFileError, match="damaged"):
        await Taker(desk.till, desk.imports, REF, actor="test").take(opened, Tally(), desk.stop)
