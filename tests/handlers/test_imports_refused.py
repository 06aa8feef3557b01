"""Who may not have a file charged, and what is no file to charge."""

from typing import Any

import pytest

from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, STRANGER, TELEPHONY, direct_message
from tests.handlers.driver import appoint_both, press, told_next
from tests.handlers.dropping import (
    asked,
    balance,
    below,
    calls,
    charge,
    drop,
    given,
    importer,
    order_of,
    thread,
    told,
)
from tests.world import REF, World

CARD = b"Destination Name,Destination Type,Country,Prefix,Price / min\nNowhere,Fixed,XX,99,0.10\n"
MENTION = "<@U0CREDITS> please"


async def test_mention_with_a_file(world: World) -> None:
    """In a channel a file is looked into where the app is mentioned, and any manager may say yes."""
    await appoint_both(world)
    question = await asked(world, calls(2), channel=GENERAL, text=MENTION)

    await charge(world, question, MEMBER)

    assert await balance(world) == "-1"
    assert f"imported for <@{MEMBER}>" in below(world, question["below"])


@pytest.mark.parametrize(
    ("channel", "text"), [(GENERAL, "our calls of october"), (TELEPHONY, MENTION), (GENERAL, "<@U0OWNER01> look")]
)
async def test_other_files_are_none_of_ours(world: World, channel: str, text: str) -> None:
    """What people share without meaning the app, or where it is no member, is not looked at."""
    message = await drop(world, calls(2), channel=channel, text=text)

    await importer(world).look()

    assert thread(world, message) == []
    assert [each for each in world.playground.calls if each.method == "files.info"] == []


@pytest.mark.parametrize(("user", "said"), [(MEMBER, "nur Guthabenverwalter"), (OWNER, "credit manager")])
async def test_only_managers(world: World, user: str, said: str) -> None:
    """Others are told why not, in the direct message, and their file is not looked at."""
    await drop(world, calls(2), user)

    await world.playground.wait_for(lambda: said in told(world, user))
    await importer(world).look()
    await world.type(user, "/credits import")

    assert world.playground.open_view(user) is None
    assert await balance(world) == "0"
    assert [each for each in world.playground.calls if each.method == "files.info"] == []


async def test_stranger_is_refused(world: World) -> None:
    """People of another organisation, met in a shared channel, have nothing charged."""
    await drop(world, calls(2), STRANGER, channel=GENERAL, text=MENTION)

    await world.playground.wait_for(lambda: "Only members of this workspace" in told(world, STRANGER))


async def test_others_cannot_press_the_button(world: World) -> None:
    """In a channel everybody sees the question; only managers answer it."""
    question = await asked(world, calls(2), channel=GENERAL, text=MENTION)

    for action in ("import_charge", "import_cancel"):
        said = await told_next(world, MEMBER, press(world, MEMBER, action, value=order_of(question)))
        assert "Guthabenverwalter" in said
    await importer(world).look()

    assert await balance(world) == "0"
    assert "Charge the 2 call records" in below(world, question["below"])


async def test_dismissed_meanwhile(world: World) -> None:
    """Whose right ends before the worker comes has nothing charged, and is told so."""
    question = await asked(world, calls(2))
    await world.press(MANAGER, question, "import_charge")
    await given(world)
    await world.redis.delete("cr:{p%02d}:t:%s:managers" % _place())  # noqa: UP031 a key has braces

    await importer(world).look()

    assert await balance(world) == "0"
    assert "Only credit managers can do that" in below(world, question["below"])


def _place() -> tuple[int, str]:
    from store.keys import partition_of  # noqa: PLC0415

    return partition_of(REF.tenant), REF.tenant


async def test_written_without_a_file(world: World) -> None:
    """Who writes to the bot hears what can be sent to it; what it says itself is not answered."""
    await world.playground.say(MANAGER, direct_message(MANAGER), "hello?")

    await world.playground.wait_for(lambda: "Send me a file of call records here" in told(world))
    assert len(world.playground.messages(direct_message(MANAGER), MANAGER)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"subtype": "message_changed"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"bot_id": "B0OTHER"},
        {"user": ""},
        {"channel_type": "mpim"},
        {"files": "no list", "thread_ts": "1.1"},
        {"files": [{"id": "F1|<x>"}], "thread_ts": "1.1"},
        {"files": [{}], "thread_ts": "1.1"},
    ],
)
async def test_messages_that_nobody_wrote_to_us(world: World, change: dict[str, Any]) -> None:
    """Edits, other bots, other kinds of conversations and malformed files are left alone."""
    event = {"type": "message", "channel_type": "im", "channel": direct_message(MANAGER), "user": MANAGER, "ts": "1.2"}
    files = [{"id": "F0000000001", "name": "a.csv"}]

    delivery = await world.playground.event({**event, "team": REF.tenant, "files": files, **change})
    await importer(world).look()

    assert delivery.ok or delivery.error == "not_subscribed"
    assert world.playground.messages(direct_message(MANAGER), MANAGER) == []
