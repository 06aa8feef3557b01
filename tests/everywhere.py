"""What a test asks of the whole of Redis, be it one server or each node of a cluster."""

from typing import Any

from redis.asyncio import RedisCluster

from store.scripts import Client


def _nodes(redis: Client, *, replicas: bool = False) -> list[dict[str, Any]]:
    """For each server, what makes a command go there."""
    if not isinstance(redis, RedisCluster):
        return [{}]
    return [{"target_nodes": node} for node in (redis.get_nodes() if replicas else redis.get_primaries())]


async def every_key(redis: Client, pattern: str = "*") -> list[str]:
    """The keys that match, sorted."""
    found = [await redis.execute_command("KEYS", pattern, **node) for node in _nodes(redis)]
    answers = [each if isinstance(each, list) else next(iter(each.values())) for each in found]
    return sorted(key for answer in answers for key in answer)


async def configure(redis: Client, name: str, value: str) -> None:
    """Set a setting of the server."""
    for node in _nodes(redis, replicas=True):
        await redis.execute_command("CONFIG SET", name, value, **node)


async def forget_scripts(redis: Client) -> None:
    """No server knows a script any more."""
    for node in _nodes(redis, replicas=True):
        await redis.execute_command("SCRIPT FLUSH", **node)


async def under_way(redis: Client) -> list[str]:
    """The command that each connection has sent last."""
    found = [await redis.execute_command("CLIENT LIST", **node) for node in _nodes(redis)]
    answers = [each if isinstance(each, list) else next(iter(each.values())) for each in found]
    return [str(client["cmd"]) for answer in answers for client in answer]
