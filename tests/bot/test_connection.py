"""A connection in use: nobody is refused, what may be repeated is, and no wait is without an end."""

import asyncio
import time

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.connect import (
    BLOCK_LIMIT_MS,
    POOL_SIZE,
    connect,
)
from tests.bot.connecting import passing_on_to, run
from tests.listening import listening

pytestmark = pytest.mark.redis


async def test_more_callers_than_connections_queue(embedded_url: str) -> None:
    """Four times as many callers as the pool has connections all get their answer."""
    client = await connect(embedded_url)

    answers = await asyncio.gather(*(client.incr("n") for _ in range(4 * POOL_SIZE)))

    assert sorted(answers) == list(range(1, 4 * POOL_SIZE + 1))
    await client.aclose()


async def test_a_lost_reply_is_asked_for_again(embedded_url: str) -> None:
    """When connections are cut, commands are sent again, and the caller sees no error."""
    client = await connect(embedded_url)
    await client.set("n", 5)
    async with Redis.from_url(embedded_url) as admin:
        await run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")

    assert await client.get("n") == "5"
    await client.aclose()


async def test_retries_are_bounded(embedded_url: str) -> None:
    """When the server stays away, the caller is told so after three repetitions, not after the library's ten."""
    attempts = 0
    inner = passing_on_to(embedded_url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            await inner(reader, writer)

    async with listening(serve) as port:
        client = await connect(f"redis://127.0.0.1:{port}")
        async with Redis.from_url(embedded_url) as admin:
            await run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")

        with pytest.raises(RedisError):
            await client.get("n")

        await client.aclose()
    assert 2 <= attempts <= 5  # the first connection, then three repetitions and at most one more


async def test_a_blocking_client_sends_nothing_again(embedded_url: str) -> None:
    """A read of a group whose answer was lost is an error: sent again it would pass over what it was handed."""
    reader = await connect(embedded_url, blocking=True)
    await reader.xgroup_create("stream", "group", mkstream=True)
    async with Redis.from_url(embedded_url, decode_responses=True) as admin:
        command = ("XREADGROUP", "GROUP", "group", "me", "BLOCK", 4_000, "STREAMS", "stream", ">")
        reading = asyncio.create_task(run(reader, *command))
        async with asyncio.timeout(5):
            while not any(each["cmd"] == "xreadgroup" for each in await admin.client_list()):
                pass
        await run(admin, "CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")
        await admin.xadd("stream", {"n": 1})

        with pytest.raises(RedisError):
            await reading

    assert len(await reader.xreadgroup("group", "me", {"stream": ">"}, block=1)) == 1
    await reader.aclose()


async def test_a_blocking_read_outlasts_the_ordinary_timeout(embedded_url: str) -> None:
    """A reader may wait as long as BLOCK_LIMIT_MS; its socket does not time out before."""
    reader = await connect(embedded_url, blocking=True)
    assert isinstance(reader, Redis)
    begun = time.monotonic()

    nothing = await reader.xread({"stream": "$"}, block=5_600)

    assert not nothing
    assert 5.5 <= time.monotonic() - begun < 7.5
    assert reader.connection_pool.connection_kwargs["socket_timeout"] > BLOCK_LIMIT_MS / 1000
    await reader.aclose()
