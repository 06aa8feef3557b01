"""What one event says, and telling it to people directly: to who asked for a top-up, and to the credit managers."""

from typing import TYPE_CHECKING

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import Mark
from handlers.locales import Texts
from handlers.services import PaymentMethod
from handlers.views import kit, news
from handlers.views.changes import Labels
from handlers.views.news import News
from handlers.views.payment import called
from store.account import Account
from store.events import Event
from store.plans import Plan

if TYPE_CHECKING:
    from bot.alerts import Alerts

log = structlog.get_logger(__name__)


class Directly:
    """One event being told to people."""

    def __init__(
        self,
        alerts: "Alerts",
        client: AsyncWebClient,
        event: Event,
        account: Account | None,
        methods: dict[str, PaymentMethod],
        *,
        again: bool,
        over: bool = False,
        plan: Plan = news.NO_PLAN,
    ) -> None:
        """`over`: what the event tells of is history, so it is told as that and without buttons.

        `plan` is the account's, where the event is about one of its pools.
        """
        self._alerts = alerts
        self._client = client
        self._event = event
        self._account = account
        self._channel = account.alerts.channel if account else ""
        self._texts = Texts.of(account.alerts.locale if account else "")
        self._methods = methods
        self._again = again
        self._over = over
        self._plan = plan
        self._sandbox = alerts.sandbox and news.is_money(event)

    async def tell_person(self) -> None:
        """Tell the person who added credit what became of it, where they asked; if they cannot be reached, others."""
        asked_by = self._asker()
        if not asked_by:
            return
        texts = await self._alerts.texts_of(self._client, self._event.ref.tenant, asked_by)
        message = self._message(news.to_person(self._event, texts, self._labels(texts)), texts)
        channel, mark = getattr(self._event, "channel", ""), self._mark("person")
        if await self._alerts.poster.whisper(self._client, mark, channel, asked_by, message):
            return
        if not self._told(self._texts):  # what the channel is told, it was told
            await self._tell_managers(missed=asked_by)
        await self._alerts.poster.settle(mark)

    async def _tell_managers(self, *, closed: bool = False, missed: str = "") -> None:
        """Each in their own language; `closed`: the channel is the reason, `missed`: who asked was not reached.

        Who asked is told apart from the others, and not twice.
        """
        tenant = self._event.ref.tenant
        everybody = await self._alerts.managers(tenant)
        if not everybody - {missed}:
            log.warning("nobody_to_tell", tenant=tenant, event_id=self._event.id)
        for user_id in sorted(everybody - {self._asker()}):
            texts = await self._alerts.texts_of(self._client, tenant, user_id)
            told = self._told(texts)
            text = told.text if told else news.for_others(self._event, texts, self._labels(texts))
            small = [texts("notice-elsewhere", channel=kit.channel(self._channel))] if closed else []
            small += [texts("notice-missed", who=kit.user(missed))] if missed else []
            if text:
                message = self._message(text, texts, *small)
                await self._alerts.poster.whisper(self._client, self._mark(f"to-{user_id}"), "", user_id, message)
        await self._alerts.poster.settle(self._mark("managers"))

    def _asker(self) -> str:
        """Who asked for the top-up and is told apart from the channel, "" for nobody."""
        channel = getattr(self._event, "channel", "")
        in_channel = channel and channel == self._channel and self._told(self._texts)
        if in_channel or not news.to_person(self._event, self._texts, self._labels(self._texts)):
            return ""
        return str(getattr(self._event, "by", "")).removeprefix("slack:")

    def _told(self, texts: Texts) -> News | None:
        return news.of_account(self._event, texts, self._labels(texts), self._plan)

    def _labels(self, texts: Texts, *, plain: bool | None = None) -> Labels:
        """What people call the payment methods in this language; `plain` without what else is known of them."""
        bare = news.gives_reason(self._event) if plain is None else plain

        def label(method: str) -> str:
            known = self._methods.get(method)
            if known is None:
                return method
            return known.label if bare else called(known, texts)

        return label

    def _mark(self, part: str) -> Mark:
        return Mark(self._event.ref.tenant, self._event.id, part, self._event.at_ms)

    def _message(self, text: str, texts: Texts, *small: str) -> dict[str, object]:
        """The news, with the buttons for what one would do about it."""
        late = [texts("notice-late", when=texts.time(self._event.at_ms))] if self._over else []
        action = None if self._over else news.actions(self._event, texts)
        return news.message(text, texts, sandbox=self._sandbox, small=[*small, *late], action=action)
