"""Calls that another account pays by a rule: each is charged once, whatever becomes of the rules."""

import asyncio

import pytest

from store.call import CALLING
from store.calls import Batch, to_columns
from store.centres import CentreRules, Match, Rule
from store.keys import AccountRef
from store.plans import Plans
from store.pools import Pool
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, REF, Bank
from tests.store.charging import NOW, charging, lines_of
from tests.store.charging import arrange as arrange_rated
from tests.store.rating import call, terms
from tests.store.recorded import posted

SECOND, THIRD = AccountRef(REF.tenant, "second"), AccountRef(REF.tenant, "third")
COUNT = 600


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


async def arrange(redis: Client) -> Bank:
    """Three accounts and a card."""
    bank = await arrange_rated(redis, terms())
    for ref in (SECOND, THIRD):
        await bank.ledger.open_account(ref, CURRENCY)
    return bank


def anna() -> Batch:
    """Calls that a rule may be about, on two pages."""
    return to_columns([call(id=f"c{each}", start_ms=NOW, user="anna") for each in range(COUNT)])


async def pays(bank: Bank, account: str) -> None:
    """From now on this account pays for Anna; "" for the one that is named."""
    await CentreRules(bank.redis, bank.roles).load(MANAGER, REF.tenant, (Rule(Match.USER, "anna", "Sales", account),))


async def charge(bank: Bank, ref: AccountRef = REF) -> tuple[int, int]:
    """Charge Anna's calls as a process does that just began; how many were posted, and how many repeats."""
    charged = await charging(bank, CentreRules(bank.redis, bank.roles)).charge(ref, anna(), actor="ingest")
    assert charged.refused == []
    return charged.posted, charged.repeated


async def paid(bank: Bank) -> list[int]:
    """How many calls each account pays for; everything is proven."""
    for ref in (REF, SECOND, THIRD):
        await bank.prove(ref)
    return [len(await posted(bank, ref)) for ref in (REF, SECOND, THIRD)]


@pytest.mark.parametrize(("before", "after"), [("", "second"), ("second", ""), ("second", "third")])
async def test_rule_that_changes_has_nobody_pay_again(bank: Bank, before: str, after: str) -> None:
    """What is read again after that, as whoever polls does, stays where it was charged."""
    await pays(bank, before)
    assert await charge(bank) == (COUNT, 0)
    had = await paid(bank)
    await pays(bank, after)

    assert await charge(bank) == (0, COUNT)

    assert await paid(bank) == had


async def test_account_that_pays_knows_its_calls(bank: Bank) -> None:
    """Those that came by a rule, and those that were charged to it by its own name."""
    await pays(bank, "second")
    await charge(bank)
    await pays(bank, "")

    assert await charge(bank, SECOND) == (0, COUNT)

    assert await paid(bank) == [0, COUNT, 0]


async def test_call_that_an_account_has_is_not_moved_there_again(bank: Bank) -> None:
    """It was charged to the account by name before it comes by a rule."""
    assert await charge(bank, SECOND) == (COUNT, 0)
    await pays(bank, "second")

    assert await charge(bank) == (0, COUNT)

    assert await paid(bank) == [0, COUNT, 0]


async def test_rules_that_change_between_two_at_once(bank: Bank) -> None:
    """Two processes read the same calls, each with other rules: each call is charged once."""
    first = charging(bank, CentreRules(bank.redis, bank.roles))
    second = charging(bank, CentreRules(bank.redis, bank.roles))

    async def late() -> int:
        await pays(bank, "second")
        return (await second.charge(REF, anna(), actor="ingest")).posted

    counts = await asyncio.gather(first.charge(REF, anna(), actor="ingest"), late())

    assert counts[0].posted + counts[1] == COUNT == sum(await paid(bank))


@pytest.mark.parametrize("cut", [1, 3, 8])
@pytest.mark.parametrize("account", ["second", REF.account])
async def test_pool_is_used_in_the_order_of_the_calls(bank: Bank, cut: int, account: str) -> None:
    """Whichever of several rules moves each of them to the account, or none, and however they are cut into batches."""
    ref, users = AccountRef(REF.tenant, account), ("bob", "anna", "carl" if account == REF.account else "bob")
    rules = tuple(Rule(Match.USER, each, each, account) for each in ("anna", "bob"))
    await CentreRules(bank.redis, bank.roles).load(MANAGER, REF.tenant, rules)
    await Plans(bank.redis, bank.roles).set_pools(MANAGER, ref, [Pool("p", (CALLING,), 240, 1)], operation_id="p")
    calls = [call(id=f"c{each}", start_ms=NOW + each, user=users[each % 3]) for each in range(8)]
    process = charging(bank, CentreRules(bank.redis, bank.roles))

    for at in range(0, len(calls), cut):
        await process.charge(REF, to_columns(calls[at : at + cut]), actor="ingest")

    lines = await lines_of(bank, ref)
    assert [each.id for each in calls if lines[each.id][1] == 0] == ["c0", "c1", "c2", "c3"]
    await bank.prove(ref)
