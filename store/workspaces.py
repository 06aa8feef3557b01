"""A workspace's accounts, read at one moment."""

from store import keys
from store.account import Account
from store.keys import AccountRef
from store.scripts import Client


class Workspaces:
    """Reads only."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def accounts(self, tenant: str) -> dict[AccountRef, Account]:
        """The workspace's accounts by name, all as they stood at one moment."""
        members = await self._redis.smembers(keys.accounts(keys.partition_of(tenant)))
        refs = [AccountRef(*member.split(":")) for member in sorted(members) if member.startswith(f"{tenant}:")]
        if not refs:
            return {}
        async with self._redis.pipeline(transaction=True) as at_once:
            for ref in refs:
                at_once.hgetall(keys.account(ref))
            records = await at_once.execute()
        return {ref: Account.decode(record) for ref, record in zip(refs, records, strict=True)}
