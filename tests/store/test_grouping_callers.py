"""Group commit as callers of the ledger see it: each has its own outcome, and nothing is lost or doubled."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from random import Random

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store.ledger import Ledger
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.scripts import Client
from tests.controls import REF, usd
from tests.lossy import Lossy, lossy
from tests.store.outline import outline
from tests.store.posting import arrange


async def test_refusals_are_each_callers_own(redis: Client) -> None:
    """Postings that share a call are posted, repeated and refused each for itself."""
    bank = await arrange(redis)

    outcomes = await asyncio.gather(
        bank.spend(1, "a"),
        bank.spend(2, "b"),
        bank.spend(2, "b"),
        bank.spend(3, "b"),
        bank.spend(0, "c"),
        bank.spend(4),
    )

    assert [type(each) for each in outcomes] == [Posted, Posted, Repeated, Refused, Refused, Posted]
    assert list(outcomes[3:5]) == [Refused(Reason.OPERATION_CONFLICT), Refused(Reason.AMOUNT_INVALID)]
    assert (await bank.account()).balance == usd(93)
    await bank.prove()


async def test_malformed_id_is_raised_to_its_caller_alone(redis: Client) -> None:
    """Before it joins the others."""
    bank = await arrange(redis)

    outcomes = await asyncio.gather(bank.spend(1), bank.spend(1, "a b"), bank.spend(1), return_exceptions=True)

    assert [type(each) for each in outcomes] == [Posted, ValueError, Posted]


async def test_text_that_cannot_be_sent_keeps_nobody_from_posting(redis: Client) -> None:
    """Half a character in one caller's name or memo is written as a question mark; it breaks no call of others."""
    bank = await arrange(redis)
    names = ["a", "b", "\ud800", "c"]

    outcomes = await asyncio.gather(
        *(bank.ledger.charge_usage(REF, usd(1), operation_id=bank.operation(), actor=name, memo=name) for name in names)
    )

    assert [type(each) for each in outcomes] == [Posted] * 4
    assert [(each.actor, each.memo) for each in (await bank.entries())[-2:]] == [("?", "?"), ("c", "c")]
    await bank.prove()


@pytest.mark.parametrize("grouped", [True, False])
async def test_crossings_are_told_once_and_in_order(real_redis: Client, grouped: bool) -> None:
    """Whether callers share calls or not."""
    bank = await arrange(real_redis)
    await bank.levels(60, 30)
    await bank.recharge()
    bank.ledger = Ledger(real_redis, grouped=grouped)

    outcomes = await asyncio.gather(*(bank.spend(2) for _ in range(50)))

    assert {type(each) for each in outcomes} == {Posted}
    assert await outline(bank) == ["low 60", "low 30", "due", "exhausted"]
    assert (await bank.account()).balance == usd(0)
    await bank.prove()


async def test_callers_share_calls(single_redis: Client) -> None:
    """Fifty who come together need two script calls, not fifty."""
    bank = await arrange(single_redis)
    await bank.spend(1)
    await single_redis.config_resetstat()

    await asyncio.gather(*(bank.spend(1) for _ in range(50)))

    assert (await single_redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == 2


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the real server."""
    async with lossy(server) as relay:
        yield relay


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_lost_or_doubled(proxy: Lossy, single_redis: Client, seed: int) -> None:
    """Fifty callers, of whom some go away, over a connection that loses replies: who asks again is posted once."""
    random = Random(seed)  # noqa: S311 a replay, not a secret
    bank = await arrange(single_redis)
    client: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True, retry=Retry(NoBackoff(), 0))
    ledger = Ledger(client)
    told: dict[str, Posting] = {}

    async def work(caller: int) -> None:
        for turn in range(4):
            name = f"call-{caller}-{turn}"
            while name not in told:
                if random.random() < 0.1:
                    proxy.lose_after = f"call-{random.randrange(50)}-{turn}".encode()
                charge = ledger.charge_usage(REF, usd(1), operation_id=name, actor="test")
                patience = random.choice([None, None, 0.0, 0.002])
                with contextlib.suppress(RedisError, TimeoutError):
                    told[name] = await asyncio.wait_for(charge, patience)

    await asyncio.gather(*(work(caller) for caller in range(50)))
    await client.aclose()

    assert proxy.lost
    assert {type(each) for each in told.values()} <= {Posted, Repeated}
    entries = (await bank.entries())[1:]
    assert sorted(each.operation for each in entries) == sorted(told)
    assert {each.operation: each.id for each in entries} == {
        name: each.entry for name, each in told.items() if not isinstance(each, Refused)
    }
    assert (await bank.account()).balance == usd(-100)
    await bank.prove()
