"""In which form this version keeps what is in Redis, so that no version works on what it cannot read."""

from store import keys
from store.scripts import Client

FORM = 2
"""1 had a journal without ledger accounts and lots; 2 has both."""


async def other_form(redis: Client) -> int | None:
    """The form of what another version has left in Redis, or None where all is ours or nothing is there."""
    for partition in range(keys.PARTITIONS):
        if await redis.exists(keys.tenants(partition)):
            noted = await redis.get(keys.form(partition))
            form = int(noted) if noted else 1  # the first had no note
            if form != FORM:
                return form
    return None
