"""What a person does in the workspace, from their hand to the bot and back."""

import asyncio
import re
from collections.abc import Iterator, Sequence

from bot.playground.config import Json
from bot.playground.delivery import Delivery, Reply, say_as_slackbot
from bot.playground.errors import Refusal
from bot.playground.files import SharedFile
from bot.playground.forms import VALUE_FIELDS, check_offered
from bot.playground.payloads import (
    as_form,
    command_fields,
    escape_text,
    event_callback,
    message_action,
    message_event,
    view_action,
)
from bot.playground.people import APP_USER, Channel, User, direct_message
from bot.playground.responses import apply_answer
from bot.playground.scene import Nonsense, Scene
from bot.playground.tickets import ResponseUrl

NEEDED_SCOPES = {"message.im": "im:history", "app_mention": "app_mentions:read"}
"""Without these Slack does not send the event."""


class Interactions:
    """A person's deeds, each delivered to the bot as Slack would."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._retries: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Give up the events that still wait for their next try."""
        for task in self._retries:
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)

    async def say(self, user_id: str, channel_id: str, text: str, files: Sequence[str] = ()) -> Delivery:
        """Send what is in the composer: a message, perhaps with files, `/invite`, or a command."""
        user, channel = self._scene.present(user_id, channel_id)
        if text.startswith("/") and not files:
            return await self.command(user_id, channel_id, text)
        attached = [self._own_file(user, each) for each in files]
        escaped = re.sub(r"\|[^>]*>", ">", escape_text(self._scene.backend, text, mentions=True))
        for file in attached:
            self._scene.backend.files.share(file, channel)
        told = [file.to_page() for file in attached]
        posted = self._scene.backend.workspace.post(channel.id, user.id, escaped, files=told or None)
        event = message_event(self._scene.backend, user, channel, posted, attached)
        if event:
            await self.event(event)
        return Delivery(ok=True, message=posted.to_page())

    async def command(self, user_id: str, channel_id: str, text: str) -> Delivery:
        """A slash command; the bot's answer in the HTTP body is shown, a failure told by Slackbot."""
        user, channel = self._scene.present(user_id, channel_id)
        word, _, rest = text.strip().partition(" ")
        if word == "/invite" and self._invites_the_app(rest):
            self._scene.backend.workspace.join(channel, APP_USER)
            return Delivery(ok=True)
        command = self._scene.backend.manifest.command(word)
        if command is None:
            said = say_as_slackbot(self._scene.backend, user.id, channel.id, word, "invalid_command")
            return Delivery(ok=False, error="invalid_command", message=said)
        if "commands" not in self._scene.backend.manifest.scopes:
            self._scene.backend.oracle.record("missing_scope", word, "a command needs the scope commands")
        url = self._scene.response_url(user, channel)
        fields = command_fields(
            self._scene.backend, user, channel, command=command, text=rest.strip(), response_url=url
        )
        reply = await self._scene.courier.send_form("command", fields)
        error = reply.delivery.error or self._show_answer(reply, user, channel)
        if error is None:
            return reply.delivery
        said = say_as_slackbot(self._scene.backend, user.id, channel.id, word, error)
        delivery = reply.delivery
        return Delivery(ok=False, status=delivery.status, ack_ms=delivery.ack_ms, error=error, message=said)

    async def action(self, user_id: str, container: Json, action: Json, values: Json | None = None) -> Delivery:
        """Use an element of a message, a modal or the Home tab."""
        user = self._scene.person(user_id)
        if container.get("type") == "view":
            payload = self._view_action(user, container, action, values)
        else:
            payload = self._message_action(user, container, action, values)
        reply = await self._scene.courier.send_form("block_actions", as_form(payload))
        return reply.delivery

    async def open_home(self, user_id: str) -> Delivery:
        """Open the app's Home tab."""
        home = self._scene.backend.views.home(self._scene.person(user_id).id)
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": direct_message(user_id),
            "tab": "home",
            "event_ts": self._scene.backend.workspace.next_ts(),
        }
        return await self.event(event | ({"view": home.to_slack()} if home else {}))

    async def event(self, event: Json) -> Delivery:
        """Send an event, if the manifest subscribes to it; a failed one is tried again three times."""
        kind = f"message.{event.get('channel_type')}" if event["type"] == "message" else event["type"]
        if kind not in self._scene.backend.manifest.events:
            return Delivery(ok=False, error="not_subscribed")
        needed = NEEDED_SCOPES.get(kind)
        if needed and needed not in self._scene.backend.manifest.scopes:
            self._scene.backend.oracle.record("missing_scope", kind, f"the event needs the scope {needed}")
        payload = event_callback(self._scene.backend, event)
        reply = await self._scene.courier.send_json("event", payload, {})
        if not reply.delivery.ok:
            task = asyncio.create_task(self._retry(payload, reply.delivery.error or ""))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)
        return reply.delivery

    async def _retry(self, payload: Json, reason: str) -> None:
        for number, delay_s in enumerate(self._scene.backend.config.event_retry_delays_s, start=1):
            await asyncio.sleep(delay_s)
            reasons = {"operation_timeout": "http_timeout", "dispatch_failed": "http_error"}
            headers = {
                "x-slack-retry-num": str(number),
                "x-slack-retry-reason": reasons.get(reason, "unknown_error"),
            }
            if (await self._scene.courier.send_json("event", payload, headers)).delivery.ok:
                return

    def _own_file(self, user: User, file_id: str) -> SharedFile:
        file = self._scene.backend.files.get(file_id)
        if file is None or file.user != user.id:
            raise Nonsense(f"there is no file {file_id} of theirs")
        return file

    def _invites_the_app(self, rest: str) -> bool:
        app = self._scene.backend.workspace.users[APP_USER]
        return rest.strip().lower() in (f"@{app.name}", f"<@{APP_USER}>", f"<@{APP_USER}|{app.name}>")

    def _show_answer(self, reply: Reply, user: User, channel: Channel) -> str | None:
        """Show a command's answer in the body; the name of the error when it is no message."""
        if not reply.body.strip():
            return None
        is_json = reply.content_type == "application/json"
        answer = reply.json if is_json else {"text": reply.body.decode(errors="replace")}
        try:
            place = ResponseUrl(user.id, channel.id, issued_s=0.0)
            apply_answer(self._scene.backend, "command response", place, answer)
        except Refusal as refusal:
            self._scene.backend.oracle.record_findings("command response", refusal.findings)
            detail = f"{refusal.code} {refusal.detail} ({user.id} in {channel.id})"
            self._scene.backend.oracle.record("invalid_command_response", "command response", refusal.code, detail)
            return "invalid_command_response"
        return None

    def _message_action(self, user: User, container: Json, action: Json, values: Json | None) -> Json:
        channel = self._scene.present(user.id, str(container.get("channel")))[1]
        message = self._scene.backend.workspace.find(channel.id, str(container.get("message_ts")))
        if message is None or message.ephemeral_for not in (None, user.id):
            raise Nonsense("there is no such message")
        filled = self._fill(message.blocks or [], action)
        url = self._scene.response_url(user, channel, message.ts)
        return message_action(self._scene.backend, user, message, action=filled, values=values or {}, response_url=url)

    def _view_action(self, user: User, container: Json, action: Json, values: Json | None) -> Json:
        view = self._scene.backend.views.find(str(container.get("view_id")))
        if view is None or view.user != user.id:
            raise Nonsense("there is no such view")
        filled = self._fill(view.blocks, action)
        field = VALUE_FIELDS.get(filled["type"])
        own = {filled["block_id"]: {filled["action_id"]: {field: filled.get(field)}}} if field else {}
        view = self._scene.backend.views.enter(self._scene.backend.views.enter(view, values or {}), own)
        return view_action(self._scene.backend, user, view, filled)

    def _fill(self, blocks: list[Json], action: Json) -> Json:
        """The action as Slack sends it: what the person chose, with what the block knows of its element."""
        for block, element in _acting(blocks):
            same_block = action.get("block_id") in (None, block["block_id"])
            if element["action_id"] == action.get("action_id") and same_block:
                known = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
                identity = {"type": element["type"], "action_id": element["action_id"]}
                stamp = {"block_id": block["block_id"], "action_ts": self._scene.backend.workspace.next_ts()}
                check_offered(element, action)
                return action | known | identity | stamp
        raise Nonsense(f"there is no element {action.get('block_id')}/{action.get('action_id')}")


def _acting(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) that a person can use."""
    for block in blocks:
        held = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        held += block.get("actions") or []
        yield from ((block, part) for part in held if isinstance(part, dict) and "action_id" in part)
