"""Orders to import files: given and confirmed once, carried out by one worker at a time."""

import dataclasses

import pytest

from store import keys
from store.keys import AccountRef
from store.leases import LeaseLostError
from store.orders import KEEP_MS, MOST_FILES, File, Hands, Order, Orders, Step
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Roles
from store.scripts import Client
from tests.controls import MANAGER, MEMBER, OWNER, REF, STRANGER

FILES = (File("F1", "october.csv"), File("F2", "november, “new”.zip"))
BRANCH = AccountRef(REF.tenant, "branch")
PARTITION = keys.partition_of(REF.tenant)


async def opened(redis: Client) -> Orders:
    """Orders of a workspace with one manager."""
    roles = Roles(redis)
    await roles.change_managers(OWNER, appoint=[MANAGER.user_id], dismiss=[], operation_id="appoint")
    return Orders(redis, roles)


async def given(orders: Orders, step: Step = Step.LOOK, order_id: str = "one") -> Order:
    """An order, as it stands when it was given."""
    await orders.give(MANAGER, REF, order_id, FILES, step, locale="de-DE", channel="D1", thread_ts="1.5")
    order = await orders.get(REF.tenant, order_id)
    assert order
    return order


async def asked(orders: Orders) -> Hands:
    """An order that a person is to confirm, and the hands that got it there."""
    order, hands = await given(orders), orders.hands(REF.tenant, "one", "w")
    await hands.take()
    assert await hands.move(order, Step.ASK, delay_ms=None)
    return hands


async def step_of(orders: Orders) -> Step:
    """What is next."""
    order = await orders.get(REF.tenant, "one")
    assert order
    return order.step


async def test_given_order_waits_for_a_worker(redis: Client) -> None:
    """It says all that was asked for, waits from now on, and is kept for 30 days."""
    orders = await opened(redis)

    order = await given(orders)

    seconds, _ = await redis.time()
    assert dataclasses.replace(order, at_ms=0, since_ms=0) == Order(
        REF, "one", MANAGER.user_id, "de-DE", "D1", "1.5", FILES, 0, Step.LOOK
    )
    assert seconds * 1000 - 60_000 < order.at_ms == order.since_ms <= seconds * 1000 + 1000
    assert await orders.waiting([PARTITION]) == [(REF.tenant, "one")]
    assert await orders.waiting([PARTITION + 1]) == []
    assert KEEP_MS - 60_000 < await redis.pttl(keys.order(REF.tenant, "one")) <= KEEP_MS


async def test_given_twice_is_one_order(redis: Client) -> None:
    """The same id again changes nothing, whatever has become of it."""
    orders = await opened(redis)
    await asked(orders)
    await orders.confirm(MANAGER, BRANCH, "one")
    before = await orders.get(REF.tenant, "one")

    again = await orders.give(MANAGER, REF, "one", FILES, Step.LOOK, locale="en-US", channel="C1")

    assert again == Done("given", repeated=True)
    assert await orders.get(REF.tenant, "one") == before


@pytest.mark.parametrize(("ref", "files"), [(BRANCH, FILES), (REF, FILES[:1]), (REF, (FILES[1], FILES[0]))])
async def test_given_for_something_else_is_refused(redis: Client, ref: AccountRef, files: tuple[File, ...]) -> None:
    """Nobody is told that something is done which is not: the first one stays as it is."""
    orders = await opened(redis)
    first = await given(orders, Step.CHARGE)

    again = await orders.give(MANAGER, ref, "one", files, Step.CHARGE, locale="en-US", channel="C1")

    assert again == Refused(Reason.OPERATION_CONFLICT)
    assert await orders.get(REF.tenant, "one") == first


async def test_no_more_files_than_slack_sends(redis: Client) -> None:
    """More of them are not kept."""
    orders = await opened(redis)
    many = [File(f"F{number}", "a.csv") for number in range(MOST_FILES + 5)]

    await orders.give(MANAGER, REF, "one", many, Step.LOOK, locale="", channel="")

    order = await orders.get(REF.tenant, "one")
    assert order
    assert order.files == tuple(many[:MOST_FILES])


@pytest.mark.parametrize(("actor", "reason"), [(MEMBER, Reason.NOT_A_MANAGER), (STRANGER, Reason.STRANGER)])
async def test_only_managers(redis: Client, actor: Actor, reason: Reason) -> None:
    """Nobody else gives, confirms or calls off; neither does a manager for another workspace."""
    orders = await opened(redis)
    await asked(orders)
    refused = Refused(reason)

    assert await orders.give(actor, REF, "two", FILES, Step.LOOK, locale="", channel="") == refused
    assert await orders.confirm(actor, REF, "one") == refused
    assert await orders.cancel(actor, "one") == refused
    assert await orders.confirm(MANAGER, AccountRef("T0OTHER"), "one") == Refused(Reason.STRANGER)
    assert await orders.get(REF.tenant, "two") is None
    assert await step_of(orders) is Step.ASK


async def test_confirmed_once(redis: Client) -> None:
    """The first yes has it charged to that account in that person's name; a second one says so and changes nothing."""
    orders = await opened(redis)
    await asked(orders)
    assert await orders.waiting([PARTITION]) == []

    assert await orders.confirm(MANAGER, BRANCH, "one") == Done(Step.CHARGE)
    assert await orders.confirm(MANAGER, REF, "one") == Done(Step.CHARGE, repeated=True)

    order = await orders.get(REF.tenant, "one")
    assert order
    assert (order.ref, order.step, order.user) == (BRANCH, Step.CHARGE, MANAGER.user_id)
    assert await orders.waiting([PARTITION]) == [(REF.tenant, "one")]


async def test_yes_begins_anew(redis: Client) -> None:
    """How long and how often workers have tried counts from there; the next step of theirs counts its own tries."""
    orders = await opened(redis)
    hands = await asked(orders)
    await redis.hset(keys.order(REF.tenant, "one"), mapping={"at_ms": 7, "tries": 3})

    await orders.confirm(MANAGER, REF, "one")
    order = await orders.get(REF.tenant, "one")
    assert order
    await hands.move(order, Step.CHARGE, tries="2")
    tried = await orders.get(REF.tenant, "one")
    await hands.move(order, Step.TELL)
    told = await orders.get(REF.tenant, "one")

    assert tried
    assert told
    assert (order.at_ms, order.tries, tried.tries, told.tries) == (7, 0, 2, 0)
    assert order.since_ms > 7
    assert told.since_ms == order.since_ms


async def test_called_off_is_not_charged(redis: Client) -> None:
    """After a no, nobody can say yes, and no worker has anything to do."""
    orders = await opened(redis)
    await asked(orders)

    assert await orders.cancel(MANAGER, "one") == Done(Step.CANCELLED)
    assert await orders.cancel(MANAGER, "one") == Done(Step.CANCELLED, repeated=True)
    assert await orders.confirm(MANAGER, REF, "one") == Refused(Reason.DRAFT_GONE)
    assert await orders.waiting([PARTITION]) == []


async def test_confirmed_is_not_called_off(redis: Client) -> None:
    """After a yes, a no comes too late."""
    orders = await opened(redis)
    await asked(orders)
    await orders.confirm(MANAGER, REF, "one")

    assert await orders.cancel(MANAGER, "one") == Done(Step.CHARGE, repeated=True)
    assert await step_of(orders) is Step.CHARGE


async def test_unknown_order_is_gone(redis: Client) -> None:
    """One that never was, or is kept no more, can be neither confirmed nor called off."""
    orders = await opened(redis)

    assert await orders.confirm(MANAGER, REF, "none") == Refused(Reason.DRAFT_GONE)
    assert await orders.cancel(MANAGER, "none") == Refused(Reason.DRAFT_GONE)
    assert await redis.exists(keys.order(REF.tenant, "none")) == 0


async def test_one_worker_has_it(redis: Client) -> None:
    """Another takes it once the first has left, or is heard of no more."""
    orders = await opened(redis)
    await given(orders)
    one, another = orders.hands(REF.tenant, "one", "w1"), orders.hands(REF.tenant, "one", "w2")

    assert [await one.take(), await another.take(), await one.take()] == [True, False, True]
    assert 0 < await redis.pttl(keys.importer(REF.tenant, "one")) <= one.ttl_ms
    await one.leave()
    assert await another.take()


async def test_worker_that_lost_it_changes_nothing(redis: Client) -> None:
    """Neither the step nor a record beside it, while another has the order and after that."""
    orders = await opened(redis)
    order = await given(orders)
    one, another = orders.hands(REF.tenant, "one", "w1"), orders.hands(REF.tenant, "one", "w2")
    await one.take()
    await redis.delete(keys.importer(REF.tenant, "one"))  # its time has run out
    await another.take()

    for _ in range(2):
        with pytest.raises(LeaseLostError):
            await one.move(order, Step.DONE)
        assert not await one.write(PARTITION, keys.notice(REF.tenant, "import-one"), {"ts": "1"})
        await another.leave()
    assert await step_of(orders) is Step.LOOK
    assert await redis.exists(keys.notice(REF.tenant, "import-one")) == 0


async def test_worker_that_is_late_changes_nothing(redis: Client) -> None:
    """What a person decided meanwhile stays, and still waits for a worker."""
    orders = await opened(redis)
    hands = await asked(orders)
    seen = await orders.get(REF.tenant, "one")
    assert seen
    await orders.confirm(MANAGER, REF, "one")

    assert not await hands.move(seen, Step.ASK, delay_ms=None)
    assert await orders.waiting([PARTITION]) == [(REF.tenant, "one")]


async def test_put_off(redis: Client) -> None:
    """It waits until then, with what was found and how often it was tried."""
    orders = await opened(redis)
    order, hands = await given(orders), orders.hands(REF.tenant, "one", "w")
    await hands.take()

    assert await hands.move(order, Step.LOOK, delay_ms=60_000, tries="2", found='{"a":[1]}')

    [(_, due_ms)] = await redis.zrange(keys.orders(PARTITION), 0, -1, withscores=True)
    seconds, _ = await redis.time()
    assert 0 < due_ms - seconds * 1000 <= 61_000
    assert await orders.waiting([PARTITION]) == []
    found = await orders.get(REF.tenant, "one")
    assert found
    assert (found.tries, found.found, found.step) == (2, {"a": [1]}, Step.LOOK)


async def test_order_that_is_kept_no_more_waits_for_nobody(redis: Client) -> None:
    """A worker that does not find it takes it off."""
    orders = await opened(redis)
    await given(orders)
    await redis.delete(keys.order(REF.tenant, "one"))

    await orders.hands(REF.tenant, "one", "w").forget()

    assert await orders.waiting([PARTITION]) == []
