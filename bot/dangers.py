"""What is unsafe about the connected Redis, told in the log at the start of a process, as `credits doctor` would."""

import structlog

from bot.diagnosis import Level, judge_nodes
from bot.examination import examine_nodes
from store.scripts import Client

log = structlog.get_logger(__name__)


async def warn_of_dangers(redis: Client) -> None:
    """A line for each unsafe thing about the server, or about a cluster's primaries.

    Raises:
        redis.exceptions.RedisError: it does not answer.
    """
    for each in judge_nodes(await examine_nodes(redis), embedded=False):  # which matters for advice alone
        if each.level is Level.UNSAFE:
            where = {"nodes": list(each.nodes)} if each.nodes else {}
            log.warning("redis_endangers_money", reason=each.said, change=each.change, **where)
