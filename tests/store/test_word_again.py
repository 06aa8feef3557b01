"""A person's word about a payment, once more, by another person, or after something else."""

import pytest

from store import keys
from store.events import RechargeCancelled
from store.outcomes import Done
from store.payments import Failure, Step
from tests.controls import MANAGER, OWNER, REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import used
from tests.store.steps import arrange, claim, fail, member, waiting
from tests.store.test_word import say, stuck, unreached

bank = bank_on_clock(arrange)


async def test_word_counts_as_the_first_after_a_press_that_was_not_answered(bank: Bank, clock: Clock) -> None:
    """A person had the provider asked meanwhile, and the word before is taken back."""
    claimed = await unreached(bank, clock)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    await bank.redis.hset(keys.payment(REF.tenant, claimed.payment_id), "ends", "1")
    clock.advance(hours=20)
    await bank.payments.claim(REF, claimed.payment_id, 1)

    assert await say(bank, claimed.payment_id) == Done("unknown")


async def test_press_after_a_word_makes_it_nobody_s(bank: Bank) -> None:
    """Its end is the provider's finding then, and names nobody."""
    claimed = await stuck(bank)
    await say(bank, claimed.payment_id)
    await fail(bank, await claim(bank), Failure.STUCK)
    await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    for _ in ("not found", "seen cancelled"):
        await fail(bank, await claim(bank), Failure.NOT_CHARGED)

    [event] = await outline(bank, RechargeCancelled)
    assert event.by == ""


async def test_first_wait_after_a_word_is_short(bank: Bank, clock: Clock) -> None:
    """However often it was asked about before, even unbidden; and a silent provider is told of."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)
    await bank.payments.wake(REF, claimed.payment_id)
    await fail(bank, await claim(bank), Failure.UNKNOWN)
    await fail(bank, await claim(bank), Failure.STUCK)
    await say(bank, claimed.payment_id)
    await fail(bank, await claim(bank), Failure.UNKNOWN)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + 5_000}
    assert (await outline(bank)).count("unknown") == 1


async def test_word_about_an_old_payment_is_followed_up(bank: Bank, clock: Clock) -> None:
    """The 20 h of asking begin with the word."""
    claimed = await stuck(bank)
    clock.advance(days=3)
    await say(bank, claimed.payment_id)

    assert (await claim(bank)).step is Step.CANCEL


async def test_second_word_of_another_person_is_told_as_theirs(bank: Bank, clock: Clock) -> None:
    """Who said it last has looked last."""
    claimed = await unreached(bank, clock)
    await bank.roles.change_managers(OWNER, appoint=[OWNER.user_id], dismiss=[], operation_id="two")
    await bank.payments.cancel(OWNER, REF, claimed.payment_id, 1)

    [event] = await outline(bank, RechargeCancelled)
    assert event.by == OWNER.id


async def test_repeat_of_the_second_word_is_answered_with_what_it_did(bank: Bank, clock: Clock) -> None:
    """The client's repeat after a lost reply ends nothing twice."""
    claimed = await unreached(bank, clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.waiting.random_id", lambda: "press-again")
        answers = [await say(bank, claimed.payment_id) for _ in range(2)]

    assert answers == [Done("cancelled"), Done("cancelled", repeated=True)]


async def test_recharge_that_was_opened_again_is_not_charged_anew(bank: Bank, clock: Clock) -> None:
    """Its slot may be another's by now: seen cancelled, it is over."""
    claimed = await unreached(bank, clock)
    await say(bank, claimed.payment_id)
    await fail(bank, claimed, Failure.UNKNOWN)

    assert await fail(bank, await claim(bank, claimed.payment_id), Failure.NOT_CHARGED) == Done("cancelled")
    assert await used(bank) == "0"
