"""Calls of a service that people have stopped: what is refused, what posts all the same, and as whose usage."""

from store import keys
from store.batch import UsagePosting
from store.outcomes import Posted, Reason, Refused, Resolved
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.store.banks import bank_by
from tests.store.clock import Clock
from tests.store.holding import arrange, authorise, capture, done, expire, extend, place, set_service, standing

STOPPED = Refused(Reason.SERVICE_STOPPED)
bank = bank_by(arrange)


async def totals(bank: Bank) -> dict[str, str]:
    """What each service was charged, in millionths."""
    record = await bank.redis.hgetall(keys.account(REF))
    return {name.removeprefix("total:usage:"): each for name, each in record.items() if name.startswith("total:usage:")}


async def test_stopped_service_places_no_hold(bank: Bank) -> None:
    """Until it goes on; other services do all the time."""
    await set_service(bank)

    assert await place(bank, 1) == STOPPED
    done(await place(bank, 1, "call-2", service="toll-free"))
    await set_service(bank, open_=True)
    done(await place(bank, 1))
    await bank.prove()


async def test_hold_of_a_stopped_service_is_not_extended(bank: Bank) -> None:
    """Neither by credit nor by time: the call has to end."""
    await place(bank, 1, service="toll-free")
    await place(bank, 1, "call-2")
    await set_service(bank, "toll-free")

    assert [await extend(bank, units) for units in (1, 0)] == [STOPPED, STOPPED]
    done(await extend(bank, 1, "call-2"))
    await set_service(bank, "toll-free", open_=True)
    done(await extend(bank, 1))
    await bank.prove()


async def test_stopped_service_authorises_no_usage(bank: Bank) -> None:
    """Until it goes on; recorded usage always posts."""
    await set_service(bank)

    assert await authorise(bank, 1) == STOPPED
    assert isinstance(await bank.spend(1), Posted)
    assert isinstance(await authorise(bank, 1, "toll-free"), Posted)
    assert await authorise(bank, 1) == STOPPED
    await set_service(bank, open_=True)
    assert isinstance(await authorise(bank, 1), Posted)
    await bank.prove()


async def test_each_of_a_batch_asks_for_its_own_service(bank: Bank) -> None:
    """One that is stopped keeps the others from nothing."""
    await set_service(bank, "toll-free")
    asked = ["calls", "toll-free", "calls"]

    found = await bank.ledger.post_batch(
        [UsagePosting(REF, usd(1), f"each-{n}", "test", "", each, authorised=True) for n, each in enumerate(asked)]
    )

    assert [isinstance(each, Posted) for each in found] == [True, False, True]
    assert found[1] == STOPPED
    await bank.prove()


async def test_capture_of_a_stopped_service_takes_what_was_set_aside(bank: Bank) -> None:
    """And authorises no more; recorded usage posts, whatever it is."""
    for hold in ("call-1", "call-2", "call-3"):
        await place(bank, 10, hold)
    await set_service(bank)

    assert await capture(bank, 11, authorised=True) == STOPPED
    done(await capture(bank, 10, authorised=True))
    done(await capture(bank, 11, "call-2"))
    await set_service(bank, open_=True)
    done(await capture(bank, 11, "call-3", authorised=True))
    assert await standing(bank) == ("68", "0")
    await bank.prove()


async def test_capture_that_the_rules_look_at_is_refused_as_well(bank: Bank) -> None:
    """Here a level would be armed again."""
    await bank.levels(95)
    await place(bank, 10)
    await set_service(bank)

    assert await capture(bank, 11, authorised=True) == STOPPED
    assert await standing(bank) == ("90", "10")


async def test_capture_is_usage_of_the_service_of_its_hold(bank: Bank) -> None:
    """Unless told otherwise; the journal's totals say which."""
    await place(bank, 10, service="toll-free")
    await place(bank, 10, "call-2", service="toll-free")
    await place(bank, 10, "call-3")

    done(await capture(bank, 1))
    captured = bank.ledger.capture_hold(REF, "call-2", usd(2), operation_id="c", actor="test", service="conference")
    assert isinstance(await captured, Resolved)
    done(await capture(bank, 3, "call-3"))

    assert await totals(bank) == {"toll-free": "1000000", "conference": "2000000", "calls": "3000000"}
    await bank.prove()


async def test_hold_tells_its_service(bank: Bank) -> None:
    """Listed as long as it is open; nothing but its fate is kept then."""
    await place(bank, 10, service="toll-free")
    assert [each.service for each in await bank.ledger.holds(REF)] == ["toll-free"]

    await capture(bank, 1)

    assert await bank.redis.hgetall(keys.hold(REF, "call-1")) == {"state": "captured"}


async def test_late_capture_is_usage_of_the_service_of_its_hold(redis: Client, clock: Clock) -> None:
    """It is known even when the hold has expired."""
    bank = await arrange(redis)
    await place(bank, 10, service="toll-free")
    assert await expire(bank, clock) == "expired"

    done(await capture(bank, 3))

    assert await totals(bank) == {"toll-free": "3000000"}
    await bank.prove()


async def test_hold_from_before_services_is_for_calls(bank: Bank) -> None:
    """It has no service, and is extended and captured as it always was."""
    await place(bank, 10, service="toll-free")
    await bank.redis.hdel(keys.hold(REF, "call-1"), "service")
    assert [each.service for each in await bank.ledger.holds(REF)] == ["calls"]

    await set_service(bank)
    assert await extend(bank, 1) == STOPPED
    done(await capture(bank, 3))

    assert await totals(bank) == {"calls": "3000000"}


async def test_repeat_of_a_capture_with_another_service_is_refused(bank: Bank) -> None:
    """The same with the same service is answered with the first outcome, though the hold has forgotten it."""
    await place(bank, 10, service="toll-free")
    first = done(await capture(bank, 3, operation_id="once"))

    again = done(await capture(bank, 3, operation_id="once"))
    other = await bank.ledger.capture_hold(
        REF, "call-1", usd(3), operation_id="once", actor="test", memo="a call", service="conference"
    )

    assert (again.entry, again.repeated, other) == (first.entry, True, Refused(Reason.OPERATION_CONFLICT))


async def test_repeat_of_a_hold_with_another_service_is_refused(bank: Bank) -> None:
    """What was set aside is for the first."""
    await place(bank, 10, operation_id="once")

    outcome = await place(bank, 10, operation_id="once", service="toll-free")

    assert outcome == Refused(Reason.OPERATION_CONFLICT)
