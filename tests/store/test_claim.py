"""Claims: a payment is taken over, its attempt frozen, before the provider is called."""

import pytest

from store import keys
from store.events import (
    RechargeStarted,
)
from store.outcomes import Reason, Refused
from store.payments import Failure
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.outline import outline
from tests.store.steps import arrange, claim, fail, open_id, payment, settle

bank = bank_on_clock(arrange)


async def test_payment_is_claimed(bank: Bank) -> None:
    """A claim freezes amount, method, attempt and key before the provider is called, and is told once."""
    claimed = await claim(bank)

    assert (claimed.attempt, claimed.fence, claimed.kind) == (1, 1, "recharge")
    assert (claimed.amount, claimed.method, claimed.requested_by) == (usd(50), CARD, "")
    assert claimed.key == f"{claimed.payment_id}:1"
    assert (await payment(bank, claimed.payment_id)).state == "charging"
    assert await outline(bank) == ["due", "started"]


async def test_claimed_again_keeps_attempt_and_key(bank: Bank) -> None:
    """The successor of a worker that died asks for the same attempt: same key, higher fence, not told again."""
    first = await claim(bank)
    second = await claim(bank)

    assert (second.key, second.fence) == (first.key, first.fence + 1)
    assert len(await outline(bank, RechargeStarted)) == 1


async def test_next_attempt_takes_the_policys_method(bank: Bank) -> None:
    """A renewed attempt after a decline uses the card chosen meanwhile."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="card")

    assert (await claim(bank, attempt=2)).method == "card_new"


@pytest.mark.parametrize("attempt", [0, 2, 3])
async def test_claim_of_another_attempt_is_refused(bank: Bank, attempt: int) -> None:
    """An event that was overtaken finds its attempt made, or not yet its turn."""
    assert await bank.payments.claim(REF, await open_id(bank), attempt) == Refused(Reason.NOT_PENDING)


async def test_claim_of_an_unknown_payment_is_refused(bank: Bank) -> None:
    """There is nothing to claim under another id."""
    assert await bank.payments.claim(REF, "none", 1) == Refused(Reason.UNKNOWN_PAYMENT)


async def test_claim_after_success_is_refused(bank: Bank) -> None:
    """An event that comes again after the credit charges nothing."""
    claimed = await claim(bank)
    await settle(bank, claimed.payment_id)

    assert await bank.payments.claim(REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.claim(REF, claimed.payment_id, 2) == Refused(Reason.NOT_PENDING)


async def test_recharge_switched_off_meanwhile_is_cancelled(bank: Bank) -> None:
    """A recharge that was not charged yet is cancelled when auto-recharge is off: slot and reservation are free."""
    payment_id = await open_id(bank)
    await bank.recharge(on=False)

    outcome = await bank.payments.claim(REF, payment_id, 1)

    assert outcome == Refused(Reason.RECHARGE_OFF)
    assert (await payment(bank, payment_id)).state == "cancelled"
    assert await open_id(bank) == ""
    assert await bank.redis.hget(keys.account(REF), "recharge_used:2127-05") == "0"
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.NOT_PENDING)
