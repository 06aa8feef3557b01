"""Which pools an account has, and in which time zone a tenant's months begin."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from store import keys
from store.keys import AccountRef
from store.operations import KEEP_MS, checked_id, decode_change, digest
from store.outcomes import Change
from store.pools import MAX_POOLS, Pool, is_zone
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Plan:
    """An account's pools, in the order in which they are used, and the IANA name of the time zone of their months."""

    pools: tuple[Pool, ...] = ()
    zone: str = DEFAULT_ZONE


class Plans:
    """Reads and changes plans; a caller who is a person has their role checked here."""

    def __init__(self, redis: Client, roles: Roles) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles

    async def plan(self, ref: AccountRef) -> Plan:
        """The account's plan: no pool, and UTC, until something is set."""
        pools, zone = await self._redis.hmget(keys.plans(ref.tenant), [_field(ref), "zone"])
        return Plan(_decoded(pools) if pools else (), zone or DEFAULT_ZONE)

    async def given(self, ref: AccountRef, pools: Sequence[Pool], month: str) -> dict[str, int]:
        """The seconds that these pools have given in a month ("2026-11"), by name."""
        if not pools:
            return {}
        kept = await self._redis.hmget(keys.pooled(ref), [f"{each.name}:{month}" for each in pools])
        return {each.name: int((told or "0").partition(" ")[0]) for each, told in zip(pools, kept, strict=True)}

    async def set_pools(
        self, actor: Actor | Operator, ref: AccountRef, pools: Sequence[Pool], *, operation_id: str
    ) -> Change:
        """The account has these pools from now on, at most 20 with a name each; what was used of them stays used.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_ACCOUNT, OPERATION_CONFLICT.

        Raises:
            ValueError: too many, or two of one name.
        """
        if len(pools) > MAX_POOLS or len({each.name for each in pools}) < len(pools):
            raise ValueError(f"an account has at most {MAX_POOLS} pools, each with a name of its own")
        return await self._set(
            actor, ref, "pools", _field(ref), json.dumps([asdict(each) for each in pools]), operation_id
        )

    async def set_zone(self, actor: Actor | Operator, tenant: str, zone: str, *, operation_id: str) -> Change:
        """The tenant's months begin by this time zone's clock from now on, also those that calls are still charged in.

        Refused: STRANGER, NOT_A_MANAGER, OPERATION_CONFLICT.

        Raises:
            ValueError: not the IANA name of a time zone.
        """
        if not is_zone(zone):
            raise ValueError(f"not a time zone's name: {zone!r}")
        return await self._set(actor, AccountRef(tenant), "zone", "zone", zone, operation_id)

    async def _set(
        self, actor: Actor | Operator, ref: AccountRef, topic: str, field: str, value: str, operation_id: str
    ) -> Change:
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        answer = await self._scripts.call(
            "set_plan",
            {
                "plans": keys.plans(ref.tenant),
                "account": keys.account(ref),
                "operation": keys.operation(ref.tenant, checked_id(operation_id)),
                "outbox": keys.outbox(keys.partition_of(ref.tenant)),
            },
            tenant=ref.tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("set_plan", ref.account, topic, value),
            actor=actor.id,
            keep_ms=KEEP_MS,
            topic=topic,
            field=field,
            value=value,
        )
        return decode_change(answer)


def _field(ref: AccountRef) -> str:
    return f"pools:{ref.account}"


def _decoded(pools: str) -> tuple[Pool, ...]:
    return tuple(
        Pool(**{**each, "services": tuple(each["services"]), "prefixes": tuple(each["prefixes"])})
        for each in json.loads(pools)
    )
