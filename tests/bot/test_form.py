"""A Redis that another version of the bot has written is left alone."""

import pytest
from redis.asyncio import Redis

from bot.app import StartError, open_stores
from bot.settings import Settings
from store import keys, schema


@pytest.mark.redis
@pytest.mark.parametrize(("step", "said"), [(-1, "an earlier version.*begin anew"), (1, "a later version")])
async def test_start_on_what_another_version_wrote_is_refused(server: str, step: int, said: str) -> None:
    """With a message that says what to do; `demo-reset`, which empties it, may open it."""
    settings = Settings(redis_url=server)
    async with Redis.from_url(server, decode_responses=True) as redis:
        await redis.flushall()
        await redis.sadd(keys.tenants(7), "T0TEST")
        form = schema.FORM + step
        await redis.set(keys.form(7), form)

        with pytest.raises(StartError, match=f"form {form}, as {said}.*make demo-reset"):
            async with open_stores(settings):
                pass
        async with open_stores(settings, of_any_form=True) as stores:
            assert await stores.redis.get(keys.form(7)) == str(form)
        await redis.flushall()
