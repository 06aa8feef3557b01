"""Repeats and neighbours: one entry per operation id, one tenant's money apart from another's."""

import asyncio

import pytest

from store import keys
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Posted, Reason, Refused, Repeated
from store.scripts import Client, Scripts
from tests.controls import CURRENCY, REF, Bank, usd
from tests.everywhere import every_key, forget_scripts
from tests.store.banks import bank_by
from tests.store.posting import OTHER, arrange, charge, credit, dump

bank = bank_by(arrange)


@pytest.mark.parametrize("post", [charge, credit])
async def test_repeat_answers_the_first_outcome(bank: Bank, post: object) -> None:
    """The same operation again changes nothing and answers as the first time, whatever happened in between."""
    assert callable(post)
    first = await post(bank, usd(10), "once")
    await charge(bank, usd(7))
    before = await dump(bank.redis)

    again = await post(bank, usd(10), "once")

    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("post", [charge, credit])
async def test_operation_id_with_other_contents_is_refused(bank: Bank, post: object) -> None:
    """A known operation id with another amount, memo, currency or verb is refused and changes nothing."""
    assert callable(post)
    await post(bank, usd(10), "once", "memo")
    before = await dump(bank.redis)

    outcomes = [
        await post(bank, usd(11), "once", "memo"),
        await post(bank, usd(10), "once", "other memo"),
        await post(bank, Money.of(10, "EUR"), "once", "memo"),
        await (charge if post is credit else credit)(bank, usd(10), "once", "memo"),
    ]

    assert outcomes == [Refused(Reason.OPERATION_CONFLICT)] * 4
    assert await dump(bank.redis) == before


async def test_repeat_of_what_has_left_redis_is_known_all_the_same(bank: Bank) -> None:
    """Only the balance of that time is not known any more."""
    first = await charge(bank, usd(10), "once")
    await charge(bank, usd(7))
    await bank.redis.xtrim(keys.journal(REF), maxlen=1, approximate=False)

    again = await charge(bank, usd(10), "once")

    assert isinstance(first, Posted)
    assert again == Repeated(first.entry, None, None, first.at_ms)


async def test_repeat_below_zero_changes_nothing(bank: Bank) -> None:
    """Where every rule is looked at, an operation is known as well, and one with other contents is refused."""
    first = await charge(bank, usd(300), "once")
    await charge(bank, usd(7))
    before = await dump(bank.redis)

    again, other = await charge(bank, usd(300), "once"), await charge(bank, usd(301), "once")

    assert isinstance(first, Posted)
    assert again == Repeated(first.entry, first.before, first.after, first.at_ms)
    assert other == Refused(Reason.OPERATION_CONFLICT)
    assert await dump(bank.redis) == before


async def test_refused_operation_may_be_tried_again(bank: Bank) -> None:
    """A refusal is not remembered: the same id posts once the reason is gone."""
    assert await charge(bank, usd(1), "later", ref=OTHER) == Refused(Reason.UNKNOWN_ACCOUNT)
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert isinstance(await charge(bank, usd(1), "later", ref=OTHER), Posted)


async def test_tenants_do_not_see_each_other(bank: Bank) -> None:
    """A posting touches one tenant; the same operation id is another tenant's own."""
    await bank.ledger.open_account(OTHER, CURRENCY)
    mine = await dump(bank.redis)

    theirs = await charge(bank, usd(3), "op-1", ref=OTHER)

    assert isinstance(theirs, Posted)
    assert theirs.after == usd(-3)
    after = await dump(bank.redis)
    changed = {key for key in after if after.get(key) != mine.get(key)}
    assert changed
    assert not any(f":t:{REF.tenant}:" in key for key in changed)
    assert (await bank.account()).balance == usd(100)


async def test_accounts_of_a_tenant_are_apart(bank: Bank) -> None:
    """Two accounts of one tenant have balances and journals of their own."""
    second = AccountRef(REF.tenant, "second")
    await bank.ledger.open_account(second, CURRENCY)

    await credit(bank, usd(7), ref=second)

    account = await bank.ledger.account(second)
    assert account is not None
    assert account.balance == usd(7)
    assert (await bank.account()).balance == usd(100)
    await bank.prove()


@pytest.mark.parametrize("name", ["", "a:b", "a b", "{x}", "ü", "x" * 65, "a\n"])
def test_names_that_could_reach_into_other_keys_raise(name: str) -> None:
    """A tenant or account name cannot carry what has a meaning in a key."""
    with pytest.raises(ValueError, match="not a name"):
        AccountRef(name)
    with pytest.raises(ValueError, match="not a name"):
        AccountRef("T0TEST", name)


async def test_caller_names_every_key_and_argument(redis: Client) -> None:
    """A script called with a missing or a surplus name raises before Redis is asked."""
    scripts = Scripts(redis)

    with pytest.raises(TypeError, match="takes keys"):
        await scripts.call("hold_lease", {"lease": "k", "more": "k"}, owner="w", ttl_ms=1)
    with pytest.raises(TypeError, match="takes keys"):
        await scripts.call("hold_lease", {"lease": "k"}, owner="w")
    assert await every_key(redis) == []


async def test_server_that_forgot_the_scripts_is_sent_them_again(bank: Bank) -> None:
    """After a restart or a failover the first call works as any other."""
    await forget_scripts(bank.redis)

    assert isinstance(await bank.spend(1), Posted)


async def test_mixed_postings_in_any_order_add_up(bank: Bank) -> None:
    """Charges and credits that arrive together leave a journal that continues from entry to entry."""
    await asyncio.gather(*(bank.spend(n) if n % 3 else bank.grant(n) for n in range(1, 40)))

    spent = sum(n for n in range(1, 40) if n % 3)
    granted = sum(n for n in range(1, 40) if not n % 3)
    assert (await bank.account()).balance == usd(100 - spent + granted)
    await bank.prove()
