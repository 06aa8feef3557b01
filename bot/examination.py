"""Asks a ledger's server what it is, for `bot.diagnosis` to judge. Nothing that is asked here changes anything."""

import ipaddress
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.addresses import each_address, shown
from bot.connect import hello, one
from bot.snapshot import FORBIDDEN, Node, Polled, Replica, Snapshot, Work
from store import keys, schema
from store.dead import DeadLetters
from store.feeds import Standing
from store.outbox import GROUPS
from store.scripts import Client

_CONFIG = (
    "appendfsync",
    "no-appendfsync-on-rewrite",
    "save",
    "min-replicas-to-write",
    "min-replicas-max-lag",
    "timeout",
    "busy-reply-threshold",
    "lua-time-limit",
)
_EXAMPLE = {"CONFIG": ("GET", "save"), "DEBUG": ("JMAP",), "KEYS": ("cr:*",)}
"""An argument for those that need one. Asked for is only whether it would be allowed."""

# Redis tells a script what its caller may do; a command that the server does not have is none that it may.
_RIGHTS = """
local answers = {}
for i = 1, #ARGV do
  local words = {}
  for word in string.gmatch(ARGV[i], '%S+') do words[#words + 1] = word end
  local known, may = pcall(redis.acl_check_cmd, unpack(words))
  answers[i] = (known and may) and 1 or 0
end
return answers
"""


async def examine(redis: Client, url: str, *, embedded: bool, polled: Standing | None = None) -> Snapshot:
    """Everything that can be seen of the server or cluster behind `redis`, which was connected to `url`.

    `polled` is how the call records stand that the settings say are to be read from elsewhere.

    Raises:
        redis.exceptions.RedisError: it does not answer.
    """
    parts = urlsplit(each_address(url)[0])
    cluster, targets = not isinstance(redis, Redis), _targets(redis)
    transport = {"unix": "unix", "rediss": "tls"}.get(parts.scheme, "tcp")
    return Snapshot(
        address=shown(url),
        embedded=embedded,
        transport=transport,
        remote=transport != "unix" and not _is_here(parts.hostname or ""),
        cluster=cluster,
        user=await _ask(redis, targets[0], "ACL WHOAMI"),
        rights=await _rights(redis, targets[0]),
        nodes=await examine_nodes(redis),
        other_form=await schema.other_form(redis),
        work=await _work(redis),
        cluster_ok=await _cluster_ok(redis, targets[0]) if cluster else None,
        polled=_polled(polled, time.time() * 1000) if polled else None,
    )


async def examine_nodes(redis: Client) -> tuple[Node, ...]:
    """The server itself, or a cluster's primaries.

    Raises:
        redis.exceptions.RedisError: as `examine`.
    """
    return tuple([await _node(redis, each) for each in _targets(redis)])


def _targets(redis: Client) -> list[dict[str, Any]]:
    return [{}] if isinstance(redis, Redis) else [{"target_nodes": each} for each in redis.get_primaries()]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _ask(redis: Client, target: Mapping[str, Any], *command: str | int) -> Any:
    """The answer, or None where it is forbidden or unknown."""
    try:
        return _bare(await redis.execute_command(*command, **target))
    except ResponseError:
        return None


def _bare(reply: Any) -> Any:
    """A reply without the node's name that the cluster client puts around it."""
    if isinstance(reply, Mapping) and len(reply) == 1 and ":" in str(next(iter(reply))):
        return next(iter(reply.values()))
    return reply


async def _node(redis: Client, target: Mapping[str, Any]) -> Node:
    facts = await hello(redis, **target)
    told: dict[str, Any] = {}
    for section in ("persistence", "memory", "replication"):
        told |= one(await _ask(redis, target, "INFO", section) or {})
    config = one(await _ask(redis, target, "CONFIG GET", *_CONFIG) or {})
    return Node(
        name=target["target_nodes"].name if target else "",
        software=facts.software,
        version=facts.version,
        primary=facts.role == "master",
        append_only=_flag(told, "aof_enabled"),
        append_ok=_all_ok(told, "aof_last_write_status", "aof_last_bgrewrite_status"),
        memory=_number(told, "used_memory"),
        memory_limit=_number(told, "maxmemory"),
        eviction=told.get("maxmemory_policy"),
        replicas=_replicas(told) if "connected_slaves" in told else None,
        clock_ahead_ms=await _clock_ahead_ms(redis, target),
        config={name: str(value) for name, value in config.items()},
    )


def _flag(told: Mapping[str, Any], name: str) -> bool | None:
    return str(told[name]) == "1" if name in told else None


def _number(told: Mapping[str, Any], name: str) -> int | None:
    return int(told[name]) if name in told else None


def _all_ok(told: Mapping[str, Any], *names: str) -> bool | None:
    found = [told[name] == "ok" for name in names if name in told]
    return all(found) if found else None


def _replicas(told: Mapping[str, Any]) -> tuple[Replica, ...]:
    offset = int(told.get("master_repl_offset", 0))
    found = [told[f"slave{number}"] for number in range(int(told["connected_slaves"])) if f"slave{number}" in told]
    return tuple(
        Replica(
            address=f"{each['ip']}:{each['port']}",
            online=each["state"] == "online",
            behind_bytes=max(0, offset - int(each["offset"])),
            behind_s=max(0, int(each.get("lag", 0))),
        )
        for each in found
    )


async def _clock_ahead_ms(redis: Client, target: Mapping[str, Any]) -> int:
    """How far its clock is ahead of ours, to within half of what an answer takes."""
    before = time.time()
    seconds, micros = _bare(await redis.execute_command("TIME", **target))
    after = time.time()
    return round((int(seconds) + int(micros) / 1e6 - (before + after) / 2) * 1000)


async def _rights(redis: Client, target: Mapping[str, Any]) -> frozenset[str] | None:
    asked = [" ".join((name, *_EXAMPLE.get(name, ()))) for name in FORBIDDEN]
    answer = await _ask(redis, target, "EVAL", _RIGHTS, 0, *asked)
    return None if answer is None else frozenset(name for name, may in zip(FORBIDDEN, answer, strict=True) if may)


async def _cluster_ok(redis: Client, target: Mapping[str, Any]) -> bool | None:
    told = await _ask(redis, target, "CLUSTER INFO")
    return None if told is None else told.get("cluster_state") == "ok"


async def _work(redis: Client) -> Work:
    now_ms = time.time() * 1000
    held: dict[str, int] = {}
    workers: dict[str, int] = {}
    for group in GROUPS:
        async with redis.pipeline(transaction=False) as asked:
            for partition in range(keys.PARTITIONS):
                asked.exists(keys.lease(partition, group))
            held[group] = sum(await asked.execute())
        workers[group] = int(await redis.zcount(keys.workers(group), now_ms, "+inf"))
    events, oldest_ms = await _unhandled(redis)
    looks, first_ms = await _overdue(redis, now_ms)
    return Work(
        partitions=keys.PARTITIONS,
        held=held,
        workers=workers,
        events=events,
        events_wait_s=None if oldest_ms is None else max(0.0, (now_ms - oldest_ms) / 1000),
        looks=looks,
        looks_wait_s=None if first_ms is None else max(0.0, (now_ms - first_ms) / 1000),
        dead=await DeadLetters(redis).count(),
    )


def _polled(standing: Standing, now_ms: float) -> Polled:
    def ago_s(at_ms: int) -> float:
        return max(0.0, (now_ms - at_ms) / 1000) if at_ms else 0.0

    return Polled(
        read_s=None if standing.through_ms is None else ago_s(standing.through_ms),
        overdue_s=ago_s(standing.due_ms),
        problem=standing.problem,
        failing_s=ago_s(standing.failing_ms),
        told=bool(standing.told),
    )


async def _unhandled(redis: Client) -> tuple[dict[str, int], float | None]:
    """How many events each group has not handled, and when the oldest of them was written."""
    counts, oldest = dict.fromkeys(GROUPS, 0), []
    for partition in range(keys.PARTITIONS):
        stream = keys.outbox(partition)
        if not await redis.exists(stream):
            continue
        told = {each["name"]: each for each in await redis.xinfo_groups(stream)}
        for group in GROUPS:
            done = told[group]["last-delivered-id"] if group in told else "0-0"
            pending: dict[str, Any] = {"pending": 0, "min": None}
            if group in told:
                pending = await redis.xpending(stream, group)
            unread = await redis.xrange(stream, f"({done}", "+", count=1)
            behind = int(told[group].get("lag") or 0) if group in told else await redis.xlen(stream)
            counts[group] += int(pending["pending"]) + max(behind, len(unread))
            oldest += [_ms(each) for each in (pending["min"], *(entry_id for entry_id, _ in unread)) if each]
    return counts, min(oldest, default=None)


async def _overdue(redis: Client, now_ms: float) -> tuple[int, float | None]:
    """How many looks are due, and since when the first is."""
    number, first = 0, []
    for partition in range(keys.PARTITIONS):
        due = keys.due(partition)
        number += int(await redis.zcount(due, "-inf", now_ms))
        first += [score for _, score in await redis.zrangebyscore(due, "-inf", now_ms, start=0, num=1, withscores=True)]
    return number, min(first, default=None)


def _ms(stream_id: str) -> float:
    return float(stream_id.partition("-")[0])
