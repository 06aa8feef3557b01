"""What the playground reads of the app's manifest: its name, commands, scopes and events."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.playground.config import Json


@dataclass(frozen=True)
class Command:
    """A slash command as the manifest declares it."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool

    @property
    def words(self) -> list[str]:
        """The subcommands that the usage hint names: `[balance | add 50]` gives balance and add."""
        parts = re.split(r"[|,]", self.usage_hint.strip("[] "))
        return [word[0] for part in parts if (word := re.findall(r"[^\W\d_][\w-]*", part))]


@dataclass(frozen=True)
class Manifest:
    """The part of a manifest that decides what Slack sends and allows."""

    name: str
    commands: tuple[Command, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    interactivity: bool

    def command(self, name: str) -> Command | None:
        """The command of this name, with its slash, or None."""
        return next((command for command in self.commands if command.command == name), None)


def load_manifest(path: Path) -> Manifest:
    """Read a manifest (YAML or JSON).

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no manifest.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or "display_information" not in document:
        raise ValueError(f"{path.name} is no Slack app manifest: display_information is missing")
    features: Json = document.get("features") or {}
    settings: Json = document.get("settings") or {}
    scopes: Json = (document.get("oauth_config") or {}).get("scopes") or {}
    return Manifest(
        name=document["display_information"]["name"],
        commands=tuple(
            Command(
                entry["command"],
                entry.get("description", ""),
                entry.get("usage_hint", ""),
                bool(entry.get("should_escape", False)),
            )
            for entry in features.get("slash_commands") or []
        ),
        scopes=frozenset(scopes.get("bot") or []),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
        interactivity=bool((settings.get("interactivity") or {}).get("is_enabled", False)),
    )
