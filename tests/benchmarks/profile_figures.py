"""Where the time of a posting goes: the script cut short before each of its steps, and the server's own count."""

import hashlib
from collections.abc import Iterator

from store.scripts import load
from tests.benchmarks import account
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.server import Server, started
from tests.benchmarks.wire import per_second

COUNT = 10_000
RUNS = 5
STEPS = (
    ("call", "local call, format, floor ="),
    ("read_wallet", "local clock ="),
    ("clock", "local MAX ="),
    ("place", "posted = call('HSETNX'"),
    ("remember", "local line ="),
    ("journal_and_save", ""),
)
"""Each step, and the text before which the next one begins."""


def steps() -> Iterator[Figure]:
    """Microseconds of each step: what it takes to come to its end, less what it took to its beginning."""
    with started() as server:
        taken = {name: [_until(server, text) for _ in range(RUNS)] for name, text in STEPS}
        said = f"{server.name}, appendfsync {server.durability}, INFO commandstats, pipeline 16; {account.DESCRIBED}"
        before = 0.0
        for name, runs in taken.items():
            yield Figure(f"posting_step_{name}", "µs", said, tuple(each - before for each in runs))
            before = median(runs)


def _until(server: Server, text: str) -> float:
    """Microseconds of the script up to this text, the whole of it for none."""
    server.fresh()
    account.prepare(server)
    source = load("post_usage").source
    if text:
        at = source.index(text)
        source = f"{source[:at]}do return 'cut' end {source[at:]}"
    sha = hashlib.sha1(source.encode()).hexdigest()  # noqa: S324 Redis names scripts by SHA-1
    server.redis.script_load(source)
    postings = [each.replace(load("post_usage").sha.encode(), sha.encode()) for each in account.postings(server, COUNT)]
    server.forget_calls()
    per_second(server.port, postings, connections=1)
    return server.server_us()
