"""Eight clients on one account of a real server: one order, true to time, explains all that they were answered."""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from random import Random

import pytest

from store.ledger import Ledger
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.holding import HOUR_MS
from tests.store.linearizing import Call, Outcome, Request, contradictions, is_posted, told

CLIENTS, CALLS = 8, 25
SEEDS = int(os.environ.get("CREDITS_TEST_SEEDS", "8"))
"""A longer run by hand: `CREDITS_TEST_SEEDS=200 pytest tests/store/test_linearizability.py`."""


@pytest.fixture
async def crowd(another: Callable[..., Client], real_redis: Client) -> AsyncIterator[list[Ledger]]:
    """Eight ledgers, each on a connection of its own."""
    clients = [another(max_connections=1) for _ in range(CLIENTS)]
    yield [Ledger(client) for client in clients]
    for client in clients:
        await client.aclose()


async def ask(ledger: Ledger, request: Request) -> Outcome:
    """Send it."""
    amount, name, asks = usd(request.amount), request.operation, request.authorised
    match request.kind:
        case "charge":
            return await ledger.charge_usage(REF, amount, operation_id=name, actor="test", authorised=asks)
        case "credit":
            return await ledger.add_credit(REF, amount, operation_id=name, actor="test")
        case "place":
            return await ledger.place_hold(REF, request.hold, amount, ttl_ms=HOUR_MS, operation_id=name, actor="test")
    return await ledger.capture_hold(REF, request.hold, amount, operation_id=name, actor="test", authorised=asks)


class Course:
    """What eight clients do at the same time: new requests, and again what any of them has asked for before."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 a replay, not a secret
        self.clock = itertools.count()
        self.asked: list[Request] = []
        self.calls: list[Call] = []

    async def run(self, crowd: list[Ledger]) -> None:
        """All of them, each one call after another."""
        await asyncio.gather(*(self.work(ledger) for ledger in crowd))

    async def work(self, ledger: Ledger) -> None:
        """One client."""
        for _ in range(CALLS):
            request = self.choose()
            self.asked.append(request)
            invoked = next(self.clock)
            outcome = await ask(ledger, request)
            self.calls.append(Call(request, invoked, next(self.clock), outcome))
            for _ in range(self.random.randrange(3)):
                await asyncio.sleep(0)

    def choose(self) -> Request:
        """A new request, or one of the last, perhaps with another amount; that may be on its way still."""
        if self.asked and self.random.random() < 0.2:
            again = self.random.choice(self.asked[-12:])
            return replace(again, amount=again.amount + (self.random.random() < 0.3))
        kind = self.random.choices(["charge", "credit", "place", "capture"], [4, 2, 3, 3])[0]
        return Request(
            kind,
            f"operation-{len(self.asked)}",
            self.random.randint(1, 80 if kind == "credit" else 40),
            self.choose_hold(kind) if kind in {"place", "capture"} else "",
            kind in {"charge", "capture"} and self.random.random() < 0.7,
        )

    def choose_hold(self, kind: str) -> str:
        """A hold that may be new, or to capture one that was asked for a short time ago, perhaps in vain."""
        placed = [each.hold for each in self.asked if each.kind == "place"][-6:]
        if kind == "capture" and placed and self.random.random() < 0.9:
            return self.random.choice(placed)
        return f"call-{self.random.randrange(60)}"


@pytest.mark.redis
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_eight_clients_are_answered_is_linearizable(
    seed: int, crowd: list[Ledger], real_redis: Client
) -> None:
    """Postings in the order of the journal, refusals and repeats between them: each answer is right where it is."""
    bank, course = await Bank.open(real_redis), Course(seed)

    await course.run(crowd)

    print(f"seed {seed}:", Counter(told(each.outcome) or is_posted(each) for each in course.calls))  # noqa: T201
    assert contradictions(course.calls, await bank.entries()) == []
    await bank.prove()
