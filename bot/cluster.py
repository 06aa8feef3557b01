"""A cluster's client that waits while a slot moves from one node to another.

While it does, its keys lie on two nodes, and what needs them together is answered with "try again" (see
`store.scripts`). redis-py asks sixteen times within half a second and then gives up; a move takes as long as its keys
are large.
"""

import asyncio
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.exceptions import ClusterError

MOVE_S: Final = 10.0
"""How long a command waits for its slot's move to end."""
AGAIN_S: Final = 0.1


class PatientCluster(RedisCluster):
    """redis-py's client, with that patience."""

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
