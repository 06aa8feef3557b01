"""One request of a person, with what every handler needs: to acknowledge, to know who asks, to answer."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from handlers import failures
from handlers.locales import Texts
from handlers.people import Identity, People, Profile
from handlers.services import Services
from handlers.views import general
from store.account import Account
from store.keys import AccountRef
from store.roles import Actor

_GONE = {"hash_conflict", "not_found", "view_not_found"}
"""The person closed or changed the view meanwhile: nothing to be done."""

_PATIENCE_S = 1.5
"""For what is only wanted to speak the person's language; an acknowledgement may be waiting for it."""
_TRIGGER_S = 3
"""A trigger lives no longer."""
_ANSWER_S = 8
"""For an answer that nobody else waits for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and in which language they are answered."""

    actor: Actor
    texts: Texts


@dataclass(slots=True)
class Modal:
    """An opened modal, to be filled."""

    client: AsyncWebClient
    view_id: str
    hash: str
    filled: bool = False

    async def show(self, view: dict[str, Any]) -> None:
        """Fill it; a view that was closed or changed meanwhile is left alone."""
        self.filled = True
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self.client.views_update(view_id=self.view_id, hash=self.hash, view=view)
        except SlackApiError as error:
            if failures.code(error) not in _GONE:
                raise


@dataclass(slots=True)
class Call:
    """One request. `body` is Slack's payload, already verified."""

    services: Services
    people: People
    client: AsyncWebClient
    context: AsyncBoltContext
    body: dict[str, Any]
    identity: Identity
    acknowledge: AsyncAck
    acknowledged: bool = False
    deadline: asyncio.Timeout | None = None
    modal: Modal | None = None
    _person: Person | None = field(default=None)

    async def ack(self, **answer: Any) -> None:
        """Tell Slack that we have it; within 3 s, once."""
        self.acknowledged = True
        if self.deadline:
            self.deadline.reschedule(None)
        await self.acknowledge(**answer)

    @property
    def ref(self) -> AccountRef:
        """The account that is meant."""
        return AccountRef(self.identity.tenant)

    @property
    def channel(self) -> str:
        """The channel that the request came from, "" for none."""
        return str(self.body.get("channel_id") or (self.body.get("channel") or {}).get("id") or "")

    @property
    def response_url(self) -> str:
        """Where an answer to this request can be sent for 30 minutes, "" for nowhere."""
        return str(self.body.get("response_url") or "")

    def action(self) -> dict[str, Any]:
        """The button that was pressed."""
        return dict(self.body["actions"][0])

    def guess_texts(self) -> Texts:
        """The person's language as far as it is known without asking Slack."""
        if self._person:
            return self._person.texts
        profile = self.people.known(self.identity)
        return Texts.of(profile.locale if profile else None)

    async def person(self, *, fresh: bool = False) -> Person:
        """Who asks; `fresh` asks Slack again whether they administer the workspace.

        Where Slack does not say, the person is answered in English as one who does not administer it; with `fresh`
        one of `failures.SLACK_SILENT` is raised instead.
        """
        if self._person is None or fresh:
            profile = await self._profile(fresh=fresh)
            is_stranger = self.identity.is_stranger or profile.is_stranger
            actor = Actor(
                self.identity.tenant,
                self.identity.user_id,
                is_admin=profile.is_admin and not is_stranger,
                is_stranger=is_stranger,
            )
            self._person = Person(actor, Texts.of(profile.locale))
        return self._person

    async def _profile(self, *, fresh: bool) -> Profile:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self.people.profile(self.client, self.identity, fresh=fresh)
        except failures.SLACK_SILENT:
            if fresh:
                raise
            return Profile(locale="", is_admin=False, is_person=True)

    async def account(self) -> Account:
        """The account, opened if this is the first time that anyone asks."""
        account = await self.services.ledger.account(self.ref)
        if account is None:
            await self.services.ledger.open_account(self.ref, self.services.currency)
            account = await self.services.ledger.account(self.ref)
        if account is None:
            raise LookupError(self.ref)
        return account

    async def open_modal(self) -> Modal:
        """Open a modal at once, while the trigger lives (3 s); it is filled when everything is looked up."""
        loading = general.loading(self.guess_texts())
        async with asyncio.timeout(_TRIGGER_S):
            answer = await self.client.views_open(trigger_id=self.body["trigger_id"], view=loading)
        view: dict[str, Any] = answer["view"]
        self.modal = Modal(self.client, view["id"], view["hash"])
        return self.modal

    @property
    def thread_ts(self) -> str:
        """The thread in which a button was pressed, "" for none.

        A reply that the channel shows as well counts as pressed there: who presses it has not opened the thread.
        """
        container, message = self.body.get("container") or {}, self.body.get("message") or {}
        if message.get("subtype") == "thread_broadcast":
            return ""
        thread_ts = str(container.get("thread_ts") or message.get("thread_ts") or "")
        return "" if thread_ts == container.get("message_ts") else thread_ts

    def where(self) -> dict[str, str]:
        """Where to answer later, to be kept in a draft."""
        return {"channel": self.channel, "response_url": self.response_url, "thread_ts": self.thread_ts}

    async def respond(
        self, message: dict[str, Any], *, replace: bool = False, simple: dict[str, Any] | None = None
    ) -> None:
        """Answer visibly to this person alone; `replace` puts the answer where the pressed button was.

        `simple` is said instead where Slack does not take the message.
        """
        if simple and self.response_url:
            answer = {**message, "response_type": "ephemeral", "replace_original": replace, **self._thread(replace)}
            if await _told(self.response_url, answer):
                return
        await self.tell(self.where(), simple or message, replace=replace)

    def _thread(self, replace: bool) -> dict[str, str]:
        return {"thread_ts": self.thread_ts} if self.thread_ts and not replace else {}

    async def tell(self, where: dict[str, str], message: dict[str, Any], *, replace: bool = False) -> None:
        """Answer at an earlier request's place; where that is gone, in a direct message."""
        thread = {"thread_ts": where["thread_ts"]} if where.get("thread_ts") and not replace else {}
        answer = {**message, "response_type": "ephemeral", "replace_original": replace, **thread}
        if where.get("response_url") and await _told(where["response_url"], answer):
            return
        async with asyncio.timeout(_ANSWER_S):
            await self.client.chat_postMessage(channel=self.identity.user_id, **message)


async def _told(response_url: str, answer: dict[str, Any]) -> bool:
    """Whether Slack took the answer; where that is unsure it is told again elsewhere: twice is better than never."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            response = await AsyncWebhookClient(response_url, retry_handlers=[]).send_dict(answer)
    except failures.SLACK_SILENT:
        return False
    return response.status_code == 200  # noqa: PLR2004 HTTP OK
