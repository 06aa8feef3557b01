"""A workspace's accounts, read at one moment, and whether they agree on what moved between them."""

from collections.abc import Mapping

from store import keys
from store.account import Account
from store.keys import AccountRef
from store.scripts import Client
from store.transfers import unmatched

_TOTAL = "total:"


class Workspaces:
    """Reads only."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def accounts(self, tenant: str) -> dict[AccountRef, Account]:
        """The workspace's accounts by name, all as they stood at one moment."""
        return {ref: Account.decode(record) for ref, record in (await self._records(tenant)).items()}

    async def unmatched_transfers(self, tenant: str) -> list[str]:
        """What one account says of its transfers and another does not, in words; empty if all is well."""
        return list(unmatched({ref.account: _totals(each) for ref, each in (await self._records(tenant)).items()}))

    async def _records(self, tenant: str) -> dict[AccountRef, Mapping[str, str]]:
        members = await self._redis.smembers(keys.accounts(keys.partition_of(tenant)))
        refs = [AccountRef(*member.split(":")) for member in sorted(members) if member.startswith(f"{tenant}:")]
        if not refs:
            return {}
        async with self._redis.pipeline(transaction=True) as at_once:
            for ref in refs:
                at_once.hgetall(keys.account(ref))
            return dict(zip(refs, await at_once.execute(), strict=True))


def _totals(record: Mapping[str, str]) -> dict[str, int]:
    return {name.removeprefix(_TOTAL): int(held) for name, held in record.items() if name.startswith(_TOTAL)}
