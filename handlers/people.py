"""Who is asking: tenant and user from Slack's signed payload, language and administration from `users.info`."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

LIFE_S = 300
"""How long a profile is believed, seconds; whoever appoints managers is looked up afresh."""

_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What the payload itself says. A stranger belongs to another organisation than the one we serve."""

    tenant: str
    user_id: str
    is_stranger: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack knows of a person."""

    locale: str
    is_admin: bool
    is_person: bool
    """Neither a bot nor a deactivated account nor somebody of another workspace."""
    name: str = ""


def identify(context: AsyncBoltContext, body: Mapping[str, Any]) -> Identity:
    """The one place that decides the tenant: the organisation for an org-wide install, else the workspace."""
    authorized = context.authorize_result
    home = (authorized.team_id if authorized else None) or context.team_id or ""
    enterprise = context.enterprise_id or (authorized.enterprise_id if authorized else None) or ""
    org_wide = bool(context.is_enterprise_install) and bool(enterprise)
    user = body.get("user")
    theirs = (user.get("team_id") if isinstance(user, dict) else None) or context.team_id or home
    same_org = bool(enterprise) and context.enterprise_id == enterprise and org_wide
    return Identity(
        tenant=enterprise if org_wide else home,
        user_id=context.user_id or "",
        is_stranger=not same_org and theirs != home,
    )


class People:
    """Profiles, cached for a while."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, life_s: float = LIFE_S) -> None:
        self._clock = clock
        self._life_s = life_s
        self._known: OrderedDict[tuple[str, str], tuple[float, Profile]] = OrderedDict()

    def known(self, identity: Identity) -> Profile | None:
        """The profile, if it was looked up lately."""
        at, profile = self._known.get((identity.tenant, identity.user_id), (0.0, None))
        return profile if profile and self._clock() - at < self._life_s else None

    async def profile(self, client: AsyncWebClient, identity: Identity, *, fresh: bool = False) -> Profile:
        """The profile; asks Slack where it is not known, is too old, or must be `fresh`."""
        known = None if fresh else self.known(identity)
        if known:
            return known
        answer = await client.users_info(user=identity.user_id, include_locale=True)
        profile = _decode(answer.get("user") or {})
        self._known[identity.tenant, identity.user_id] = (self._clock(), profile)
        while len(self._known) > _SIZE:
            self._known.popitem(last=False)
        return profile


def _decode(user: Mapping[str, Any]) -> Profile:
    return Profile(
        locale=str(user.get("locale") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        is_person=not (user.get("is_bot") or user.get("deleted") or user.get("is_stranger")),
        name=str(user.get("real_name") or user.get("name") or ""),
    )
