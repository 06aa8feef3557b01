"""What a posting costs the server, beside raw commands, the least script that could keep a journal, and a peer."""

import asyncio
from collections.abc import Iterator

from tests.benchmarks import account, peers
from tests.benchmarks.figures import Figure, Wanted, in_turn
from tests.benchmarks.server import Server, started
from tests.benchmarks.wire import CONNECTIONS, PIPELINE, command, per_second

COUNT = 60_000
SOME, TURNS = 2_000, 9
"""Short turns, and many: a machine that others use is now faster, now slower, for seconds."""
HELD = 1_000
RUNS = 5
LEAST_SCRIPT = """
local after = redis.call('HINCRBY', KEYS[1], 'balance', ARGV[1])
redis.call('XADD', KEYS[2], '*', 'amount', ARGV[1], 'after', after)
return after
"""


def conditions(server: Server) -> str:
    """Server, durability and load."""
    return (
        f"{server.name}, appendfsync {server.durability}, {CONNECTIONS} connections, pipeline {PIPELINE}, TCP loopback"
    )


def ceilings() -> Iterator[Figure]:
    """Raw commands: no ledger can be faster."""
    raw = {"SET": ("k", "v"), "HINCRBY": ("h", "f", "-12345"), "XADD": ("s", "*", "entry", "x" * 90)}
    with started() as server:
        for name, arguments in raw.items():
            load = [command(name, *arguments)] * COUNT
            runs = []
            for _ in range(RUNS):
                server.fresh()
                runs.append(per_second(server.port, load) / 1000)
            yield Figure(f"ceiling_{name.lower()}", "thousand/s", conditions(server), tuple(runs), digits=0)


def posting() -> Iterator[Figure]:
    """One full posting a call against HINCRBY + XADD in a script."""
    with started() as server:

        def least() -> float:
            server.fresh()
            sha = server.redis.script_load(LEAST_SCRIPT)
            return per_second(server.port, [command("EVALSHA", sha, 2, "{a}:account", "{a}:journal", "-12345")] * COUNT)

        def ours() -> float:
            server.fresh()
            account.prepare(server)
            return per_second(server.port, list(account.postings(server, COUNT)))

        pair = in_turn(RUNS, ours, least)
        said = f"{conditions(server)}, {account.DESCRIBED}"
        yield Figure("posting_vs_minimal_script", "×", said, pair.ratios, Wanted(0.28, 0.45), digits=3)
        yield Figure("posting_per_s", "thousand/s", said, tuple(each / 1000 for each in pair.a), digits=1)
        yield Figure(
            "ceiling_minimal_script", "thousand/s", conditions(server), tuple(each / 1000 for each in pair.b), digits=1
        )


def server_time() -> Iterator[Figure]:
    """Microseconds of the server a call, by its own count, against a peer of the same make that keeps no journal."""
    with started() as server:

        def ours() -> float:
            server.fresh()
            account.prepare(server)
            load = list(account.postings(server, SOME))
            server.forget_calls()
            per_second(server.port, load, connections=1, pipeline=1)
            return server.server_us()

        def peer() -> float:
            server.fresh()
            return peers.escrowmint(server, "consume", SOME)

        pair = in_turn(TURNS, ours, peer)
        said = (
            f"{server.name}, appendfsync {server.durability}, INFO commandstats, 1 connection; escrowmint 0.5 consume"
        )
        yield Figure("posting_server_us_vs_escrowmint", "×", said, pair.ratios, Wanted(1.0, 0.75, lower=True), digits=3)
        yield Figure("posting_server_us", "µs", said, tuple(pair.a), digits=1)
        yield Figure("escrowmint_consume_server_us", "µs", said, tuple(pair.b), digits=1)


def holds() -> Iterator[Figure]:
    """A hold and its capture against a peer's reservation and its commit, which keep no journal."""
    with started() as server:

        def ours() -> float:
            server.fresh()
            account.prepare(server)
            server.forget_calls()
            asyncio.run(account.hold_and_capture(server.url, HELD))
            return 2 * server.server_us()

        def peer() -> float:
            server.fresh()
            return peers.escrowmint(server, "reserve", HELD)

        pair = in_turn(3, ours, peer)
        said = f"{server.name}, appendfsync {server.durability}, INFO commandstats, 1 connection; escrowmint 0.5"
        yield Figure("hold_and_capture_server_us", "µs", said, tuple(pair.a), digits=1)
        yield Figure("escrowmint_reserve_and_commit_server_us", "µs", said, tuple(pair.b), digits=1)
