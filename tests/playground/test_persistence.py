"""A playground started again on the same data file."""

from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, FINANCE, MEMBER, OWNER, TELEPHONY
from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.controls import TOKEN, Hands, home, section


async def test_messages_members_and_home_survive_a_restart(config: PlaygroundConfig, tmp_path: Path) -> None:
    """Posts, edits, deletions, threads, memberships and the Home tab are as they were; ephemerals are gone."""
    kept = replace(config, data_file=tmp_path / "deep" / "playground.sqlite")
    async with Playground(kept) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)
        metadata = {"event_type": "low_balance", "event_payload": {"id": "e-1"}}
        parent = await client.chat_postMessage(channel=ALERTS, text="Low", metadata=metadata)
        await client.chat_postMessage(channel=ALERTS, text="News", thread_ts=parent["ts"])
        await client.chat_update(channel=ALERTS, ts=parent["ts"], text="Lower", blocks=[section()])
        await client.chat_postEphemeral(channel=ALERTS, user=OWNER, text="only you")
        await playground.say(OWNER, FINANCE, "/invite @Credits")
        await client.conversations_join(channel=TELEPHONY)
        gone = await client.chat_postMessage(channel=FINANCE, text="gone")
        await client.chat_delete(channel=FINANCE, ts=gone["ts"])
        view = (await client.views_publish(user_id=OWNER, view=home(section("12.00"))))["view"]
        before = playground.messages(ALERTS, MEMBER)

    async with Playground(kept) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)
        after = playground.messages(ALERTS, MEMBER)
        owners = playground.messages(ALERTS, OWNER)
        newer = await client.chat_postMessage(channel=TELEPHONY, text="again")
        shown = playground.home(OWNER)

        assert after == before
        assert [message["text"] for message in owners] == ["Lower"]
        assert playground.messages(FINANCE, OWNER) == []
        assert shown is not None
        assert (shown.id, shown.hash) == (view["id"], view["hash"])
        assert float(newer["ts"]) > float(before[0]["replies"][0]["ts"])


async def test_what_was_there_before_a_start_is_new_to_nobody(config: PlaygroundConfig, tmp_path: Path) -> None:
    """Only what comes after the start, or after everything was declared read, counts as unread."""
    kept = replace(config, data_file=tmp_path / "playground.sqlite")
    async with Playground(kept) as playground:
        await playground.say(OWNER, ALERTS, "before")
        assert playground.workspace.unread(MEMBER) == {ALERTS: 1}
        playground.workspace.read_all()
        assert playground.workspace.unread(MEMBER) == {}
        await playground.say(OWNER, ALERTS, "after")
        assert playground.workspace.unread(MEMBER) == {ALERTS: 1}

    async with Playground(kept) as playground:
        assert playground.workspace.unread(MEMBER) == {}
        await playground.say(OWNER, ALERTS, "again")
        assert playground.workspace.unread(MEMBER) == {ALERTS: 1}


async def test_a_clock_that_went_back_makes_no_ts_twice(config: PlaygroundConfig, tmp_path: Path, hands: Hands) -> None:
    """A message's ts is new even if the clock was set back between two starts."""
    kept = replace(config, data_file=tmp_path / "playground.sqlite")
    async with Playground(kept) as playground:
        await playground.say(OWNER, ALERTS, "first")
    hands.move(-3600)

    async with Playground(kept) as playground:
        await playground.say(OWNER, ALERTS, "second")

        assert [message["text"] for message in playground.messages(ALERTS, OWNER)] == ["first", "second"]


async def test_a_file_that_is_no_manifest_is_refused(config: PlaygroundConfig, tmp_path: Path) -> None:
    """The start stops with the file's name."""
    path = tmp_path / "other.yml"
    path.write_text("services: {}", encoding="utf-8")

    with pytest.raises(ValueError, match=r"other\.yml"):
        Playground(replace(config, manifest=path))


async def test_a_taken_port_is_told(config: PlaygroundConfig, playground: Playground) -> None:
    """Two playgrounds cannot share a port."""
    port = int(playground.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        await Playground(replace(config, port=port)).start()
