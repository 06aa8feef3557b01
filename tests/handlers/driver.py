"""What the conversation's tests do to a workspace beyond what people can do: forge, count, recognise."""

import itertools
import json
import re
from typing import Any
from urllib.parse import urlencode

from fluent.syntax.ast import Message, TextElement

from bot.playground.delivery import FORM
from bot.playground.payloads import interaction
from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, direct_message
from bot.playground.server import View
from handlers.locales import _resource, keys
from tests.world import ADMIN, World, texts_in

Json = dict[str, Any]

LANGUAGE = {MANAGER: "en", OWNER: "en", MEMBER: "de"}
"""Who speaks what; `appoint_both` makes the German a manager, too."""

_NUMBERS = itertools.count(1)
_FAMILIES = ("amount", "appoint", "refused", "unknown", "too", "channel", "form", "method", "managers-not", "error")


async def appoint_both(world: World) -> None:
    """Make the German member a manager, too."""
    await world.services.roles.change_managers(ADMIN, appoint=[MEMBER], dismiss=[], operation_id=world.operation())


async def state(world: World) -> Json:
    """Everything that is kept, except drafts and what was seen: accounts, journals, managers, payments, events."""
    found: Json = {}
    async for key in world.redis.scan_iter(count=1000):
        if ":seen:" in key or ":draft:" in key or ":lease:" in key or ":workers:" in key:
            continue
        found[key] = await _value(world, key)
    return found


async def _value(world: World, key: str) -> Any:
    kind = await world.redis.type(key)
    if kind == "hash":
        return await world.redis.hgetall(key)
    if kind == "set":
        return sorted(await world.redis.smembers(key))
    if kind == "stream":
        return await world.redis.xrange(key)
    if kind == "zset":
        return await world.redis.zrange(key, 0, -1, withscores=True)
    return await world.redis.get(key)


def keys_said(text: str, language: str) -> set[str]:
    """The keys of the catalogue whose text this may be, among those that answer what cannot be done."""
    wanted = [key for key in keys(language) if key.partition("-")[0] in _FAMILIES or key.startswith(_FAMILIES)]
    plain = re.sub(r"[`*]", "", text)
    return {key for key in wanted if re.fullmatch(_shape(key, language), plain, re.DOTALL)}


def _shape(key: str, language: str) -> str:
    """A text of the catalogue as a regular expression, anything in place of its variables."""
    entry = next(each for each in _resource(language).body if isinstance(each, Message) and each.id.name == key)
    assert entry.value is not None
    pieces = [
        re.escape(re.sub(r"[`*]", "", part.value)) if isinstance(part, TextElement) else ".*"
        for part in entry.value.elements
    ]
    return "".join(pieces)


def submission(world: World, user: str, view: View, **changes: Any) -> Json:
    """A submission of `view` as Slack sends it; `changes` replace fields of the view."""
    person = world.playground.workspace.users[user]
    return interaction("view_submission", person) | {
        "trigger_id": "1.2.3",
        "view": {**view.to_slack(), **changes},
        "response_urls": [],
    }


def press(world: World, user: str, action_id: str, **action: Any) -> Json:
    """A button pressed in a message; `action` may hold a value, or anything else."""
    person = world.playground.workspace.users[user]
    scene = world.playground._scene
    channel = world.playground.workspace.channels[GENERAL]
    return interaction("block_actions", person) | {
        "container": {"type": "message", "message_ts": "1.2", "channel_id": GENERAL, "is_ephemeral": True},
        "trigger_id": world.playground._backend.tickets.issue_trigger(user),
        "channel": {"id": GENERAL, "name": "general"},
        "response_url": scene.response_url(person, channel),
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", **action}],
    }


async def deliver(world: World, payload: Json) -> tuple[int, Json]:
    """Send an interaction, correctly signed; answers the status and what was acknowledged."""
    return await deliver_body(world, urlencode({"payload": json.dumps({**payload, "n": next(_NUMBERS)})}).encode())


async def deliver_body(world: World, body: bytes) -> tuple[int, Json]:
    """Send any body, correctly signed."""
    status, answer = await world.playground.post_raw({**world.playground.sign(body), "Content-Type": FORM}, body)
    return status, json.loads(answer) if answer.strip() else {}


async def told_next(world: World, user: str, payload: Json, channel: str = GENERAL) -> str:
    """Send an interaction and return the text of the message that follows it."""
    before = count(world, user, channel)
    status, _ = await deliver(world, payload)
    assert status == 200
    await world.playground.wait_for(lambda: count(world, user, channel) > before)
    return texts_in(world.playground.messages(channel, user)[-1])


def count(world: World, user: str, channel: str = GENERAL) -> int:
    """How many messages this person sees there."""
    return len(world.playground.messages(channel, user))


def said(acknowledged: Json) -> list[str]:
    """What a submission is answered: the errors under the inputs, or the paragraphs of the view that comes."""
    if acknowledged.get("response_action") == "errors":
        return list(acknowledged["errors"].values())
    blocks = acknowledged.get("view", {}).get("blocks", [])
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def last_said(world: World, user: str, channel: str = GENERAL) -> str:
    """The text of the newest message that this person sees there."""
    messages = world.playground.messages(channel, user)
    return texts_in(messages[-1]) if messages else ""


async def told_with_reference(world: World, user: str, key: str) -> None:
    """The person is told this, in the channel, in the modal, or directly."""
    language = "de" if user == MEMBER else "en"

    def told() -> bool:
        view = world.playground.open_view(user)
        places = [
            texts_in(view.body) if view else "",
            last_said(world, user),
            last_said(world, user, direct_message(user)),
        ]
        return any(key in keys_said(line, language) for place in places for line in place.splitlines())

    await world.playground.wait_for(told, 12)
