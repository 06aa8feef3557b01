"""A mark is new once, and a lost reply does not make it old."""

import pytest
from redis.asyncio import Redis

from store.scripts import Client
from store.seen import Seen
from tests.lossy import lossy

pytestmark = pytest.mark.redis


async def test_a_mark_whose_reply_is_lost_is_new(single_redis: Client, server: str) -> None:
    """The client asks again by itself when the reply is lost: the mark is new for that call, and old for the next."""
    async with lossy(server) as proxy:
        client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
        seen = Seen(client)
        proxy.lose_after = b":seen:"

        answers = [await seen.first("signature:v0=aa"), await seen.first("signature:v0=aa")]

        await client.aclose()
    assert proxy.lost == 1
    assert answers == [True, False]
    assert len(await single_redis.keys("*")) == 1
