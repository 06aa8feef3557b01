"""Requests to the bot: signed, escaped and complete, as Slack sends them."""

from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, APP, FINANCE, GENERAL, MEMBER, OWNER, STRANGER, STRANGER_TEAM, TEAM
from bot.playground.server import Nonsense, Playground, PlaygroundConfig
from tests.playground.controls import SECRET, Hands, StandInBot, actions, button, plain, rules, write_manifest


async def test_a_command_is_signed_and_complete(playground: Playground, bot: StandInBot, hands: Hands) -> None:
    """The bot gets Slack's form, with a signature that Slack's own verifier accepts."""
    delivery = await playground.command(MEMBER, GENERAL, "/credits add 50")

    request = bot.last("command")
    verifier = SignatureVerifier(SECRET)
    stamp, signature = request.headers["X-Slack-Request-Timestamp"], request.headers["X-Slack-Signature"]
    assert delivery.ok
    assert stamp == str(int(hands.now_s))
    assert verifier.generate_signature(timestamp=stamp, body=request.body) == signature
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.fields | {"trigger_id": "", "response_url": "", "token": ""} == {
        "token": "",
        "team_id": TEAM,
        "team_domain": "contoso-telephony",
        "channel_id": GENERAL,
        "channel_name": "general",
        "user_id": MEMBER,
        "user_name": "max",
        "command": "/credits",
        "text": "add 50",
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "",
        "trigger_id": "",
    }
    assert request.fields["response_url"].startswith(playground.url + "/response/")


async def test_a_stranger_comes_from_their_own_team(playground: Playground, bot: StandInBot) -> None:
    """A person of another workspace is told by their team."""
    await playground.command(STRANGER, GENERAL, "/credits")

    assert bot.last("command").fields["team_id"] == STRANGER_TEAM


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("managers @mara", "managers <@U0MANAGER|mara>"),
        ("alerts #credits-alerts", "alerts <#C0ALERTS1|credits-alerts>"),
        ("managers <@U0MANAGER>", "managers <@U0MANAGER>"),
        ("add <5 & more>", "add &lt;5 &amp; more&gt;"),
        ("managers <!channel>", "managers &lt;!channel&gt;"),
    ],
)
async def test_what_is_typed_arrives_escaped(playground: Playground, bot: StandInBot, typed: str, told: str) -> None:
    """Mentions become ids, the rest cannot be taken for markup."""
    await playground.command(OWNER, GENERAL, f"/credits {typed}")

    assert bot.last("command").fields["text"] == told


async def test_a_command_without_its_scope_is_noted(config: PlaygroundConfig, tmp_path: Path, bot: StandInBot) -> None:
    """A manifest with commands needs the scope for them."""
    manifest = write_manifest(tmp_path, without="commands")
    async with Playground(replace(config, manifest=manifest, bot_url=bot.url)) as playground:
        await playground.command(OWNER, GENERAL, "/credits")

        assert rules(playground) == ["missing_scope"]


async def test_a_button_is_told_with_its_message(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """block_actions carries what Slack knows of the button and of its message."""
    blocks = [actions(button("retry", value="r-1"), block_id="row")]
    posted = await client.chat_postMessage(channel=ALERTS, text="Declined", blocks=blocks)
    place = {"type": "message", "channel": ALERTS, "message_ts": posted["ts"]}

    delivery = await playground.action(OWNER, place, {"action_id": "retry"})

    payload = bot.last("block_actions").payload
    [action] = payload["actions"]
    assert delivery.ok
    assert (action["type"], action["block_id"], action["value"]) == ("button", "row", "r-1")
    assert payload["user"] == {"id": OWNER, "username": "olga", "name": "olga", "team_id": TEAM}
    assert payload["container"]["is_ephemeral"] is False
    assert payload["message"]["ts"] == posted["ts"]
    assert payload["channel"] == {"id": ALERTS, "name": "credits-alerts"}
    assert payload["response_url"].startswith(playground.url)
    assert payload["trigger_id"]
    assert payload["is_enterprise_install"] is False


async def test_a_button_of_an_ephemeral_message_is_told_without_it(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Slack does not send ephemeral messages back."""
    blocks = [actions(button())]
    posted = await client.chat_postEphemeral(channel=ALERTS, user=OWNER, text="x", blocks=blocks)
    place = {"type": "message", "channel": ALERTS, "message_ts": posted["message_ts"]}

    await playground.action(OWNER, place, {"action_id": "press"})

    payload = bot.last("block_actions").payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    with pytest.raises(Nonsense, match="no such message"):
        await playground.action(MEMBER, place, {"action_id": "press"})


async def test_what_nobody_could_do_is_refused(playground: Playground, bot: StandInBot) -> None:
    """No button that is not there, no channel one is not in, no person who does not exist."""
    place = {"type": "message", "channel": ALERTS, "message_ts": "1.000001"}

    with pytest.raises(Nonsense):
        await playground.action(OWNER, place, {"action_id": "press"})
    with pytest.raises(Nonsense):
        await playground.command(MEMBER, FINANCE, "/credits")
    with pytest.raises(Nonsense):
        await playground.command("U0NOBODY", GENERAL, "/credits")
    assert bot.received == []


async def test_a_button_that_is_not_there_cannot_be_pressed(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """The element, and the option, must be in the message as it stands now."""
    options = [{"text": plain("On"), "value": "on"}]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    posted = await client.chat_postMessage(channel=ALERTS, text="x", blocks=[actions(select, block_id="row")])
    place = {"type": "message", "channel": ALERTS, "message_ts": posted["ts"]}
    forged = {"text": plain("Off"), "value": "off"}

    with pytest.raises(Nonsense, match="no element"):
        await playground.action(OWNER, place, {"action_id": "other"})
    with pytest.raises(Nonsense, match="no element"):
        await playground.action(OWNER, place, {"action_id": "pick", "block_id": "other"})
    with pytest.raises(ValueError, match="does not offer"):
        await playground.action(OWNER, place, {"action_id": "pick", "selected_option": forged})
    assert bot.received == []
    await playground.action(OWNER, place, {"action_id": "pick", "selected_option": options[0]})
    assert bot.last("block_actions").payload["actions"][0]["selected_option"]["value"] == "on"


async def test_a_request_can_be_sent_again_as_it_was(playground: Playground, bot: StandInBot) -> None:
    """For tests of replays and forgeries: raw requests, signed or not."""
    await playground.command(OWNER, GENERAL, "/credits")
    [sent] = playground.sent

    status, _ = await playground.post_raw(sent.headers, sent.body)

    assert status == 200
    assert bot.received[0].body == bot.received[1].body
    assert playground.sign(b"x", "1")["X-Slack-Request-Timestamp"] == "1"


async def test_invite_makes_the_app_a_member(playground: Playground, bot: StandInBot) -> None:
    """The composer's /invite is Slack's own command and adds the app."""
    delivery = await playground.say(OWNER, FINANCE, "/invite @Credits")

    assert delivery.ok
    assert playground.workspace.channels[FINANCE].to_page()["app_is_member"] is True
    assert bot.received == []


async def test_a_plain_message_is_posted(playground: Playground, bot: StandInBot) -> None:
    """What does not begin with a slash is a message of the person, escaped."""
    await playground.say(OWNER, GENERAL, "hello @max <b>")

    [seen] = playground.messages(GENERAL, MEMBER)
    assert (seen["user"], seen["text"]) == (OWNER, "hello <@U0MEMBER1> &lt;b&gt;")
    assert bot.received == []
