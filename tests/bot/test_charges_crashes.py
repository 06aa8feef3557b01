"""A crash at every step after a payment has waited for its owner: one charge at most, and no credit without one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.payments.gateway import Charge, NotCharged, Succeeded
from bot.payments.sandbox import Sandbox
from store.account import RechargePolicy
from store.keys import AccountRef
from tests.bot.stage import Stage, eventually
from tests.bot.test_crashes import quick_ticks, working
from tests.world import ALERTS, BOSS, REF, usd

__all__ = ["quick_ticks"]

pytestmark = [pytest.mark.redis, pytest.mark.timeout(180)]

PAYMENTS = ("payments",)

Act = Callable[[Stage, AccountRef, str], Awaitable[object]]


async def press(stage: Stage, ref: AccountRef, payment_id: str) -> object:
    """The manager says that it is confirmed."""
    return await stage.payments.retry(BOSS, ref, payment_id, 1)


async def change_card(stage: Stage, ref: AccountRef, payment_id: str) -> object:
    """The manager chooses a card that need not be confirmed."""
    return await stage.policies.set_method(BOSS, ref, "sandbox_ok", operation_id=stage.operation())


async def switch_off(stage: Stage, ref: AccountRef, payment_id: str) -> object:
    """The manager switches auto-recharge off."""
    off = RechargePolicy(on=False)
    return await stage.policies.set_recharge(BOSS, ref, off, channel=ALERTS, operation_id=stage.operation())


async def add_credit(stage: Stage, ref: AccountRef, payment_id: str) -> object:
    """Credit lifts the balance above the trigger: the recharge is not needed any more."""
    return await stage.ledger.add_credit(ref, usd(50), operation_id=stage.operation(), actor="test")


ENDS: dict[Any, tuple[str, int, type, int]] = {
    press: ("succeeded", 1, Succeeded, 12),
    change_card: ("succeeded", 2, NotCharged, 24),
    switch_off: ("cancelled", 1, NotCharged, 14),
    add_credit: ("cancelled", 1, NotCharged, 14),
}
"""The state and attempt at the end, what becomes of the first charge, and the steps that there are at least."""


async def state(stage: Stage, ref: AccountRef, payment_id: str) -> str:
    """How the payment stands."""
    found = await stage.payments.get(ref, payment_id)
    assert found is not None
    return found.state


async def wait_for_owner(stage: Stage, server: str, ref: AccountRef, owner: str) -> str:
    """A recharge whose card's owner has to confirm; answers its payment."""
    await stage.account(ref, balance=25)
    await stage.recharge(ref, method="sandbox_confirm")
    await stage.clean()
    await stage.spend(10, ref)
    account = await stage.ledger.account(ref)
    assert account is not None
    async with working(stage, server, owner, groups=PAYMENTS):
        await until(stage, ref, account.slot, "needs_action")
    return account.slot


async def until(stage: Stage, ref: AccountRef, payment_id: str, wanted: str) -> None:
    """Wait until the payment is in that state and nothing is left to do."""

    async def there() -> bool:
        return await state(stage, ref, payment_id) == wanted and await stage.handled("payments")

    await eventually(there)


async def one_crash(stage: Stage, server: str, act: Act, at: int) -> bool:
    """The flow on an account of its own, with a crash at step `at`; False if it was over before."""
    ref = AccountRef(REF.tenant, f"a{at}")
    payment_id = await wait_for_owner(stage, server, ref, f"first-{at}")
    await act(stage, ref, payment_id)
    end = ENDS[act][0]
    async with working(stage, server, f"second-{at}", at, groups=PAYMENTS) as knife:

        async def over() -> bool:
            return knife.cut.is_set() or (
                await state(stage, ref, payment_id) == end and await stage.handled("payments")
            )

        await eventually(over)
        crashed = knife.cut.is_set()
    if crashed:
        async with working(stage, server, f"third-{at}", groups=PAYMENTS):
            await until(stage, ref, payment_id, end)
    await prove(stage, ref, payment_id, act)
    return crashed


async def prove(stage: Stage, ref: AccountRef, payment_id: str, act: Act) -> None:
    """The credits are the charges that the provider has made: one, or none; the slot is free."""
    end, attempt, first, _ = ENDS[act]
    done, account = await stage.payments.get(ref, payment_id), await stage.ledger.account(ref)
    entries = [entry async for entry in stage.ledger.entries(ref)]
    old = Charge(f"{payment_id}:1", ref, usd(50), "sandbox_confirm")
    assert done is not None
    assert account is not None
    assert (done.state, done.attempt, account.slot) == (end, attempt, "")
    assert isinstance(await Sandbox(stage.redis).find(old), first)
    assert [each.amount for each in entries if each.kind == "recharge"] == [usd(50)] * (end == "succeeded")


@pytest.mark.parametrize("act", ENDS)
async def test_a_crash_at_every_step_after_the_owner_was_waited_for(stage: Stage, server: str, act: Act) -> None:
    """After a press, a new card, the switch, or a credit: it ends as without a crash, with one charge or none."""
    at = 1
    while await one_crash(stage, server, act, at):
        at += 1

    assert at > ENDS[act][3]
