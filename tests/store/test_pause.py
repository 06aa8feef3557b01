"""The pause: after a final failure nothing is charged until a person or another card ends it."""

from store import keys
from store.events import RechargePaused
from store.keys import AccountRef
from store.outcomes import Done, Reason, Refused
from store.payments import Failure
from store.schedule import Due, Schedule
from store.scripts import Client
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.recharging import arrange, claim, complete, decline
from tests.store.steps import member, open_id, waiting

bank = bank_on_clock(arrange)


async def test_pause_keeps_the_slot_shut(bank: Bank, clock: Clock) -> None:
    """After a final failure no recharge opens, whatever the balance and the time."""
    await bank.spend(90)
    await decline(bank)
    clock.advance(days=40)
    await bank.spend(5)
    await bank.payments.check_recharge(REF)

    assert (await bank.account()).paused == "lost_card"
    assert await outline(bank) == ["due", "started", "declined", "paused"]


async def test_pause_holds_without_a_reason_from_the_provider(bank: Bank) -> None:
    """A final failure that comes without a reason pauses all the same."""
    await bank.spend(90)
    await bank.payments.fail(REF, await claim(bank), Failure.DEAD, reason="")
    await bank.spend(1)

    assert (await bank.account()).paused == "dead"
    assert (await bank.account()).slot == ""


async def test_resume_recharges_at_once(bank: Bank) -> None:
    """A manager with another card ends the pause; the cool-down is not waited out again."""
    await bank.spend(90)
    await decline(bank)
    await bank.redis.hset(keys.account(REF), "dead_methods", "")

    outcome = await bank.payments.resume(MANAGER, REF)

    assert outcome == Done("resumed")
    account = await bank.account()
    assert (account.paused, account.slot != "") == ("", True)
    assert (await outline(bank))[-2:] == ["resumed", "due"]


async def test_resume_twice_recharges_once(bank: Bank) -> None:
    """The second press of the button finds nothing paused."""
    await bank.spend(90)
    await decline(bank)
    await bank.redis.hset(keys.account(REF), "dead_methods", "")
    await bank.payments.resume(MANAGER, REF)

    assert await bank.payments.resume(MANAGER, REF) == Done("not_paused")
    assert (await outline(bank)).count("due") == 2


async def test_resume_with_the_dead_card_is_refused(bank: Bank) -> None:
    """The pause does not end while the method is one that must never be tried again."""
    await bank.spend(90)
    await decline(bank)

    assert await bank.payments.resume(MANAGER, REF) == Refused(Reason.METHOD_DEAD)
    assert (await bank.account()).paused == "lost_card"


async def test_resume_while_switched_off_is_refused(bank: Bank) -> None:
    """There is nothing to resume with auto-recharge off."""
    await bank.recharge(on=False)

    assert await bank.payments.resume(MANAGER, REF) == Refused(Reason.RECHARGE_OFF)


async def test_another_card_ends_the_pause(bank: Bank, clock: Clock) -> None:
    """Choosing another method ends the pause by itself and recharges, after the cool-down."""
    await bank.spend(90)
    await decline(bank)
    clock.advance(hours=1)

    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="card")

    account = await bank.account()
    assert account.paused == ""
    payment = await bank.payments.get(REF, account.slot)
    assert payment is not None
    assert payment.method == "card_new"


async def test_pause_for_a_reason_of_ours_is_told_and_keeps_the_slot_shut(bank: Bank) -> None:
    """Like a pause after a decline: told with what is paused, nothing recharges, and a person resumes it."""
    assert await bank.policies.pause_recharge(REF, "left_workspace") == Done("paused")
    await bank.spend(90)

    [event] = await outline(bank, RechargePaused)
    assert (event.kind, event.reason, event.amount, event.method) == ("recharge", "left_workspace", usd(50), CARD)
    account = await bank.account()
    assert (account.paused, account.slot) == ("left_workspace", "")
    assert await bank.payments.resume(MANAGER, REF) == Done("resumed")
    assert await open_id(bank) != ""


async def test_recharge_that_is_due_while_it_is_paused_is_not_charged(bank: Bank) -> None:
    """The pause came between the fall of the balance and the charge: it is cancelled, its reservation free."""
    await bank.spend(90)
    payment_id = await open_id(bank)
    await bank.policies.pause_recharge(REF, "left_workspace")

    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.RECHARGE_OFF)
    assert await open_id(bank) == ""


async def test_recharge_that_waits_when_it_is_paused_is_looked_at_at_once(bank: Bank, clock: Clock) -> None:
    """What its owner may still confirm with the bank is called off with the provider."""
    await bank.spend(90)
    payment_id = await open_id(bank)
    await bank.payments.fail(REF, await claim(bank), Failure.NEEDS_ACTION, reason="authentication_required")
    await bank.policies.pause_recharge(REF, "left_workspace")

    assert (await waiting(bank))[member(payment_id, "settings")] == clock.ms


async def test_what_does_not_recharge_is_not_paused(bank: Bank, redis: Client) -> None:
    """Paused already, switched off, never set up or unknown: nothing is told, and the first reason stays."""
    await bank.policies.pause_recharge(REF, "left_workspace")
    assert await bank.policies.pause_recharge(REF, "other") == Done("unchanged")
    assert (await bank.account()).paused == "left_workspace"
    await bank.recharge(on=False)
    assert await bank.policies.pause_recharge(REF, "other") == Done("unchanged")

    unknown = AccountRef(REF.tenant, "unknown")
    assert await bank.policies.pause_recharge(unknown, "other") == Refused(Reason.UNKNOWN_ACCOUNT)
    assert not await redis.exists(keys.account(unknown))
    assert len(await outline(bank, RechargePaused)) == 1


async def test_same_settings_do_not_end_the_pause(bank: Bank) -> None:
    """Saving an amount while the card stays leaves the pause."""
    await bank.spend(90)
    claimed = await claim(bank)
    bank.payments._retry_offsets = ""
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="insufficient_funds")
    await bank.recharge(cap=199)

    assert (await bank.account()).paused == "insufficient_funds"


async def test_switching_off_ends_the_pause_with_the_same_card(bank: Bank) -> None:
    """A person who switches off and on again starts afresh."""
    await bank.spend(90)
    bank.payments._retry_offsets = ""
    await decline(bank, Failure.DECLINED)
    await bank.recharge(on=False)

    assert (await bank.account()).paused == ""


async def test_what_waits_is_found_when_its_time_comes(redis: Client) -> None:
    """The schedule lists a look once it is due and no sooner, by Redis' own time."""
    bank = await Bank.open(redis, balance=100, cooldown_s=3600)
    await bank.recharge()
    await bank.spend(90)
    await complete(bank)
    await bank.spend(55)
    partition = keys.partition_of(REF.tenant)
    early = await Schedule(redis).due([partition])

    await redis.zadd(keys.due(partition), {f"check:{REF.tenant}:default": 1})

    assert early == []
    assert await Schedule(redis).due([partition]) == [Due(REF, "")]
    assert await Schedule(redis).due([(partition + 1) % 64]) == []
