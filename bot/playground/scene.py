"""Who may do what where in the workspace: the common ground of all deeds."""

from dataclasses import dataclass

from bot.playground.backend import Backend
from bot.playground.delivery import Courier
from bot.playground.people import Channel, User
from bot.playground.views import View


class Nonsense(ValueError):  # noqa: N818 - the person's request makes no sense, nothing failed
    """Something nobody could do in Slack: press a button that is not there, write where one is no member."""


@dataclass
class Scene:
    """The parts that a deed needs; `origin` is the playground's own address, known once it listens."""

    backend: Backend
    courier: Courier
    origin: str = ""

    def person(self, user_id: str) -> User:
        """A person of the workspace.

        Raises:
            Nonsense: there is none with this id.
        """
        user = self.backend.workspace.users.get(user_id)
        if user is None or user.is_bot:
            raise Nonsense(f"there is no person {user_id}")
        return user

    def present(self, user_id: str, channel_id: str) -> tuple[User, Channel]:
        """A person in a channel of theirs.

        Raises:
            Nonsense: they are no member, or one of the two does not exist.
        """
        user, channel = self.person(user_id), self.backend.workspace.channels.get(channel_id)
        if channel is None or user.id not in channel.members:
            raise Nonsense(f"{user_id} is no member of {channel_id}")
        return user, channel

    def front(self, user_id: str, view_id: str) -> View:
        """The modal in front of a person, which must be this one.

        Raises:
            Nonsense: another one is, or none.
        """
        view = self.backend.views.top(user_id)
        if view is None or view.id != view_id:
            raise Nonsense("that view is not in front of this person")
        return view

    def response_url(self, user: User, channel: Channel, message_ts: str | None = None) -> str:
        """A fresh response URL."""
        tickets = self.backend.tickets
        token = tickets.issue_url(user.id, channel.id, message_ts=message_ts)
        return f"{self.origin}/response/{token}"
