"""How fast a month of call records is charged, from a file on disk: `credits import` with the bot at work beside it."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import keys
from store.cardfile import read_card, sample_files
from store.cards import Cards
from store.plans import Plans
from store.roles import Operator, Roles
from tests.benchmarks.figures import Figure, Wanted
from tests.benchmarks.server import Server, started
from tests.bot.stage import eventually
from tests.faults.imports import last_month, pools
from tests.faults.processes import City, environment, open_city
from tests.usage_month import write

RECORDS = int(os.environ.get("CREDITS_BENCH_RECORDS", "300000"))
"""Lines of the month; CREDITS_BENCH_RECORDS=1000000 by hand."""
TURNS = 3
SEED = 4
ARRANGED = 4
"""Messages about what is set up before: three cards and the pools. A channel takes about one message a second."""
_LOOK_S = 0.02
_PEAK = "VmHWM:"


@dataclass(frozen=True, slots=True)
class _Turn:
    """One import: its summary, its processor time in all, the peak of its memory, and how late the alert was."""

    told: dict[str, Any]
    cpu_s: float
    peak_mb: float
    alert_ms: float

    @property
    def per_s(self) -> float:
        """Records a second, from the first byte that is read to the last answer of the ledger."""
        return float(self.told["total"]["records"] / self.told["total"]["seconds"])


def imports() -> Iterator[Figure]:
    """A generated month, imported by the command while a worker of the bot tells Slack's stand-in what happens."""
    with tempfile.TemporaryDirectory(prefix="credits-bench-") as folder:
        report = Path(folder) / "month.csv"
        with report.open("wb") as file:
            write(last_month(RECORDS, SEED), file)
        turns = []
        for _ in range(TURNS):
            with started() as server:
                turns.append(asyncio.run(_turn(server, report)))
                name = f"{server.name}, appendfsync {server.durability}"
    cpu = turns[-1].cpu_s / turns[-1].told["total"]["records"] * 1e6
    said = (
        f"{name}; a report of {RECORDS:,} lines (seed {SEED}), sample rates, two pools that are used up, an alert level"
        f" that is crossed, `credits worker` beside it; {cpu:.1f} µs of the importer's processor a record"
    )
    yield Figure(
        "import_records_per_s",
        "records/s",
        said,
        tuple(each.per_s for each in turns),
        Wanted(100_000, 250_000),
        digits=0,
    )
    yield Figure(
        "import_peak_mb", "MB", said, tuple(each.peak_mb for each in turns), Wanted(300, 250, lower=True), digits=0
    )
    late = "from posting the records that cross an alert level to the message in Slack's stand-in, during the import"
    yield Figure(
        "import_alert_ms", "ms", late, tuple(each.alert_ms for each in turns), Wanted(2000, 500, lower=True), digits=0
    )


async def _turn(server: Server, report: Path) -> _Turn:
    async with open_city(server.url) as city:
        await _prepare(city)
        await city.start("worker")
        await eventually(lambda: _is_at_work(city))
        await city.playground.wait_for(lambda: len(city.told()) >= ARRANGED)
        told, cpu_s, peak_mb = await asyncio.to_thread(_import, city, report)
        event_id, at_ms = await _crossing(city)
        message = await city.playground.wait_for(lambda: _told_of(city, event_id))
        return _Turn(told, cpu_s, peak_mb, float(message.ts) * 1000 - at_ms)


async def _prepare(city: City) -> None:
    await city.prepare(RECORDS // 5)  # about half of what the month costs
    operator, roles = Operator("bench"), Roles(city.redis)
    for each in sample_files("USD").values():
        await Cards(city.redis, roles).load(operator, city.ref.tenant, read_card(each))
    await Plans(city.redis, roles).set_pools(operator, city.ref, pools(RECORDS), operation_id="pools")


async def _is_at_work(city: City) -> bool:
    return bool(await city.redis.exists(keys.lease(keys.partition_of(city.ref.tenant), "alerts")))


def _import(city: City, report: Path) -> tuple[dict[str, Any], float, float]:
    """The command's summary, its processor time, and the peak of what it had in memory."""
    words = [
        sys.executable,
        "-m",
        "bot.cli",
        "import",
        city.ref.tenant,
        str(report),
        "--json",
        "--env-file",
        os.devnull,
    ]
    given = environment(REDIS_URL=city.url, CREDITS_LOG_LEVEL="error")
    process = subprocess.Popen(words, env=given, stdout=subprocess.PIPE, text=True)  # noqa: S603 our own words
    status, peak_kb = Path(f"/proc/{process.pid}/status"), 0
    while True:
        pid, _, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak_kb = max([peak_kb, *(int(each.split()[1]) for each in status.read_text().splitlines() if _PEAK in each)])
        time.sleep(_LOOK_S)
    process.returncode = 0
    assert process.stdout
    told = json.loads(process.stdout.read())
    return told, used.ru_utime + used.ru_stime, peak_kb / 1000


async def _crossing(city: City) -> tuple[str, int]:
    """The event of the level's crossing, and when that was."""
    partition = keys.partition_of(city.ref.tenant)
    for place, record in await city.redis.xrange(keys.outbox(partition)):
        if record["type"] == "balance_low":
            return f"{partition:02d}-{place}", int(record["at_ms"])
    raise RuntimeError("the level was not crossed")


def _told_of(city: City, event_id: str) -> Any:
    for each in city.told():
        if each.metadata and event_id in each.metadata["event_payload"]["event_id"]:
            return each
    return None
