"""The manifest against the code: it declares what the handlers register, and the scopes of what the bot calls."""

import ast
from pathlib import Path
from typing import Any

import yaml
from slack_bolt.async_app import AsyncApp

import handlers
from bot.playground.webapi import METHODS
from handlers import ids
from handlers.parsing import SYNONYMS

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])

NEEDED = {
    "auth_test": set(),
    "users_info": {"users:read"},
    "views_open": set(),
    "views_update": set(),
    "views_publish": set(),
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_join": {"channels:join"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_info": {"files:read"},
}
"""Each Web API method that the bot calls, and the scopes that it needs in channels and direct messages."""
HEARD = {"app_home_opened": set(), "message.im": {"im:history"}, "app_mention": {"app_mentions:read"}}
"""Each event, and the scopes without which Slack does not send it."""


def _called() -> set[str]:
    """Every Web API method that bot and handlers call."""
    prefixes = ("auth_", "users_", "views_", "chat_", "conversations_", "files_")
    paths = [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").glob("*.py"), *(ROOT / "bot/payments").glob("*.py")]
    paths += (ROOT / "bot/imports").glob("*.py")
    return {
        node.attr
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr.startswith(prefixes) and node.attr != "users_select"
    }


def test_the_command_is_declared() -> None:
    """The manifest declares the one command that is registered."""
    declared = [each["command"] for each in MANIFEST["features"]["slash_commands"]]

    assert declared == [ids.COMMAND]


def test_the_events_are_subscribed() -> None:
    """The manifest subscribes to the events that are handled, and to no others."""
    subscribed = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])

    assert subscribed == set(HEARD)
    assert {each.partition(".")[0] for each in subscribed} == set(handlers.EVENTS)


def test_files_can_be_sent_in_the_direct_message() -> None:
    """Where messages are read, people can write."""
    assert MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_the_home_tab_is_on() -> None:
    """What app_home_opened draws can be seen."""
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"] is True


def test_buttons_need_interactivity() -> None:
    """Buttons and modals are registered, so interactivity is on."""
    assert handlers.ACTIONS
    assert handlers.VIEWS
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def test_the_scopes_are_those_of_the_calls() -> None:
    """The manifest asks for what the calls need, and for nothing more."""
    called = _called()

    assert called == set(NEEDED)
    assert {"commands"}.union(*HEARD.values(), *(NEEDED[each] for each in called)) == SCOPES


def test_the_playground_answers_every_call() -> None:
    """Every method that the bot calls can be tried in the playground."""
    assert {each.replace("_", ".", 1) for each in _called()} <= METHODS.keys()


def test_the_hint_names_words_that_are_understood() -> None:
    """Each word that Slack shows behind the command can be typed."""
    (command,) = MANIFEST["features"]["slash_commands"]
    hinted = [part.split()[0] for part in command["usage_hint"].split("|")]

    assert set(hinted) == {word.value for word in SYNONYMS}


def test_every_id_is_registered() -> None:
    """Each button and each submitted view that is named has its handler."""
    quiet = {ids.LOADING, ids.NOTICE}
    inputs = {ids.AMOUNT, ids.METHOD, ids.SWITCH, ids.BELOW, ids.CAP, ids.CHANNEL, ids.USERS}
    inputs |= {ids.NAME, ids.ACCOUNT, ids.SCOPES, ids.DAYS, ids.FILES, ids.PAYS, ids.IMPORT_ACTIONS}
    named = {value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}

    missing = named - set(handlers.ACTIONS) - set(handlers.VIEWS) - quiet - inputs - {ids.COMMAND, ids.EVENT_TYPE}

    assert missing == set()


def test_every_handler_is_put_on_the_app() -> None:
    """`register` puts the command and each button, view and event on the Bolt app."""
    app = AsyncApp(token="xoxb-invented", signing_secret="invented")
    before = len(app._async_listeners)

    handlers.register(app, None, None)  # type: ignore[arg-type]

    expected = 1 + len(handlers.ACTIONS) + len(handlers.VIEWS) + len(handlers.EVENTS)
    assert len(app._async_listeners) - before == expected
