"""A workspace's accounts together."""

from store import keys
from store.keys import AccountRef
from store.scripts import Client
from store.workspaces import Workspaces
from tests.controls import CURRENCY, REF, Bank, usd
from tests.store import pair
from tests.store.banks import bank_by
from tests.store.pair import SECOND

arrange = pair.arrange
bank = bank_by(arrange)


async def test_accounts_are_those_of_the_workspace(bank: Bank) -> None:
    """By name; another workspace of the same partition has its own, even where its name begins alike."""
    neighbour = next(f"T{n}" for n in range(1000) if keys.partition_of(f"T{n}") == keys.partition_of(REF.tenant))
    await bank.ledger.open_account(AccountRef(neighbour), CURRENCY)

    found = await Workspaces(bank.redis).accounts(REF.tenant)
    assert [(ref, each.balance) for ref, each in found.items()] == [(REF, usd(100)), (SECOND, usd(0))]
    assert list(await Workspaces(bank.redis).accounts(neighbour)) == [AccountRef(neighbour)]


async def test_workspace_without_accounts_has_none(redis: Client) -> None:
    """There is nothing to read."""
    assert await Workspaces(redis).accounts(REF.tenant) == {}
