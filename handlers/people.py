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
    """What the payload itself says.

    Attributes:
        tenant: the workspace that the bot's token serves; never one that only the payload names.
        user_id: Slack's id of the person.
        is_stranger: belongs to another workspace than the tenant, or the payload does not say to which.
        is_org_wide: the app is installed for a whole organisation, which is not served: which of its workspaces has
            the account would have to be guessed.
    """

    tenant: str
    user_id: str
    is_stranger: bool
    is_org_wide: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack knows of a person."""

    locale: str
    is_admin: bool
    is_person: bool
    """Surely of this workspace, and neither a bot nor a deactivated account."""
    name: str = ""
    is_stranger: bool = False
    """Slack names another workspace as theirs."""


def identify(context: AsyncBoltContext, body: Mapping[str, Any]) -> Identity:
    """The one place that decides the tenant and whether the person belongs to it."""
    authorized = context.authorize_result
    home = (authorized.team_id if authorized else None) or context.team_id or ""
    return Identity(
        tenant=home,
        user_id=context.user_id or "",
        is_stranger=not home or _team_of_person(body) != home,
        # A token for an organisation may tell the organisation's id in place of a workspace's.
        is_org_wide=bool(context.is_enterprise_install) or home.startswith("E"),
    )


def _team_of_person(body: Mapping[str, Any]) -> str:
    """The workspace that the person acts from, "" where the payload does not say.

    Not Bolt's `context.team_id`: of a view that was opened from a shared channel that is where the app is installed.
    """
    event, user, team = body.get("event"), body.get("user"), body.get("team")
    if isinstance(event, Mapping):
        return str(event.get("user_team") or event.get("team") or body.get("team_id") or "")
    if isinstance(user, Mapping):
        return str(user.get("team_id") or (team.get("id") if isinstance(team, Mapping) else None) or "")
    return str(body.get("team_id") or "")


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
        profile = _decode(answer.get("user") or {}, identity.tenant)
        self._known[identity.tenant, identity.user_id] = (self._clock(), profile)
        while len(self._known) > _SIZE:
            self._known.popitem(last=False)
        return profile


def _decode(user: Mapping[str, Any], home: str) -> Profile:
    """Slack's `user`; its `is_stranger` is false for people of another workspace met in a shared channel."""
    teams = {str(user.get("team_id") or ""), *((user.get("enterprise_user") or {}).get("teams") or ())} - {""}
    is_here = home in teams
    return Profile(
        locale=str(user.get("locale") or ""),
        is_admin=is_here and bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        is_person=is_here and not (user.get("is_bot") or user.get("deleted") or user.get("is_stranger")),
        name=str(user.get("real_name") or user.get("name") or ""),
        is_stranger=bool(teams) and not is_here,
    )
