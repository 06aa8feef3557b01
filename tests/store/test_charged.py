"""A charge that was made and that the ledger refuses to credit: kept until it is credited or paid back."""

from store.events import PaymentStuck
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Claimed, Failure, Step
from tests.controls import MANAGER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, open_id, payment, settle

bank = bank_on_clock(arrange)


async def say(bank: Bank, payment_id: str) -> object:
    """A manager says that it was not charged."""
    return await bank.payments.cancel(MANAGER, REF, payment_id, 1)


async def charged(bank: Bank) -> Claimed:
    """The open recharge was charged, and the ledger refused to credit it."""
    claimed = await claim(bank)
    outcome = await bank.payments.fail(REF, claimed, Failure.NOT_CREDITED, reason="not_credited", charge_ref="ch_9")
    assert outcome == Done("stuck")
    return claimed


async def test_charge_that_cannot_be_credited_is_told_and_kept(bank: Bank) -> None:
    """It is stuck for a reason of its own, with the charge's id, and is not given up on anybody's word."""
    claimed = await charged(bank)

    [event] = await outline(bank, PaymentStuck)
    assert (event.reason, event.attempt) == ("not_credited", "1")
    found = await payment(bank, claimed.payment_id)
    assert (found.charged, found.charge_ref) == (True, "ch_9")
    assert await say(bank, claimed.payment_id) == Refused(Reason.CHARGED)
    assert (await open_id(bank), await used(bank)) == (claimed.payment_id, "50000000")


async def test_charge_is_credited_when_the_provider_is_asked_again(bank: Bank) -> None:
    """A person has removed what stood in the way: the charge is found by its id."""
    claimed = await charged(bank)
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("stuck")
    asked = await claim(bank)

    assert (asked.step, asked.charge_ref) == (Step.FIND, "ch_9")
    assert isinstance(await settle(bank, claimed.payment_id), Posted)
    assert await open_id(bank) == ""


async def test_charge_stays_known_through_an_error(bank: Bank) -> None:
    """Asked again, the provider's client raised an error: it is charged all the same."""
    claimed = await charged(bank)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await fail(bank, await claim(bank), Failure.STUCK)

    assert await say(bank, claimed.payment_id) == Refused(Reason.CHARGED)


async def test_charge_that_the_provider_gave_back_is_over(bank: Bank) -> None:
    """Paid back and asked again: found not charged, then seen cancelled, it ends."""
    claimed = await charged(bank)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await fail(bank, await claim(bank), Failure.NOT_CHARGED)

    assert await fail(bank, await claim(bank), Failure.NOT_CHARGED) == Done("cancelled")


async def test_next_attempt_knows_nothing_of_an_earlier_charge(bank: Bank) -> None:
    """Found declined after all: what is charged next may be given up again."""
    claimed = await charged(bank)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    assert await fail(bank, await claim(bank), Failure.DECLINED) == Done("retrying")
    await fail(bank, await claim(bank, attempt=2), Failure.STUCK)

    assert not (await payment(bank, claimed.payment_id)).charged
    assert await bank.payments.cancel(MANAGER, REF, claimed.payment_id, 2) == Done("unknown")
