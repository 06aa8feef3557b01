"""`Verifier`: replays the journals of whole partitions and compares them with what Redis keeps, while it is in use.

An account is taken as it stands at one moment, and its journal read up to that moment's last entry. Journals are read
in batches, several accounts at once, and the next batch while the last one is looked at.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pyarrow.compute as pc  # type: ignore[import-untyped]

from store import bulk, keys
from store.armed import TOLD_OF, Told, thresholds
from store.bulk import Segment
from store.columns import Columns, Raw, decode, parse
from store.keys import AccountRef
from store.replay import Replay
from store.scripts import Client
from store.standing import Journals, Standing, accounts, standing

BATCH = 8000
"""So many entries are looked at together."""
ABREAST = 32
"""So many accounts are looked at together."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it has to be, in words; `ref` is None for what concerns a whole partition."""

    partition: int
    ref: AccountRef | None
    text: str

    def __str__(self) -> str:
        whose = f"{self.ref.tenant}/{self.ref.account}" if self.ref else f"partition {self.partition:02d}"
        return f"{whose}: {self.text}"


@dataclass
class Course:
    """One account under proof: its replay, and how far its journal is read."""

    ref: AccountRef
    standing: Standing
    replay: Replay = field(default_factory=Replay)
    after: str = ""
    done: bool = False


class Verifier:
    """Proves accounts; `advance` is told how many entries were looked at."""

    def __init__(self, redis: Client, *, advance: Callable[[int], None] = lambda _: None) -> None:
        self._redis = redis
        self._journals = Journals(redis)
        self._advance = advance
        self.accounts = 0
        self.entries = 0

    async def partition(self, partition: int, tenant: str = "", account: str = "") -> AsyncIterator[Difference]:
        """Prove every account of a partition, or those asked for; answers each difference."""
        refs = await accounts(self._redis, partition, tenant, account)
        if not refs:
            return
        told = await Told.read(self._redis, partition)
        for start in range(0, len(refs), ABREAST):
            async for ref, text in self._abreast(refs[start : start + ABREAST], told):
                yield Difference(partition, ref, text)

    async def _abreast(self, refs: list[AccountRef], told: Told) -> AsyncIterator[tuple[AccountRef, str]]:
        found = await asyncio.gather(*(standing(self._redis, ref) for ref in refs))
        courses = []
        for ref, stands in zip(refs, found, strict=True):
            if stands is None:
                yield ref, "the account is listed, and not there"
            else:
                courses.append(Course(ref, stands, done=not stands.last))
        self.accounts += len(courses)
        reading = asyncio.ensure_future(self._read(courses))
        while batch := await reading:
            reading = asyncio.ensure_future(self._read(courses))  # meanwhile
            for ref, text in await asyncio.to_thread(_look, batch, told):
                yield ref, text
            number = sum(len(raw) for _, raw in batch)
            self.entries += number
            self._advance(number)
        for course in courses:
            for text in _compare(course, told):
                yield course.ref, text

    async def _read(self, courses: list[Course]) -> list[tuple[Course, list[Raw]]]:
        """The next entries of each account that has more."""
        under_way = [each for each in courses if not each.done]
        share = BATCH // max(1, len(under_way))
        found = await asyncio.gather(
            *(self._journals.read(each.ref, each.after, each.standing.last, share) for each in under_way)
        )
        for course, raw in zip(under_way, found, strict=True):
            course.done = len(raw) < share
            course.after = raw[-1][0].decode() if raw else course.after
        return [(course, raw) for course, raw in zip(under_way, found, strict=True) if raw]


def _look(batch: list[tuple[Course, list[Raw]]], told: Told) -> list[tuple[AccountRef, str]]:
    """Take a batch; answers what is wrong with it. Runs in a thread."""
    raw = [each for _, lines in batch for each in lines]
    segments: list[Segment] = []
    owners: list[Course] = []
    for course, lines in batch:
        segments.append(Segment(course.replay, len(owners), len(owners) + len(lines)))
        owners += [course] * len(lines)
    whose = {id(course.replay): course.ref for course, _ in batch}
    columns = parse(raw)
    wrong = [
        (whose[id(replay)], text)
        for replay, text in bulk.take(
            columns, segments, lambda row: decode(raw[row], owners[row].standing.record["currency"])
        )
    ]
    for row in _rows_of(columns, raw):
        try:
            entry = decode(raw[row], owners[row].standing.record["currency"])
        except ValueError:
            continue  # that it cannot be read was said
        wrong += [(owners[row].ref, text) for text in told.answer(owners[row].ref, entry)]
    return wrong


def _rows_of(columns: Columns | None, raw: list[Raw]) -> list[int]:
    """The rows whose entries have their event."""
    if columns is None:
        wanted = tuple(f"{kind}\t".encode() for kind in TOLD_OF)
        return [row for row, (_, line) in enumerate(raw) if line.startswith(wanted)]
    kinds = columns["kind"].chunk(0)
    numbers = [number for number, kind in enumerate(kinds.dictionary.to_pylist()) if kind in TOLD_OF]
    found: list[int] = []
    for number in numbers:
        found += pc.indices_nonzero(pc.equal(kinds.indices, number)).to_pylist()
    return sorted(found)


def _compare(course: Course, told: Told) -> Iterator[str]:
    stands = course.standing
    yield from course.replay.compare(stands.record, stands.lots, stands.queue)
    yield from thresholds(stands.record)
    yield from told.rest(course.ref)
    yield from told.last(course.ref, stands.record, course.replay.last[0])


def partitions(tenant: str = "") -> list[int]:
    """Where the accounts of a tenant lie, or those of all."""
    return [keys.partition_of(tenant)] if tenant else list(range(keys.PARTITIONS))


async def expected(redis: Client, partition: int, tenant: str = "", account: str = "") -> int:
    """About how many entries there are to look at."""
    refs = await accounts(redis, partition, tenant, account)
    versions = [await redis.hget(keys.account(ref), "version") for ref in refs]
    return sum(int(each or 0) for each in versions)
