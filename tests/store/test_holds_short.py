"""Captures and releases that change nothing but numbers take a short way through their scripts, to the same end."""

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import keys
from store.outcomes import Reason, Refused
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.everywhere import every_key
from tests.store.clock import Clock
from tests.store.holding import DUE, arrange, capture, done, place, release, standing

ACCOUNT = keys.account(REF)


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """An account with 100 dollars."""
    assert clock.ms
    return await arrange(redis)


async def look(bank: Bank) -> None:
    """The next posting looks at the rules."""
    await bank.redis.hset(ACCOUNT, "till", 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "capture", "release", "spend", "grant"]), st.integers(1, 40), st.integers(0, 3)
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
async def test_short_way_and_long_way_come_to_the_same(drawn: list[tuple[str, int, int]]) -> None:
    """Outcomes, entries, events, and what is set aside."""
    found = []
    for long in (False, True):
        redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("store.scripts.load", Clock().load)
            bank = await arrange(redis)
            await bank.levels(60, 20)
            await bank.recharge(below=15)
            bank.ledger._ids = lambda: "pay-1"
            outcomes: list[object] = []
            for number, (verb, units, hold) in enumerate(drawn):
                if long:
                    await look(bank)
                if verb == "place":
                    outcomes.append(await place(bank, units, f"call-{hold}", str(number)))
                elif verb == "capture":
                    outcomes.append(await capture(bank, units, f"call-{hold}", str(number)))
                elif verb == "release":
                    outcomes.append(await release(bank, f"call-{hold}", str(number)))
                elif verb == "spend":
                    outcomes.append(await bank.spend(units, str(number)))
                else:
                    await bank.grant(units)
            await bank.prove()
            entries = [(each.kind, each.amount, each.after, each.lots) for each in await bank.entries()]
            due = [each for each in await redis.zrange(DUE, 0, -1, withscores=True) if str(each[0]).startswith("hold:")]
            found.append(
                (outcomes, entries, await bank.events(), due, await standing(bank), await bank.ledger.holds(REF))
            )

    assert found[0] == found[1]


@pytest.mark.parametrize("captured", [False, True])
async def test_long_way_ends_a_hold_as_well(bank: Bank, captured: bool) -> None:
    """It is off list and schedule, resolved, and known by its operation."""
    await place(bank, 30)
    await look(bank)

    first, again = [
        done(await (capture(bank, 20, operation_id="once") if captured else release(bank, operation_id="once")))
        for _ in range(2)
    ]

    assert (again.entry, again.repeated) == (first.entry, True)
    assert await standing(bank) == ("80" if captured else "100", "0")
    assert (await bank.ledger.holds(REF), await bank.redis.zrange(DUE, 0, -1)) == ([], [])
    assert await bank.redis.hgetall(keys.hold(REF, "call-1")) == {"state": "captured" if captured else "released"}
    await bank.prove()


async def test_lot_pays_no_more_than_it_has(bank: Bank) -> None:
    """What a hold gave back of it is not left for others twice: the next one pays for the rest."""
    await bank.grant(20)
    await look(bank)
    await place(bank, 10)

    await release(bank)
    await bank.spend(105)

    assert (await bank.entries())[-1].lots == "1=100000000 2=5000000"
    await bank.prove()


@pytest.mark.parametrize("cost", [100, 101])
async def test_capture_is_paid_by_the_lot_in_use_as_far_as_it_goes(bank: Bank, cost: int) -> None:
    """And by the next where it is more, whatever the balance may fall to."""
    await bank.grant(20)
    await look(bank)
    await place(bank, 10)

    await capture(bank, cost)

    assert (await bank.entries())[-1].lots == ("1" if cost == 100 else "1=100000000 2=1000000")
    await bank.prove()


async def test_releases_are_known_among_many(bank: Bank) -> None:
    """However many came since, and wherever their places have gone."""
    for number in range(50):
        await place(bank, 1, f"call-{number}", f"place-{number}")
        await release(bank, f"call-{number}", f"release-{number}")
        if number % 3 == 0:
            await bank.spend("0.1", f"spend-{number}")

    again = [done(await release(bank, f"call-{number}", f"release-{number}")) for number in range(50)]
    placed = [done(await place(bank, 1, f"call-{number}", f"place-{number}")) for number in range(50)]
    assert all(each.repeated for each in again)
    assert all(each.repeated for each in placed)
    await bank.prove()


async def test_operation_of_the_epoch_before_releases_nothing(bank: Bank, clock: Clock) -> None:
    """Nor captures: its id is used."""
    await bank.spend(5, "spent")
    clock.advance(days=90)
    await bank.spend(5)
    await place(bank, 10)

    assert await release(bank, operation_id="spent") == Refused(Reason.OPERATION_CONFLICT)
    assert await capture(bank, 10, operation_id="spent") == Refused(Reason.OPERATION_CONFLICT)
    assert await standing(bank) == ("80", "10")


async def test_first_entry_of_an_epoch_makes_its_bucket(bank: Bank) -> None:
    """Which is dropped two epochs later, whatever the entry is."""
    await place(bank, 10)
    await bank.redis.hset(ACCOUNT, mapping={"base": await bank.redis.hget(ACCOUNT, "version"), "epoch": "99999"})

    await release(bank)

    [bucket] = [each for each in await every_key(bank.redis) if ":op:99999:" in each]
    assert await bank.redis.pttl(bucket) > 0


async def test_total_reaches_its_limit_and_not_beyond(bank: Bank) -> None:
    """Of what a service was given in all."""
    await place(bank, 10)
    await place(bank, 10, "call-2")
    await bank.redis.hset(ACCOUNT, "total:usage:calls", 2**53 - 1 - usd(10).micros)

    assert done(await capture(bank, 10)).after == usd(80)
    assert await capture(bank, "0.000001", "call-2") == Refused(Reason.BALANCE_LIMIT)
