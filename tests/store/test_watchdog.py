"""The watchdog: a payment is on the schedule from its opening to its end, so that nothing lost leaves it stuck."""

from collections.abc import Awaitable, Callable

import pytest

from store.events import RechargeDue, TopupDue
from store.outcomes import Done, Posted, Reason, Refused
from store.payments import Failure
from tests.controls import MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.steps import (
    DUE,
    WATCH_MS,
    arrange,
    claim,
    fail,
    member,
    open_id,
    payment,
    settle,
    top_up,
    waiting,
)

Ending = Callable[[Bank, str], Awaitable[object]]
bank = bank_on_clock(arrange)


async def test_recharge_is_watched_from_its_opening(bank: Bank, clock: Clock) -> None:
    """The debit's own step puts the recharge that it opens on the schedule, ten minutes ahead."""
    assert await waiting(bank) == {member(await open_id(bank)): clock.ms + WATCH_MS}


async def test_topup_is_watched_from_its_request(bank: Bank, clock: Clock) -> None:
    """The request's own step puts the top-up on the schedule, ten minutes ahead."""
    payment_id = await top_up(bank)

    assert (await waiting(bank))[member(payment_id)] == clock.ms + WATCH_MS


async def test_each_claim_is_watched_anew(bank: Bank, clock: Clock) -> None:
    """Every claim moves the next look to ten minutes from then."""
    clock.advance(minutes=4)
    claimed = await claim(bank)
    first = await waiting(bank)
    clock.advance(minutes=4)
    await claim(bank)

    assert first == {member(claimed.payment_id): clock.ms - 4 * 60_000 + WATCH_MS}
    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}


@pytest.mark.parametrize("by_person", [False, True])
async def test_each_wake_is_watched_anew(bank: Bank, clock: Clock, *, by_person: bool) -> None:
    """Whoever wakes a payment, its event may be lost: the schedule looks again ten minutes later."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    clock.advance(hours=1)
    if by_person:
        await bank.payments.retry(MANAGER, REF, claimed.payment_id, 1)
    else:
        await bank.payments.wake(REF, claimed.payment_id)

    assert await waiting(bank) == {member(claimed.payment_id): clock.ms + WATCH_MS}


async def test_lost_event_of_a_recharge_is_made_good(bank: Bank, clock: Clock) -> None:
    """A recharge whose event nobody acted on is asked for again, as its first attempt, and charged once."""
    payment_id = await open_id(bank)
    clock.advance(minutes=10)

    assert await bank.payments.wake(REF, payment_id) == Done("due")
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]
    assert (await claim(bank)).key == f"{payment_id}:1"
    assert isinstance(await settle(bank, payment_id), Posted)
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.NOT_PENDING)
    await bank.prove()


async def test_lost_event_of_a_topup_is_made_good(bank: Bank) -> None:
    """A top-up whose event nobody acted on is asked for again."""
    payment_id = await top_up(bank)

    assert await bank.payments.wake(REF, payment_id) == Done("due")
    assert [event.attempt for event in await outline(bank, TopupDue)] == ["1", "1"]
    assert (await claim(bank, payment_id)).attempt == 1


async def test_lost_worker_is_made_good(bank: Bank) -> None:
    """A charge whose worker was lost is asked for again with the same key; the lost one's report is fenced."""
    lost = await claim(bank)

    assert await bank.payments.wake(REF, lost.payment_id) == Done("charging")
    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "1"]
    assert (await payment(bank, lost.payment_id)).state == "charging"
    successor = await claim(bank)
    assert (successor.key, successor.fence) == (lost.key, lost.fence + 1)
    assert await fail(bank, lost, Failure.DEAD) == Refused(Reason.FENCED)


async def test_lost_event_of_a_retry_is_made_good(bank: Bank, clock: Clock) -> None:
    """A retry that was announced and not acted on is announced again, as the same attempt, as long as it takes."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)
    for _ in range(3):
        [at_ms] = (await waiting(bank)).values()
        clock.advance(milliseconds=at_ms - clock.ms)
        assert await bank.payments.wake(REF, claimed.payment_id) == Done("retrying")

    assert [event.attempt for event in await outline(bank, RechargeDue)] == ["1", "2", "2", "2"]
    assert (await claim(bank, attempt=2)).attempt == 2


@pytest.mark.parametrize("by_claim", [False, True])
async def test_person_does_not_ask_again_for_what_is_under_way(bank: Bank, *, by_claim: bool) -> None:
    """A payment that waits for its worker, or is being charged, is the schedule's to look after."""
    payment_id = await open_id(bank)
    if by_claim:
        await claim(bank)

    retry = bank.payments.retry(MANAGER, REF, payment_id, int(by_claim))
    assert await retry == Refused(Reason.NOT_PENDING)
    assert len(await outline(bank, RechargeDue)) == 1


async def succeed(bank: Bank, payment_id: str) -> None:
    """It is charged and credited."""
    await settle(bank, (await claim(bank, payment_id)).payment_id)


async def die(bank: Bank, payment_id: str) -> None:
    """It fails for good."""
    await fail(bank, await claim(bank, payment_id), Failure.DEAD)


async def be_stuck(bank: Bank, payment_id: str) -> None:
    """It waits for a person."""
    await fail(bank, await claim(bank, payment_id), Failure.STUCK)


async def switch_off(bank: Bank, payment_id: str) -> None:
    """Auto-recharge is switched off, and the claim finds it so."""
    await bank.recharge(on=False)
    await bank.redis.zrem(DUE, member(payment_id, "settings"))
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.RECHARGE_OFF)


async def lower_cap(bank: Bank, payment_id: str) -> None:
    """The cap is lowered, and the claim finds it so."""
    await bank.recharge(amount=20, cap=40)
    await bank.redis.zrem(DUE, member(payment_id, "settings"))
    assert await bank.payments.claim(REF, payment_id, 1) == Refused(Reason.ABOVE_CAP)


@pytest.mark.parametrize("end", [succeed, die, be_stuck, switch_off, lower_cap])
async def test_what_is_over_is_watched_no_longer(bank: Bank, end: Ending) -> None:
    """Success, final failure, cancellation and waiting for a person take a recharge off the schedule."""
    payment_id = await open_id(bank)

    await end(bank, payment_id)

    assert member(payment_id) not in await waiting(bank)
    assert await bank.payments.wake(REF, payment_id) == Refused(Reason.NOT_PENDING)


@pytest.mark.parametrize("end", [succeed, die, be_stuck])
async def test_topup_that_is_over_is_watched_no_longer(bank: Bank, end: Ending) -> None:
    """The same holds for a top-up; the open recharge stays watched."""
    payment_id = await top_up(bank, units=50, method="card_other")

    await end(bank, payment_id)

    watched = [each for each in await waiting(bank) if each.startswith("payment:")]
    assert watched == [member(await open_id(bank))]


async def test_topup_refused_at_its_claim_is_watched_no_longer(bank: Bank) -> None:
    """A top-up that ends because its card died meanwhile is off the schedule."""
    first, second = await top_up(bank, operation_id="a"), await top_up(bank, operation_id="b")
    await fail(bank, await claim(bank, first), Failure.DEAD)

    assert await bank.payments.claim(REF, second, 1) == Refused(Reason.METHOD_DEAD)
    found = await waiting(bank)
    assert member(second) not in found
    assert member(await open_id(bank)) in found


async def test_look_at_what_is_over_is_taken_off(bank: Bank) -> None:
    """A look that was left on the schedule for a settled payment does not come for ever."""
    payment_id = await open_id(bank)
    await succeed(bank, payment_id)
    await bank.redis.zadd(DUE, {member(payment_id): 1})

    assert await bank.payments.wake(REF, payment_id) == Refused(Reason.NOT_PENDING)
    assert await waiting(bank) == {}


async def test_success_that_comes_while_a_retry_waits_ends_the_watch(bank: Bank) -> None:
    """Money that arrives for a declined attempt leaves nothing to wake."""
    claimed = await claim(bank)
    await fail(bank, claimed, Failure.DECLINED)

    await settle(bank, claimed.payment_id, received=usd(50))

    assert await waiting(bank) == {}
