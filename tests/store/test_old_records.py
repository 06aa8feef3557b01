"""Records that an earlier version wrote: read as what they meant then."""

import pytest

from store import keys
from store.outcomes import Done, Posted
from store.payments import Failure, Step
from tests.controls import REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.steps import arrange, claim, fail, payment, settle

bank = bank_on_clock(arrange)


@pytest.mark.parametrize("failure", [None, Failure.UNKNOWN, Failure.UNAVAILABLE])
@pytest.mark.parametrize("empty", [False, True])
async def test_payment_without_a_step_is_asked_for(bank: Bank, failure: Failure | None, *, empty: bool) -> None:
    """Before there were steps only money was asked for; an empty step is one that was never set."""
    claimed = await claim(bank)
    if failure:
        await fail(bank, claimed, failure)
    record = keys.payment(REF.tenant, claimed.payment_id)
    await bank.redis.hdel(record, "step", "charge_ref", "ends", "charged", "quiet", "reason")
    if empty:
        await bank.redis.hset(record, "step", "")

    assert (await payment(bank, claimed.payment_id)).step is Step.CHARGE
    assert isinstance(await bank.payments.wake(REF, claimed.payment_id), Done)
    again = await claim(bank)
    assert (again.step, again.key, again.charge_ref) == (Step.CHARGE, claimed.key, "")
    assert isinstance(await settle(bank, claimed.payment_id), Posted)


async def test_payment_without_a_step_waits_for_its_owner(bank: Bank) -> None:
    """Its answer is judged as one to a charge."""
    claimed = await claim(bank)
    await bank.redis.hdel(keys.payment(REF.tenant, claimed.payment_id), "step")

    assert await fail(bank, claimed, Failure.NEEDS_ACTION) == Done("needs_action")
