"""Batches that are lost on the way, and batches against the same postings one by one."""

from collections.abc import AsyncIterator, Iterator

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from store import keys
from store.batch import UsagePosting
from store.keys import AccountRef
from store.ledger import Ledger
from store.outcomes import Posted, Repeated
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank, usd
from tests.lossy import Lossy, lossy
from tests.store.banks import bank_by
from tests.store.posting import OTHER, arrange
from tests.store.test_batch import SECOND, afters, call

bank = bank_by(arrange)


async def test_error_of_one_accounts_call_is_raised(bank: Bank) -> None:
    """What the others' postings came to is then unknown; the same batch again posts what is missing, and only that."""
    await bank.ledger.open_account(OTHER, CURRENCY)
    record = await bank.redis.hgetall(keys.account(OTHER))
    await bank.redis.delete(keys.account(OTHER))
    await bank.redis.set(keys.account(OTHER), "damaged")
    batch = [call(1), call(2, 1, OTHER)]

    with pytest.raises(ResponseError):
        await bank.ledger.post_batch(batch)
    await bank.redis.delete(keys.account(OTHER))
    await bank.redis.hset(keys.account(OTHER), mapping=record)
    outcomes = await bank.ledger.post_batch(batch)

    assert [type(each) for each in outcomes] == [Repeated, Posted]
    await bank.prove()


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the real server."""
    async with lossy(server) as relay:
        yield relay


@pytest.mark.parametrize("refs", [[REF], [REF, SECOND]])
@pytest.mark.parametrize("retries", [0, 1])
async def test_lost_reply_doubles_nothing(
    proxy: Lossy, single_redis: Client, refs: list[AccountRef], retries: int
) -> None:
    """Without a retry of the client's the caller learns that nothing is known; asked again, it has happened once."""
    bank = await Bank.open(single_redis, balance=100)
    await bank.ledger.open_account(SECOND, CURRENCY)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True, retry=Retry(NoBackoff(), retries))
    batch = [call(number, 1, refs[number % len(refs)]) for number in range(40)]
    proxy.lose_after = b"call-1"

    if not retries:
        with pytest.raises(RedisError):
            await Ledger(client).post_batch(batch)
    outcomes = await Ledger(client).post_batch(batch)

    await client.aclose()
    assert proxy.lost == 1
    assert {type(each) for each in outcomes} == {Repeated}
    for ref in refs:
        await bank.prove(ref)
    assert (await bank.account()).balance == usd(100 - 40 // len(refs))


def numbers() -> Iterator[str]:
    """Ids of payments."""
    return (f"pay-{number}" for number in range(1, 10**6))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([0, 1, 7, 30]), st.sampled_from("ab"), st.booleans()),
        max_size=30,
    )
)
async def test_batch_comes_to_what_its_postings_come_to_one_by_one(
    drawn: list[tuple[int, int, str, bool]],
) -> None:
    """Outcomes, entries, events and balance, whatever is in it."""
    found = []
    for together in (True, False):
        redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
        bank = await Bank.open(redis, balance=50)
        await bank.levels(40, 10)
        await bank.recharge(below=30)
        payment_ids = numbers()
        bank.ledger._ids = lambda payment_ids=payment_ids: next(payment_ids)  # type: ignore[misc]
        postings = [
            UsagePosting(REF, usd(units), str(number), "test", "", service, authorised)
            for number, units, service, authorised in drawn
        ]
        if together:
            outcomes = list(await bank.ledger.post_batch(postings))
        else:
            outcomes = [outcome for each in postings for outcome in await bank.ledger.post_batch([each])]
        await bank.prove()
        entries = [
            (each.version, each.credit, each.amount, each.after, each.lots, each.operation)
            for each in await bank.entries()
        ]
        events = [
            {name: text for name, text in each.items() if name not in {"at_ms", "payment"}}
            for each in await bank.events()
        ]
        found.append((afters(tuple(outcomes)), [type(each) for each in outcomes], entries, events))

    assert found[0] == found[1]
