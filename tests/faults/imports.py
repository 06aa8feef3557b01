"""Imports killed at random moments, held against one that nobody disturbed: `python -m tests.faults.imports`.

By hand, with a million records: `python -m tests.faults.imports --records 1000000 --kills 10`. The seed is printed.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from store import keys
from store.cardfile import read_card, sample_files
from store.cards import Cards
from store.keys import AccountRef
from store.ledger import Ledger
from store.plans import Plans
from store.pools import Pool
from store.records import UsageRecord, records_of
from store.roles import Operator, Roles
from store.scripts import Client
from store.verify import Verifier
from tests import usage_totals
from tests.bot.stage import eventually
from tests.faults.processes import Process, mortal_server
from tests.usage_month import Month, write

TENANT = "T0IMPORT"
WHOLE, CUT = AccountRef(TENANT, "whole"), AccountRef(TENANT, "cut")
BY = Operator("test")
ZONE = "Europe/Berlin"
ENDED_S = 600.0
BLOCK = 200_000
"""Bytes at a time: a few entries, so that kills come between blocks as well."""


def pools(records: int) -> list[Pool]:
    """Pools that so many records use up, one for some prefixes and one for all."""
    return [
        Pool("home", ("calling",), 6 * records, 1, ("49", "44")),
        Pool("meetings", ("conference", "calling"), 60, records // 5),
    ]


def last_month(records: int, seed: int) -> Month:
    """The last whole month, because calls of long ago or of the future are refused."""
    day = datetime.now(UTC).replace(day=1) - timedelta(days=1)
    return Month(records, seed, year=day.year, month=day.month)


async def prepare(redis: Client, records: int, refs: Sequence[AccountRef] = (WHOLE, CUT)) -> None:
    """These accounts of one workspace, with the sample rates and the same pools."""
    tenant = refs[0].tenant
    roles, ledger = Roles(redis), Ledger(redis)
    for each in sample_files("USD").values():
        await Cards(redis, roles).load(BY, tenant, read_card(each))
    plans = Plans(redis, roles)
    await plans.set_zone(BY, tenant, ZONE, operation_id="zone")
    for ref in refs:
        await ledger.open_account(ref, "USD")
        await plans.set_pools(BY, ref, pools(records), operation_id=f"pools-{ref.account}")


async def start(url: str, ref: AccountRef, report: Path) -> Process:
    """`credits import` as a process."""
    words = (
        "import",
        ref.tenant,
        str(report),
        "--account",
        ref.account,
        "--json",
        "--block",
        str(BLOCK),
        "--env-file",
        os.devnull,
    )
    return await Process.start(*words, REDIS_URL=url, CREDITS_LOG_LEVEL="error")


async def imported(url: str, ref: AccountRef, report: Path) -> dict[str, Any]:
    """Import it to its end; answers the summary."""
    process = await start(url, ref, report)
    code = await process.ended(ENDED_S)
    assert code == 1, process.text  # broken lines are refused
    found: dict[str, Any] = json.loads(process.output[-1])
    return found


async def killed(url: str, redis: Client, report: Path, entries: int) -> None:
    """Import it, and kill the process when it has made so many entries more."""

    async def version() -> int:
        return int(await redis.hget(keys.account(CUT), "version") or 0)

    process, until = await start(url, CUT, report), await version() + entries

    async def far_enough() -> bool:
        return process.process.returncode is not None or await version() >= until

    await eventually(far_enough, ENDED_S)
    await process.kill()


async def lines(redis: Client, ref: AccountRef) -> AsyncIterator[tuple[str, UsageRecord]]:
    """Every line of the account, with its entry."""
    async for entry in Ledger(redis).entries(ref):
        for line in records_of(entry):
            yield entry.id, line


@dataclass(slots=True)
class Kept:
    """What an account has come to."""

    balance: int
    totals: dict[str, str]
    pooled: dict[str, str]
    lines: list[UsageRecord]


async def kept(redis: Client, ref: AccountRef) -> Kept:
    """All of it; lines by service, in the order in which they were posted."""
    fields = await redis.hgetall(keys.account(ref))
    found = [line async for _, line in lines(redis, ref)]
    return Kept(
        int(fields["balance"]),
        {name: value for name, value in fields.items() if name.startswith("total:")},
        {name: value.split(" ")[0] for name, value in (await redis.hgetall(keys.pooled(ref))).items()},
        sorted(found, key=lambda line: line.id),
    )


def reckoned(report: Path, folder: Path, records: int) -> usage_totals.Totals:
    """What the report must come to, by those who know nothing of the ledger."""
    cards = []
    for name, content in sample_files("USD").items():
        table = b"".join(each for each in content.splitlines(keepends=True) if not each.startswith(b"#"))
        (folder / name).write_bytes(table)
        cards.append(usage_totals.Card(folder / name, read_card(content).service, "2025-01-01T00:00:00Z"))
    wanted = [usage_totals.Pool(each.name, each.services, each.seconds, each.prefixes) for each in pools(records)]
    return usage_totals.totals(report, cards, wanted, ZONE)


def compare_with_reckoning(found: Kept, told: dict[str, Any], reckoning: usage_totals.Totals) -> None:
    """The ledger's totals, the command's summary and the independent reckoning are equal to the last millionth."""
    total = told["total"]
    charged = {
        name.removeprefix("total:usage:"): int(value) for name, value in found.totals.items() if ":usage:" in name
    }
    assert {name: micros for name, micros in charged.items() if micros} == reckoning.charged_micros
    assert {(*name.split(":"),): int(seconds) for name, seconds in found.pooled.items()} == reckoning.pooled_s
    assert -found.balance == sum(reckoning.charged_micros.values())
    assert len(found.lines) == reckoning.records - reckoning.repeated
    assert (total["records"], total["repeated"]) == (reckoning.records, reckoning.repeated)
    assert {name: micros for name, (_, micros) in total["charged"].items()} == reckoning.charged_micros
    assert sum(count for count, _ in total["charged"].values()) == reckoning.states["charged"]
    assert (total["pooled"], total["free"]) == (reckoning.states["pooled"], reckoning.states["free"])
    assert sum(total["unrated"].values()) == reckoning.states["unrated"]


async def proven(redis: Client, tenant: str = TENANT) -> None:
    """The journals come to what is kept."""
    found = [str(each) async for each in Verifier(redis).partition(keys.partition_of(tenant))]
    assert found == []


async def ordeal(url: str, folder: Path, *, records: int, kills: int, seed: int) -> None:
    """Import a month in one go, and again while it is killed so often: all that is kept must be the same."""
    report = folder / "month.csv"
    with report.open("wb") as file:
        write(last_month(records, seed), file)
    chance = random.Random(seed)  # noqa: S311 - a seed is wanted
    async with Redis.from_url(url, decode_responses=True) as redis:
        await prepare(redis, records)
        told = await imported(url, WHOLE, report)
        whole = await kept(redis, WHOLE)
        compare_with_reckoning(whole, told, reckoned(report, folder, records))

        entries = int(await redis.hget(keys.account(WHOLE), "version") or 0)
        for _ in range(kills):
            await killed(url, redis, report, chance.randint(0, 2 * entries // kills))
        await imported(url, CUT, report)
        assert await kept(redis, CUT) == whole

        version = await redis.hget(keys.account(CUT), "version")
        again = await imported(url, CUT, report)
        assert again["total"]["repeated"] == again["total"]["records"]
        assert await redis.hget(keys.account(CUT), "version") == version
        await proven(redis)


def main() -> None:
    """At the command line."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--records", type=int, default=100_000)
    told.add_argument("--kills", type=int, default=10)
    told.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = told.parse_args()
    print(f"seed {given.seed}", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="credits-ordeal-") as name:
        folder = Path(name)
        server = mortal_server(folder / "redis")
        server.start()
        try:
            url = f"unix://{folder}/redis/r.sock"
            asyncio.run(ordeal(url, folder, records=given.records, kills=given.kills, seed=given.seed))
        finally:
            server.stop()
    print("The same to the last millionth.")  # noqa: T201


if __name__ == "__main__":
    main()
