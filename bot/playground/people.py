"""Who and what exists in the stand-in workspace: its team, people, channels and the app.

Every name is invented. Ids are constants, so that the command line and the tests can name people.
"""

from dataclasses import dataclass, field
from typing import Literal

from bot.playground.config import Json

TEAM = "T0PLAYGROUND"
TEAM_NAME = "Contoso Telephony"
TEAM_DOMAIN = "contoso-telephony"
STRANGER_TEAM = "T0ELSEWHERE"
ZONE = "America/Los_Angeles"
"""By whose clock the office works."""

APP = "A0CREDITS"
APP_USER = "U0CREDITS"
BOT = "B0CREDITS"
SLACKBOT = "USLACKBOT"

OWNER = "U0OWNER01"
MANAGER = "U0MANAGER"
MEMBER = "U0MEMBER1"
STRANGER = "U0STRANGE"

GENERAL = "C0GENERAL"
ALERTS = "C0ALERTS1"
TELEPHONY = "C0TELEPHN"
FINANCE = "C0FINANCE"

Role = Literal["owner", "manager", "member", "stranger"]


@dataclass(frozen=True)
class User:
    """A person (or the app's own user, or Slackbot) as Slack's `users.info` tells it."""

    id: str
    name: str
    real_name: str
    role: Role
    locale: str = "en-US"
    tz: str = "America/Los_Angeles"
    tz_offset_s: int = -28800
    team: str = TEAM
    color: str = "4a154b"
    is_bot: bool = False

    def to_slack(self, *, include_locale: bool) -> Json:
        """The `user` object of `users.info`; the locale only when asked for, as Slack does."""
        is_owner = self.role == "owner"
        described: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": False,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_offset": self.tz_offset_s,
            "profile": {"real_name": self.real_name, "display_name": self.name, "team": self.team},
            "is_admin": is_owner,
            "is_owner": is_owner,
            "is_primary_owner": is_owner,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
        }
        if self.team != TEAM:
            # As Slack has it: only true of people who are in no channel that the app sees.
            described["is_stranger"] = False
        if include_locale:
            described["locale"] = self.locale
        return described

    def to_page(self) -> Json:
        """The person as the page's "view as" switch shows them."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "role": self.role,
            "locale": self.locale,
            "avatar_color": f"#{self.color}",
        }


@dataclass
class Channel:
    """A channel or a direct message; `members` holds user ids, the app's among them where it is a member."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    members: set[str] = field(default_factory=set)

    def to_slack(self) -> Json:
        """The `channel` object of `conversations.info`."""
        if self.is_im:
            person = next(member for member in self.members if member != APP_USER)
            return {"id": self.id, "is_im": True, "user": person, "is_archived": False, "created": 0}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_member": APP_USER in self.members,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": OWNER, "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "created": 0,
        }

    def to_page(self) -> Json:
        """The channel as the page lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "is_private": self.is_private,
            "is_im": self.is_im,
            "topic": self.topic,
            "app_is_member": APP_USER in self.members,
        }


def people(app_name: str) -> dict[str, User]:
    """Everyone, by id. The stranger belongs to another workspace and is not offered by the page."""
    berlin = {"locale": "de-DE", "tz": "Europe/Berlin", "tz_offset_s": 3600}
    everyone = [
        User(OWNER, "olga", "Olga Owner", "owner", color="7d5ba6"),
        User(MANAGER, "mara", "Mara Manager", "manager", color="1f7a8c"),
        User(MEMBER, "max", "Max Mitglied", "member", **berlin, color="b5541c"),  # type: ignore[arg-type]
        User(STRANGER, "sam", "Sam Stranger", "stranger", team=STRANGER_TEAM, color="5b5b5b"),
        User(APP_USER, app_name.lower(), app_name, "member", is_bot=True, color="0b7a4b"),
        User(SLACKBOT, "slackbot", "Slackbot", "member", is_bot=True, color="757575"),
    ]
    return {user.id: user for user in everyone}


def direct_message(user: str) -> str:
    """The id of a person's direct message with the app."""
    return "D" + user.removeprefix("U")


def rooms() -> dict[str, Channel]:
    """The channels at first start, by id, with everyone's direct message."""
    team = {OWNER, MANAGER, MEMBER}
    channels = [
        Channel(GENERAL, "general", "Everything and everyone", members={*team, STRANGER, APP_USER}),
        Channel(ALERTS, "credits-alerts", "What the credits bot has to say", members={*team, APP_USER}),
        Channel(TELEPHONY, "telephony", "Numbers, trunks, calling plans", members=set(team)),
        Channel(FINANCE, "finance", "Purchase orders", is_private=True, members={OWNER, MANAGER}),
    ]
    channels += [
        Channel(direct_message(user), user, is_im=True, is_private=True, members={user, APP_USER})
        for user in (OWNER, MANAGER, MEMBER, STRANGER)
    ]
    return {channel.id: channel for channel in channels}
