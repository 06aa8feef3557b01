"""How fast a ledger is proven while it stands in Redis: `credits verify` without its command line."""

import time
from collections.abc import Iterator

import uvloop

from bot.connect import connect
from store import keys
from store.verify import Verifier
from tests.benchmarks import account
from tests.benchmarks.account import REF
from tests.benchmarks.figures import Figure, Wanted
from tests.benchmarks.server import Server, started
from tests.benchmarks.wire import per_second

ENTRIES = 600_000
AT_ONCE = 200_000
RUNS = 3


def proof() -> Iterator[Figure]:
    """Entries a second, every one replayed and compared with what the account keeps."""
    with started() as server:
        account.prepare(server)
        for first in range(0, ENTRIES, AT_ONCE):
            load = list(account.postings(server, AT_ONCE, begin=first, size=200))
            per_second(server.port, load, connections=4, pipeline=1)
        runs = tuple(_proven(server) for _ in range(RUNS))
        said = f"{server.name}, appendfsync {server.durability}, one account of {ENTRIES:,} postings, TCP loopback"
        yield Figure("verify_entries_per_s", "entries/s", said, runs, Wanted(150_000, 500_000), digits=0)


def _proven(server: Server) -> float:
    async def main() -> float:
        redis = await connect(server.url)
        verifier, begun = Verifier(redis), time.perf_counter()
        found = [str(each) async for each in verifier.partition(keys.partition_of(REF.tenant))]
        took = time.perf_counter() - begun
        await redis.aclose()
        if found or verifier.entries <= ENTRIES:
            raise RuntimeError(found, verifier.entries)
        return verifier.entries / took

    return uvloop.run(main())
