"""An account takes fifty services; others only if a rate card, a pool or the product itself lists them."""

import asyncio

import pytest

from store import keys
from store.calls import to_columns
from store.outcomes import Held, Reason, Refused, Resolved
from store.pools import Pool
from store.rating import Terms
from store.scripts import Client
from store.tariff import Tariff
from tests.controls import REF, Bank
from tests.store.banks import bank_by
from tests.store.charging import NOW, charging, set_terms
from tests.store.holding import capture, place
from tests.store.posting import dump
from tests.store.rating import call, card
from tests.store.recorded import post, record, summary

MANY = 50
REFUSED = Refused(Reason.SERVICES_TOO_MANY)


async def arrange(redis: Client) -> Bank:
    """A hundred dollars, and a total for each of as many services as there may be."""
    bank = await Bank.open(redis, balance=100)
    await invent(bank, MANY)
    return bank


bank = bank_by(arrange)


async def invent(bank: Bank, count: int) -> None:
    """So many services, those that came to something among them; the others are as good as forgotten."""
    record = await bank.redis.hgetall(keys.account(REF))
    totals = {name: micros for name, micros in record.items() if name.startswith("total:usage:")}
    for name in [name for name, micros in totals.items() if micros == "0"]:
        await bank.redis.hdel(keys.account(REF), name)
        del totals[name]
    for each in range(count - len(totals)):
        await bank.redis.hset(keys.account(REF), f"total:usage:s{each}", 0)


async def test_hold_for_one_service_more_is_refused(bank: Bank) -> None:
    """Nothing is changed; one that the account has, or that is listed, is none more."""
    before = await dump(bank.redis)
    assert await place(bank, 1, service="invented") == REFUSED
    assert await dump(bank.redis) == before

    assert isinstance(await place(bank, 1, "call-1", service="s7"), Held)
    assert isinstance(await place(bank, 1, "call-2", service="toll-free"), Held)
    assert isinstance(await place(bank, 1, "call-3", service="calls"), Held)
    await bank.prove()


async def test_hold_makes_its_service_one_of_the_account(bank: Bank) -> None:
    """From when it is placed: the last one that there is room for."""
    await invent(bank, MANY - 1)
    assert isinstance(await place(bank, 1, "call-1", service="invented"), Held)

    assert await place(bank, 1, "call-2", service="another") == REFUSED
    assert isinstance(await place(bank, 1, "call-3", service="invented"), Held)
    assert not (await bank.account()).used
    await bank.prove()


async def test_capture_for_one_service_more_is_refused(bank: Bank) -> None:
    """The hold stays, and can be captured for its own."""
    await place(bank, 1)

    assert await capture(bank, 1, service="invented") == REFUSED
    assert isinstance(await capture(bank, 1, service="s7"), Resolved)
    await bank.prove()


async def test_capture_for_the_service_of_the_hold_is_never_refused(bank: Bank) -> None:
    """Its call was allowed, whatever the account has come to since."""
    await invent(bank, 0)
    await place(bank, 1, service="invented")
    await invent(bank, MANY)

    assert isinstance(await capture(bank, 1), Resolved)
    await bank.prove()


@pytest.mark.parametrize(("service", "posted"), [("invented", 0), ("s7", 1), ("calls", 1), ("conference", 1)])
async def test_records_of_one_service_more_are_refused(bank: Bank, service: str, posted: int) -> None:
    """Each with the reason, and nothing is known of them."""
    lines = [record(1, service=service)]

    refused = [] if posted else [("record-1", Reason.SERVICES_TOO_MANY)]
    assert summary(await post(bank, lines)) == (posted, [], refused)
    if not posted:
        await invent(bank, MANY - 1)
        assert (await post(bank, lines)).posted == 1
    await bank.prove()


async def test_services_of_cards_and_pools_are_taken(bank: Bank) -> None:
    """However many the account has; the other calls are refused, with the reason."""
    pools = (Pool("p", ("pooled",), 60, 1),)
    await set_terms(bank, Terms("USD", Tariff([card(service="carded")]), pools))
    names = ("carded", "pooled", "invented", "s7", "toll-free")
    calls = [call(id=each, service=each, start_ms=NOW) for each in names]

    charged = await charging(bank).charge(REF, to_columns(calls), actor="ingest")

    assert (charged.posted, charged.refused) == (4, [(2, Reason.SERVICES_TOO_MANY)])
    await bank.prove()


async def test_many_at_once_are_no_more(real_redis: Client) -> None:
    """Whoever comes first has the last place."""
    bank = await arrange(real_redis)
    await invent(bank, MANY - 2)

    outcomes = await asyncio.gather(*(place(bank, 1, f"call-{each}", service=f"n{each}") for each in range(9)))

    assert sum(isinstance(each, Held) for each in outcomes) == 2
    assert outcomes.count(REFUSED) == 7
    await bank.prove()
