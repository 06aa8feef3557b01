"""Trimming: nothing is dropped that a group has not acknowledged."""

import pytest

from store.outbox import GROUPS, Outbox
from store.scripts import Client
from tests.controls import Bank
from tests.store.test_outbox import LOW, PARTITION, STREAM, acknowledge, both_groups, put, read


@pytest.fixture
async def outbox(redis: Client) -> Outbox:
    """Both groups on one partition."""
    return await both_groups(redis)


async def left(redis: Client) -> list[str]:
    """What is in the stream."""
    return [place for place, _ in await redis.xrange(STREAM)]


async def test_trim_drops_what_every_group_has_acknowledged(outbox: Outbox, redis: Client) -> None:
    """Acknowledged by all: gone. The answer is how many."""
    places = await put(redis, 3)
    for group in GROUPS:
        await read(outbox, group)
        await acknowledge(outbox, group, places)

    assert await outbox.trim(PARTITION) == 3
    assert await left(redis) == []


async def test_trim_keeps_what_one_group_has_not_read(outbox: Outbox, redis: Client) -> None:
    """A group that lags behind keeps everything that it has not been given."""
    places = await put(redis, 3)
    for group in set(GROUPS) - {"payments"}:
        await read(outbox, group)
        await acknowledge(outbox, group, places)
    await read(outbox, "payments", count=1)
    await acknowledge(outbox, "payments", places)

    assert await outbox.trim(PARTITION) == 1
    assert await left(redis) == places[1:]


async def test_trim_keeps_what_one_group_has_not_acknowledged(outbox: Outbox, redis: Client) -> None:
    """An event in a consumer's hands, and everything after it, stays."""
    places = await put(redis, 4)
    for group in GROUPS:
        await read(outbox, group)
    for group in set(GROUPS) - {"payments"}:
        await acknowledge(outbox, group, places)
    await acknowledge(outbox, "payments", [places[0], places[2], places[3]])

    assert await outbox.trim(PARTITION) == 1
    assert await left(redis) == places[1:]


async def test_trim_keeps_the_undelivered_tail(outbox: Outbox, redis: Client) -> None:
    """Events that arrived after the last read stay, although nothing is pending."""
    first = await put(redis, 2)
    for group in GROUPS:
        await read(outbox, group)
        await acknowledge(outbox, group, first)
    tail = await put(redis, 2)

    assert await outbox.trim(PARTITION) == 2
    assert await left(redis) == tail
    assert await read(outbox) == tail


@pytest.mark.parametrize("groups", [[], ["alerts"], ["alerts", "reports"]])
async def test_trim_waits_until_every_group_exists(redis: Client, groups: list[str]) -> None:
    """While one of the groups was never made, nothing is dropped, whatever others have read."""
    outbox = Outbox(redis, redis)
    places = await put(redis, 2)
    for group in groups:
        await outbox.ensure_group(group, [PARTITION])
        await read(outbox, group)
        await acknowledge(outbox, group, places)

    assert await outbox.trim(PARTITION) == 0
    assert await left(redis) == places


async def test_trim_keeps_what_is_young(outbox: Outbox, redis: Client) -> None:
    """Within the time to keep, acknowledged events stay too."""
    await redis.xadd(STREAM, dict(LOW), id="1-1")
    places = ["1-1", *await put(redis)]
    for group in GROUPS:
        await read(outbox, group)
        await acknowledge(outbox, group, places)

    assert await outbox.trim(PARTITION, keep_ms=60_000) == 1
    assert await left(redis) == places[1:]


async def test_event_exists_exactly_when_its_entry_does(redis: Client) -> None:
    """The crossing's event and the debit's entry are made in one step: a repeat or a refusal makes neither."""
    bank = await Bank.open(redis, balance=100)
    await bank.levels(50)
    await bank.spend(60, "once")
    await bank.spend(60, "once")
    await bank.spend(-1)

    assert await bank.event_types() == ["balance_low"]
    assert len(await bank.entries()) == 2
