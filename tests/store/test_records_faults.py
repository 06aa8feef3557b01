"""Call records that arrive twice, together, over a bad connection, or at a full server: each is posted once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from random import Random

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store.account import Entry
from store.batch import UsagePosting
from store.ledger import Ledger
from store.lots import parts
from store.outcomes import Reason
from store.records import UsageRecord, records_of
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.lossy import Lossy, lossy
from tests.store.outline import outline
from tests.store.posting import arrange, dump
from tests.store.recorded import DAY_MS, START_MS, post, posted, record, summary
from tests.store.test_out_of_memory import fill, refuse_whole


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the real server."""
    async with lossy(server) as relay:
        yield relay


@pytest.mark.parametrize("retries", [0, 1])
async def test_lost_reply_doubles_nothing(proxy: Lossy, single_redis: Client, retries: int) -> None:
    """With a retry of the client's the records are told as repeats; without, the caller asks again."""
    bank = await arrange(single_redis)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True, retry=Retry(NoBackoff(), retries))
    lines = [record(number) for number in range(20)]
    proxy.lose_after = b"ingest"

    if not retries:
        with pytest.raises(RedisError):
            await Ledger(client).post_records(REF, lines, actor="ingest")
    outcome = await Ledger(client).post_records(REF, lines, actor="ingest")

    await client.aclose()
    assert proxy.lost == 1
    assert outcome.repeated == tuple(lines)
    assert await posted(bank) == lines
    await bank.prove()


async def test_pages_that_overlap_arrive_together(another: Callable[..., Client], real_redis: Client) -> None:
    """From many workers at once: every record is in one entry, and every level is told once."""
    bank = await arrange(real_redis)
    await bank.levels(60, 30)
    clients = [another() for _ in range(20)]
    lines = [record(number, "0.5") for number in range(150)]
    random = Random(1)  # noqa: S311 a replay, not a secret
    pages = [random.sample(lines, 60) for _ in clients]

    outcomes = await asyncio.gather(
        *(Ledger(client).post_records(REF, page, actor="ingest") for client, page in zip(clients, pages, strict=True))
    )

    for client in clients:
        await client.aclose()
    seen = {each.id for page in pages for each in page}
    assert Counter(each.id for each in await posted(bank)) == Counter(seen)
    assert sum(each.posted for each in outcomes) == len(seen)
    assert all(each.posted + len(each.repeated) == 60 for each in outcomes)
    assert (await outline(bank)).count("low 60") == 1
    await bank.prove()


async def test_records_are_refused_whole_without_memory(real_redis: Client) -> None:
    """Nothing of the entry is there, and no record of it is known."""
    bank = await arrange(real_redis)
    await bank.levels(95)
    await fill(bank)

    await refuse_whole(bank, lambda: post(bank, [record(number) for number in range(10)]))

    assert await outline(bank) == ["low 95"]


CALLS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([1, 7, 30]), st.sampled_from("ab")), max_size=12)


def lines_of(drawn: list[tuple[int, int, str]], days: int = 0) -> list[UsageRecord]:
    """Records as they were drawn."""
    return [
        UsageRecord(f"record-{n}", usd(units), START_MS + (n + days) * DAY_MS // 3, service=service)
        for n, units, service in drawn
    ]


def by_lot(entries: list[Entry]) -> Counter[str]:
    """What each lot paid."""
    return Counter(
        {
            lot: sum(
                part.micros for entry in entries for part in parts(entry.lots, entry.moved.micros) if part.lot == lot
            )
            for lot in {part.lot for entry in entries for part in parts(entry.lots, entry.moved.micros)}
        }
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
async def test_records_come_to_what_they_come_to_one_by_one(amounts: list[int]) -> None:
    """Balance, events with the balance they tell, and what each lot paid."""
    found = []
    for together in (True, False):
        redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
        bank = await Bank.open(redis, balance=30)
        await bank.grant(20)
        await bank.levels(40, 25, 10)
        await bank.recharge(below=30)
        bank.ledger._ids = lambda: "pay-1"
        if together:
            await post(bank, [record(number, units) for number, units in enumerate(amounts)])
        else:
            for number, units in enumerate(amounts):
                await bank.ledger.post_batch([UsagePosting(REF, usd(units), f"{number}", "test")])
        await bank.prove()
        events = [{name: text for name, text in each.items() if name != "at_ms"} for each in await bank.events()]
        found.append(((await bank.account()).balance, events, by_lot((await bank.entries())[2:])))

    assert found[0] == found[1]


@settings(max_examples=100, deadline=None)
@given(st.lists(CALLS, max_size=6))
async def test_any_pages_post_each_record_once(pages: list[list[tuple[int, int, str]]]) -> None:
    """The first contents of an id count; what tells the same is a repeat, anything else is refused."""
    redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
    bank = await Bank.open(redis, balance=100)
    first: dict[str, UsageRecord] = {}

    for page in pages:
        lines = lines_of(page)
        # one entry for each service: those of the service that comes first are posted first
        order = sorted(lines, key=lambda each: [line.service for line in lines].index(each.service))
        new, repeated, refused = list[str](), list[str](), list[tuple[str, Reason]]()
        for each in order:
            known = first.setdefault(each.id, each)
            if known is each:
                new.append(each.id)
            elif known == each:
                repeated.append(each.id)
            else:
                refused.append((each.id, Reason.OPERATION_CONFLICT))
        count, same, other = summary(await post(bank, lines))
        assert (count, sorted(same), sorted(other)) == (len(new), sorted(repeated), sorted(refused))
        await bank.prove()

    assert sorted(await posted(bank), key=lambda each: each.id) == sorted(first.values(), key=lambda each: each.id)


async def test_failed_posting_leaves_nothing_behind(redis: Client) -> None:
    """A page whose actor cannot be written is refused before anything is sent, and posts later as a whole."""
    bank = await arrange(redis)
    before = await dump(redis)

    with pytest.raises(ValueError, match="no tab"):
        await bank.ledger.post_records(REF, [record(1)], actor="a\tb")

    assert await dump(redis) == before
    assert [len(records_of(each)) for each in await bank.entries()] == [0]
    assert (await post(bank, [record(1)])).posted == 1
