"""A cluster's client that waits while a slot moves from one node to another, and calls an outage an outage.

While a slot moves, its keys lie on two nodes, and what needs them together is answered with "try again" (see
`store.scripts`). redis-py asks sixteen times within half a second and then gives up; a move takes as long as its keys
are large. When no node answers it raises what is no RedisError, so that who waits out an outage would take it for a
fault of the work in hand.
"""

import asyncio
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.exceptions import ClusterError, ConnectionError, RedisClusterException  # noqa: A004 - redis' own

MOVE_S: Final = 10.0
"""How long a command waits for its slot's move to end."""
AGAIN_S: Final = 0.1


class PatientCluster(RedisCluster):
    """redis-py's client, with that patience."""

    async def initialize(
        self,
        additional_startup_nodes_info: list[tuple[str, int]] | None = None,
        last_failed_node_name: str | None = None,
    ) -> "PatientCluster":
        """Learn which node has which slots.

        Raises:
            redis.exceptions.ConnectionError: no node tells.
        """
        try:
            await super().initialize(additional_startup_nodes_info, last_failed_node_name)
        except RedisClusterException as error:
            raise ConnectionError(str(error)) from error
        return self

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """As redis-py's. What is asked again here was turned away by each node, so it is carried out once at most.

        Raises:
            redis.exceptions.ClusterError: its slot's move did not end in `MOVE_S`; nothing was carried out.
        """
        until = asyncio.get_running_loop().time() + MOVE_S
        while True:
            try:
                return await super().execute_command(*args, **kwargs)
            except ClusterError as error:
                moving = type(error) is ClusterError  # its subclasses say that a slot is served by nobody
                if not moving or asyncio.get_running_loop().time() >= until:
                    raise
                await asyncio.sleep(AGAIN_S)

    async def aclose(self) -> None:
        """Close every connection, also in an outage: redis-py forgets to while it has to learn the nodes anew."""
        await super().aclose()
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            for nodes in ("nodes_cache", "startup_nodes") if self._initialize else ():  # not learned anew meanwhile
                await self.nodes_manager.aclose(nodes)

    def get_node(
        self, host: str | None = None, port: int | None = None, node_name: str | None = None
    ) -> ClusterNode | None:
        """A node that is known; one that a slot is moving to is got to know, where redis-py would fail."""
        found = super().get_node(host, port, node_name)
        if found is None and node_name:
            name, _, number = node_name.rpartition(":")
            found = ClusterNode(name, int(number), "primary", **self.nodes_manager.connection_kwargs)
            self.nodes_manager.set_nodes(self.nodes_manager.nodes_cache, {found.name: found})
        return found
