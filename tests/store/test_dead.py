"""Dead letters: found with all that is known of them, replayed exactly once, dropped for good."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store import keys
from store.dead import DeadLetter, DeadLetters
from store.events import BalanceLow, Codec, RechargeResumed
from store.keys import AccountRef
from store.outbox import Outbox
from store.scripts import Client
from tests.controls import REF
from tests.everywhere import configure
from tests.lossy import Lossy, lossy
from tests.store.test_outbox import LOW, PARTITION, STREAM, both_groups

DEAD = keys.dead(PARTITION)
ELSEWHERE = AccountRef("T0OTHER")


async def arrange(redis: Client) -> Outbox:
    """Both groups on the partition."""
    return await both_groups(redis)


@pytest.fixture
async def outbox(redis: Client) -> Outbox:
    """As `arrange` says."""
    return await arrange(redis)


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the real server."""
    async with lossy(server) as relay:
        yield relay


async def bury(outbox: Outbox, redis: Client, why: str = "msg_too_long", **fields: str) -> DeadLetter:
    """Put an event aside that the alerts failed to tell twelve times; answers the letter."""
    await redis.xadd(STREAM, {**LOW, **fields})
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    await outbox.give_up("alerts", delivery, why, tries=12)
    [other] = await outbox.read("payments", "w1", [PARTITION], block_ms=1)
    await outbox.acknowledge("payments", other)
    return (await DeadLetters(redis).find())[-1]


async def test_letter_says_what_whose_when_why_and_how_often(outbox: Outbox, redis: Client) -> None:
    """What an operator asks for is all there, and the letter's own id finds it."""
    letter = await bury(outbox, redis)

    [(place, _)] = await redis.xrange(STREAM)
    assert (letter.type, letter.tenant, letter.account) == ("balance_low", REF.tenant, "default")
    assert (letter.group, letter.why, letter.tries) == ("alerts", "msg_too_long", 12)
    assert letter.event_id == f"{PARTITION:02d}-{place}"
    assert letter.id.startswith(f"{PARTITION:02d}-")
    assert letter.happened_ms == int(place.split("-")[0]) <= letter.put_aside_ms
    assert letter.readable


async def test_letters_are_found_by_workspace_the_longest_dead_first(redis: Client) -> None:
    """Over all partitions, more than one read takes; broken ones, which are nobody's, among all of them."""
    for number in range(1200):
        await redis.xadd(DEAD, {**LOW, "stream_id": f"{number}-0"}, id=f"{2 * number + 2}-0")
    await redis.xadd(keys.dead(keys.partition_of(ELSEWHERE.tenant)), {**LOW, "tenant": ELSEWHERE.tenant}, id="5-0")
    await redis.xadd(keys.dead(3), {"nonsense": "1"}, id="3-0")
    letters = DeadLetters(redis)

    every = await letters.find()
    assert [each.put_aside_ms for each in every[:4]] == [2, 3, 4, 5]
    assert len(every) == await letters.count() == 1202
    assert [each.put_aside_ms for each in await letters.find(ELSEWHERE.tenant)] == [5]
    assert len(await letters.find(REF.tenant)) == 1200
    assert [each.readable for each in every[:2]] == [True, False]


async def test_replayed_event_comes_back_with_its_id_for_its_group(outbox: Outbox, redis: Client) -> None:
    """It is the same event as before, marked as a repetition and addressed to whom it failed; the letter is gone."""
    letter = await bury(outbox, redis)

    assert await DeadLetters(redis).replay(letter)

    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    assert isinstance(delivery.event, BalanceLow)
    assert (delivery.event.id, delivery.event.at_ms) == (letter.event_id, 1)
    assert (delivery.again, delivery.addressee) == (True, "alerts")
    assert await DeadLetters(redis).count() == 0


async def test_event_that_fails_again_keeps_its_id_and_its_count(outbox: Outbox, redis: Client) -> None:
    """Put aside once more, it is still the same event, with all its tries."""
    first = await bury(outbox, redis)
    await DeadLetters(redis).replay(first)
    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    await outbox.give_up("alerts", delivery, "missing_scope", tries=3)

    [second] = await DeadLetters(redis).find()
    assert (second.event_id, second.why, second.tries) == (first.event_id, "missing_scope", 15)
    assert (second.group, second.happened_ms) == ("alerts", first.happened_ms)
    assert second.id != first.id


@pytest.mark.parametrize("tried", ["", "a lot", "-1"])
async def test_broken_count_does_not_keep_a_broken_event_from_being_put_aside(
    outbox: Outbox, redis: Client, tried: str
) -> None:
    """Whatever stands in the record, it can be put aside and looked at."""
    assert (await bury(outbox, redis, tried=tried)).tries == 12


async def test_letter_is_replayed_once_by_many(real_redis: Client) -> None:
    """Eight operators replay the same five letters at once: each event is back once, and one of them did it."""
    outbox = await both_groups(real_redis)  # the imitation does not see that a watched stream has changed
    letters = [await bury(outbox, real_redis, account=f"a{number}") for number in range(5)]
    before = await real_redis.xlen(STREAM)

    answers = await asyncio.gather(*(DeadLetters(real_redis).replay(each) for each in letters for _ in range(8)))

    assert sum(answers) == 5
    assert await real_redis.xlen(STREAM) == before + 5
    assert await DeadLetters(real_redis).count() == 0


async def test_dropped_letter_is_gone(outbox: Outbox, redis: Client) -> None:
    """It is neither found nor replayed any more; dropped again, nothing happens."""
    letter = await bury(outbox, redis)
    letters = DeadLetters(redis)

    assert [await letters.drop(letter), await letters.drop(letter), await letters.replay(letter)] == [
        True,
        False,
        False,
    ]
    assert await letters.find() == []
    assert await redis.xlen(STREAM) == 1


async def test_unreadable_event_can_be_replayed_when_a_version_knows_it(
    outbox: Outbox, redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a later version wrote is told by that version, once it is there."""
    letter = await bury(outbox, redis, type="of the future", by="")
    assert not letter.readable
    monkeypatch.setitem(Codec.TYPES, "of the future", RechargeResumed)
    await DeadLetters(redis).replay(letter)

    [delivery] = await outbox.read("alerts", "w1", [PARTITION], block_ms=1)
    assert isinstance(delivery.event, RechargeResumed)


@pytest.mark.parametrize(("verb", "events"), [("replay", 2), ("drop", 1)])
async def test_letter_whose_answer_is_lost_is_taken_once_and_that_is_said(
    proxy: Lossy, single_redis: Client, verb: str, events: int
) -> None:
    """The connection breaks in place of the answer, and the client asks again: done, once; another finds it gone."""
    outbox = await both_groups(single_redis)
    letter = await bury(outbox, single_redis)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
    proxy.lose_after = letter.place.encode()

    assert await getattr(DeadLetters(client), verb)(letter)

    await client.aclose()
    assert proxy.lost == 1
    assert not await getattr(DeadLetters(single_redis), verb)(letter)
    assert await single_redis.xlen(STREAM) == events
    assert await DeadLetters(single_redis).count() == 0


async def test_replay_without_an_answer_is_an_error_and_done_once(proxy: Lossy, single_redis: Client) -> None:
    """A client that does not ask again does not know; asked anew, nothing happens a second time."""
    outbox = await both_groups(single_redis)
    letter = await bury(outbox, single_redis)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True, retry=Retry(NoBackoff(), 0))
    proxy.lose_after = letter.place.encode()

    with pytest.raises(RedisError):
        await DeadLetters(client).replay(letter)
    await DeadLetters(client).replay(letter)

    await client.aclose()
    assert await single_redis.xlen(STREAM) == 2


async def test_without_memory_nothing_is_replayed(real_redis: Client) -> None:
    """When the server cannot take the event back, the letter stays."""
    outbox = await both_groups(real_redis)
    letter = await bury(outbox, real_redis)
    await configure(real_redis, "maxmemory-policy", "noeviction")
    await configure(real_redis, "maxmemory", "1")
    try:
        with pytest.raises(RedisError):
            await DeadLetters(real_redis).replay(letter)
    finally:
        await configure(real_redis, "maxmemory", "0")

    assert (await real_redis.xlen(STREAM), await DeadLetters(real_redis).count()) == (1, 1)
