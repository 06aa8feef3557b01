"""In which form this version keeps what is in Redis, so that no version works on what it cannot read."""

from store import keys
from store.scripts import Client

FORM = 3
"""1 had a journal without ledger accounts and lots; 2 had both.

3 keeps with each call why it cost what it cost (the second format of packs, which versions of form 2 cannot read), what
pools gave, and calls that have no price yet. Whatever an earlier version cannot read raises this number: it must not
post beside entries that it would take for damaged. Nothing is converted, as no version of form 2 was released.
"""


async def other_form(redis: Client) -> int | None:
    """The form of what another version has left in Redis, or None where all is ours or nothing is there."""
    for partition in range(keys.PARTITIONS):
        if await redis.exists(keys.tenants(partition)):
            noted = await redis.get(keys.form(partition))
            form = int(noted) if noted else 1  # the first had no note
            if form != FORM:
                return form
    return None
