"""A server without memory: a change is made whole or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.exceptions import RedisError

from store.account import AlertPolicy
from store.batch import UsagePosting
from store.outcomes import Done, Reason, Refused
from store.payments import Claimed, Failure
from store.scripts import Client
from store.tokens import Scope, Tokens
from tests.controls import CARD, CURRENCY, MANAGER, OWNER, REF, Bank, usd
from tests.everywhere import configure
from tests.store import recharging
from tests.store.clock import Clock
from tests.store.posting import OTHER, dump
from tests.store.steps import member, waiting

Verb = Callable[[Bank, Claimed], Awaitable[object]]


def report(failure: Failure) -> Verb:
    """The provider did not take the money."""
    return lambda bank, claimed: bank.payments.fail(REF, claimed, failure, reason="try_later")


VERBS: dict[str, Verb] = {
    "open_account": lambda bank, _: bank.ledger.open_account(OTHER, CURRENCY),
    "charge_usage": lambda bank, _: bank.spend(20, "oom"),
    "post_batch": lambda bank, _: bank.ledger.post_batch(
        [UsagePosting(REF, usd(7), f"oom-{number}", "test") for number in range(30)]
    ),
    "add_credit": lambda bank, _: bank.grant(100),
    "set_policy": lambda bank, _: bank.policies.set_alerts(
        MANAGER, REF, AlertPolicy((usd(90),), "C2"), operation_id="oom"
    ),
    "set_policy, with a recharge open": lambda bank, _: bank.policies.set_method(
        MANAGER, REF, "card_new", operation_id="oom"
    ),
    "set_service_state": lambda bank, _: bank.policies.set_service_state(
        MANAGER, REF, "calls", open=False, operation_id="oom"
    ),
    "change_managers": lambda bank, _: bank.roles.change_managers(
        OWNER, appoint=["U0NEW"], dismiss=[], operation_id="oom"
    ),
    "make_token": lambda bank, _: Tokens(bank.redis, bank.roles).make(
        MANAGER, REF.tenant, name="PBX", scopes=[Scope.RATES_READ], operation_id="oom"
    ),
    "request_topup": lambda bank, _: bank.payments.request_topup(
        MANAGER, REF, usd(25), CARD, channel="C1", operation_id="oom"
    ),
    "claim_payment": lambda bank, claimed: bank.payments.claim(REF, claimed.payment_id, 1),
    "settle_payment": lambda bank, claimed: bank.payments.settle(
        REF, claimed.payment_id, charge_ref="ch_1", received=usd(50)
    ),
    "wake_payment": lambda bank, claimed: bank.payments.wake(REF, claimed.payment_id),
    "pause_recharge": lambda bank, _: bank.policies.pause_recharge(REF, "left_workspace"),
    **{f"fail_payment: {failure}": report(failure) for failure in Failure},
}


@pytest.fixture
async def charging(real_redis: Client, clock: Clock) -> tuple[Bank, Claimed]:
    """An account with a claimed recharge."""
    bank = await recharging.arrange(real_redis)
    await bank.levels(50)
    await bank.spend(90)
    return bank, await recharging.claim(bank)


@pytest.fixture
async def full(charging: tuple[Bank, Claimed]) -> AsyncIterator[tuple[Bank, Claimed]]:
    """An account with a claimed recharge, on a server that refuses to grow."""
    bank, claimed = charging
    await fill(bank)
    yield bank, claimed
    await empty(bank)


async def fill(bank: Bank) -> None:
    """The server refuses to grow from now on."""
    await configure(bank.redis, "maxmemory-policy", "noeviction")
    await configure(bank.redis, "maxmemory", "1")


async def empty(bank: Bank) -> None:
    """The server has memory again."""
    await configure(bank.redis, "maxmemory", "0")


async def refuse_whole(bank: Bank, call: Callable[[], Awaitable[object]]) -> object:
    """Without memory the call raises and changes nothing; with memory again it is made: its answer."""
    before = await dump(bank.redis)
    with pytest.raises(RedisError, match=r"(?i)memory"):
        await call()
    after = await dump(bank.redis)
    await empty(bank)

    assert after == before
    answer = await call()
    assert await dump(bank.redis) != before
    await bank.prove()
    return answer


@pytest.mark.parametrize("verb", VERBS)
async def test_change_is_refused_whole(full: tuple[Bank, Claimed], verb: str) -> None:
    """Without memory the call raises and nothing was changed; with memory again, the same call is made."""
    bank, claimed = full

    await refuse_whole(bank, lambda: VERBS[verb](bank, claimed))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"on": False}, Reason.RECHARGE_OFF), ({"amount": 20, "cap": 20}, Reason.ABOVE_CAP)],
)
async def test_cancellation_is_refused_whole(
    charging: tuple[Bank, Claimed], changes: dict[str, object], reason: Reason
) -> None:
    """A claim that would cancel leaves slot, reservation and state alone, and cancels once there is memory."""
    bank, claimed = charging
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="try_later")
    await bank.recharge(**changes)  # type: ignore[arg-type]
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.claim(REF, claimed.payment_id, 2))

    assert answer == Refused(reason)


async def test_move_of_the_reservation_is_refused_whole(charging: tuple[Bank, Claimed], clock: Clock) -> None:
    """A claim in a later month moves the reservation and claims, or does neither."""
    bank, claimed = charging
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="try_later")
    clock.advance(days=31)
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.claim(REF, claimed.payment_id, 2))

    assert isinstance(answer, Claimed)


@pytest.mark.parametrize(("failure", "state"), [(Failure.DECLINED, "retrying"), (Failure.NEEDS_ACTION, "needs_action")])
async def test_retry_by_a_person_is_refused_whole(charging: tuple[Bank, Claimed], failure: Failure, state: str) -> None:
    """The button's press is taken with its event, or not at all."""
    bank, claimed = charging
    await bank.payments.fail(REF, claimed, failure, reason="try_later")
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.retry(MANAGER, REF, claimed.payment_id, 1))

    assert answer == Done(state)


@pytest.mark.parametrize(("failure", "state"), [(Failure.NOT_CHARGED, "due"), (Failure.NEEDS_ACTION, "unknown")])
async def test_answer_about_what_was_given_up_is_refused_whole(
    charging: tuple[Bank, Claimed], failure: Failure, state: str
) -> None:
    """The charge of a card that was changed goes on, or is to be cancelled, with its event, or not at all."""
    bank, claimed = charging
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="card")
    if failure is Failure.NOT_CHARGED:
        await bank.payments.fail(REF, claimed, Failure.NEEDS_ACTION, reason="")
        claimed = await recharging.claim(bank)
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.fail(REF, claimed, failure, reason=""))

    assert answer == Done(state)


async def test_cancellation_by_a_person_is_refused_whole(charging: tuple[Bank, Claimed]) -> None:
    """A stuck payment stays stuck, or is handed over to be cancelled with the provider."""
    bank, claimed = charging
    await bank.payments.fail(REF, claimed, Failure.STUCK, reason="gateway_error")
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.cancel(MANAGER, REF, claimed.payment_id, 1))

    assert answer == Done("unknown")


async def test_unanswered_charge_is_parked_whole(charging: tuple[Bank, Claimed], clock: Clock) -> None:
    """A claim that comes too late parks the payment and tells it, or does neither."""
    bank, claimed = charging
    clock.advance(hours=20)
    await fill(bank)

    answer = await refuse_whole(bank, lambda: bank.payments.claim(REF, claimed.payment_id, 1))

    assert answer == Refused(Reason.NOT_PENDING)


async def test_wake_because_of_settings_needs_no_memory_and_is_made_whole(charging: tuple[Bank, Claimed]) -> None:
    """It begins with a removal and goes through: off the schedule, watched, and told, as one step."""
    bank, claimed = charging
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="try_later")
    await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="card")
    told = await bank.event_types()
    await fill(bank)

    try:
        answer = await bank.payments.wake(REF, claimed.payment_id, cause="settings")
    finally:
        await empty(bank)

    assert answer == Done("retrying")
    assert list(await waiting(bank)) == [member(claimed.payment_id)]
    assert await bank.event_types() == [*told, "recharge_due"]
    assert (await recharging.claim(bank, 2)).method == "card_new"


async def test_look_at_an_account_needs_no_memory_and_is_made_whole(real_redis: Client, clock: Clock) -> None:
    """It begins with a removal and goes through: the recharge is open, reserved, watched and told."""
    bank = await recharging.arrange(real_redis)
    await bank.spend(90)
    await recharging.complete(bank)
    await bank.spend(55)
    clock.advance(minutes=15)
    await fill(bank)

    try:
        slot = await bank.payments.check_recharge(REF)
    finally:
        await empty(bank)

    assert slot == (await bank.account()).slot != ""
    assert list(await waiting(bank)) == [member(slot)]
    assert (await bank.event_types())[-1] == "recharge_due"
    assert await recharging.used(bank) == str(usd(100).micros)


async def test_dismissal_needs_no_memory_and_is_made_whole(full: tuple[Bank, Claimed]) -> None:
    """What begins with a removal goes through: the manager is gone and the operation is remembered and told."""
    bank, _ = full

    async def dismiss() -> object:
        return await bank.roles.change_managers(OWNER, appoint=[], dismiss=[MANAGER.user_id], operation_id="oom")

    first = await dismiss()

    assert await bank.roles.managers(REF.tenant) == frozenset()
    assert first != await dismiss()
