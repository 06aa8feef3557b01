"""Submitting and closing modals, and what the bot's acknowledgement of a submission does."""

from dataclasses import replace

from bot.playground.blockkit.rules import check_submission_answer
from bot.playground.config import Json
from bot.playground.delivery import Delivery, Reply
from bot.playground.errors import Refusal
from bot.playground.forms import UnknownInput, check_known, check_values
from bot.playground.payloads import as_form, view_closed, view_submission
from bot.playground.people import User
from bot.playground.scene import Scene
from bot.playground.views import View

ANSWER = "view_submission response"


class Submissions:
    """What a person does with the modal in front of them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def submit(self, user_id: str, view_id: str, values: Json) -> Delivery:
        """Submit a modal. What Slack checks by itself never reaches the bot."""
        view = self._scene.front(user_id, view_id)
        check_known(view.blocks, values)
        view = self._scene.backend.views.enter(view, self._with_files(user_id, values))
        user = self._scene.person(user_id)
        messages, codes = check_values(view.blocks, view.values, user.locale.partition("-")[0])
        if messages:
            return Delivery(ok=False, errors=messages, codes=codes)
        self._give_files(view)
        payload = view_submission(self._scene.backend, user, view, self._response_urls(user, view))
        reply = await self._scene.courier.send_form("view_submission", as_form(payload))
        return self._finish(view, reply) if reply.delivery.ok else reply.delivery

    async def close(self, user_id: str, view_id: str) -> Delivery:
        """Close the front modal; the bot hears of it where the view says notify_on_close."""
        view = self._scene.front(user_id, view_id)
        gone = [view]
        if view.body.get("clear_on_close"):
            gone = self._scene.backend.views.clear(user_id)
        else:
            self._scene.backend.views.close(view)
        for closed in gone:
            if closed.body.get("notify_on_close"):
                payload = view_closed(self._scene.person(user_id), closed, is_cleared=len(gone) > 1)
                await self._scene.courier.send_form("view_closed", as_form(payload))
        return Delivery(ok=True)

    def _give_files(self, view: View) -> None:
        """What was chosen in a modal of the app, the app may have."""
        files = self._scene.backend.files
        for state in (state for actions in view.values.values() for state in actions.values()):
            for each in state.get("files") or []:
                if (file := files.get(each["id"])) is not None:
                    files.give(file)

    def _with_files(self, user_id: str, values: Json) -> Json:
        """The same, with each file that is named by its id as Slack tells of it."""
        return {
            block_id: {action_id: self._with_file(user_id, state) for action_id, state in actions.items()}
            for block_id, actions in values.items()
        }

    def _with_file(self, user_id: str, state: Json) -> Json:
        if not state.get("files"):
            return state
        files, found = self._scene.backend.files, []
        for each in state["files"]:
            file = files.get(str(each.get("id")))
            if file is None or file.user != user_id:
                raise UnknownInput(f"there is no file {each.get('id')} of theirs")
            found.append(file.to_slack(files.origin))
        return {**state, "files": found}

    def _finish(self, view: View, reply: Reply) -> Delivery:
        """Do what the acknowledgement of a submission says; without a body the view closes."""
        views, delivery = self._scene.backend.views, reply.delivery
        if not reply.body.strip():
            if (left := views.find(view.id)) is not None:
                views.close(left)
            return replace(delivery, response_action="close")
        answer = reply.json
        findings = check_submission_answer(answer, {"blocks": view.blocks})
        if findings:
            self._scene.backend.oracle.record_findings(ANSWER, findings)
            return replace(delivery, ok=False, error="invalid_response")
        if answer["response_action"] == "errors":
            return replace(delivery, ok=False, errors=dict(answer["errors"]))
        try:
            self._follow(view, answer)
        except Refusal as refusal:
            self._scene.backend.oracle.record_refusal(ANSWER, refusal)
            return replace(delivery, ok=False, error=refusal.code)
        return replace(delivery, response_action=answer["response_action"])

    def _follow(self, view: View, answer: Json) -> None:
        views = self._scene.backend.views
        if answer["response_action"] == "clear":
            views.clear(view.user)
        elif answer["response_action"] == "push":
            views.push(view.user, answer["view"])
        else:
            views.update(views.locate(view.id, None), answer["view"])

    def _response_urls(self, user: User, view: View) -> list[Json]:
        """A response URL for each conversation chosen in an input that asks for one."""
        urls = []
        for block in (block for block in view.blocks if block["type"] == "input"):
            element = block["element"]
            state = view.values[block["block_id"]][element["action_id"]]
            chosen = state.get("selected_conversation") or state.get("selected_channel")
            channel = self._scene.backend.workspace.channels.get(chosen or "")
            if element.get("response_url_enabled") and channel is not None:
                place = {"block_id": block["block_id"], "action_id": element["action_id"]}
                url = self._scene.response_url(user, channel)
                urls.append(place | {"channel_id": channel.id, "response_url": url})
        return urls
