"""Looking at channels, people and history, and joining."""

from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, FINANCE, MEMBER, OWNER, STRANGER, TELEPHONY
from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.controls import TOKEN, Hands, refused, rules, write_manifest


async def test_history_is_paged_and_bounded(client: AsyncWebClient, hands: Hands) -> None:
    """Newest first, a cursor to the next page, both bounds exclusive unless said otherwise."""
    stamps = []
    for number in range(5):
        stamps.append((await client.chat_postMessage(channel=ALERTS, text=str(number)))["ts"])
        hands.move(1)

    first = await client.conversations_history(channel=ALERTS, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=ALERTS, limit=3, cursor=cursor)
    between = await client.conversations_history(channel=ALERTS, oldest=stamps[1], latest=stamps[3])
    with_ends = await client.conversations_history(channel=ALERTS, oldest=stamps[1], latest=stamps[3], inclusive=True)

    assert [m["text"] for m in first["messages"]] == ["4", "3", "2"]
    assert first["has_more"]
    assert [m["text"] for m in second["messages"]] == ["1", "0"]
    assert not second["has_more"]
    assert [m["text"] for m in between["messages"]] == ["2"]
    assert [m["text"] for m in with_ends["messages"]] == ["3", "2", "1"]


async def test_looking_for_a_channel_is_no_broken_rule(playground: Playground, client: AsyncWebClient) -> None:
    """How a bot learns what it cannot see: refused, not noted."""
    assert await refused(client.conversations_info(channel=FINANCE)) == "channel_not_found"
    assert await refused(client.conversations_history(channel=TELEPHONY)) == "not_in_channel"
    assert await refused(client.conversations_join(channel=FINANCE)) == "channel_not_found"
    assert await refused(client.conversations_info(channel="C0NOWHERE")) == "channel_not_found"
    assert await refused(client.conversations_replies(channel=ALERTS, ts="1.000001")) == "thread_not_found"
    playground.workspace.channels[TELEPHONY].is_archived = True
    assert await refused(client.conversations_join(channel=TELEPHONY)) == "is_archived"
    assert playground.violations == []


async def test_a_joined_channel_takes_messages(playground: Playground, client: AsyncWebClient) -> None:
    """A public channel can be joined, once."""
    first = await client.conversations_join(channel=TELEPHONY)
    again = await client.conversations_join(channel=TELEPHONY)
    await client.chat_postMessage(channel=TELEPHONY, text="x")

    assert "warning" not in first.data
    assert again["warning"] == "already_in_channel"
    assert first["channel"]["is_member"] is True
    assert playground.violations == []


async def test_the_list_shows_what_the_app_may_see(client: AsyncWebClient) -> None:
    """Public channels all, private ones only as a member."""
    public = await client.conversations_list()
    private = await client.conversations_list(types="private_channel")

    assert [channel["name"] for channel in public["channels"]] == ["general", "credits-alerts", "telephony"]
    assert private["channels"] == []


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
        ("conversations.list", {"cursor": "somewhere"}, "invalid_cursor"),
        ("conversations.history", {"channel": ALERTS, "limit": "many"}, "invalid_cursor"),
        ("conversations.join", {"channel": "D0OWNER01"}, "method_not_supported_for_channel_type"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_and_noted(
    playground: Playground, client: AsyncWebClient, method: str, args: dict[str, str], error: str
) -> None:
    """What Slack cannot answer is refused under its name."""
    assert await refused(client.api_call(method, params=args)) == error
    assert rules(playground) == [error]


async def test_a_direct_message_is_opened(config: PlaygroundConfig, tmp_path: Path) -> None:
    """conversations.open answers the direct message with a person."""
    manifest = write_manifest(tmp_path)
    manifest.write_text(manifest.read_text().replace("- commands", "- commands\n    - im:write"))
    async with Playground(replace(config, manifest=manifest)) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)

        assert (await client.conversations_open(users=MEMBER))["channel"]["id"] == "D0MEMBER1"
        assert await refused(client.conversations_open(users="U0NOBODY")) == "user_not_found"


async def test_a_person_is_told_with_the_locale_only_when_asked(client: AsyncWebClient) -> None:
    """users.info tells roles and team, the locale on request."""
    german = (await client.users_info(user=MEMBER, include_locale=True))["user"]
    owner = (await client.users_info(user=OWNER))["user"]
    stranger = (await client.users_info(user=STRANGER))["user"]

    assert (german["locale"], german["tz"], german["is_admin"]) == ("de-DE", "Europe/Berlin", False)
    assert (owner["is_owner"], owner["is_admin"], "locale" in owner) == (True, True, False)
    assert stranger["team_id"] != owner["team_id"]
    assert stranger["is_stranger"] is False


async def test_an_unknown_person_is_refused_and_noted(playground: Playground, client: AsyncWebClient) -> None:
    """Ids come from Slack; one that does not exist was made up."""
    assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert rules(playground) == ["user_not_found"]
