"""Waking: a waiting payment goes on when its time has come or a person says so, once."""

import pytest

from store import keys
from store.events import (
    RechargeDue,
)
from store.keys import AccountRef
from store.ledger import Ledger
from store.outcomes import Done, Reason, Refused
from store.payments import Failure
from store.roles import Actor
from store.schedule import Due, Schedule
from tests.controls import CARD, CURRENCY, MANAGER, MEMBER, OWNER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.outline import outline
from tests.store.steps import DUE, arrange, claim, fail, member, open_id, waiting

bank = bank_on_clock(arrange)


async def test_wake_of_an_unknown_payment_is_taken_off_the_schedule(bank: Bank) -> None:
    """What is scheduled for a payment that does not exist is not looked at for ever."""
    await bank.redis.zadd(DUE, {member("none"): 1})

    assert await bank.payments.wake(REF, "none") == Refused(Reason.UNKNOWN_PAYMENT)
    assert list(await waiting(bank)) == [member(await open_id(bank))]


async def test_payment_on_the_schedule_is_found_when_due(bank: Bank) -> None:
    """The schedule lists a waiting payment once its time has come, by Redis' own time."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    schedule, partition = Schedule(bank.redis), keys.partition_of(REF.tenant)
    early = await schedule.due([partition])
    await bank.redis.zadd(DUE, dict.fromkeys(await waiting(bank), 1))

    assert early == []
    assert await schedule.due([partition]) == [Due(REF, claimed.payment_id)]


async def test_retry_by_a_person_is_made_once(bank: Bank) -> None:
    """A second press of the button finds the attempt gone; the schedule's own wake only asks for the same one again."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)

    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("retrying")
    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Refused(Reason.NOT_PENDING)
    assert await bank.payments.wake(REF, claimed.payment_id) == Done("due")
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "2", "2"]
    assert (await claim(bank, attempt=2)).attempt == 2
    assert await bank.payments.claim(REF, claimed.payment_id, 3) == Refused(Reason.NOT_PENDING)
    assert await outline(bank) == ["due", "started", "declined", "due", "due"]


async def test_retry_from_an_old_message_is_refused(bank: Bank) -> None:
    """A button shown for an attempt that has been followed by another does nothing."""
    await fail(bank, await claim(bank), Failure.DECLINED)
    payment_id = await open_id(bank)
    await bank.payments.wake(REF, payment_id)
    await fail(bank, await claim(bank, attempt=2), Failure.DECLINED)

    assert await bank.payments.retry(MANAGER, REF, payment_id, 1) == Refused(Reason.NOT_PENDING)


async def test_overtaken_event_charges_nothing(bank: Bank) -> None:
    """When schedule and person both asked for attempt 2, the second event finds it made."""
    await fail(bank, await claim(bank), Failure.DECLINED)
    payment_id = await open_id(bank)
    await bank.payments.wake(REF, payment_id)
    await bank.payments.retry(MANAGER, REF, payment_id, 1)
    await fail(bank, await claim(bank, attempt=2), Failure.DECLINED)

    assert await bank.payments.claim(REF, payment_id, 2) == Refused(Reason.NOT_PENDING)


async def test_retry_of_an_unanswered_charge_keeps_the_key(bank: Bank) -> None:
    """A person who retries an unanswered charge asks for the same attempt, so nothing is charged twice."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.UNKNOWN)

    assert await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1) == Done("unknown")
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]
    assert (await claim(bank)).key == claimed.key


@pytest.mark.parametrize(
    ("actor", "reason"), [(MEMBER, "not_a_manager"), (OWNER, "not_a_manager"), (STRANGER, "stranger")]
)
async def test_only_managers_touch_payments(bank: Bank, actor: Actor, reason: str) -> None:
    """Nobody but a credit manager tops up, retries or resumes; not even an administrator."""
    refused = Refused(Reason(reason))
    payment_id = await open_id(bank)

    assert await bank.payments.retry(actor, REF, payment_id, 1) == refused
    assert await bank.payments.resume(actor, REF) == refused
    request = bank.payments.request_topup(actor, REF, usd(25), CARD, channel="C1", operation_id="top")
    assert await request == refused


async def test_manager_of_another_tenant_is_a_stranger(bank: Bank) -> None:
    """To be a manager at home gives nothing on another tenant's account."""
    other = AccountRef("T0OTHER")
    await Ledger(bank.redis).open_account(other, CURRENCY)
    stranger = Refused(Reason.STRANGER)

    request = bank.payments.request_topup(MANAGER, other, usd(25), CARD, channel="C1", operation_id="top")
    assert await request == stranger
    assert await bank.payments.resume(MANAGER, other) == stranger
    assert await bank.payments.retry(MANAGER, other, "any", 1) == stranger
