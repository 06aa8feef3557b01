"""What lies behind an account must not make its next posting dearer; and what each posting takes of memory."""

import asyncio
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from redis.asyncio import Redis

from store import keys
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import Money
from tests.benchmarks import account
from tests.benchmarks.figures import Figure, Wanted, in_turn
from tests.benchmarks.server import Server, started
from tests.benchmarks.wire import command, per_second

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "10000000"))
"""Whole millions; BENCH_ENTRIES=1000000 for a first look."""
AT_ONCE = 200_000
LOTS = 10_000
COUNT = 20_000
RUNS = 5
LONG = AccountRef("T0BENCH", "long")
MANY = AccountRef("T0BENCH", "many")
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""An odd number; its multiples spread over all bits (Knuth, 6.4)."""


def entries() -> Iterator[Figure]:
    """A posting with ten million entries behind it, against the same on an account that is new."""
    with started(append_only=False) as server:
        account.prepare(server, LONG)
        found = account.script(server, "post_usage")
        head = command("EVALSHA", found.sha, len(found.keys), *account.posting_keys(LONG), "USD", "0")
        with ProcessPoolExecutor(1) as other:  # what comes next is put together meanwhile
            coming = other.submit(_many, head, 0, AT_ONCE)
            for first in range(AT_ONCE, ENTRIES + AT_ONCE, AT_ONCE):
                load, coming = coming.result(), other.submit(_many, head, first, first + AT_ONCE)
                per_second(server.port, load, connections=4, pipeline=1)
        made = server.redis.hget(keys.account(LONG), "version")
        if int(made) <= ENTRIES:
            raise RuntimeError(made)
        yield from _against_new(server, LONG, "cost_at_10m_entries", f"{ENTRIES:,} entries, all of them in Redis")


def lots() -> Iterator[Figure]:
    """A posting with ten thousand lots behind it, against the same on an account that is new."""
    with started() as server:
        account.prepare(server, MANY)
        asyncio.run(_grant(server.url, MANY))
        if server.redis.zcard(keys.queue(MANY)) < LOTS:
            raise RuntimeError(server.redis.zcard(keys.queue(MANY)))
        yield from _against_new(server, MANY, "cost_at_10k_lots", f"{LOTS:,} lots that wait for their use")


def memory() -> Iterator[Figure]:
    """What a posting takes: its journal entry and its operation id."""
    runs = []
    with started() as server:
        for _ in range(3):
            server.fresh()
            account.prepare(server)
            before = server.settled_bytes()
            per_second(server.port, list(account.postings(server, 200_000, size=100)), connections=4, pipeline=1)
            runs.append((server.settled_bytes() - before) / 200_000)
        said = f"{server.name}, 200,000 postings, {account.DESCRIBED}; journal entry and operation id together"
        yield Figure("bytes_per_posting", "B", said, tuple(runs), Wanted(180, 130, lower=True), digits=1)


def _against_new(server: Server, ref: AccountRef, name: str, behind: str) -> Iterator[Figure]:
    numbers = iter(range(1, 1000))

    def aged() -> float:
        return _server_us(server, ref, next(numbers))

    def new() -> float:
        number = next(numbers)
        fresh = AccountRef(ref.tenant, f"new-{number}")
        account.prepare(server, fresh)
        return _server_us(server, fresh, number)

    for side in (aged, new):
        side()  # both sides warm
    pair = in_turn(RUNS, aged, new)
    said = f"{server.name}, appendfsync {server.durability}, INFO commandstats, {behind}; {account.DESCRIBED}"
    yield Figure(name, "×", said, pair.ratios, Wanted(1.1, 1.03, lower=True), digits=3)


def _server_us(server: Server, ref: AccountRef, turn: int) -> float:
    load = list(account.postings(server, COUNT, begin=turn * 10**9, ref=ref))
    server.forget_calls()
    per_second(server.port, load, connections=1)
    return server.server_us()


def _many(head: bytes, begin: int, end: int, size: int = 200) -> list[bytes]:
    """Postings as `account.postings` makes them, put together faster: their marks are no digests."""
    start = head[head.index(b"\r\n") :]
    arguments = int(head[1 : head.index(b"\r\n")])
    return [
        b"*%d" % (arguments + 5 * size) + start + b"".join(map(_one, range(first, first + size)))
        for first in range(begin, end, size)
    ]


def _one(number: int) -> bytes:
    mark = urlsafe_b64encode((number * _SPREAD % 2**88).to_bytes(11))[:14]
    note = b"api:token\tcall-%016x\t\t%b" % (number, account.MEMO.encode())
    return b"$14\r\n%b\r\n$8\r\nAAAAAAAA\r\n$5\r\n12345\r\n$5\r\ncalls\r\n$%d\r\n%b\r\n" % (mark, len(note), note)


async def _grant(url: str, ref: AccountRef) -> None:
    redis = Redis.from_url(url, decode_responses=True)
    ledger = Ledger(redis)
    for number in range(LOTS + 1):
        amount = Money(1_000_000_000 + number, "USD")
        await ledger.add_credit(ref, amount, operation_id=f"lot-{number}", actor="bench", days=30 + number % 300)
    await redis.aclose()
