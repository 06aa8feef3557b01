"""Asking the provider to cancel a charge: how long, how soon again, and what follows."""

from store import keys
from store.outcomes import Done
from store.payments import Failure, Step
from tests.controls import REF, Bank
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.steps import arrange, claim, fail, member, top_up, waiting
from tests.store.test_owner import ask, change_card, need_owner

bank = bank_on_clock(arrange)


async def test_what_was_given_up_while_it_was_asked_goes_on_anew(bank: Bank) -> None:
    """Another card was chosen with a worker at it: once the old charge is seen cancelled, that card is charged."""
    claimed = await claim(bank)
    await change_card(bank)
    await fail(bank, claimed, Failure.NEEDS_ACTION)

    assert await fail(bank, await claim(bank), Failure.NOT_CHARGED) == Done("due")


async def test_first_wait_of_a_cancelling_is_short(bank: Bank, clock: Clock) -> None:
    """However often the finding went unanswered before."""
    claimed = await ask(bank, Step.FIND)
    for _ in range(3):
        await fail(bank, claimed, Failure.UNKNOWN)
        claimed = await claim(bank)
    await fail(bank, claimed, Failure.NOT_CHARGED)
    await fail(bank, await claim(bank), Failure.UNKNOWN)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + 5_000}


async def test_twenty_hours_of_a_cancelling_count_from_its_start(bank: Bank, clock: Clock) -> None:
    """The finding may have taken most of a day."""
    claimed = await ask(bank, Step.FIND)
    clock.advance(hours=19)
    await fail(bank, claimed, Failure.NOT_CHARGED)
    clock.advance(hours=19)

    assert (await claim(bank)).step is Step.CANCEL


async def test_attempt_after_a_decline_is_not_ended_for_an_earlier_finding(bank: Bank) -> None:
    """Found not charged, asked about once more, found declined: the next attempt, called off, goes on anew."""
    claimed = await ask(bank, Step.FIND)
    await fail(bank, claimed, Failure.NOT_CHARGED)
    await fail(bank, await claim(bank), Failure.STUCK)
    await bank.redis.hset(keys.payment(REF.tenant, claimed.payment_id), "state", "retrying")
    await fail(bank, await claim(bank, attempt=2), Failure.UNKNOWN)
    await change_card(bank)

    assert await fail(bank, await claim(bank, attempt=2), Failure.NOT_CHARGED) == Done("due")


async def test_topup_is_never_charged_anew(bank: Bank) -> None:
    """Seen cancelled for whatever reason, it is over: its person may ask again."""
    claimed = await need_owner(bank, await top_up(bank))
    await bank.redis.hset(keys.payment(REF.tenant, claimed.payment_id), mapping={"state": "unknown", "step": "cancel"})

    assert await fail(bank, await claim(bank, claimed.payment_id), Failure.NOT_CHARGED) == Done("cancelled")
