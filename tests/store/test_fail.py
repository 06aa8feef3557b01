"""Failures: asked again, retried, paused or left to a person, each as the provider meant it."""

import pytest

from store import keys
from store.events import (
    PaymentNeedsAction,
    PaymentUnknown,
    RechargeDeclined,
    RechargePaused,
    TopupDeclined,
)
from store.outcomes import Done, Reason, Refused
from store.payments import Claimed, Failure
from tests.controls import CARD, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.steps import DUE, HOUR_MS, arrange, claim, fail, member, open_id, payment, settle, top_up, waiting

bank = bank_on_clock(arrange)


async def test_unanswered_charge_is_asked_for_again(bank: Bank, clock: Clock) -> None:
    """No answer keeps slot and attempt, is told once, and is asked again after 5, 10, 20 s, at most an hour."""
    waits = []
    for _ in range(14):
        claimed = await claim(bank)
        assert await fail(bank, claimed, Failure.UNKNOWN, "timeout") == Done("unknown")
        [at_ms] = (await waiting(bank)).values()
        waits.append(at_ms - clock.ms)
        clock.advance(hours=1)
        assert await bank.payments.wake(REF, claimed.payment_id) == Done("unknown")

    assert waits[:4] == [5_000, 10_000, 20_000, 40_000]
    assert waits[10:] == [HOUR_MS] * 4
    assert len(await outline(bank, PaymentUnknown)) == 1
    assert await open_id(bank) == claimed.payment_id
    assert claimed.key == f"{claimed.payment_id}:1"


async def test_outage_is_no_decline(bank: Bank) -> None:
    """An outage of the provider neither counts as an attempt nor pauses."""
    claimed = await claim(bank)

    assert await fail(bank, claimed, Failure.UNAVAILABLE) == Done("unavailable")
    assert (await claim(bank)).attempt == 1
    assert (await bank.account()).paused == ""


async def test_each_attempt_asks_again_from_the_start(bank: Bank, clock: Clock) -> None:
    """A renewed attempt that goes unanswered is told and waits 5 s again."""
    await fail(bank, await claim(bank), Failure.UNKNOWN)
    await fail(bank, await claim(bank), Failure.DECLINED)
    await bank.redis.delete(DUE)
    await fail(bank, await claim(bank, attempt=2), Failure.UNKNOWN)

    assert [at_ms - clock.ms for at_ms in (await waiting(bank)).values()] == [5_000]
    assert len(await outline(bank, PaymentUnknown)) == 2


async def test_declined_recharge_is_retried_after_one_three_and_seven_hours(bank: Bank, clock: Clock) -> None:
    """Declines are retried 1, 3 and 7 h after the start, each told with its time; then auto-recharge is paused."""
    start, retried = clock.ms, []
    payment_id = await open_id(bank)
    for attempt in (1, 2, 3):
        assert await fail(bank, await claim(bank, attempt=attempt), Failure.DECLINED) == Done("retrying")
        [(look, at_ms)] = (await waiting(bank)).items()
        assert look == member(payment_id)
        retried.append((at_ms - start) / HOUR_MS)
        clock.advance(milliseconds=at_ms - clock.ms)
        assert await bank.payments.wake(REF, payment_id) == Done("retrying")
    outcome = await fail(bank, await claim(bank, attempt=4), Failure.DECLINED)

    assert outcome == Done("failed")
    assert retried == [1, 3, 7]
    assert [event.next_ms for event in await outline(bank, RechargeDeclined)] == [
        *(start + hours * HOUR_MS for hours in (1, 3, 7)),
        0,
    ]
    [paused] = await outline(bank, RechargePaused)
    assert (paused.reason, paused.attempt) == ("insufficient_funds", "4")
    account = await bank.account()
    assert (account.paused, account.slot) == ("insufficient_funds", "")


async def test_retry_is_never_in_the_past(bank: Bank, clock: Clock) -> None:
    """A decline long after the start is retried in a minute, not at once and not in the past."""
    clock.advance(hours=5)
    await fail(bank, await claim(bank), Failure.DECLINED)

    assert [at_ms - clock.ms for at_ms in (await waiting(bank)).values()] == [60_000]


async def test_dead_method_is_never_tried_again(bank: Bank) -> None:
    """A lost card fails the recharge at once, pauses, and is refused wherever it is chosen."""
    claimed = await claim(bank)

    assert await fail(bank, claimed, Failure.DEAD, "lost_card") == Done("failed")
    assert (await bank.account()).dead_methods == {CARD}
    assert await outline(bank) == ["due", "started", "declined", "paused"]
    request = bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C1", operation_id="top")
    assert await request == Refused(Reason.METHOD_DEAD)
    assert await bank.payments.resume(MANAGER, REF) == Refused(Reason.METHOD_DEAD)
    choose = bank.policies.set_method(MANAGER, REF, CARD, operation_id="same")
    assert await choose == Refused(Reason.METHOD_DEAD)


async def test_method_whose_name_contains_a_dead_ones_is_alive(bank: Bank) -> None:
    """Only the very method is dead, not one whose id begins or ends like it."""
    await fail(bank, await claim(bank), Failure.DEAD)

    assert await top_up(bank, method=f"{CARD}2", operation_id="a")
    assert await top_up(bank, method=f"x{CARD}", operation_id="b")
    assert await top_up(bank, method=CARD[:-1], operation_id="c")


async def test_card_that_died_under_a_topup_is_not_charged_by_a_recharge(bank: Bank) -> None:
    """A top-up that finds the card dead pauses auto-recharge on that card, and cancels a recharge not yet charged."""
    recharge_id = await open_id(bank)
    topup = await claim(bank, await top_up(bank))

    await fail(bank, topup, Failure.DEAD, "stolen_card")

    assert (await bank.account()).paused == "stolen_card"
    assert await bank.payments.claim(REF, recharge_id, 1) == Refused(Reason.RECHARGE_OFF)
    assert (await payment(bank, recharge_id)).state == "cancelled"
    assert len(await outline(bank, RechargePaused)) == 1


async def test_topup_whose_card_died_meanwhile_is_declined(bank: Bank) -> None:
    """A second top-up waiting on a card that has died is not charged; the person is told."""
    first, second = await top_up(bank, operation_id="a"), await top_up(bank, operation_id="b")
    await fail(bank, await claim(bank, first), Failure.DEAD, "stolen_card")

    assert await bank.payments.claim(REF, second, 1) == Refused(Reason.METHOD_DEAD)
    assert (await payment(bank, second)).state == "failed"
    declined = await outline(bank, TopupDeclined)
    assert [(event.payment, event.reason) for event in declined] == [(first, "stolen_card"), (second, "method_dead")]


async def test_payment_that_needs_its_owner_waits_for_a_person(bank: Bank) -> None:
    """The link is told, and no worker takes it."""
    claimed = await claim(bank)
    outcome = await bank.payments.fail(
        REF, claimed, Failure.NEEDS_ACTION, reason="authentication_required", url="https://pay.example/3ds"
    )

    [event] = await outline(bank, PaymentNeedsAction)
    assert outcome == Done("needs_action")
    assert (event.url, event.reason, event.kind) == ("https://pay.example/3ds", "authentication_required", "recharge")
    for attempt in (1, 2):
        assert await bank.payments.claim(REF, claimed.payment_id, attempt) == Refused(Reason.NOT_PENDING)


@pytest.mark.parametrize("failure", list(Failure))
async def test_result_of_an_overtaken_worker_is_fenced(bank: Bank, failure: Failure) -> None:
    """A worker that stalled and was taken over cannot report a failure any more."""
    stalled = await claim(bank)
    await claim(bank)
    before = await bank.redis.hgetall(keys.payment(REF.tenant, stalled.payment_id))

    assert await fail(bank, stalled, failure) == Refused(Reason.FENCED)
    assert await bank.redis.hgetall(keys.payment(REF.tenant, stalled.payment_id)) == before


async def test_failure_reported_twice_counts_once(bank: Bank) -> None:
    """The repeat of a failure's report finds the payment no longer being charged."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)

    assert await fail(bank, claimed, Failure.DECLINED) == Refused(Reason.NOT_PENDING)
    assert len(await outline(bank, RechargeDeclined)) == 1


async def test_failure_after_success_is_refused(bank: Bank) -> None:
    """A failure that arrives after the credit changes nothing."""
    claimed = await claim(bank)
    await settle(bank, claimed.payment_id)

    assert await fail(bank, claimed, Failure.DEAD) == Refused(Reason.NOT_PENDING)
    assert (await bank.account()).paused == ""


async def test_failure_of_an_unknown_payment_is_refused(bank: Bank) -> None:
    """There is nothing to fail under another id."""
    unknown = Claimed("none", 1, 1, "recharge", usd(50), CARD, "")

    assert await fail(bank, unknown, Failure.DECLINED) == Refused(Reason.UNKNOWN_PAYMENT)


async def test_answer_that_cannot_be_written_is_made_harmless(bank: Bank) -> None:
    """A provider's reason or link with half a character is recorded all the same."""
    claimed = await claim(bank)

    outcome = await bank.payments.fail(
        REF, claimed, Failure.NEEDS_ACTION, reason="bank \ud83d", url="https://pay.example/\ud83d"
    )

    [event] = await outline(bank, PaymentNeedsAction)
    assert outcome == Done("needs_action")
    assert (event.reason, event.url) == ("bank ?", "https://pay.example/?")
