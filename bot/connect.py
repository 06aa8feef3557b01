"""One way to reach Redis: a single server or a cluster, over TCP, TLS or a unix socket, from one address.

`REDIS_URL` is redis-py's own form: `redis://`, `rediss://` (TLS; `?ssl_ca_certs=…&ssl_certfile=…&ssl_keyfile=…`)
or `unix://`, with an ACL user as `user:password@`; several nodes of a cluster can be named (`bot.addresses`). What is
decided here and nowhere else:

- A command whose reply is lost is sent again, at most three times: what is asked of this client must bear being done
  twice. Every script that changes money carries an operation id and answers a repeat with the first result.
- A read for a consumer group does not bear it: XREADGROUP hands out an event once, and sent again it answers with the
  next ones. The client of `connect(url, blocking=True)` sends nothing again; its user sees each error.
- Nobody is refused for want of a connection: callers queue for one, for `POOL_WAIT_S` at most.
- A read that blocks (XREADGROUP … BLOCK) needs that client, too: with the other one the socket's timeout would end it
  early.
"""

import contextlib
import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError

from bot.addresses import MalformedAddressError, each_address, shown
from bot.cluster import PatientCluster

CLIENT_NAME: Final = "credits"
OLDEST_VERSION: Final = (7, 0)
RETRIES: Final = 3
SOCKET_TIMEOUT_S: Final = 5.0
BLOCK_LIMIT_MS: Final = 10_000
"""The longest BLOCK that a client made with `blocking=True` may ask for, in milliseconds."""
POOL_SIZE: Final = 64
POOL_WAIT_S: Final = 10.0
CLUSTER_CONNECTIONS: Final = 1_000
"""A node. The cluster client cannot queue for a connection, so the limit is one nobody meets."""

Client: TypeAlias = Redis | RedisCluster


class ConnectError(Exception):
    """Redis cannot be used; `str()` names REDIS_URL and the reason, and never the password."""


@dataclasses.dataclass(frozen=True)
class ServerFacts:
    """What a server says about itself to everybody. The rest, which an ACL may forbid, is `bot.examination`'s."""

    software: str
    """`redis` or `valkey`."""
    version: str
    cluster: bool
    role: str
    """`master`, or `replica`, which refuses writes."""


async def connect(url: str, *, blocking: bool = False) -> Client:
    """A client for the server or cluster at `url`, connected, its version checked; replies are `str`.

    Args:
        url: as in the module's docstring.
        blocking: for reads of a consumer group, which may wait up to `BLOCK_LIMIT_MS` and are never sent again.

    Raises:
        ConnectError: the address is malformed, nothing answers, it refuses us, it is older than 7.0, or several
            servers are named that are no cluster.
    """
    try:
        place, addresses = shown(url), each_address(url)
    except MalformedAddressError as error:
        raise ConnectError(str(error)) from None
    failed: list[str] = []
    for address in addresses:
        try:
            return await _connect(address, blocking=blocking, several=len(addresses) > 1)
        except (RedisError, OSError, ValueError, TypeError, ConnectError) as error:
            failed.append(str(error))
            cause = error
            if isinstance(error, ConnectError):  # it answers, and will not do
                break
    raise ConnectError(f"Redis at {place} (REDIS_URL) cannot be used: {' '.join(dict.fromkeys(failed))}") from cause


async def _connect(url: str, *, blocking: bool, several: bool) -> Client:
    options: dict[str, Any] = {
        "client_name": CLIENT_NAME,
        "decode_responses": True,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), 0)
        if blocking
        else Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), RETRIES),
        "socket_connect_timeout": SOCKET_TIMEOUT_S,
        "socket_timeout": SOCKET_TIMEOUT_S + (BLOCK_LIMIT_MS / 1000 if blocking else 0),
    }
    async with contextlib.AsyncExitStack() as opened:
        pool = BlockingConnectionPool.from_url(url, max_connections=POOL_SIZE, timeout=POOL_WAIT_S, **options)
        single = Redis.from_pool(pool)
        opened.push_async_callback(single.aclose)
        facts = await hello(single)
        _require_supported(facts)
        if not facts.cluster:
            if several:
                raise ConnectError("several servers are named, and this one is not a cluster's: name one.")
            opened.pop_all()
            return single
        # A slot's new node is known by the answer alone; to read the whole cluster anew would cut everybody off.
        cluster: Client = PatientCluster.from_url(
            url, max_connections=CLUSTER_CONNECTIONS, reinitialize_steps=0, **options
        )
        try:
            await cluster.initialize()
        except BaseException:
            await cluster.aclose()
            raise
        return cluster


async def hello(client: Client, **target: Any) -> ServerFacts:
    """HELLO tells version and mode, and no ACL in its senses forbids it, as many do INFO."""
    told = one(await client.execute_command("HELLO", **target))
    return ServerFacts(
        software=str(told.get("server", "redis")),
        version=str(told.get("version", "")),
        cluster=told.get("mode") == "cluster",
        role="master" if told.get("role") == "master" else "replica",
    )


def one(reply: Any) -> Mapping[str, Any]:
    """A reply as a mapping: RESP3 sends one, RESP2 a flat list, and the cluster client puts the node's name around."""
    if isinstance(reply, list):
        return dict(zip(reply[::2], reply[1::2], strict=True))
    if isinstance(reply, Mapping) and len(reply) == 1 and isinstance(inner := next(iter(reply.values())), dict | list):
        return one(inner)
    return reply if isinstance(reply, Mapping) else {}


def _require_supported(facts: ServerFacts) -> None:
    found = tuple(int(part) for part in re.findall(r"\d+", facts.version)[:2])
    if found < OLDEST_VERSION:
        raise ConnectError(
            f"it is {facts.software} {facts.version or 'of unknown version'}; Redis 7.0 or Valkey 7.2 is the oldest"
            " that will do."
        )
