"""What a program in Python gets through: single postings, batches, calls shared by themselves, packed call records."""

import asyncio
import gc
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import uvloop

from bot.connect import connect
from store.batch import UsagePosting
from store.ledger import Ledger
from store.lines import Lines
from store.money import Money
from store.scripts import Client
from tests.benchmarks import account, peers
from tests.benchmarks.account import REF
from tests.benchmarks.figures import Figure, Wanted, in_turn
from tests.benchmarks.server import Server, started

RUNS = 5
CALLERS, BATCH, BATCHES, LINES = 50, 100, 4, 5_000
SINGLE, MANY, RECORDS, ALONE = 10_000, 40_000, 100_000, 2_000
START_MS = 1_790_000_000_000
PRICE = Money(account.AMOUNT, "USD")

Work = Callable[[Ledger], Awaitable[object]]


def batches() -> Iterator[Figure]:
    """`post_batch` against one call each."""
    with started() as server:
        pair = in_turn(RUNS, lambda: batched(server), lambda: single(server, grouped=False))
        said = f"{where(server)}; {BATCH} postings a call, {BATCHES} calls at once; against {CALLERS} single callers"
        yield Figure("batch_vs_single_python", "×", said, pair.ratios, Wanted(5, 8))
        yield Figure("batch_python_per_s", "thousand/s", said, tuple(each / 1000 for each in pair.a), digits=1)
        yield Figure("single_python_per_s", "thousand/s", said, tuple(each / 1000 for each in pair.b), digits=1)


def group_commit() -> Iterator[Figure]:
    """Callers that share a call by themselves, against one call each; and a caller that is alone."""
    with started() as server:
        pair = in_turn(RUNS, lambda: single(server, grouped=True), lambda: single(server, grouped=False))
        said = f"{where(server)}; {CALLERS} callers in one process"
        yield Figure("group_commit_vs_single", "×", said, pair.ratios, Wanted(2, 3))
        pair = in_turn(2 * RUNS, lambda: alone(server, grouped=True), lambda: alone(server, grouped=False))
        said = f"{where(server)}; one caller, the time of a posting with group commit against without"
        yield Figure("group_commit_alone", "×", said, pair.ratios, Wanted(1.05, 1.02, lower=True), digits=3)


def packed() -> Iterator[Figure]:
    """Call records, packed, against postings in batches; and what a record takes of memory."""
    with started() as server:
        bytes_each: list[float] = []

        def records() -> float:
            fresh(server)
            before = server.settled_bytes()
            load = [_columns(first, LINES) for first in range(0, RECORDS, LINES)]
            speed = run(server, RECORDS, [_post_lines(each) for each in load])
            bytes_each.append((server.settled_bytes() - before) / RECORDS)
            return speed

        pair = in_turn(RUNS, records, lambda: batched(server))
        said = (
            f"{where(server)}; columns of {LINES:,} records, 500 a script call, against {BATCH} postings a call,"
            f" {BATCHES} at once"
        )
        yield Figure("packed_vs_batch", "×", said, pair.ratios, Wanted(2.5, 5))
        yield Figure("packed_per_s", "thousand/s", said, tuple(each / 1000 for each in pair.a), digits=1)
        said = (
            f"{server.name}, {RECORDS:,} records of 500 a script call on 30 days, GUIDs, destination of 13 characters"
        )
        yield Figure("bytes_per_packed_record", "B", said, tuple(bytes_each), Wanted(80, 50, lower=True), digits=1)


def durability() -> Iterator[Figure]:
    """Every posting on the disk before its answer, against once a second."""
    with started("always") as always, started("everysec") as everysec:
        said = f"{always.name}, {CALLERS} concurrent callers from Python, TCP loopback"
        pair = in_turn(RUNS, lambda: single(always, grouped=False), lambda: single(everysec, grouped=False))
        alone = f"{said}, a call for each posting"
        yield Figure("always_vs_everysec", "×", alone, pair.ratios, Wanted(0.85, 0.95), digits=3)
        pair = in_turn(RUNS, lambda: single(always, grouped=True), lambda: single(everysec, grouped=True))
        together = f"{said}, one account, whose calls follow one another with group commit"
        yield Figure("always_vs_everysec_grouped", "×", together, pair.ratios, digits=3)


def peer() -> Iterator[Figure]:
    """A double-entry ledger on SQL, from Python as well; left out where there is no PostgreSQL."""
    programs = peers.postgres()
    if programs is None:
        sys.stderr.write("hordak_transfers_per_s is left out: there is no PostgreSQL here.\n")
        return
    runs = tuple(peers.hordak(programs, 8, 800) / 1000 for _ in range(3))
    said = f"django-hordak 2.0, PostgreSQL in {programs}, synchronous_commit on, 8 threads, unix socket"
    yield Figure("hordak_transfers_per_s", "thousand/s", said, runs)


def where(server: Server) -> str:
    """Server, durability, client."""
    return f"{server.name}, appendfsync {server.durability}, redis-py with hiredis and uvloop, TCP loopback"


def fresh(server: Server) -> None:
    """An empty server with one account."""
    server.fresh()
    account.prepare(server)
    gc.collect()


def single(server: Server, *, grouped: bool) -> float:
    """Postings a second of fifty callers, each of which waits for its outcome before it posts again."""
    fresh(server)

    async def caller(ledger: Ledger, numbers: Iterator[int]) -> None:
        for number in numbers:
            await _charge(ledger, number)

    numbers = iter(range(SINGLE))
    return run(server, SINGLE, [lambda ledger: caller(ledger, numbers)] * CALLERS, at_once=CALLERS, grouped=grouped)


def alone(server: Server, *, grouped: bool) -> float:
    """Seconds of a posting by the only caller."""
    fresh(server)

    async def caller(ledger: Ledger) -> None:
        for number in range(ALONE):
            await _charge(ledger, number)

    return 1 / run(server, ALONE, [caller], at_once=1, grouped=grouped)


def batched(server: Server) -> float:
    """Postings a second in batches."""
    fresh(server)
    load = [[_posting(number) for number in range(first, first + BATCH)] for first in range(0, MANY, BATCH)]
    return run(server, MANY, [_post_batch(each) for each in load])


def run(server: Server, count: int, works: Sequence[Work], *, at_once: int = BATCHES, grouped: bool = True) -> float:
    """Do all the work, so much of it at once; answers how many of `count` were done a second."""

    async def main() -> float:
        redis: Client = await connect(server.url)
        ledger, waiting = Ledger(redis, grouped=grouped), iter(works)
        await ledger.account(REF)

        async def worker() -> None:
            for work in waiting:
                await work(ledger)

        begun = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(at_once)))
        took = time.perf_counter() - begun
        found = await ledger.account(REF)
        await redis.aclose()
        spent = account.RICH - (found.available.micros if found else 0)
        if spent != count * account.AMOUNT:
            raise RuntimeError(spent)
        return count / took

    return uvloop.run(main())


def _post_batch(postings: list[UsagePosting]) -> Work:
    return lambda ledger: ledger.post_batch(postings)


def _post_lines(columns: dict[str, Any]) -> Work:
    return lambda ledger: ledger.post_lines(REF, Lines.of(**columns, currency="USD"), actor="ingest")


def _posting(number: int) -> UsagePosting:
    return UsagePosting(REF, PRICE, f"call-{number:016x}", "api:token", account.MEMO)


async def _charge(ledger: Ledger, number: int) -> None:
    await ledger.charge_usage(REF, PRICE, operation_id=f"call-{number:016x}", actor="api:token", memo=account.MEMO)


def _columns(first: int, count: int) -> dict[str, Any]:
    numbers = range(first, first + count)
    return {
        "ids": pa.array([str(uuid.uuid4()) for _ in numbers]),
        "micros": pa.array([account.AMOUNT] * count),
        "starts_ms": pa.array([START_MS + number * (30 * 86_400_000 // RECORDS) for number in numbers]),
        "destinations": pa.array(["+447700900123"] * count),
    }
