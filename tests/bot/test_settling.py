"""Calls without a price: the worker charges them soon after a card was loaded."""

from typing import Any
from unittest.mock import AsyncMock

import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from bot import settling
from bot.settling import Settling
from store import keys
from store.calls import to_columns
from store.cards import Cards
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.roles import Operator
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store.charging import NOW, charging, set_terms
from tests.store.rating import call, card
from tests.store.test_late import LATER, charge, late
from tests.store.test_late import bank as bank_with_calls

bank = bank_with_calls
HERE = keys.partition_of(REF.tenant)


async def test_calls_are_charged_after_a_card_was_loaded(bank: Bank) -> None:
    """At the first look, at the next one after another card, and by no look between."""
    worker = Settling(bank.redis, lambda: [HERE])
    await worker.look()
    assert await late(bank) == []

    await set_terms(bank, LATER)
    with capture_logs() as logs:
        await worker.look()
        await worker.look()

    assert len(await late(bank)) == 6
    assert logs == [
        {"event": "charged_late", "log_level": "info", "tenant": REF.tenant, "account": "default", "calls": 6}
    ]
    await bank.prove()


async def test_calls_that_were_rated_before_the_card_get_their_price(bank: Bank) -> None:
    """Who had read the cards before posts calls without a price behind the first look: the next one finds them."""
    importer, worker = charging(bank), Settling(bank.redis, lambda: [HERE])
    stale = await importer.rater(REF)
    await set_terms(bank, LATER)
    await worker.look()
    importer.rater = AsyncMock(return_value=stale)  # type: ignore[method-assign]
    behind = call("+99955501", id="behind", start_ms=NOW)
    await importer.charge(REF, to_columns([behind]), actor="ingest")

    await worker.look()

    assert len(await late(bank)) == 7
    await bank.prove()


async def test_tenant_that_cannot_be_settled_keeps_no_other_waiting(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose archive cannot be read is told of; the next in its partition is charged."""
    worker, settle = Settling(bank.redis, lambda: [HERE]), settling.settle
    await set_terms(bank, LATER)
    broken = AccountRef(next(f"A{each}" for each in range(10_000) if keys.partition_of(f"A{each}") == HERE))
    await bank.ledger.open_account(broken, "USD")
    await Cards(bank.redis, bank.roles).load(Operator("op"), broken.tenant, card())

    async def fail(redis: Client, tenant: str, *given: Any) -> dict[AccountRef, int]:
        if tenant == broken.tenant:
            raise ArchiveError("not there")
        return await settle(redis, tenant, *given)

    monkeypatch.setattr(settling, "settle", fail)
    with capture_logs() as logs:
        await worker.look()

    assert [each["event"] for each in logs] == ["rates_not_settled", "charged_late"]
    assert len(await late(bank)) == 6


async def test_only_own_partitions_are_looked_at(bank: Bank) -> None:
    """Others have their own worker."""
    await set_terms(bank, LATER)

    await Settling(bank.redis, lambda: [HERE + 1]).look()

    assert await late(bank) == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ArchiveError("not there"), ["rates_not_settled"]),
        (RedisAwayError("away"), ["redis_away"]),
        (RuntimeError("wrong"), ["settling_failed"]),
    ],
)
async def test_what_goes_wrong_is_tried_again(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, error: Exception, told: list[str]
) -> None:
    """At the next look; until then it is told in the log."""
    worker = Settling(bank.redis, lambda: [HERE])
    await set_terms(bank, LATER)

    async def fail(*_: object) -> dict[object, int]:
        raise error

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(settling, "settle", fail)
        await worker.look()
    await worker.look()

    assert [each["event"] for each in logs] == told
    assert len(await late(bank)) == 6


async def test_tenant_without_such_calls_costs_little(redis: Client) -> None:
    """Nothing of it is read again and again."""
    bank = await Bank.open(redis)
    await set_terms(bank, LATER)
    worker = Settling(redis, lambda: [HERE])

    await worker.look()

    assert worker._cards == {REF.tenant: 1}
    await charge(bank, 2)
    assert await late(bank) == []
