"""The Web API, called by Slack's own client: tokens, scopes, arguments, limits of rate."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, APP_USER, FINANCE, GENERAL, OWNER, TEAM, TELEPHONY
from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.controls import SCOPES, TOKEN, Hands, refused, rules, write_manifest


async def test_auth_test_names_the_app_and_its_scopes(client: AsyncWebClient) -> None:
    """The token's owner, its team and its scopes are told."""
    answer = await client.auth_test()

    assert (answer["user_id"], answer["team_id"]) == (APP_USER, TEAM)
    assert answer.headers["x-oauth-scopes"] == ",".join(sorted(SCOPES))


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
async def test_a_wrong_token_is_refused_and_noted(playground: Playground, token: str, error: str) -> None:
    """Without the bot token nothing is answered."""
    client = AsyncWebClient(token=token or None, base_url=playground.api_url)

    assert await refused(client.auth_test()) == error
    assert rules(playground) == [error]


async def test_an_unknown_method_is_refused_and_noted(playground: Playground, client: AsyncWebClient) -> None:
    """What the bot has no business to call does not exist."""
    assert await refused(client.api_call("chat.meMessage")) == "unknown_method"
    assert rules(playground) == ["unknown_method"]


@pytest.mark.parametrize(
    ("scope", "method", "args"),
    [
        ("chat:write", "chat.postMessage", {"channel": ALERTS, "text": "x"}),
        ("users:read", "users.info", {"user": OWNER}),
        ("channels:read", "conversations.info", {"channel": ALERTS}),
        ("channels:read", "conversations.list", {}),
        ("groups:read", "conversations.info", {"channel": FINANCE}),
        ("channels:history", "conversations.history", {"channel": ALERTS}),
        ("im:history", "conversations.history", {"channel": "D0OWNER01"}),
        ("channels:join", "conversations.join", {"channel": TELEPHONY}),
        ("im:write", "conversations.open", {"users": OWNER}),
    ],
)
async def test_a_method_without_its_scope_is_refused_and_noted(
    config: PlaygroundConfig, tmp_path: Path, scope: str, method: str, args: dict[str, str]
) -> None:
    """The manifest's scopes are all the token has."""
    manifest = write_manifest(tmp_path, without=scope)
    async with Playground(replace(config, manifest=manifest)) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)

        assert await refused(client.api_call(method, params=args)) == "missing_scope"
        assert rules(playground) == ["missing_scope"]


async def test_an_unknown_argument_is_noted(playground: Playground, client: AsyncWebClient) -> None:
    """Slack ignores a mistyped argument; here it is seen."""
    await client.chat_postMessage(channel=ALERTS, text="x", thread="1.000001")

    assert rules(playground) == ["unknown_argument"]


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("chat.update", {"channel": ALERTS, "text": "x"}),
        ("views.update", {"view": {"type": "modal"}}),
        ("users.info", {}),
        ("conversations.history", {}),
    ],
)
async def test_a_missing_argument_is_refused_and_noted(
    playground: Playground, client: AsyncWebClient, method: str, args: dict[str, Any]
) -> None:
    """Required arguments are required."""
    assert await refused(client.api_call(method, json=args)) == "invalid_arguments"
    assert rules(playground) == ["missing_argument"]


async def test_the_fourth_message_in_a_second_is_held_back(
    playground: Playground, client: AsyncWebClient, hands: Hands
) -> None:
    """Three at once pass, the fourth gets 429, which is no violation; a second later one passes again."""
    for _ in range(3):
        await client.chat_postMessage(channel=ALERTS, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ALERTS, text="held back")
    elsewhere = await client.chat_postMessage(channel=GENERAL, text="other channel")
    hands.move(1.0)
    later = await client.chat_postMessage(channel=ALERTS, text="later")

    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "1"
    assert elsewhere["ok"]
    assert later["ok"]
    assert playground.violations == []


async def test_a_message_before_retry_after_is_noted(
    playground: Playground, client: AsyncWebClient, hands: Hands
) -> None:
    """Who does not wait as long as told breaks a rule."""
    for _ in range(3):
        await client.chat_postMessage(channel=ALERTS, text="x")
    await refused(client.chat_postMessage(channel=ALERTS, text="x"))
    hands.move(0.9)

    assert await refused(client.chat_postMessage(channel=ALERTS, text="x")) == "ratelimited"
    assert rules(playground) == ["retry_after_ignored"]


async def test_a_method_has_the_limit_of_its_tier(playground: Playground, client: AsyncWebClient, hands: Hands) -> None:
    """chat.update is good for 50 a minute."""
    ts = (await client.chat_postMessage(channel=ALERTS, text="x"))["ts"]
    for number in range(50):
        await client.chat_update(channel=ALERTS, ts=ts, text=str(number))

    assert await refused(client.chat_update(channel=ALERTS, ts=ts, text="51")) == "ratelimited"
    hands.move(60)
    assert (await client.chat_update(channel=ALERTS, ts=ts, text="52"))["ok"]
    assert playground.violations == []


async def test_tiers_can_be_switched_off(config: PlaygroundConfig) -> None:
    """A test that asks a lot is not held back by the minute's limits."""
    async with Playground(replace(config, enforce_tiers=False)) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)

        answers = [await client.users_info(user=OWNER) for _ in range(101)]

    assert all(answer["ok"] for answer in answers)


async def test_calls_are_kept_for_looking_at(playground: Playground, client: AsyncWebClient) -> None:
    """Each call is recorded with its arguments and outcome."""
    await client.chat_postMessage(channel=ALERTS, text="x")
    await refused(client.chat_postMessage(channel="C0NOWHERE", text="x"))

    assert [(c.method, c.args["channel"], c.ok, c.error) for c in playground.calls] == [
        ("chat.postMessage", ALERTS, True, None),
        ("chat.postMessage", "C0NOWHERE", False, "channel_not_found"),
    ]


async def test_an_expected_violation_is_not_noted(playground: Playground, client: AsyncWebClient) -> None:
    """A test that breaks a rule on purpose says so, and fails where the rule was not broken."""
    with playground.oracle.expect("channel_not_found"):
        await refused(client.chat_postMessage(channel="C0NOWHERE", text="x"))
    with pytest.raises(AssertionError, match="no_text"), playground.oracle.expect("no_text"):
        pass

    assert playground.violations == []
