"""Where the ledger is: at REDIS_URL, or on the embedded server in the data folder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bot.connect import ConnectError, connect
from bot.embedded import EmbeddedRedis
from bot.ending import end
from bot.settings import Settings
from store.scripts import Client


async def address(settings: Settings, stack: contextlib.AsyncExitStack) -> str:
    """The server's address; the embedded one is started if need be, and looked after until `stack` is closed.

    Raises:
        bot.embedded.EmbeddedRedisError: the embedded server cannot be had.
    """
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    embedded = EmbeddedRedis(settings.data_dir)
    stack.push_async_callback(embedded.stop)
    url = await embedded.start()
    watch = asyncio.create_task(embedded.watch())
    stack.push_async_callback(end, [watch])
    return url


async def ledger_address(settings: Settings, stack: contextlib.AsyncExitStack) -> str:
    """As `address`, for a command that works on a ledger which is there already.

    Raises:
        bot.connect.ConnectError: there is none.
        bot.embedded.EmbeddedRedisError: the embedded server cannot be had.
    """
    if settings.redis_url is None and not (settings.data_dir / "redis").is_dir():
        raise ConnectError(
            f"There is no ledger in {settings.data_dir} (CREDITS_DATA_DIR), and REDIS_URL names no server. Set the one"
            " that the bot runs with."
        )
    return await address(settings, stack)


@contextlib.asynccontextmanager
async def open_redis(settings: Settings) -> AsyncIterator[Client]:
    """The ledger's Redis, for such a command.

    Raises:
        bot.connect.ConnectError: there is none, or Redis cannot be used.
        bot.embedded.EmbeddedRedisError: the embedded server cannot be had.
    """
    async with contextlib.AsyncExitStack() as stack:
        redis = await connect(await ledger_address(settings, stack))
        stack.push_async_callback(redis.aclose)
        yield redis
