"""A card whose owner has to confirm: one charge, credited, however confirming, pressing and new settings fall together.

The provider here replays an answer that it gave for a key, as real ones do: only its list tells what was confirmed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import pytest

from bot.payments.gateway import NoGateway
from store.account import RechargePolicy
from store.outcomes import Done
from tests.bot.charging import age, credits_of, payment, slot, told, top_up, until, wake
from tests.bot.gateways import Fault, FaultyGateway
from tests.bot.stage import Stage, eventually
from tests.bot.test_charges import FAULTS
from tests.world import ALERTS, BOSS, REF


@pytest.fixture
def gateway() -> FaultyGateway:
    """The owner of "card" has to confirm each charge; the owner of "card_new" need not."""
    return FaultyGateway(careful={"card"})


async def waiting(stage: Stage, gateway: FaultyGateway) -> str:
    """A recharge that waits for the card's owner, and a worker; answers the payment's id."""
    await stage.account(balance=30)
    await stage.recharge(method="card")
    stage.charge(gateway=gateway, patience_s=0.05)
    await stage.spend(15)
    account = await stage.ledger.account(REF)
    assert account is not None
    await until(stage, account.slot, "needs_action")
    return account.slot


async def press(stage: Stage, payment_id: str, attempt: int = 1) -> object:
    """The manager says that it is confirmed."""
    return await stage.payments.retry(BOSS, REF, payment_id, attempt)


async def change_card(stage: Stage) -> None:
    """The manager chooses a card whose owner need not confirm."""
    outcome = await stage.policies.set_method(BOSS, REF, "card_new", operation_id=stage.operation())
    assert isinstance(outcome, Done)


async def switch_off(stage: Stage) -> None:
    """The manager switches auto-recharge off."""
    off = RechargePolicy(on=False)
    outcome = await stage.policies.set_recharge(BOSS, REF, off, channel=ALERTS, operation_id=stage.operation())
    assert isinstance(outcome, Done)


def keys_charged(gateway: FaultyGateway) -> list[str]:
    """The keys under which money moved, each as often as it did."""
    return [each.key for each in gateway.charged]


async def test_confirmed_and_pressed(stage: Stage, gateway: FaultyGateway) -> None:
    """Confirmed at the bank, then said so: the same charge is found and credited, and none other made."""
    wanted = await waiting(stage, gateway)
    gateway.confirm(f"{wanted}:1")
    await press(stage, wanted)
    done = await until(stage, wanted, "succeeded")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert (len(gateway.asked), gateway.asked_about) == (1, [f"find {wanted}:1"])
    assert (done.attempt, done.charge_ref) == (1, "ch_1")
    assert await credits_of(stage) == [30, 50]


async def test_topup_confirmed_and_pressed(stage: Stage, gateway: FaultyGateway) -> None:
    """A top-up likewise."""
    stage.charge(gateway=gateway)
    wanted = await top_up(stage)
    await until(stage, wanted, "needs_action")
    gateway.confirm(f"{wanted}:1")
    await press(stage, wanted)
    await until(stage, wanted, "succeeded")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert await credits_of(stage) == [50]


async def test_pressed_twice(stage: Stage, gateway: FaultyGateway) -> None:
    """At once and once more after the credit: one charge, one credit."""
    wanted = await waiting(stage, gateway)
    gateway.confirm(f"{wanted}:1")
    await asyncio.gather(*(press(stage, wanted) for _ in range(3)))
    await until(stage, wanted, "succeeded")
    await press(stage, wanted)
    await stage.quiet("payments")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert await credits_of(stage) == [30, 50]


async def test_pressed_before_it_was_confirmed(stage: Stage, gateway: FaultyGateway) -> None:
    """Nothing is charged, it is said again, and the press after the confirmation finds it."""
    wanted = await waiting(stage, gateway)
    await press(stage, wanted)
    await eventually(lambda: gateway.asked_about)
    await until(stage, wanted, "needs_action")
    before = keys_charged(gateway)
    gateway.confirm(f"{wanted}:1")
    await press(stage, wanted)
    await until(stage, wanted, "succeeded")

    assert before == []
    assert await told(stage, "payment_needs_action") == 2
    assert keys_charged(gateway) == [f"{wanted}:1"]


async def test_confirmed_and_the_card_changed(stage: Stage, gateway: FaultyGateway) -> None:
    """Too late to cancel: the confirmed charge is credited, and the new card is not charged."""
    wanted = await waiting(stage, gateway)
    gateway.confirm(f"{wanted}:1")
    await change_card(stage)
    await until(stage, wanted, "succeeded")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert await credits_of(stage) == [30, 50]
    assert await slot(stage) == ""


async def test_card_changed_without_confirming(stage: Stage, gateway: FaultyGateway) -> None:
    """The old charge is cancelled, the new card charged once; to confirm the old one afterwards moves nothing."""
    wanted = await waiting(stage, gateway)
    await change_card(stage)
    done = await until(stage, wanted, "succeeded")

    assert not gateway.confirm(f"{wanted}:1")
    assert [(each.key, each.method) for each in gateway.charged] == [(f"{wanted}:2", "card_new")]
    assert gateway.asked_about == [f"cancel {wanted}:1"]
    assert (done.attempt, done.method) == (2, "card_new")
    assert await credits_of(stage) == [30, 50]


async def test_card_changed_while_the_press_is_asked_about(stage: Stage, gateway: FaultyGateway) -> None:
    """The provider does not answer the press at first; then the old charge is cancelled and the new card charged."""
    wanted = await waiting(stage, gateway)
    gateway.faults.extend(("drop_before", "hang_after", "drop_before"))
    await press(stage, wanted)
    await eventually(lambda: gateway.asked_about)
    await change_card(stage)
    await until(stage, wanted, "succeeded")

    assert not gateway.confirm(f"{wanted}:1")
    assert [(each.key, each.method) for each in gateway.charged] == [(f"{wanted}:2", "card_new")]
    assert await credits_of(stage) == [30, 50]


async def test_switched_off_while_it_waits(stage: Stage, gateway: FaultyGateway) -> None:
    """The charge is cancelled with the provider, and only then is the slot free; nothing is charged later."""
    wanted = await waiting(stage, gateway)
    await switch_off(stage)
    await until(stage, wanted, "cancelled")

    assert gateway.asked_about == [f"cancel {wanted}:1"]
    assert not gateway.confirm(f"{wanted}:1")
    assert (gateway.charged, await slot(stage)) == ([], "")
    assert await credits_of(stage) == [30]
    assert await told(stage, "recharge_cancelled") == 1


async def test_switched_off_and_on_again(stage: Stage, gateway: FaultyGateway) -> None:
    """With the same card: its owner confirms the same charge, and no other is made."""
    wanted = await waiting(stage, gateway)
    await stage.workers.pop().stop()
    await switch_off(stage)
    await stage.recharge(method="card")
    stage.charge("w2", gateway=gateway)
    await wake(stage)
    gateway.confirm(f"{wanted}:1")
    await press(stage, wanted)
    await until(stage, wanted, "succeeded")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert gateway.asked_about == [f"find {wanted}:1"]
    assert await credits_of(stage) == [30, 50]


@pytest.mark.parametrize("change", [None, change_card, switch_off])
async def test_confirmed_thirty_hours_later(
    stage: Stage, gateway: FaultyGateway, change: Callable[[Stage], Awaitable[None]] | None
) -> None:
    """The provider has forgotten the key, not the charge: it is found, whether pressed or because of new settings."""
    wanted = await waiting(stage, gateway)
    await age(stage, wanted, hours=30)
    gateway.forget()
    gateway.confirm(f"{wanted}:1")
    await (change(stage) if change else press(stage, wanted))
    await until(stage, wanted, "succeeded")

    assert keys_charged(gateway) == [f"{wanted}:1"]
    assert await credits_of(stage) == [30, 50]


@pytest.mark.parametrize("charged", [True, False])
async def test_stuck_for_thirty_hours(stage: Stage, gateway: FaultyGateway, *, charged: bool) -> None:
    """Nobody heard from the provider for a day: a press has it looked up, and credits it or ends it."""
    gateway.careful.clear()
    gateway.faults.append("drop_after" if charged else "drop_before")
    stage.charge(gateway=gateway)
    wanted = await top_up(stage)
    await until_unknown_and_old(stage, wanted)
    await until(stage, wanted, "stuck")
    gateway.forget()
    await press(stage, wanted)
    await until(stage, wanted, "succeeded" if charged else "cancelled")

    assert keys_charged(gateway) == ([f"{wanted}:1"] if charged else [])
    assert await credits_of(stage) == ([50] if charged else [])
    assert await told(stage, "topup_declined") == (0 if charged else 1)


async def until_unknown_and_old(stage: Stage, payment_id: str) -> None:
    """The first asking is not answered, and 30 hours go by."""

    async def unanswered() -> bool:
        return (await payment(stage, payment_id)).state == "unknown"

    await eventually(unanswered)
    await age(stage, payment_id, hours=30)


async def test_charge_that_the_bank_called_off_ends_the_recharge(stage: Stage, gateway: FaultyGateway) -> None:
    """Found not charged: the slot is free, it is told, and the next recharge charges anew."""
    wanted = await waiting(stage, gateway)
    gateway.listed[0].state = "cancelled"
    gateway.careful.clear()
    await press(stage, wanted)
    await until(stage, wanted, "cancelled")

    assert gateway.charged == []
    assert (await slot(stage), await told(stage, "recharge_cancelled")) == ("", 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("change", [press, change_card, switch_off])
async def test_one_charge_after_a_fault(
    stage: Stage,
    gateway: FaultyGateway,
    fault: Fault,
    change: Callable[..., Awaitable[object]],
    *,
    confirmed: bool,
) -> None:
    """Whatever befalls the asking, twice: what is confirmed is credited once, and nothing is charged beside it."""
    wanted = await waiting(stage, gateway)
    if confirmed:
        gateway.confirm(f"{wanted}:1")
    gateway.faults = deque((fault, fault))
    await (change(stage, wanted) if change is press else change(stage))
    ends = {press: "needs_action", change_card: "succeeded", switch_off: "cancelled"}
    await eventually(lambda: asked_enough(stage, gateway))
    await until(stage, wanted, "succeeded" if confirmed else ends[change])

    moved = {press: [], change_card: [f"{wanted}:2"], switch_off: []}
    assert keys_charged(gateway) == ([f"{wanted}:1"] if confirmed else moved[change])
    assert await credits_of(stage) == [30, *([50] * len(gateway.charged))]
    assert gateway.most_at_once == 1


async def asked_enough(stage: Stage, gateway: FaultyGateway) -> bool:
    """Let the time come, until the faults are used up and a third asking has been made."""
    await wake(stage)
    return len(gateway.asked_about) >= 3


async def test_without_a_provider_what_waits_is_left_alone(stage: Stage, gateway: FaultyGateway) -> None:
    """The provider was disconnected: what it may have charged is not given up, nor its slot."""
    wanted = await waiting(stage, gateway)
    await stage.workers.pop().stop()
    stage.charge("w2", gateway=NoGateway())
    await switch_off(stage)
    found = await until(stage, wanted, "unknown")

    assert (found.step, await slot(stage)) == ("cancel", wanted)
