"""Script calls on one connection: a call may leave before the last one's answer is there, and is run after it."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError

from store.scripts import Argument, Client, Scripts


class Wire:
    """A connection of one's own, on which nothing is sent again: that could change the order.

    Whatever is raised, `redis.exceptions.RedisError` or else, the wire is of no more use unless it is a ResponseError,
    which answers one call; of the calls that are not answered nothing is known.
    """

    def __init__(self, connection: Any, scripts: Scripts) -> None:
        self._connection = connection
        self._scripts = scripts

    async def send(self, name: str, keys: Mapping[str, str], args: Mapping[str, Argument]) -> None:
        """Call the script `name`, as `Scripts.call` does, and do not wait."""
        if not self._connection.is_connected:  # it would connect anew, and take the next answer for the last one's
            msg = "the connection is gone"
            raise RedisConnectionError(msg)
        await self._connection.send_command(*self._scripts.command(name, keys, args), check_health=False)

    async def receive(self) -> Any:
        """The answer to the first call that has none yet; NoScriptError where the server does not know the script."""
        return await self._connection.read_response()


def has_wires(redis: Client) -> bool:
    """Whether this is one server; a cluster's client has connections to many."""
    return not isinstance(redis, RedisCluster)


@contextlib.asynccontextmanager
async def wired(redis: Client, scripts: Scripts) -> AsyncIterator[Wire]:
    """A wire of the client's pool; whatever is not answered at its end is given up. `has_wires` has to say so."""
    connection = await redis.connection_pool.get_connection()
    try:
        yield Wire(connection, scripts)
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    finally:
        await redis.connection_pool.release(connection)
