"""Files that people drop into the stand-in workspace, and a worker that is told when to look."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.imports.worker import Importer
from bot.playground.people import MANAGER, TEAM, direct_message
from bot.playground.server import View
from bot.workspaces import Workspaces
from store import keys
from store.keys import AccountRef
from store.orders import TTL_MS
from tests.handlers.driver import last_said
from tests.ingest.reading import line, report
from tests.world import REF, TOKEN, World, texts_in

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
PRICE = 0.5
"""What a call of `calls` costs."""


def calls(count: int, *more: str, first: int = 0) -> bytes:
    """A report of so many calls of 0.50 dollars each, and of these lines."""
    own = [call(f"call-{number}") for number in range(first, first + count)]
    return report(*own, *more)


def call(call_id: str, **changed: str) -> str:
    """A line of a report: a call of yesterday."""
    cells = {"Start_Time": YESTERDAY, "Connection_Fee": "0.00", "Charge": "0.50", "Currency": "USD"}
    return line(UsageId=call_id, **{**cells, **changed})


def zipped(**files: bytes) -> bytes:
    """A zip of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return stream.getvalue()


def importer(world: World, owner: str = "w", *, ttl_ms: int = TTL_MS) -> Importer:
    """A worker's part that sees to orders when its `look` is called."""
    workspaces = Workspaces(TOKEN, world.settings.slack_api_url)
    return Importer(world.redis, workspaces, owner, lambda: range(keys.PARTITIONS), look_s=0.01, ttl_ms=ttl_ms)


async def drop(
    world: World, content: bytes | Sequence[bytes], user: str = MANAGER, name: str = "october.csv", **place: str
) -> dict[str, Any]:
    """Send files to the bot, directly unless a channel is said; answers the message that they are in."""
    contents = [content] if isinstance(content, bytes) else content
    files = [world.playground.files.add(user, name, each).id for each in contents]
    channel = place.get("channel") or direct_message(user)
    delivery = await world.playground.say(user, channel, place.get("text", ""), files)
    assert isinstance(delivery.message, dict)
    return delivery.message


def thread(world: World, message: dict[str, Any], user: str = MANAGER) -> list[dict[str, Any]]:
    """What stands below a message, as a person sees it."""
    seen = world.playground.messages(message["channel"], user)
    return next((each.get("replies", []) for each in seen if each["ts"] == message["ts"]), [])


def below(world: World, message: dict[str, Any], user: str = MANAGER) -> str:
    """All that is said below it."""
    return texts_in(thread(world, message, user))


async def asked(world: World, content: bytes | Sequence[bytes], user: str = MANAGER, **more: Any) -> dict[str, Any]:
    """Drop files and have a worker look into them: answers the message that asks."""
    message = await drop(world, content, user, **more)
    await given(world)
    await importer(world).look()
    [question] = thread(world, message, user)
    return {**question, "channel": message["channel"], "below": message}


async def given(world: World) -> None:
    """An order waits for a worker by now: events are acknowledged before anything is done about them."""
    pending = keys.orders(keys.partition_of(TEAM))
    for _ in range(500):
        if await world.redis.zcard(pending):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no order was given")


async def charge(world: World, question: dict[str, Any], user: str = MANAGER) -> None:
    """Press the button, and have a worker charge."""
    await world.press(user, question, "import_charge")
    await given(world)
    await importer(world).look()


async def balance(world: World, ref: AccountRef = REF) -> str:
    """What is left, in dollars."""
    account = await world.services.ledger.account(ref)
    assert account
    return str(account.balance.units.normalize())


async def opened(world: World, user: str = MANAGER) -> View:
    """The form."""
    return await world.modal(user, "/credits import", "import")


async def chosen(world: World, view: View, content: bytes, user: str = MANAGER, **more: Any) -> dict[str, Any]:
    """Submit the form with this file; answers how it was taken."""
    file = world.playground.files.add(user, "october.csv", content)
    delivery = await world.submit(user, view, files=[file.to_page()], **more)
    return {"ok": delivery.ok, "errors": delivery.errors, "action": delivery.response_action}


def told(world: World, user: str = MANAGER) -> str:
    """What the bot said last in the direct message."""
    return last_said(world, user, direct_message(user))


def order_of(question: dict[str, Any]) -> str:
    """The order that the button names."""
    [value] = {each["value"] for block in question["blocks"] for each in block.get("elements", []) if "value" in each}
    return str(value)
