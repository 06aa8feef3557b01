"""Who may do what.

Anyone of the workspace sees the balance, credit managers change things, a Slack owner or administrator appoints the
managers and is not one by that.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from store import keys
from store.keys import AccountRef
from store.operations import KEEP_MS, checked_id, decode_change, digest
from store.outcomes import Change, Reason, Refused
from store.scripts import Client, Scripts


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as Slack's signed payload says.

    Attributes:
        tenant: the workspace that the request came from. (An installation for a whole organisation is refused.)
        user_id: Slack's id of the person.
        is_admin: an owner or administrator of that workspace.
        is_stranger: a person of another organisation, met in a shared channel.
    """

    tenant: str
    user_id: str
    is_admin: bool = False
    is_stranger: bool = False

    @property
    def id(self) -> str:
        """How entries and events name this person."""
        return f"slack:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the installation and acts at its command line, on any workspace's accounts."""

    name: str

    @property
    def id(self) -> str:
        """How entries and events name the operator."""
        return f"operator:{self.name}"


class Roles:
    """The one gate: Slack, the command line and jobs ask here, at the moment of the change."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def managers(self, tenant: str) -> frozenset[str]:
        """User ids of the tenant's credit managers."""
        return frozenset(await self._redis.smembers(keys.managers(tenant)))

    async def refuse_view(self, actor: Actor) -> Refused | None:
        """None if this person may see balance and history."""
        return Refused(Reason.STRANGER) if actor.is_stranger else None

    async def refuse_manage(self, actor: Actor | Operator, ref: AccountRef | None = None) -> Refused | None:
        """None if this person may add credit and change settings, of `ref` if given; an operator always may.

        Refused: STRANGER (also to another tenant's account), NOT_A_MANAGER.
        """
        if isinstance(actor, Operator):
            return None
        if actor.is_stranger or (ref is not None and ref.tenant != actor.tenant):
            return Refused(Reason.STRANGER)
        if await self._redis.sismember(keys.managers(actor.tenant), actor.user_id):
            return None
        return Refused(Reason.NOT_A_MANAGER)

    async def refuse_appoint(self, actor: Actor) -> Refused | None:
        """None if this person may appoint and dismiss credit managers."""
        if actor.is_stranger:
            return Refused(Reason.STRANGER)
        return None if actor.is_admin else Refused(Reason.NOT_AN_ADMIN)

    async def change_managers(
        self, actor: Actor, *, appoint: Iterable[str], dismiss: Iterable[str], operation_id: str
    ) -> Change:
        """Appoint and dismiss; the difference is applied, so that two administrators do not undo each other.

        Refused: STRANGER, NOT_AN_ADMIN, OPERATION_CONFLICT.
        """
        refused = await self.refuse_appoint(actor)
        if refused:
            return refused
        appoint_csv, dismiss_csv = ",".join(sorted(set(appoint))), ",".join(sorted(set(dismiss)))
        answer = await self._scripts.call(
            "change_managers",
            {
                "managers": keys.managers(actor.tenant),
                "operation": keys.operation(actor.tenant, checked_id(operation_id)),
                "outbox": keys.outbox(keys.partition_of(actor.tenant)),
            },
            tenant=actor.tenant,
            account_id=keys.DEFAULT_ACCOUNT,
            operation_id=operation_id,
            digest=digest("change_managers", appoint_csv, dismiss_csv),
            actor=actor.id,
            keep_ms=KEEP_MS,
            appoint_csv=appoint_csv,
            dismiss_csv=dismiss_csv,
        )
        return decode_change(answer)
