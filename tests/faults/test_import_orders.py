"""kill -9 at any moment of an import that was ordered in Slack: fetched, charged and told by whoever comes next."""

import io
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.playground.people import MANAGER, TEAM, direct_message
from store import keys
from store.keys import AccountRef
from store.orders import File, Order, Orders, Step
from store.outcomes import Done
from store.roles import Actor, Roles
from tests.bot.stage import eventually
from tests.faults.imports import compare_with_reckoning, imported, kept, last_month, prepare, proven, reckoned
from tests.faults.processes import City
from tests.usage_month import write
from tests.world import ADMIN, texts_in

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]
SEED = 20_261_124
RECORDS = 12_000
KILLS = 3
WHOLE, CUT = AccountRef(TEAM, "whole"), AccountRef(TEAM, "cut")
ORDER = "month"


async def give(city: City, name: str, content: bytes) -> None:
    """A manager has the file charged."""
    roles = Roles(city.redis)
    await roles.change_managers(ADMIN, appoint=[MANAGER], dismiss=[], operation_id="appoint")
    file = city.playground.files.add(MANAGER, name, content)
    city.playground.files.give(file)
    files = [File(file.id, file.name)]
    given = await Orders(city.redis, roles).give(
        Actor(TEAM, MANAGER), CUT, ORDER, files, Step.CHARGE, locale="en-US", channel=MANAGER
    )
    assert given == Done("given")


async def order(city: City) -> Order:
    """As it stands."""
    found = await Orders(city.redis, Roles(city.redis)).get(TEAM, ORDER)
    assert found
    return found


async def version(city: City) -> int:
    """How many entries the account has."""
    return int(await city.redis.hget(keys.account(CUT), "version") or 0)


async def work(city: City, until: Callable[[], Awaitable[bool]]) -> None:
    """A worker that nobody's lease is in the way of, killed as soon as this is so."""
    await city.forget_leases()
    await city.redis.delete(keys.importer(TEAM, ORDER))
    await city.redis.zadd(keys.orders(keys.partition_of(TEAM)), {f"{TEAM}:{ORDER}": 0}, xx=True)
    worker = await city.start("worker")

    async def far_enough() -> bool:
        assert worker.process.returncode is None, worker.text
        return await until()

    await eventually(far_enough, 60)
    await worker.kill()


async def test_killed_workers_charge_what_an_undisturbed_import_does(city: City, tmp_path: Path) -> None:
    """Totals, balance, pools, every line; both are what DuckDB reckons. Told once; a further import changes nothing."""
    report, chance = tmp_path / "month.csv", random.Random(SEED)  # noqa: S311 - a seed is wanted
    content = io.BytesIO()
    write(last_month(RECORDS, SEED), content)
    report.write_bytes(content.getvalue())
    await prepare(city.redis, RECORDS, (WHOLE, CUT))
    told = await imported(city.url, WHOLE, report)
    whole = await kept(city.redis, WHOLE)
    compare_with_reckoning(whole, told, reckoned(report, tmp_path, RECORDS))
    entries = int(await city.redis.hget(keys.account(WHOLE), "version") or 0)
    await give(city, report.name, content.getvalue())

    for number in range(KILLS):
        goal = chance.randint(entries * number // KILLS, entries * (number + 1) // KILLS) // 2

        async def reached(goal: int = goal) -> bool:
            return await version(city) >= goal

        await work(city, reached)
    assert 0 < await version(city) < entries, "nobody was killed in the middle of it"
    assert (await order(city)).step is Step.CHARGE

    async def done() -> bool:
        return (await order(city)).step is Step.DONE

    await work(city, done)

    assert await kept(city.redis, CUT) == whole
    again = await imported(city.url, CUT, report)
    assert again["total"]["repeated"] == again["total"]["records"]
    await proven(city.redis, TEAM)
    said = map(texts_in, city.playground.messages(direct_message(MANAGER), MANAGER))
    [text] = [each for each in said if "month.csv" in each]
    assert "Imported *month.csv*." in text
    assert f"{told['total']['records']:,} call records read." in text
