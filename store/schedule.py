"""What is to be looked at when its time comes, in Redis' own time: waiting payments, ended cool-downs."""

from collections.abc import Iterable
from dataclasses import dataclass

from store import keys
from store.keys import AccountRef
from store.scripts import Client


@dataclass(frozen=True, slots=True)
class Due:
    """A look that is due: at a payment, or with `payment_id` "" at an account's recharge."""

    ref: AccountRef
    payment_id: str


class Schedule:
    """Reads what is due; the scripts that act on it also take it off."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def due(self, partitions: Iterable[int], *, limit: int = 100) -> list[Due]:
        """What is due now in these partitions, at most `limit` of each."""
        seconds, micros = await self._redis.time()
        now_ms = seconds * 1000 + micros // 1000
        found: list[Due] = []
        for partition in partitions:
            members = await self._redis.zrangebyscore(keys.due(partition), "-inf", now_ms, start=0, num=limit)
            found.extend(map(_decode, members))
        return found


def _decode(member: str) -> Due:
    kind, tenant, account, *rest = member.split(":")
    return Due(AccountRef(tenant, account), rest[0] if kind == "payment" else "")
