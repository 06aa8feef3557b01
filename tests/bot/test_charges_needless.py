"""A recharge that the balance does not need any more: never charged, and credited where it was charged already."""

from collections import deque
from collections.abc import Awaitable, Callable

import pytest

from bot.payments.gateway import Declined
from store import keys
from store.account import RechargePolicy
from store.outcomes import Done
from tests.bot.charging import credits_of, payment, slot, told, top_up, until, wake
from tests.bot.gateways import Fault, FaultyGateway
from tests.bot.stage import Stage, eventually
from tests.bot.test_charges import FAULTS
from tests.world import ALERTS, BOSS, REF, usd

Lift = Callable[[Stage], Awaitable[object]]


@pytest.fixture
def gateway() -> FaultyGateway:
    """The owner of "careful" has to confirm each charge; other cards just pay."""
    return FaultyGateway(careful={"careful"})


async def due(stage: Stage, method: str = "card") -> str:
    """15 dollars, and a recharge of 50 that no worker has seen yet; answers the payment's id."""
    await stage.account(balance=30)
    await stage.recharge(method=method)
    await stage.spend(15)
    return await slot(stage)


async def declined(stage: Stage, gateway: FaultyGateway) -> str:
    """The same, declined once; a worker is at work."""
    wanted = await due(stage)
    gateway.answers[f"{wanted}:1"] = Declined("insufficient_funds")
    stage.charge(gateway=gateway, patience_s=0.05)
    await until(stage, wanted, "retrying")
    return wanted


async def waiting(stage: Stage, gateway: FaultyGateway) -> str:
    """The same, waiting for the card's owner; a worker is at work."""
    wanted = await due(stage, "careful")
    stage.charge(gateway=gateway, patience_s=0.05)
    await until(stage, wanted, "needs_action")
    return wanted


async def grant(stage: Stage) -> None:
    """Credit lifts the balance to the trigger."""
    await stage.ledger.add_credit(REF, usd(5), operation_id=stage.operation(), actor="test")


async def add(stage: Stage) -> None:
    """A person's payment lifts the balance above the trigger; no other payment's time comes meanwhile."""
    added = await top_up(stage, method="another")

    async def credited() -> bool:
        return (await payment(stage, added)).state == "succeeded"

    await eventually(credited)


async def lower_trigger(stage: Stage) -> None:
    """A manager lowers the trigger to the balance."""
    account = await stage.ledger.account(REF)
    assert account is not None
    policy = RechargePolicy(on=True, amount=usd(50), below=usd(15), cap=usd(200), method=account.recharge.method)
    operation_id = stage.operation()
    outcome = await stage.policies.set_recharge(BOSS, REF, policy, channel=ALERTS, operation_id=operation_id)
    assert isinstance(outcome, Done)


LIFTED: dict[Lift, list[int]] = {grant: [30, 5], add: [30, 50], lower_trigger: [30]}
"""What lifts the balance to the trigger, or brings the trigger down to it; and what is credited then in all."""

LIFTS = pytest.mark.parametrize("lift", LIFTED)


def paid(gateway: FaultyGateway, wanted: str) -> list[str]:
    """The keys of this payment under which money moved, each as often as it did."""
    return [each.key for each in gateway.charged if each.key.startswith(f"{wanted}:")]


@LIFTS
async def test_declined_and_then_not_needed(stage: Stage, gateway: FaultyGateway, lift: Lift) -> None:
    """It ends at once, not at its retry; a new card afterwards charges nothing."""
    wanted = await declined(stage, gateway)
    await lift(stage)
    await until(stage, wanted, "cancelled")
    await stage.policies.set_method(BOSS, REF, "card_new", operation_id=stage.operation())
    await wake(stage)
    await stage.quiet("payments")

    assert paid(gateway, wanted) == []
    assert await credits_of(stage) == LIFTED[lift]
    assert (await slot(stage), await told(stage, "recharge_cancelled")) == ("", 1)


async def test_new_card_before_the_look(stage: Stage, gateway: FaultyGateway) -> None:
    """Credit and another card come before the schedule's next look: the new card is not charged."""
    wanted = await declined(stage, gateway)
    await grant(stage)
    await stage.policies.set_method(BOSS, REF, "card_new", operation_id=stage.operation())
    await until(stage, wanted, "cancelled")

    assert paid(gateway, wanted) == []
    assert await credits_of(stage) == [30, 5]


async def test_press_before_the_look(stage: Stage, gateway: FaultyGateway) -> None:
    """A manager presses "try again" on the old message just after the credit: nothing is charged."""
    wanted = await declined(stage, gateway)
    await grant(stage)
    pressed = await stage.payments.retry(BOSS, REF, wanted, 1)
    await until(stage, wanted, "cancelled")

    assert isinstance(pressed, Done)
    assert paid(gateway, wanted) == []
    assert await told(stage, "recharge_cancelled") == 1


@LIFTS
async def test_not_needed_after_an_outage(stage: Stage, gateway: FaultyGateway, lift: Lift) -> None:
    """The provider is back before it was asked again: it is not asked for this one."""
    wanted = await due(stage)
    gateway.faults.append("unavailable")
    worker = stage.charge(gateway=gateway)
    await eventually(lambda: gateway.asked)
    await stage.quiet("payments")
    assert (await payment(stage, wanted)).state == "unavailable"
    await lift(stage)
    await until(stage, wanted, "cancelled")
    await worker.stop()

    assert paid(gateway, wanted) == []
    assert await credits_of(stage) == LIFTED[lift]
    assert await slot(stage) == ""


@LIFTS
@pytest.mark.parametrize("confirmed", [True, False])
async def test_not_needed_while_the_owner_is_waited_for(
    stage: Stage, gateway: FaultyGateway, lift: Lift, *, confirmed: bool
) -> None:
    """Confirmed meanwhile it is credited once; else it is cancelled with the provider, and nothing is charged later."""
    wanted = await waiting(stage, gateway)
    if confirmed:
        gateway.confirm(f"{wanted}:1")
    await lift(stage)
    await until(stage, wanted, "succeeded" if confirmed else "cancelled")

    assert not gateway.confirm(f"{wanted}:1")
    assert paid(gateway, wanted) == ([f"{wanted}:1"] if confirmed else [])
    assert gateway.asked_about == [f"cancel {wanted}:1"]
    assert await credits_of(stage) == [*LIFTED[lift], *([50] if confirmed else [])]
    assert (await slot(stage), await told(stage, "recharge_cancelled")) == ("", 0 if confirmed else 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("confirmed", [True, False])
async def test_not_needed_and_a_fault(stage: Stage, gateway: FaultyGateway, fault: Fault, *, confirmed: bool) -> None:
    """Whatever befalls the cancelling, twice: what was confirmed is credited once, and nothing is charged else."""
    wanted = await waiting(stage, gateway)
    if confirmed:
        gateway.confirm(f"{wanted}:1")
    gateway.faults = deque((fault, fault))
    await grant(stage)
    await eventually(lambda: asked_enough(stage, gateway))
    await until(stage, wanted, "succeeded" if confirmed else "cancelled")

    assert paid(gateway, wanted) == ([f"{wanted}:1"] if confirmed else [])
    assert await credits_of(stage) == [30, 5, *([50] if confirmed else [])]
    assert (len(gateway.asked), gateway.most_at_once) == (1, 1)


async def asked_enough(stage: Stage, gateway: FaultyGateway) -> bool:
    """Let the time come, until the faults are used up and a third asking has been made."""
    await wake(stage)
    return len(gateway.asked_about) >= 3


@pytest.mark.parametrize("fault", ["drop_after", "hang_after"])
async def test_what_is_being_charged_goes_on(stage: Stage, gateway: FaultyGateway, fault: Fault) -> None:
    """The credit comes while the provider's answer is out: the money has moved, and it is credited once."""
    wanted = await due(stage)
    gateway.faults.append(fault)
    stage.charge(gateway=gateway, patience_s=0.05)
    await eventually(lambda: gateway.asked)
    await grant(stage)
    await until(stage, wanted, "succeeded")

    assert paid(gateway, wanted) == [f"{wanted}:1"]
    assert sorted(await credits_of(stage)) == [5, 30, 50]
    assert await told(stage, "recharge_cancelled") == 0


async def test_owner_is_not_asked_for_what_became_needless(stage: Stage, gateway: FaultyGateway) -> None:
    """The credit comes while the provider is being asked, and the bank wants a confirmation: it is called off."""
    wanted = await due(stage, "careful")
    gateway.faults.append("hang_after")
    stage.charge(gateway=gateway, patience_s=0.05)
    await eventually(lambda: gateway.asked)
    await grant(stage)
    await until(stage, wanted, "cancelled")

    assert not gateway.confirm(f"{wanted}:1")
    assert (gateway.charged, await told(stage, "payment_needs_action")) == ([], 0)
    assert await credits_of(stage) == [30, 5]


async def test_next_fall_recharges_again(stage: Stage, gateway: FaultyGateway) -> None:
    """What ended without a charge keeps no later recharge away, once the cool-down is over."""
    wanted = await declined(stage, gateway)
    await grant(stage)
    await until(stage, wanted, "cancelled")
    await stage.redis.hset(keys.account(REF), "recharge_last_ms", "")
    await stage.spend(10)
    await until(stage, await slot(stage), "succeeded")

    assert await credits_of(stage) == [30, 5, 50]
