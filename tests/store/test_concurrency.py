"""Many at once, on a real server, each on a connection of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest

from store.ledger import Ledger
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.payments import Claimed, Failure, Payments
from store.policy import Limits
from store.roles import Roles
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.outline import outline

CROWD = 50
T = TypeVar("T")


@pytest.fixture
async def crowd(another: Callable[..., Client], real_redis: Client) -> AsyncIterator[list[Client]]:
    """Fifty clients, each with its own connection."""
    clients = [another(max_connections=1) for _ in range(CROWD)]
    yield clients
    for client in clients:
        await client.aclose()


async def together(actions: list[Callable[[], Awaitable[T]]]) -> list[T]:
    """Run all at once, started by one signal."""
    start = asyncio.Event()

    async def wait(action: Callable[[], Awaitable[T]]) -> T:
        await start.wait()
        return await action()

    tasks = [asyncio.create_task(wait(action)) for action in actions]
    start.set()
    return await asyncio.gather(*tasks)


def charge(client: Client, units: int, operation_id: str) -> Callable[[], Awaitable[Posting]]:
    """A debit on that client."""
    return lambda: Ledger(client).charge_usage(REF, usd(units), operation_id=operation_id, actor="test")


def payments_of(client: Client) -> Payments:
    """The payments service on that client."""
    return Payments(client, Roles(client), Limits())


async def test_debits_across_the_trigger_open_one_recharge(crowd: list[Client], real_redis: Client) -> None:
    """Fifty debits at once across two levels and the trigger: one recharge, one alert a level, nothing lost."""
    bank = await Bank.open(real_redis, balance=100)
    await bank.levels(60, 30)
    await bank.recharge()

    outcomes = await together([charge(client, 2, f"call-{n}") for n, client in enumerate(crowd)])

    assert all(isinstance(each, Posted) for each in outcomes)
    assert await outline(bank) == ["low 60", "low 30", "due", "exhausted"]
    assert (await bank.account()).balance == usd(0)
    await bank.prove()


async def test_one_operation_from_everywhere_is_one_entry(crowd: list[Client], real_redis: Client) -> None:
    """The same operation from fifty connections at once: one posts, the others are told the same."""
    bank = await Bank.open(real_redis, balance=100)

    outcomes = await together([charge(client, 2, "the-call") for client in crowd])

    assert Counter(map(type, outcomes)) == {Posted: 1, Repeated: CROWD - 1}
    assert len({(each.entry, each.after) for each in outcomes if not isinstance(each, Refused)}) == 1
    assert len(await bank.entries()) == 2
    await bank.prove()


async def test_one_operation_id_with_different_contents_is_posted_once(crowd: list[Client], real_redis: Client) -> None:
    """Two contents under one id at once: one wins, every other content is refused."""
    bank = await Bank.open(real_redis, balance=100)

    outcomes = await together([charge(client, 1 + n % 2, "the-call") for n, client in enumerate(crowd)])

    kinds = Counter(each.reason if isinstance(each, Refused) else type(each) for each in outcomes)
    assert kinds == {Posted: 1, Repeated: CROWD // 2 - 1, Reason.OPERATION_CONFLICT: CROWD // 2}
    await bank.prove()


async def test_charge_reported_from_everywhere_is_credited_once(crowd: list[Client], real_redis: Client) -> None:
    """Reply, webhook and reconciler at once: one credit."""
    bank = await Bank.open(real_redis, balance=100)
    await bank.recharge()
    await bank.spend(90)
    slot = (await bank.account()).slot
    services = [payments_of(client) for client in crowd]

    def report(service: Payments) -> Callable[[], Awaitable[Posting]]:
        return lambda: service.settle(REF, slot, charge_ref="ch_1", received=usd(50))

    outcomes = await together([report(service) for service in services])

    assert Counter(map(type, outcomes)) == {Posted: 1, Repeated: CROWD - 1}
    assert (await outline(bank)).count("recharged") == 1
    await bank.prove()


async def test_of_two_claims_the_last_ones_result_counts(crowd: list[Client], real_redis: Client) -> None:
    """Everybody claims at once: fences are all different, keys all the same, and only the highest may report."""
    bank = await Bank.open(real_redis, balance=100)
    await bank.recharge()
    await bank.spend(90)
    slot = (await bank.account()).slot
    services = [payments_of(client) for client in crowd]

    def take(service: Payments) -> Callable[[], Awaitable[Claimed | Refused]]:
        return lambda: service.claim(REF, slot, 1)

    def report(service: Payments, claimed: Claimed) -> Callable[[], Awaitable[object]]:
        return lambda: service.fail(REF, claimed, Failure.DECLINED, reason="insufficient_funds")

    claims = [each for each in await together([take(service) for service in services]) if isinstance(each, Claimed)]
    results = await together([report(*pair) for pair in zip(services, claims, strict=True)])

    assert sorted(each.fence for each in claims) == list(range(1, CROWD + 1))
    assert {each.key for each in claims} == {f"{slot}:1"}
    winners = [claim.fence for claim, result in zip(claims, results, strict=True) if not isinstance(result, Refused)]
    assert winners == [CROWD]
    assert await outline(bank) == ["due", "started", "declined"]


async def test_debits_credits_and_settlements_together_add_up(crowd: list[Client], real_redis: Client) -> None:
    """Whatever arrives together, the journal continues from entry to entry and its sum is the balance."""
    bank = await Bank.open(real_redis, balance=100, cooldown_s=0, per_day=1000)
    await bank.levels(80, 40)
    await bank.recharge(below=50, cap=5000)

    async def work(number: int, client: Client) -> None:
        ledger, payments = Ledger(client), payments_of(client)
        for turn in range(6):
            name = f"{number}-{turn}"
            await ledger.charge_usage(REF, usd(7), operation_id=f"call-{name}", actor="test")
            if number % 5 == 0:
                await ledger.add_credit(REF, usd(3), operation_id=f"grant-{name}", actor="test")
            account = await ledger.account(REF)
            if account and account.slot:
                claimed = await payments.claim(REF, account.slot, 1)
                if isinstance(claimed, Claimed):
                    ref = f"ch_{claimed.key}"
                    await payments.settle(REF, claimed.payment_id, charge_ref=ref, received=claimed.amount)

    await asyncio.gather(*(work(number, client) for number, client in enumerate(crowd)))

    told, entries = Counter(await bank.event_types()), Counter(each.kind for each in await bank.entries())
    assert entries["usage"] == CROWD * 6
    assert entries["grant"] == 1 + CROWD // 5 * 6
    assert entries["recharge"] == told["recharged"] > 0
    # a recharge that another's credit has made needless meanwhile is cancelled when it is claimed
    assert told["recharge_due"] - told["recharged"] - told["recharge_cancelled"] in {0, 1}
    await bank.prove()
