"""chat.*: posting, updating, deleting, threads and ephemerals; what is refused, what is noted."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, APP_USER, FINANCE, MEMBER, OWNER, STRANGER, TELEPHONY
from bot.playground.server import Playground
from tests.playground.controls import refused, rules, section


async def test_a_posted_message_is_seen_by_the_members(playground: Playground, client: AsyncWebClient) -> None:
    """A message appears with its blocks, their ids filled in, and its metadata only where asked for."""
    metadata = {"event_type": "low_balance", "event_payload": {"id": "e-1"}}
    blocks = [section("Balance: 12.00")]

    answer = await client.chat_postMessage(channel=ALERTS, text="Low", blocks=blocks, metadata=metadata)

    [seen] = playground.messages(ALERTS, MEMBER)
    [with_metadata] = (await client.conversations_history(channel=ALERTS, include_all_metadata=True))["messages"]
    [without] = (await client.conversations_history(channel=ALERTS))["messages"]
    assert (seen["ts"], seen["text"], seen["user"]) == (answer["ts"], "Low", APP_USER)
    assert seen["blocks"][0]["block_id"]
    assert with_metadata["metadata"] == metadata
    assert "metadata" not in without
    assert playground.violations == []


async def test_a_form_is_read_like_json(playground: Playground, client: AsyncWebClient) -> None:
    """Blocks may come as JSON in a form field."""
    args = {"channel": ALERTS, "text": "x", "blocks": '[{"type": "divider"}]'}

    await client.api_call("chat.postMessage", data=args)

    assert playground.messages(ALERTS, OWNER)[0]["blocks"][0]["type"] == "divider"


async def test_broken_json_in_a_form_is_refused_and_noted(playground: Playground, client: AsyncWebClient) -> None:
    """A form field that should be JSON must be."""
    args = {"channel": ALERTS, "text": "x", "blocks": "[{"}

    assert await refused(client.api_call("chat.postMessage", data=args)) == "invalid_arguments"
    assert rules(playground) == ["invalid_json"]


async def test_a_message_to_a_person_goes_to_their_direct_message(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A user id as the channel means the direct message with the app."""
    answer = await client.chat_postMessage(channel=MEMBER, text="Hello")

    assert answer["channel"] == "D0MEMBER1"
    assert [m["text"] for m in playground.messages("D0MEMBER1", MEMBER)] == ["Hello"]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": TELEPHONY, "text": "x"}, "not_in_channel"),
        ({"channel": FINANCE, "text": "x"}, "channel_not_found"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": ALERTS}, "no_text"),
        ({"channel": ALERTS, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": ALERTS, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": ALERTS, "text": "x", "reply_broadcast": True}, "invalid_arguments"),
    ],
)
async def test_a_message_that_cannot_be_posted_is_refused_and_noted(
    playground: Playground, client: AsyncWebClient, args: dict[str, Any], error: str
) -> None:
    """Refused under Slack's name of the error, and nothing is posted."""
    assert await refused(client.api_call("chat.postMessage", json=args)) == error

    assert rules(playground) == [error]
    assert playground.messages(ALERTS, OWNER) == []


@pytest.mark.parametrize(
    ("content", "error", "rule"),
    [
        ({"blocks": [{"type": "blink"}]}, "invalid_blocks", "unknown_block"),
        ({"blocks": [section("x" * 2600)] * 6}, "msg_blocks_too_long", "blocks_too_long"),
        ({"metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_format", "not_allowed"),
        (
            {"metadata": {"event_type": "a", "event_payload": {"x": "x" * 17_000}}},
            "metadata_too_large",
            "metadata_too_large",
        ),
        ({"attachments": [{"blocks": [{"type": "blink"}]}]}, "invalid_attachments", "unknown_block"),
        ({"attachments": [{}] * 101}, "too_many_attachments", "too_many_attachments"),
    ],
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_content_that_breaks_a_rule_is_refused_and_noted(
    playground: Playground, client: AsyncWebClient, method: str, content: dict[str, Any], error: str, rule: str
) -> None:
    """Blocks, metadata and attachments are checked wherever a message is written."""
    posted = await client.chat_postMessage(channel=ALERTS, text="before")
    place = {"ts": posted["ts"]} if method == "chat.update" else {}

    assert await refused(client.api_call(method, json={"channel": ALERTS, "text": "x"} | place | content)) == error

    assert rules(playground) == [rule]
    assert [m["text"] for m in playground.messages(ALERTS, OWNER)] == ["before"]


async def test_an_ephemeral_message_is_checked_too(playground: Playground, client: AsyncWebClient) -> None:
    """chat.postEphemeral refuses what chat.postMessage refuses."""
    call = client.chat_postEphemeral(channel=ALERTS, user=OWNER, text="x", blocks=[{"type": "blink"}])

    assert await refused(call) == "invalid_blocks"
    assert rules(playground) == ["unknown_block"]


async def test_text_must_be_text(playground: Playground, client: AsyncWebClient) -> None:
    """A number is no message."""
    call = client.api_call("chat.postMessage", json={"channel": ALERTS, "text": 5})

    assert await refused(call) == "invalid_arguments"
    assert rules(playground) == ["wrong_type"]


async def test_findings_are_told_with_their_place(client: AsyncWebClient) -> None:
    """The answer says what is wrong and points to it, as Slack's does."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ALERTS, text="x", blocks=[{"type": "blink"}])

    [message] = caught.value.response["response_metadata"]["messages"]
    assert message.endswith("[json-pointer:/blocks/0/type]")


async def test_blocks_without_text_are_posted_but_noted(playground: Playground, client: AsyncWebClient) -> None:
    """A screen reader needs the text; Slack does not insist."""
    with pytest.warns(UserWarning, match="text"):
        await client.chat_postMessage(channel=ALERTS, blocks=[section()])

    assert rules(playground) == ["missing_fallback_text"]
    assert len(playground.messages(ALERTS, OWNER)) == 1


async def test_an_update_keeps_what_it_does_not_name(playground: Playground, client: AsyncWebClient) -> None:
    """Text is replaced; blocks and metadata stay until they are given, an empty list removes blocks."""
    metadata = {"event_type": "low_balance", "event_payload": {"id": "e-1"}}
    posted = await client.chat_postMessage(channel=ALERTS, text="a", blocks=[section()], metadata=metadata)

    await client.chat_update(channel=ALERTS, ts=posted["ts"], text="b")
    [kept] = playground.messages(ALERTS, OWNER)
    await client.chat_update(channel=ALERTS, ts=posted["ts"], text="c", blocks=[])
    [emptied] = playground.messages(ALERTS, OWNER)

    assert (kept["text"], kept["blocks"][0]["type"], kept["metadata"]) == ("b", "section", metadata)
    assert kept["edited"]["user"] == APP_USER
    assert (emptied["text"], emptied.get("blocks")) == ("c", None)


async def test_only_own_messages_can_be_changed(playground: Playground, client: AsyncWebClient) -> None:
    """Messages of people, missing ones and ephemeral ones are refused and noted."""
    await playground.say(OWNER, ALERTS, "mine")
    theirs = playground.messages(ALERTS, OWNER)[0]["ts"]
    hidden = (await client.chat_postEphemeral(channel=ALERTS, user=OWNER, text="x"))["message_ts"]

    assert await refused(client.chat_update(channel=ALERTS, ts=theirs, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=ALERTS, ts=theirs)) == "cant_delete_message"
    assert await refused(client.chat_update(channel=ALERTS, ts="1.000001", text="x")) == "message_not_found"
    assert await refused(client.chat_update(channel=ALERTS, ts=hidden, text="x")) == "message_not_found"
    assert rules(playground) == [
        "cant_update_message",
        "cant_delete_message",
        "message_not_found",
        "message_not_found",
    ]


async def test_a_reply_to_a_reply_is_noted(playground: Playground, client: AsyncWebClient) -> None:
    """A thread is named by its parent."""
    parent = (await client.chat_postMessage(channel=ALERTS, text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel=ALERTS, text="reply", thread_ts=parent))["ts"]

    await client.chat_postMessage(channel=ALERTS, text="deeper", thread_ts=reply)

    assert rules(playground) == ["reply_to_reply"]


async def test_a_deleted_message_is_gone(playground: Playground, client: AsyncWebClient) -> None:
    """chat.delete takes the message away."""
    posted = await client.chat_postMessage(channel=ALERTS, text="x")

    await client.chat_delete(channel=ALERTS, ts=posted["ts"])

    assert playground.messages(ALERTS, OWNER) == []


async def test_an_archived_channel_takes_nothing(playground: Playground, client: AsyncWebClient) -> None:
    """Writing to an archived channel is refused and noted."""
    playground.workspace.channels[ALERTS].is_archived = True

    assert await refused(client.chat_postMessage(channel=ALERTS, text="x")) == "is_archived"
    assert rules(playground) == ["is_archived"]


async def test_an_ephemeral_message_is_seen_by_one(playground: Playground, client: AsyncWebClient) -> None:
    """Only the person it is for sees it, and no history tells it."""
    await client.chat_postEphemeral(channel=ALERTS, user=MEMBER, text="only you")

    [seen] = playground.messages(ALERTS, MEMBER)
    assert (seen["text"], seen["ephemeral"]) == ("only you", True)
    assert playground.messages(ALERTS, OWNER) == []
    assert (await client.conversations_history(channel=ALERTS))["messages"] == []


async def test_an_ephemeral_message_to_an_outsider_is_refused(playground: Playground, client: AsyncWebClient) -> None:
    """The person must be in the channel."""
    call = client.chat_postEphemeral(channel=ALERTS, user=STRANGER, text="x")

    assert await refused(call) == "user_not_in_channel"
    assert rules(playground) == ["user_not_in_channel"]


async def test_a_thread_stays_out_of_the_channel_unless_broadcast(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Replies are nested in their parent; a broadcast one is in the channel, too."""
    parent = (await client.chat_postMessage(channel=ALERTS, text="parent"))["ts"]
    await client.chat_postMessage(channel=ALERTS, text="quiet", thread_ts=parent)
    await client.chat_postMessage(channel=ALERTS, text="loud", thread_ts=parent, reply_broadcast=True)

    history = (await client.conversations_history(channel=ALERTS))["messages"]
    replies = (await client.conversations_replies(channel=ALERTS, ts=parent))["messages"]
    page = playground.messages(ALERTS, OWNER)

    assert [message["text"] for message in history] == ["loud", "parent"]
    assert history[0]["subtype"] == "thread_broadcast"
    assert (history[1]["reply_count"], history[1]["thread_ts"]) == (2, parent)
    assert [message["text"] for message in replies] == ["parent", "quiet", "loud"]
    assert [message["text"] for message in page] == ["parent", "loud"]
    assert [message["text"] for message in page[0]["replies"]] == ["quiet", "loud"]
    assert page[1]["broadcast"] is True
