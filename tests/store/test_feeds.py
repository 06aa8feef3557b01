"""Feeds: one worker reads one at a time, and how far it came is kept."""

import pytest

from store import keys
from store.feeds import Feed, Standing
from store.leases import LeaseLostError
from store.scripts import Client
from tests.controls import REF

NAME = "graph-00ff"


async def test_feed_that_was_never_read_stands_nowhere(redis: Client) -> None:
    """It is due at once."""
    assert await Feed(redis, REF, NAME, "one").standing() == Standing()


async def test_feed_tells_how_far_it_was_read(redis: Client) -> None:
    """Each field that is written stays until it is written again."""
    feed = Feed(redis, REF, NAME, "one")
    await feed.take()
    await feed.advance(through_ms=7, due_ms=9)
    await feed.advance(problem="away", due_ms=10)

    assert await Feed(redis, REF, NAME, "another").standing() == Standing(7, 10, "away")


async def test_feed_has_one_reader(redis: Client) -> None:
    """Another has it once the first has left, or is heard of no more; taking again keeps it longer."""
    one, another = Feed(redis, REF, NAME, "one"), Feed(redis, REF, NAME, "another")

    assert [await one.take(), await another.take(), await one.take()] == [True, False, True]
    assert 0 < await redis.pttl(keys.feed_reader(REF, NAME)) <= one.ttl_ms
    await another.leave()
    assert not await another.take()
    await one.leave()
    assert await another.take()


async def test_reader_that_has_lost_the_feed_writes_nothing(redis: Client) -> None:
    """Neither while another has it nor after that."""
    one, another = Feed(redis, REF, NAME, "one"), Feed(redis, REF, NAME, "another")
    await one.take()
    await redis.delete(keys.feed_reader(REF, NAME))  # its time has run out
    await another.take()

    with pytest.raises(LeaseLostError):
        await one.advance(through_ms=1)
    await another.leave()
    with pytest.raises(LeaseLostError):
        await one.advance(through_ms=1)
    assert await another.standing() == Standing()


async def test_feeds_know_nothing_of_each_other(redis: Client) -> None:
    """Two sources of one account are two feeds."""
    one, other = Feed(redis, REF, NAME, "w"), Feed(redis, REF, "graph-00fe", "w")
    await one.take()
    await one.advance(through_ms=1)

    assert await other.standing() == Standing()
    assert await other.take()
