"""Services stop when nothing is available any more, overdraft included, and go on: told once each, in the same step."""

import pytest

from store import keys
from store.account import State
from store.events import ServicesHalted, ServicesResumed
from store.money import Money
from store.records import UsageRecord
from store.scripts import Client
from store.services import state
from store.verify import Verifier
from tests.controls import CURRENCY, MANAGER, REF, Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import capture, done, expire, place, release
from tests.store.outline import halts, outline

ACCOUNT = keys.account(REF)
MICRO = Money(1, CURRENCY)


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await Bank.open(redis, balance=100)


bank = bank_on_clock(arrange)


async def allow(bank: Bank, units: int) -> None:
    """Set the overdraft."""
    await bank.policies.set_overdraft(MANAGER, REF, usd(units), operation_id=bank.operation())


async def put(bank: Bank, state: State) -> None:
    """Set the account's state."""
    await bank.policies.set_state(MANAGER, REF, state, operation_id=bank.operation())


async def test_services_stop_at_zero_and_go_on_above_it(bank: Bank) -> None:
    """Not before, and only once, however far below; the balance of that moment is told."""
    await bank.ledger.charge_usage(REF, usd(100) - MICRO, operation_id="nearly", actor="test")
    assert await halts(bank) == []

    await bank.ledger.charge_usage(REF, MICRO, operation_id="last", actor="test")
    await bank.spend(10)
    await bank.grant(10)
    assert await halts(bank) == ["halted exhausted"]
    await bank.grant(1)

    assert await halts(bank) == ["halted exhausted", "resumed by grant"]
    [halted], [resumed] = await outline(bank, ServicesHalted), await outline(bank, ServicesResumed)
    assert (halted.balance, halted.overdraft_micros) == (usd(0), 0)
    assert (resumed.balance, resumed.overdraft_micros) == (usd(1), 0)
    await bank.prove()


async def test_services_stop_where_the_overdraft_ends(bank: Bank) -> None:
    """Used-up credit is told at zero; the services go on to the limit."""
    await allow(bank, 20)

    await bank.spend("119.99")
    assert (await halts(bank), (await bank.account()).exhausted) == ([], True)
    await bank.spend("0.01")

    assert await halts(bank) == ["halted exhausted"]
    [event] = await outline(bank, ServicesHalted)
    assert (event.balance, event.overdraft_micros) == (usd(-20), usd(20).micros)
    await bank.grant("0.01")
    assert await halts(bank) == ["halted exhausted", "resumed by grant"]
    await bank.prove()


async def test_stop_is_told_though_a_lot_still_pays(bank: Bank) -> None:
    """What is set aside for calls leaves lots to pay with below zero: the limit is looked for there as well."""
    await allow(bank, 20)
    await place(bank, 100)
    await bank.spend(5)
    assert await halts(bank) == []

    await bank.spend(15)

    assert await halts(bank) == ["halted exhausted"]
    await bank.prove()


async def test_state_says_since_when(bank: Bank, clock: Clock) -> None:
    """Of a stop, and of its end; as long as there was none, nothing."""
    assert state(await bank.account(), "calls").since_ms == 0
    clock.advance(minutes=1)
    await bank.spend(100)
    clock.advance(minutes=1)
    await bank.spend(1)

    stopped = state(await bank.account(), "calls")
    clock.advance(minutes=1)
    await bank.grant(10)
    going = state(await bank.account(), "calls")

    [halted], [resumed] = await outline(bank, ServicesHalted), await outline(bank, ServicesResumed)
    assert (stopped.open, stopped.reason, stopped.since_ms) == (False, "exhausted", halted.at_ms)
    assert (going.open, going.since_ms) == (True, resumed.at_ms)


@pytest.mark.parametrize("fate", ["released", "expired", "captured"])
async def test_hold_stops_services_and_its_end_lets_them_go_on(bank: Bank, clock: Clock, fate: str) -> None:
    """Credit that is set aside is not available."""
    done(await place(bank, 100))
    assert await halts(bank) == ["halted exhausted"]

    if fate == "captured":
        done(await capture(bank, 40))
    elif fate == "released":
        done(await release(bank))
    else:
        assert await expire(bank, clock) == "expired"

    assert await halts(bank) == ["halted exhausted", "resumed by release"]
    await bank.prove()


async def test_record_that_crosses_the_limit_tells_it_with_the_balance_there(bank: Bank) -> None:
    """As other thresholds are, within a page of call records."""
    records = [UsageRecord(str(n), usd(60), 1_790_000_000_000) for n in range(3)]

    await bank.ledger.post_records(REF, records, actor="test")

    [event] = await outline(bank, ServicesHalted)
    assert event.balance == usd(-20)
    await bank.prove()


async def test_overdraft_that_is_raised_lets_services_go_on(bank: Bank) -> None:
    """And one that is lowered below what was used of it stops them, at once."""
    await bank.spend(110)
    await allow(bank, 20)
    assert await halts(bank) == ["halted exhausted", "resumed by settings"]

    await allow(bank, 10)

    assert await halts(bank) == ["halted exhausted", "resumed by settings", "halted exhausted"]
    await bank.prove()


@pytest.mark.parametrize("balance", [0, 100])
async def test_account_that_is_frozen_stops_its_services(redis: Client, balance: int) -> None:
    """Whatever there is; opened again, they go on if there is credit, or as soon as there is."""
    bank = await Bank.open(redis, balance=balance)

    await put(bank, State.FROZEN)
    await put(bank, State.CLOSED)
    await put(bank, State.OPEN)
    if not balance:
        assert await halts(bank) == ["halted frozen"]
        await bank.grant(1)

    assert await halts(bank) == ["halted frozen", f"resumed by {'settings' if balance else 'grant'}"]
    await bank.prove()


async def test_credit_for_a_frozen_account_lets_nothing_go_on(bank: Bank) -> None:
    """Used up first and frozen then is one stop, which ends with both."""
    await bank.spend(100)
    await put(bank, State.FROZEN)
    await bank.grant(10)
    assert await halts(bank) == ["halted exhausted"]

    await put(bank, State.OPEN)

    assert await halts(bank) == ["halted exhausted", "resumed by settings"]
    await bank.prove()


async def test_new_account_with_an_overdraft_goes_on_where_it_was_frozen(redis: Client) -> None:
    """Nothing has happened on it yet, and both are told."""
    bank = await Bank.open(redis)
    await allow(bank, 20)
    assert await halts(bank) == []

    await put(bank, State.FROZEN)
    await put(bank, State.OPEN)

    assert await halts(bank) == ["halted frozen", "resumed by settings"]
    await bank.prove()


ON, OFF = "resumed by grant", "halted exhausted"


@pytest.mark.parametrize(
    ("overdraft", "spent", "told"),
    [
        (0, 90, [OFF, ON]),
        (0, 100, [ON, OFF, ON]),
        (0, 130, [ON]),
        (20, 100, [OFF, ON]),
        (20, 120, [ON, OFF, ON]),
        (20, 130, [ON]),
    ],
)
async def test_account_of_before_goes_on_as_it_stands(bank: Bank, overdraft: int, spent: int, told: list[str]) -> None:
    """Without the field, what is so is taken for told; what changes then is told."""
    await allow(bank, overdraft)
    await bank.spend(spent)
    await bank.redis.hdel(ACCOUNT, "halted")
    before = await halts(bank)
    await bank.prove()

    for each in (bank.grant(1), bank.spend(60), bank.grant(200)):
        await each
        await bank.prove()

    assert (await halts(bank))[len(before) :] == told


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "stopped": ({"halted": "1790000000000"}, "services are kept as stopped"),
    "frozen": ({"state": "frozen", "least": "9007199254740991", "halted": "0"}, "services are kept as going on"),
    "limit": ({"overdraft": "-100000000", "halted": "0"}, "services are kept as going on"),
    "least": ({"overdraft": "-50000000", "halted": "0", "exhausted": "0", "least": "1"}, "below 50000001 millionths"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_verify_says_what_is_kept_wrongly(bank: Bank, name: str) -> None:
    """That services are stopped, or go on, or are not looked at in time."""
    changes, wanted = WRONG[name]
    await bank.redis.hset(ACCOUNT, mapping=changes)

    assert any(wanted in each for each in await said(bank))


@pytest.mark.parametrize("halted", ["1790000000000", "-1790000000000"])
async def test_verify_says_that_people_were_told_otherwise(redis: Client, halted: str) -> None:
    """The last event and what is kept have to agree."""
    bank = await arrange(redis)
    await bank.spend(100)
    if halted[0] != "-":
        await bank.grant(1)
    assert await said(bank) == []

    await bank.redis.hset(ACCOUNT, "halted", halted)

    assert any("people were last told that services" in each for each in await said(bank))


async def said(bank: Bank) -> list[str]:
    """All that is said of the partition."""
    return [str(each) async for each in Verifier(bank.redis).partition(keys.partition_of(REF.tenant))]
