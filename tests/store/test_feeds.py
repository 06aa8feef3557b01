"""Feeds: one worker reads one at a time, and how far it came is kept."""

import pytest

from store import keys
from store.events import Codec
from store.feed_events import FeedEvent, FeedFailed, FeedRecovered
from store.feeds import PATIENCE_MS, Feed, Standing
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


async def rounds(redis: Client, *problems: str, mend: bool) -> list[str]:
    """What is told of rounds that ended so, "" for one that was read to its end."""
    feed = Feed(redis, REF, NAME, "one")
    await feed.take()
    return [await feed.end_round(due_ms=10, problem=each, mend=mend) for each in problems]


async def events(redis: Client) -> list[FeedEvent]:
    """What was told of feeds."""
    found = await redis.xrange(keys.outbox(keys.partition_of(REF.tenant)))
    decoded = [Codec.decode(event_id, record) for event_id, record in found]
    return [each for each in decoded if isinstance(each, FeedEvent)]


async def test_what_a_person_has_to_mend_is_told_at_once(redis: Client) -> None:
    """Each problem once until the feed is read again; that it is, once, and then all may be told anew."""
    wrong, forbidden = "secret_wrong", "forbidden"

    said = await rounds(redis, wrong, wrong, forbidden, wrong, forbidden, "", "", wrong, mend=True)

    assert said == ["failed", "noted", "failed", "noted", "noted", "recovered", "noted", "failed"]
    told = await events(redis)
    assert [(type(each), getattr(each, "problem", "")) for each in told] == [
        *((FeedFailed, wrong), (FeedFailed, forbidden), (FeedRecovered, ""), (FeedFailed, wrong))
    ]
    assert {each.feed for each in told} == {NAME}
    assert told[0].failing_ms == told[1].failing_ms == told[2].failing_ms > 0
    assert (await Feed(redis, REF, NAME, "one").standing()).told == (wrong,)


async def test_what_goes_away_by_itself_is_told_when_it_lasts(redis: Client) -> None:
    """Only once though it changes, and what a person has to mend is told beside it."""
    assert await rounds(redis, "away", "busy", mend=False) == ["noted", "noted"]
    standing = await Feed(redis, REF, NAME, "one").standing()
    assert (standing.due_ms, standing.problem, standing.told) == (10, "busy", ())
    await redis.hset(keys.feed(REF, NAME), "failing_ms", standing.failing_ms - PATIENCE_MS)

    assert await rounds(redis, "away", "busy", "away", mend=False) == ["failed", "noted", "noted"]
    assert await rounds(redis, "forbidden", mend=True) == ["failed"]
    assert await rounds(redis, "", mend=False) == ["recovered"]
    [failed, forbidden, _] = await events(redis)
    assert failed.failing_ms == forbidden.failing_ms == standing.failing_ms - PATIENCE_MS
    assert await Feed(redis, REF, NAME, "one").standing() == Standing(due_ms=10)


async def test_short_trouble_is_not_told(redis: Client) -> None:
    """Neither that it was, nor that it is over; the next one is counted anew."""
    assert await rounds(redis, "away", "", "away", mend=False) == ["noted"] * 3

    assert await events(redis) == []


async def test_round_of_a_reader_that_has_lost_the_feed_is_not_told(redis: Client) -> None:
    """Nothing is written either."""
    with pytest.raises(LeaseLostError):
        await Feed(redis, REF, NAME, "one").end_round(due_ms=1, problem="forbidden", mend=True)

    assert await Feed(redis, REF, NAME, "one").standing() == Standing()
    assert await events(redis) == []


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
