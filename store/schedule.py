"""What is to be looked at when its time comes, in Redis' own time: waiting payments, ended cool-downs, lots, holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from store import keys
from store.keys import AccountRef
from store.scripts import Client


@dataclass(frozen=True, slots=True)
class Due:
    """A look that is due: at a payment, a lot, a hold, or with none of them at an account's recharge.

    `cause` is "schedule" because the time has come, "settings" because settings were changed, or
    because a credit has made an open recharge needless.
    """

    ref: AccountRef
    payment_id: str = ""
    cause: str = "schedule"
    lot: str = ""
    hold: str = ""


class Schedule:
    """Reads what is due; the scripts that act on it also take it off."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def due(self, partitions: Iterable[int], *, limit: int = 100) -> list[Due]:
        """What is due now in these partitions, at most `limit` of each; what cannot be read is taken off."""
        seconds, micros = await self._redis.time()
        now_ms = seconds * 1000 + micros // 1000
        found: list[Due] = []
        for partition in partitions:
            members = await self._redis.zrangebyscore(keys.due(partition), "-inf", now_ms, start=0, num=limit)
            looks = {member: _decode(member) for member in members}
            found.extend(look for look in looks.values() if look)
            unreadable = [member for member, look in looks.items() if not look]
            if unreadable:  # left there, it would hold up the rest and come again at every look
                await self._redis.zrem(keys.due(partition), *unreadable)
        return found


def _decode(member: str) -> Due | None:
    try:
        match member.split(":"):
            case ["check", tenant, account]:
                return Due(AccountRef(tenant, account), "")
            case ["hold", tenant, account, hold] if hold:
                return Due(AccountRef(tenant, account), hold=hold)
            case ["lot", tenant, account, lot] if lot:
                return Due(AccountRef(tenant, account), lot=lot)
            case ["payment", tenant, account, payment_id] if payment_id:
                return Due(AccountRef(tenant, account), payment_id)
            case ["settings", tenant, account, payment_id] if payment_id:
                return Due(AccountRef(tenant, account), payment_id, "settings")
    except ValueError:  # not a name for a tenant or an account
        return None
    return None
