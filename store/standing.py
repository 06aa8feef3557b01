"""Accounts as Redis has them at one moment, and their journals' lines as fast as they can be read."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.client import NEVER_DECODE

from store import keys
from store.keys import AccountRef
from store.scripts import Client, Scripts


@dataclass(frozen=True, slots=True)
class Standing:
    """What Redis said of an account in one atomic step.

    `holds` are the open ones, in millionths; `last` is the id of its newest entry, "" if it has none; `reversed` is as
    `store.reversals` reads it, `pooled` and `unpriced` as `store.grounds` does.
    """

    record: Mapping[str, str]
    lots: Mapping[str, str]
    queue: list[str]
    holds: Mapping[str, int]
    last: str
    reversed: Mapping[str, str]
    pooled: Mapping[str, str]
    unpriced: Mapping[str, str]


async def standing(redis: Client, ref: AccountRef) -> Standing | None:
    """The account as it stands, with the end of its journal at the same moment; None if there is none."""
    named = {
        "account": keys.account(ref),
        "journal": keys.journal(ref),
        "lots": keys.lots(ref),
        "queue": keys.queue(ref),
        "holds": keys.holds(ref),
        "reversed": keys.reversals(ref),
        "pooled": keys.pooled(ref),
        "unpriced": keys.unpriced(ref),
    }
    answer = await Scripts(redis).call("read_standing", named, hold_prefix=keys.hold(ref, ""))
    record, lots, queue, holds, last, *hashes = answer
    amounts = {hold_id: int(micros) for hold_id, micros in _pairs(holds).items()}
    return Standing(_pairs(record), _pairs(lots), queue, amounts, last, *map(_pairs, hashes)) if record else None


def _pairs(flat: list[str]) -> dict[str, str]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def accounts(redis: Client, partition: int, tenant: str = "", account: str = "") -> list[AccountRef]:
    """The accounts of a partition, of one tenant or of that name where asked for, by name."""
    members = [member async for member in redis.sscan_iter(keys.accounts(partition), count=1000)]
    found = {AccountRef(*member.split(":")) for member in members}
    wanted = (each for each in found if tenant in {"", each.tenant} and account in {"", each.account})
    return sorted(wanted, key=lambda each: (each.tenant, each.account))


async def unlisted(redis: Client, tenant: str = "", account: str = "") -> AsyncIterator[tuple[AccountRef, str]]:
    """Accounts that are there and are missing in a list, each with the command that puts it back.

    Every key's name is looked at once, some at a time: `accounts` cannot tell of what it does not meet. Of one account,
    only its own key is.
    """
    told: set[tuple[AccountRef, str]] = set()  # a name may be met again
    async for refs in _met(redis, tenant, account):
        for each in await _commands(redis, refs):
            if each not in told:
                told.add(each)
                yield each


async def _met(redis: Client, tenant: str, account: str) -> AsyncIterator[list[AccountRef]]:
    """Accounts whose record is there, some at a time."""
    if tenant and account:
        ref = AccountRef(tenant, account)
        if await redis.exists(keys.account(ref)):
            yield [ref]
        return
    met: list[AccountRef] = []
    async for key in redis.scan_iter(match=keys.ACCOUNTS, count=_NAMES):
        found = keys.ref_of(key)
        if found and tenant in {"", found.tenant} and account in {"", found.account}:
            met.append(found)
        if len(met) >= _NAMES:
            yield met
            met = []
    if met:
        yield met


async def _commands(redis: Client, refs: list[AccountRef]) -> list[tuple[AccountRef, str]]:
    lists = [
        (ref, name, member)
        for ref in refs
        for name, member in (
            (keys.accounts(keys.partition_of(ref.tenant)), f"{ref.tenant}:{ref.account}"),
            (keys.tenants(keys.partition_of(ref.tenant)), ref.tenant),
        )
    ]
    async with redis.pipeline(transaction=False) as asked:
        for _, name, member in lists:
            asked.sismember(name, member)
        answers = await asked.execute()
    missing = [each for each, listed in zip(lists, answers, strict=True) if not listed]
    return [(ref, f"SADD {name} {member}") for ref, name, member in missing]


_NAMES = 2000
"""How many keys' names, or accounts, are looked at together."""
AT_ONCE = 32 * 2**20
"""How many bytes of lines are read at once, about."""
FIRST = 1000
"""How many entries are read at once while nothing is known of their length."""


class Journals:
    """Reads lines of journals as bytes, without what the client does to each of them.

    An entry of call records is hundreds of times as long as others: so much is read at once as `AT_ONCE` bytes hold, by
    the length of the entries read last.
    """

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._length = AT_ONCE // FIRST
        if isinstance(redis, Redis):
            # The same connections, but a reply is handed on as it was parsed.
            self._redis = Redis(connection_pool=redis.connection_pool)
            self._redis.response_callbacks.pop("XRANGE", None)

    async def read(self, ref: AccountRef, after: str, until: str, count: int) -> list[tuple[bytes, bytes]]:
        """Up to `count` entries later than `after` ("" for the first ones), none later than `until`, oldest first.

        Fewer where they are long; none only where there are no more.
        """
        start = f"({after}" if after else "-"
        options: dict[str, Any] = {NEVER_DECODE: []}
        most = max(1, min(count, AT_ONCE // self._length))
        found = await self._redis.execute_command("XRANGE", keys.journal(ref), start, until, "COUNT", most, **options)
        if found and isinstance(found[0][1], dict):
            raw = [(entry_id, record[b"entry"]) for entry_id, record in found]
        else:
            raw = [(entry_id, record[1]) for entry_id, record in found]
        if raw:
            self._length = max(1, sum([len(line) for _, line in raw]) // len(raw))
        return raw
