"""Files that people share in the stand-in workspace, or choose in a modal, and who may have them."""

import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath

from bot.playground.config import Clock, Json
from bot.playground.people import APP_USER, TEAM, Channel
from bot.playground.storage import Storage

LARGEST = 128 << 20
"""Bytes; Slack takes more, which nobody needs to try."""
LARGEST_IN_MODAL = 10 << 20
"""Slack's own limit of a modal's input."""


@dataclass(frozen=True)
class SharedFile:
    """A file without its contents. `for_app`: chosen in a modal of the app, which may have it then."""

    id: str
    name: str
    user: str
    size: int
    created: int
    team: str = TEAM
    channels: tuple[str, ...] = ()
    for_app: bool = False

    def to_page(self) -> Json:
        """The file as the page and a message know it."""
        return {"id": self.id, "name": self.name, "size": self.size}

    def to_slack(self, origin: str) -> Json:
        """The file as `files.info` tells it."""
        extension = PurePath(self.name).suffix.removeprefix(".").lower()
        address = f"{origin}/files-pri/{self.id}"
        return {
            **self.to_page(),
            "created": self.created,
            "timestamp": self.created,
            "title": self.name,
            "mimetype": {"csv": "text/csv", "zip": "application/zip"}.get(extension, "text/plain"),
            "filetype": extension or "text",
            "user": self.user,
            "user_team": self.team,
            "editable": False,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": address,
            "url_private_download": f"{address}/download",
            "file_access": "visible",
        }


class Files:
    """Keeps files with the messages, so that they survive a restart."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.origin = ""
        """The playground's own address, known once it listens."""
        self._storage = storage
        self._clock = clock

    def add(self, user: str, name: str, content: bytes, *, team: str = TEAM) -> SharedFile:
        """Take a file in; nobody but its owner sees it before it is shared."""
        file_id = f"F{secrets.token_hex(5).upper()}"
        file = SharedFile(file_id, name, user, len(content), int(self._clock.wall()), team)
        self._storage.save_file(file.id, asdict(file), content)
        return file

    def get(self, file_id: str) -> SharedFile | None:
        """The file, or None."""
        kept = self._storage.file(file_id)
        return SharedFile(**{**kept, "channels": tuple(kept["channels"])}) if kept else None

    def content(self, file_id: str) -> bytes | None:
        """What is in it, or None."""
        return self._storage.file_content(file_id)

    def share(self, file: SharedFile, channel: Channel) -> None:
        """Show it to whoever is in the channel."""
        self._save(replace(file, channels=(*file.channels, channel.id)))

    def give(self, file: SharedFile) -> None:
        """Let the app have it."""
        self._save(replace(file, for_app=True))

    def delete(self, file_id: str) -> None:
        """Forget it."""
        self._storage.drop_file(file_id)

    def visible(self, file_id: str, channels: dict[str, Channel]) -> SharedFile | None:
        """The file if the app may have it, else None."""
        file = self.get(file_id)
        if file is None:
            return None
        shared = any(APP_USER in channels[each].members for each in file.channels)
        return file if file.for_app or shared else None

    def _save(self, file: SharedFile) -> None:
        self._storage.save_file_facts(file.id, asdict(file))
