"""The app manifest: it follows the rules of version 2, and breaking any of them is noticed."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
RULES = Draft7Validator(json.loads((ROOT / "tests/slack_manifest_v2.schema.json").read_text(encoding="utf-8")))

GONE = object()
COMMAND = ("features", "slash_commands", 0)


def _broken(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The manifest with the value at `path` replaced, added, or taken out."""
    manifest = copy.deepcopy(MANIFEST)
    place: Any = manifest
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return manifest


def _complaints(manifest: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in RULES.iter_errors(manifest)]


def test_the_rules_are_a_draft_7_schema() -> None:
    """The schema itself is well formed."""
    Draft7Validator.check_schema(RULES.schema)


def test_the_manifest_follows_the_rules() -> None:
    """The manifest can be pasted as it is."""
    assert _complaints(MANIFEST) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_metadata", "major_version"), 1),
        (("_metadata",), GONE),
        (("display_information",), GONE),
        (("display_information", "name"), GONE),
        (("display_information", "name"), "n" * 36),
        (("display_information", "description"), "d" * 141),
        (("display_information", "long_description"), "l" * 174),
        (("display_information", "background_color"), "blue"),
        (("display_information", "icon"), "phone"),
        (("features", "bot_user", "display_name"), GONE),
        (("features", "bot_user", "display_name"), "b" * 81),
        (("features", "app_home", "home_tab_enabled"), "yes"),
        (("features", "home"), {}),
        ((*COMMAND, "command"), "credits"),
        ((*COMMAND, "command"), "/" + "c" * 32),
        ((*COMMAND, "command"), "/Credits"),
        ((*COMMAND, "command"), "/credits balance"),
        ((*COMMAND, "command"), GONE),
        ((*COMMAND, "description"), GONE),
        ((*COMMAND, "description"), "d" * 2001),
        ((*COMMAND, "usage_hint"), "u" * 1001),
        ((*COMMAND, "url"), "YOUR-HOST/slack/events"),
        (("features", "slash_commands"), []),
        (("oauth_config", "scopes", "bot", 0), "Chat: Write"),
        (("oauth_config", "scopes", "bot", 0), "chat:write"),
        (("oauth_config", "scopes", "admin"), []),
        (("settings", "event_subscriptions", "bot_events", 0), "app home opened"),
        (("settings", "event_subscriptions", "request_url"), "YOUR-HOST"),
        (("settings", "interactivity", "is_enabled"), GONE),
        (("settings", "interactivity", "request_url"), "https://" + "h" * 3500),
        (("settings", "socket_mode_enabled"), "false"),
        (("unknown",), {}),
    ],
)
def test_breaking_a_rule_is_noticed(path: tuple[str | int, ...], value: object) -> None:
    """Each broken rule is one complaint, at the place where it was broken."""
    complaints = _complaints(_broken(path, value))

    assert len(complaints) == 1


def test_the_socket_mode_variant_follows_the_rules() -> None:
    """The manifest changed as its comment says for Socket Mode is valid, too, and names no address."""
    manifest = _broken(("settings", "socket_mode_enabled"), True)
    del manifest["settings"]["event_subscriptions"]["request_url"]
    del manifest["settings"]["interactivity"]["request_url"]
    del manifest["features"]["slash_commands"][0]["url"]

    assert _complaints(manifest) == []
    assert "YOUR-HOST" not in json.dumps(manifest)


def test_http_has_one_address() -> None:
    """Commands, events and interactions all go to the one path that the web server answers."""
    addresses = {
        MANIFEST["settings"]["event_subscriptions"]["request_url"],
        MANIFEST["settings"]["interactivity"]["request_url"],
        *(command["url"] for command in MANIFEST["features"]["slash_commands"]),
    }

    assert addresses == {"https://YOUR-HOST/slack/events"}


def test_every_scope_says_why() -> None:
    """Whoever installs the app can read, beside each scope, what it is for."""
    lines = (ROOT / "manifest.yml").read_text(encoding="utf-8").splitlines()

    for scope in MANIFEST["oauth_config"]["scopes"]["bot"]:
        (line,) = [line for line in lines if line.strip().startswith(f"- {scope} ")]
        assert " # " in line
