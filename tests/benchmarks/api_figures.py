"""How long a telephone system waits: may this call begin, and a call reported, by fifty callers at once."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvloop

from tests.benchmarks import account
from tests.benchmarks.figures import Figure
from tests.benchmarks.server import Server, started

RUNS = 3
CALLERS, REQUESTS = 50, 3_000
_AMOUNT = '{"amount": "0.012345", "currency": "USD"}'


@dataclass(frozen=True, slots=True)
class Api:
    """A served API: its port, and a token."""

    port: int
    secret: str

    def request(self, path: str, body: str, key: str = "") -> bytes:
        """A POST as it goes over the wire."""
        idempotency = f"Idempotency-Key: {key}\r\n" if key else ""
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.secret}\r\n"
            f"Content-Type: application/json\r\n{idempotency}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def latency() -> Iterator[Figure]:
    """Milliseconds from a request's first byte to its answer's last, and answers a second."""
    with started() as server, served(server) as api:
        said = (
            f"{server.name}, appendfsync {server.durability}, {CALLERS} callers at once on kept connections, "
            f"{REQUESTS:,} requests a run; API, Redis and callers are one process each, TCP loopback"
        )
        for name, make in (("authorise", _authorise), ("usage_record", _usage)):
            asyncio.run(_answers(api, make, 500))  # warm
            runs = [uvloop.run(_answers(api, make, REQUESTS)) for _ in range(RUNS)]
            for percent in (50, 99):
                values = tuple(_percentile(times, percent) * 1000 for times, _ in runs)
                yield Figure(f"api_{name}_p{percent}_ms", "ms", said, values)
            yield Figure(f"api_{name}_per_s", "requests/s", said, tuple(REQUESTS / took for _, took in runs), digits=0)


@contextlib.contextmanager
def served(server: Server) -> Iterator[Api]:
    """The API over this server, in a process of its own."""
    server.fresh()
    account.prepare(server)
    command = [sys.executable, "-m", "tests.benchmarks.api_server", server.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 ours
        if process.stdout is None or process.stdin is None:
            raise RuntimeError(command)
        port, secret = process.stdout.readline().split()
        yield Api(int(port), secret)
        process.stdin.close()


def _authorise(api: Api) -> bytes:
    call = uuid.uuid4().hex
    body = f'{{"id": "{call}", "amount": {_AMOUNT}, "ttl_s": 3600, "memo": "{account.MEMO}"}}'
    return api.request(f"/v1/accounts/{account.REF.account}/holds", body, f"{call}-place")


def _usage(api: Api) -> bytes:
    record = {
        "id": str(uuid.uuid4()),
        "service": "calling",
        "start": "2026-11-04T09:15:02.118Z",
        "duration_s": 247,
        "number": "+447700900123",
        "charge": json.loads(_AMOUNT),
    }
    return api.request(f"/v1/accounts/{account.REF.account}/usage", json.dumps(record))


async def _answers(api: Api, make: Callable[[Api], bytes], count: int) -> tuple[list[float], float]:
    """Seconds of each request, and of all."""
    requests, times = iter([make(api) for _ in range(count)]), list[float]()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        for request in requests:
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            times.append(time.perf_counter() - begun)
            if not head.startswith((b"HTTP/1.1 20",)):
                raise RuntimeError(body)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return times, time.perf_counter() - begun


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
