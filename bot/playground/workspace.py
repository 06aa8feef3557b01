"""The stand-in workspace: people, channels and their messages, as Slack keeps them."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.playground.config import Clock, Json
from bot.playground.hub import Hub
from bot.playground.people import APP_USER, Channel, User, direct_message, people, rooms
from bot.playground.storage import Storage

PAGE_MESSAGES = 500


@dataclass(frozen=True)
class Message:
    """One message. `ephemeral_for` names the only person who sees it; such a message is not kept."""

    ts: str
    channel: str
    user: str
    text: str
    bot_id: str | None = None
    username: str | None = None
    blocks: list[Json] | None = None
    metadata: Json | None = None
    edited: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    ephemeral_for: str | None = None
    files: list[Json] | None = None

    @property
    def is_reply(self) -> bool:
        """Whether this belongs into a thread that another message started."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def in_main_list(self) -> bool:
        """Whether the channel itself shows it: threads stay out unless broadcast."""
        return self.broadcast or not self.is_reply

    def to_slack(self, *, include_metadata: bool = True) -> Json:
        """The message as the Web API tells it."""
        told: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        optional = {
            "bot_id": self.bot_id,
            "username": self.username,
            "blocks": self.blocks,
            "metadata": self.metadata if include_metadata else None,
            "edited": self.edited,
            "thread_ts": self.thread_ts,
            "files": self.files,
            "subtype": "thread_broadcast" if self.broadcast else None,
        }
        return told | {name: value for name, value in optional.items() if value is not None}

    def to_page(self) -> Json:
        """The message as the page draws it."""
        told = self.to_slack() | {"channel": self.channel}
        if self.ephemeral_for is not None:
            told["ephemeral"] = True
        if self.broadcast:
            told["broadcast"] = True
        return told


class Workspace:
    """People, channels and messages; every change is saved and told to the hub."""

    def __init__(self, app_name: str, storage: Storage, hub: Hub, clock: Clock) -> None:
        self.users: dict[str, User] = people(app_name)
        self.channels: dict[str, Channel] = rooms()
        self._storage = storage
        self._hub = hub
        self._clock = clock
        self._messages: dict[str, dict[str, Message]] = {channel: {} for channel in self.channels}
        self._read: dict[tuple[str, str], str] = {}
        self._all_read = ""  # what was there before this start counts as read: who had read what is not kept
        self._last_us = 0
        self._load()

    def resolve(self, target: str) -> Channel | None:
        """The channel that an id, a `#name` or a person's id (their direct message) names, or None."""
        if target in self.users:
            target = direct_message(target)
        named = {f"#{channel.name}": channel for channel in self.channels.values() if not channel.is_im}
        return self.channels.get(target) or named.get(target)

    def next_ts(self) -> str:
        """A message's time and id: Unix seconds with microseconds, never the same twice."""
        self._last_us = max(self._last_us + 1, int(self._clock.wall() * 1_000_000))
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, **fields: Any) -> Message:
        """Add a message and return it; `fields` are those of `Message`."""
        message = Message(self.next_ts(), channel, user, text, **fields)
        self._keep(message)
        parent = self.find(channel, message.thread_ts) if message.thread_ts else None
        if parent is not None and parent.thread_ts is None:
            self._keep(replace(parent, thread_ts=parent.ts))
        self._tell("message", message)
        return message

    def change(self, message: Message, **fields: Any) -> Message:
        """Replace fields of a message, marked as edited, and return the new one."""
        edited = {"user": message.user, "ts": self.next_ts()}
        changed = replace(message, **fields, edited=edited)
        self._keep(changed)
        self._tell("message_changed", changed)
        return changed

    def delete(self, message: Message) -> None:
        """Take a message away."""
        del self._messages[message.channel][message.ts]
        self._storage.drop_message(message.channel, message.ts)
        self._tell("message_deleted", message)

    def find(self, channel: str, ts: str) -> Message | None:
        """The message with this id, ephemeral ones included, or None."""
        return self._messages.get(channel, {}).get(ts)

    def timeline(self, channel: str) -> list[Message]:
        """All lasting messages of a channel, oldest first, replies included."""
        lasting = [message for message in self._messages[channel].values() if message.ephemeral_for is None]
        return sorted(lasting, key=lambda message: message.ts)

    def replies(self, channel: str, ts: str) -> list[Message]:
        """The replies in the thread of `ts`, oldest first."""
        return [message for message in self.timeline(channel) if message.is_reply and message.thread_ts == ts]

    def thread_facts(self, message: Message) -> Json:
        """`reply_count` and its companions, for a message that started a thread."""
        replies = self.replies(message.channel, message.ts)
        if not replies:
            return {}
        authors = list(dict.fromkeys(reply.user for reply in replies))
        return {
            "reply_count": len(replies),
            "reply_users": authors,
            "reply_users_count": len(authors),
            "latest_reply": replies[-1].ts,
        }

    def page_messages(self, channel: str, user: str) -> list[Json]:
        """The last 500 that `user` sees in a channel, oldest first, threads nested; marks it as read."""
        seen = [m for m in self._messages[channel].values() if m.ephemeral_for in (None, user)]
        seen.sort(key=lambda message: message.ts)
        if seen:
            self._read[channel, user] = seen[-1].ts
        threads: dict[str | None, list[Json]] = {}
        for message in seen:
            if message.is_reply:
                threads.setdefault(message.thread_ts, []).append(message.to_page())
        shown = [message for message in seen if message.in_main_list][-PAGE_MESSAGES:]
        return [m.to_page() | ({"replies": threads[m.ts]} if m.ts in threads else {}) for m in shown]

    def unread(self, user: str) -> dict[str, int]:
        """How many messages of others are new to `user`, by channel; channels without any are left out."""
        counts = {}
        for channel in self.channels.values():
            last = max(self._read.get((channel.id, user), ""), self._all_read)
            new = [m for m in self.timeline(channel.id) if m.ts > last and m.user != user and m.in_main_list]
            if user in channel.members and new:
                counts[channel.id] = len(new)
        return counts

    def read_all(self) -> None:
        """What is there now is new to nobody: what was said before anybody could look."""
        self._all_read = self.next_ts()

    def join(self, channel: Channel, user: str) -> bool:
        """Make `user` a member; False when they were one."""
        if user in channel.members:
            return False
        channel.members.add(user)
        self._storage.save_member(channel.id, user)
        self._hub.wake()
        return True

    def _keep(self, message: Message) -> None:
        self._messages[message.channel][message.ts] = message
        if message.ephemeral_for is None:
            self._storage.save_message(message.channel, message.ts, asdict(message))

    def _tell(self, kind: str, message: Message) -> None:
        audience = self.channels[message.channel].members - {APP_USER}
        if message.ephemeral_for is not None:
            audience = {message.ephemeral_for}
        self._hub.publish({"type": kind, "channel": message.channel, "message": message.to_page()}, audience)

    def _load(self) -> None:
        for channel, user in self._storage.members():
            if channel in self.channels:
                self.channels[channel].members.add(user)
        for body in self._storage.messages():
            message = Message(**body)
            if message.channel in self._messages:
                self._messages[message.channel][message.ts] = message
                seconds, micros = message.ts.split(".")
                self._last_us = max(self._last_us, int(seconds) * 1_000_000 + int(micros))
                self._all_read = max(self._all_read, message.ts)
