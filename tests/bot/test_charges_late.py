"""What comes late: a worker that stood still, a change between two askings, a word, a confirmation without a press.

Money that moved is credited, once; what is not wanted any more is not charged for the first time hours later.
"""

from collections.abc import Awaitable, Callable

import pytest

from bot.payments.gateway import NoGateway
from bot.recharge import Charges
from store import keys
from store.account import RechargePolicy
from store.outcomes import Done
from store.payments import Claimed, Step
from tests.bot.charging import age, credits_of, payment, slot, told, top_up, until, wake
from tests.bot.gateways import Fault, FaultyGateway
from tests.bot.stage import PARTITION, Stage, eventually
from tests.bot.test_charges_owner import change_card, press, switch_off
from tests.bot.test_charges_owner import waiting as waiting_for_owner
from tests.world import ALERTS, BOSS, REF, usd

Change = Callable[[Stage], Awaitable[None]]


async def lower_cap(stage: Stage) -> None:
    """The manager lowers the cap below what the open recharge takes."""
    policy = RechargePolicy(on=True, amount=usd(10), below=usd(20), cap=usd(10), method="card")
    outcome = await stage.policies.set_recharge(BOSS, REF, policy, channel=ALERTS, operation_id=stage.operation())
    assert isinstance(outcome, Done)


async def grant(stage: Stage) -> None:
    """Credit lifts the balance above the trigger."""
    await stage.ledger.add_credit(REF, usd(100), operation_id=stage.operation(), actor="test")


CHANGES = pytest.mark.parametrize("change", [switch_off, change_card, lower_cap, grant])


async def recharging(stage: Stage) -> str:
    """An open recharge that no worker has taken yet; answers its payment."""
    await stage.account(balance=30)
    await stage.recharge(method="card")
    await stage.spend(15)
    return await slot(stage)


async def due_now(stage: Stage, payment_id: str) -> None:
    """Its time has come."""
    name = f"payment:{REF.tenant}:{REF.account}:{payment_id}"
    await stage.redis.zadd(keys.due(PARTITION), {name: 1})


async def unanswered(stage: Stage, gateway: FaultyGateway, fault: Fault) -> str:
    """A recharge whose first asking was lost, on its way there or back; the next one is a minute away."""
    payment_id = await recharging(stage)
    gateway.faults.append(fault)
    stage.payments._ask_again_ms = 60_000
    stage.charge(gateway=gateway)

    async def unknown() -> bool:
        return (await payment(stage, payment_id)).state == "unknown"

    await eventually(unknown)
    await stage.quiet("payments")
    return payment_id


async def over(stage: Stage, payment_id: str) -> str:
    """The state that it ends in."""

    async def ended() -> str | None:
        await wake(stage)
        state = (await payment(stage, payment_id)).state
        return state if state in {"succeeded", "cancelled", "failed"} else None

    state: str = await eventually(ended)
    await stage.quiet("payments")
    return state


@CHANGES
async def test_what_was_not_charged_before_the_change_is_not_charged_after_it(stage: Stage, change: Change) -> None:
    """The first asking never arrived: nothing is charged to the old card, and a new one as a new attempt."""
    gateway = FaultyGateway()
    payment_id = await unanswered(stage, gateway, "drop_before")
    await change(stage)

    assert await over(stage, payment_id) == ("succeeded" if change is change_card else "cancelled")
    wanted = [(f"{payment_id}:2", "card_new")] if change is change_card else []
    assert [(each.key, each.method) for each in gateway.charged if each.key.startswith(payment_id)] == wanted


@CHANGES
async def test_what_was_charged_before_the_change_is_credited(stage: Stage, change: Change) -> None:
    """Only the answer was lost: the money is there, once."""
    gateway = FaultyGateway()
    payment_id = await unanswered(stage, gateway, "drop_after")
    await change(stage)

    assert await over(stage, payment_id) == "succeeded"
    assert [each.key for each in gateway.charged] == [f"{payment_id}:1"]
    assert 50 in await credits_of(stage)


async def test_worker_that_died_before_it_asked_leaves_nothing_to_charge(stage: Stage) -> None:
    """It had taken the recharge over; switched off meanwhile, its successor cancels."""
    gateway, payment_id = FaultyGateway(), await recharging(stage)
    await stage.payments.claim(REF, payment_id, 1)
    await switch_off(stage)
    stage.charge(gateway=gateway)
    await due_now(stage, payment_id)

    assert await over(stage, payment_id) == "cancelled"
    assert gateway.charged == []


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_payment_of_the_version_before_is_credited(stage: Stage, fault: Fault) -> None:
    """Its record names no step: it is asked for, with its key."""
    gateway = FaultyGateway()
    payment_id = await unanswered(stage, gateway, fault)
    await stage.redis.hdel(keys.payment(REF.tenant, payment_id), "step", "charge_ref")
    await due_now(stage, payment_id)

    assert await over(stage, payment_id) == "succeeded"
    assert [each.key for each in gateway.charged] == [f"{payment_id}:1"]
    assert await credits_of(stage) == [30, 50]


async def stalled_and_stuck(stage: Stage, gateway: FaultyGateway) -> Claimed:
    """A worker stands still before it asks; its successor's asking ends in an error; answers the first one's claim."""
    payment_id = await top_up(stage)
    stalled = await stage.payments.claim(REF, payment_id, 1)
    assert isinstance(stalled, Claimed)
    gateway.faults.append("broken")
    stage.charge(gateway=gateway)
    await until(stage, payment_id, "stuck")
    return stalled


@pytest.mark.parametrize("by_word", [True, False])
@pytest.mark.parametrize("fault", [None, "drop_after"])
async def test_worker_that_stood_still_charges_nothing_after_the_end(
    stage: Stage, fault: Fault | None, *, by_word: bool
) -> None:
    """Found not charged, or said to be so: it ended only once the provider would take nothing under its key."""
    gateway = FaultyGateway()
    stalled = await stalled_and_stuck(stage, gateway)
    says = stage.payments.cancel if by_word else stage.payments.retry
    await says(BOSS, REF, stalled.payment_id, 1)
    await until(stage, stalled.payment_id, "cancelled")
    gateway.faults.extend([fault] if fault else [])
    late = Charges(stage.payments, gateway)
    await late._post(REF, stalled, await late._ask(REF, stalled))

    assert gateway.charged == []
    assert await credits_of(stage) == []
    assert (await payment(stage, stalled.payment_id)).state == "cancelled"
    assert await told(stage, "topup_declined") == 1


async def test_worker_that_charged_before_the_word_is_credited(stage: Stage) -> None:
    """It died with the answer: the provider, asked to cancel, says that it is too late."""
    gateway = FaultyGateway()
    stalled = await stalled_and_stuck(stage, gateway)
    await Charges(stage.payments, gateway)._ask(REF, stalled)
    await stage.payments.cancel(BOSS, REF, stalled.payment_id, 1)

    assert await over(stage, stalled.payment_id) == "succeeded"
    assert await credits_of(stage) == [50]


@pytest.mark.parametrize("by_word", [True, False])
async def test_provider_that_is_gone_gives_the_buttons_back(stage: Stage, *, by_word: bool) -> None:
    """Asked in vain for 20 h, it is stuck and told again; the second word then ends it, and the slot is free."""
    gateway, payment_id = FaultyGateway(), await recharging(stage)
    gateway.faults.append("broken")
    stage.charge(gateway=gateway)
    await until(stage, payment_id, "stuck")
    await stage.workers.pop().stop()
    stage.charge("w2", gateway=NoGateway())
    says = stage.payments.cancel if by_word else stage.payments.retry
    await says(BOSS, REF, payment_id, 1)
    await stage.quiet("payments")
    await age(stage, payment_id, hours=20)
    await due_now(stage, payment_id)
    found = await until(stage, payment_id, "stuck")

    assert found.step is (Step.CANCEL if by_word else Step.FIND)
    assert await told(stage, "payment_stuck") == 2
    assert await stage.payments.cancel(BOSS, REF, payment_id, 1) == Done("cancelled" if by_word else "unknown")
    assert await slot(stage) == ("" if by_word else payment_id)


async def test_cap_lowered_while_the_owner_is_waited_for(stage: Stage) -> None:
    """The charge is cancelled with the provider: to confirm it afterwards moves nothing."""
    gateway = FaultyGateway(careful={"card"})
    wanted = await waiting_for_owner(stage, gateway)
    await lower_cap(stage)

    assert await over(stage, wanted) == "cancelled"
    assert not gateway.confirm(f"{wanted}:1")
    assert gateway.charged == []


async def test_confirmed_but_nobody_presses(stage: Stage) -> None:
    """It is found by itself, and credited once; as long as it was unconfirmed nothing more was told."""
    gateway = FaultyGateway(careful={"card"})
    wanted = await waiting_for_owner(stage, gateway)
    await due_now(stage, wanted)
    await wake(stage)
    await eventually(lambda: gateway.asked_about)
    await until(stage, wanted, "needs_action")
    gateway.confirm(f"{wanted}:1")
    await due_now(stage, wanted)

    assert await over(stage, wanted) == "succeeded"
    assert gateway.asked_about == [f"find {wanted}:1"] * 2
    assert await told(stage, "payment_needs_action") == 1
    assert await credits_of(stage) == [30, 50]


async def test_press_that_finds_no_charge_takes_no_later_one(stage: Stage) -> None:
    """A press after which the bank called the charge off ends it for good."""
    gateway = FaultyGateway(careful={"card"})
    wanted = await waiting_for_owner(stage, gateway)
    gateway.listed[0].state = "cancelled"
    await press(stage, wanted)

    assert await over(stage, wanted) == "cancelled"
    assert gateway.asked_about == [f"find {wanted}:1", f"cancel {wanted}:1"]
