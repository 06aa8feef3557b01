"""Charging: whatever the provider does, at most one charge for each recharge, and credit for what was received."""

import asyncio
from collections import deque
from typing import get_args

import pytest

from bot.payments.gateway import NoGateway
from bot.payments.sandbox import CARDS
from bot.recharge import Charges
from bot.ticker import Ticker
from store import keys
from store.events import Codec
from store.money import MAX_MICROS, Money
from store.outcomes import Reason, Refused
from store.schedule import Due, Schedule
from tests.bot.charging import credits_of, payment, top_up, until, waking
from tests.bot.gateways import Fault, FaultyGateway
from tests.bot.stage import PARTITION, Stage, eventually
from tests.world import BOSS, REF, usd

FAULTS: tuple[Fault, ...] = tuple(each for each in get_args(Fault) if each != "broken")


@pytest.mark.parametrize("fault", FAULTS)
async def test_one_charge_and_one_credit_after_a_fault(stage: Stage, fault: Fault) -> None:
    """Asked again with the same key until the answer is known; then one charge, one credit."""
    gateway = FaultyGateway(faults=deque((fault, fault)))
    stage.charge(gateway=gateway, patience_s=0.05)
    wanted = await top_up(stage)
    await eventually(lambda: waking(stage, gateway, 2))
    gateway.repair()
    done = await until(stage, wanted, "succeeded")

    assert len(gateway.charged) == 1
    assert {charge.key for charge in gateway.asked} == {f"{wanted}:1"}
    assert done.attempt == 1
    assert await credits_of(stage) == [50]


async def test_a_replayed_500_is_asked_for_until_it_is_known(stage: Stage) -> None:
    """A provider that repeats its 500 is neither a decline nor a reason for a new charge."""
    gateway = FaultyGateway(faults=deque(("error_500",)))
    stage.charge(gateway=gateway)
    wanted = await top_up(stage)
    await until(stage, wanted, "unknown")
    await eventually(lambda: waking(stage, gateway, 3))

    assert await credits_of(stage) == []
    assert len(gateway.charged) == 1
    gateway.repair()
    await until(stage, wanted, "succeeded")
    assert await credits_of(stage) == [50]


async def test_five_at_once_with_one_key(stage: Stage) -> None:
    """Five workers that handle the same event at the same moment make one charge and one credit."""
    gateway = FaultyGateway()
    wanted = await top_up(stage)
    event = (await stage.redis.xrevrange(keys.outbox(PARTITION), count=1))[0]
    due = Codec.decode("01-1-0", event[1])
    charges = [Charges(stage.payments, gateway) for _ in range(5)]
    await asyncio.gather(*(each.react(due, again=True, more=False) for each in charges))

    assert len(gateway.charged) == 1
    assert await credits_of(stage) == [50]
    assert (await payment(stage, wanted)).state == "succeeded"


async def test_changed_settings_do_not_change_an_attempt_under_way(stage: Stage) -> None:
    """Card and amount are frozen with the attempt: asked to cancel it, the provider says that it was charged."""
    gateway = FaultyGateway(faults=deque(("drop_after",)))
    await stage.account(balance=30)
    await stage.recharge(method="card")
    stage.charge(gateway=gateway)
    await stage.spend(15)
    await eventually(lambda: len(gateway.asked) == 1)
    await stage.quiet("payments")
    await stage.policies.set_method(BOSS, REF, "another", operation_id=stage.operation())
    await until(stage, gateway.asked[0].key.partition(":")[0], "succeeded")

    assert [charge.method for charge in gateway.asked] == ["card"]
    assert gateway.asked_about == [f"cancel {gateway.asked[0].key}"]
    assert await credits_of(stage) == [30, 50]


async def test_credit_is_what_was_received(stage: Stage) -> None:
    """The provider received less than was asked for: that is what is credited."""
    gateway = FaultyGateway(received=usd("48.55"))
    stage.charge(gateway=gateway)
    wanted = await top_up(stage)
    await until(stage, wanted, "succeeded")

    account = await stage.ledger.account(REF)
    assert account is not None
    assert account.balance == usd("48.55")


async def test_money_that_cannot_be_credited_is_not_forgotten(stage: Stage) -> None:
    """The provider has money that the ledger refuses: it is parked with the charge's id until a person goes on."""
    gateway = FaultyGateway()
    await stage.ledger.add_credit(REF, Money(MAX_MICROS - 1, "USD"), operation_id="max", actor="test")
    stage.charge(gateway=gateway)
    wanted = await top_up(stage)
    parked = await until(stage, wanted, "stuck")
    await stage.spend(1_000_000)
    given_up = await stage.payments.cancel(BOSS, REF, wanted, 1)
    await stage.payments.retry(BOSS, REF, wanted, 1)
    await until(stage, wanted, "succeeded")

    assert (parked.charge_ref, parked.charged) == ("ch_1", True)
    assert given_up == Refused(Reason.CHARGED)
    assert len(gateway.charged) == 1
    assert 50 in await credits_of(stage)


async def test_money_that_cannot_be_credited_keeps_no_other_payment_waiting(stage: Stage) -> None:
    """The provider reports another currency: that payment is told as stuck, and the next one is charged."""
    gateway = FaultyGateway(received=Money.of(50, "EUR"))
    stage.charge(gateway=gateway)
    refused = await until(stage, await top_up(stage), "stuck")
    gateway.received = None
    await until(stage, await top_up(stage, units=20), "succeeded")

    assert (await payment(stage, refused.id)).state == "stuck"
    assert await credits_of(stage) == [20]
    kinds = [record["type"] for _, record in await stage.redis.xrange(keys.outbox(PARTITION))]
    assert kinds.count("payment_stuck") == 1


async def test_a_fault_of_the_provider_s_client_keeps_no_other_payment_waiting(stage: Stage) -> None:
    """Whatever it raises: that payment is stuck, not asked for again, and the next one is charged."""
    gateway = FaultyGateway(faults=deque(("broken",)))
    stage.charge(gateway=gateway)
    await until(stage, await top_up(stage), "stuck")
    await until(stage, await top_up(stage, units=20), "succeeded")

    assert len(gateway.asked) == 2
    assert await credits_of(stage) == [20]


async def test_without_a_provider_nothing_is_charged(stage: Stage) -> None:
    """No provider: the payment waits as one whose provider is out of order."""
    stage.charge(gateway=NoGateway())
    wanted = await top_up(stage)
    await until(stage, wanted, "unavailable")

    assert await credits_of(stage) == []


OUTCOMES = {
    "sandbox_ok": ("succeeded", 1),
    "sandbox_declines": ("failed", 1),
    "sandbox_lost": ("failed", 1),
    "sandbox_timeout": ("succeeded", 1),
    "sandbox_confirm": ("needs_action", 1),
    "never_heard_of": ("failed", 1),
}


def test_every_card_is_tried() -> None:
    """The table below knows each of the sandbox's cards."""
    assert {card.id for card in CARDS} == OUTCOMES.keys() - {"never_heard_of"}


@pytest.mark.parametrize("card", OUTCOMES)
async def test_each_test_card(stage: Stage, card: str) -> None:
    """A top-up with each of the sandbox's cards ends as the card's name says, with one attempt."""
    state, attempt = OUTCOMES[card]
    stage.charge()
    done = await until(stage, await top_up(stage, card), state)

    assert done.attempt == attempt
    assert await credits_of(stage) == ([50] if state == "succeeded" else [])


async def test_the_late_card_is_asked_again_and_credited_once(stage: Stage) -> None:
    """The first answer is lost, the money is not: the second asking, with the same key, finds it."""
    stage.charge()
    wanted = await top_up(stage, "sandbox_timeout")
    done = await until(stage, wanted, "succeeded")

    kinds = [record["type"] for _, record in await stage.redis.xrange(keys.outbox(PARTITION))]
    assert kinds.count("topup_due") == 2
    assert kinds.count("topped_up") == 1
    record = await stage.redis.hget(keys.sandbox(f"{wanted}:1"), "record")
    assert done.charge_ref in record
    assert await credits_of(stage) == [50]


async def test_a_decline_is_told_and_tried_later(stage: Stage) -> None:
    """A declined recharge keeps its slot and waits an hour; nothing is credited."""
    await stage.account(balance=30)
    await stage.recharge(method="sandbox_declines")
    stage.charge()
    await stage.spend(15)
    account = await stage.ledger.account(REF)
    assert account is not None
    declined = await until(stage, account.slot, "retrying")

    assert declined.attempt == 1
    assert await credits_of(stage) == [30]
    assert await Schedule(stage.redis).due([PARTITION]) == []


async def test_one_look_that_fails_does_not_keep_the_others_waiting(stage: Stage) -> None:
    """The schedule's other payments are woken although one cannot be."""
    worker = stage.charge()
    for number in (1, 2):
        await stage.redis.zadd(keys.due(PARTITION), {f"payment:{REF.tenant}:default:p{number}": number})
    looked: list[str] = []

    async def look(due: Due) -> None:
        looked.append(due.payment_id)
        if due.payment_id == "p1":
            raise LookupError(due.payment_id)

    ticker = asyncio.create_task(Ticker(Schedule(stage.redis), worker.listener, look).run())
    await eventually(lambda: "p2" in looked)
    ticker.cancel()

    assert looked[:2] == ["p1", "p2"]
