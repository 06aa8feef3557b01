"""How one event is told: in the incident's thread, as a new standing message, by itself, or to the managers.

Every step may be done again after a crash: what is on record as told is passed over.
"""

from typing import TYPE_CHECKING

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import ChannelClosedError, Mark, MessageGoneError, Place, Posted, metadata, order
from handlers.locales import Texts
from handlers.services import PaymentMethod
from handlers.views import incident as incidents
from handlers.views import kit, lines, news
from handlers.views.balance import waits_until
from handlers.views.incident import Incident
from handlers.views.news import News
from handlers.views.payment import called
from store.account import Account
from store.events import Event, ManagersChanged, SettingsChanged

if TYPE_CHECKING:
    from bot.alerts import Alerts

log = structlog.get_logger(__name__)

_APART = SettingsChanged | ManagersChanged
"""Told by a message of its own, whatever stands."""
_NOWHERE = dict.fromkeys(("channel", "ts", "opened", "behind"), "")


class Telling:
    """One event being told."""

    def __init__(
        self,
        alerts: "Alerts",
        client: AsyncWebClient,
        event: Event,
        account: Account | None,
        methods: dict[str, PaymentMethod],
        *,
        again: bool,
    ) -> None:
        self._alerts = alerts
        self._client = client
        self._event = event
        self._account = account
        self._channel = account.alerts.channel if account else ""
        self._texts = Texts.of(account.alerts.locale if account else "")
        self._methods = methods
        self._again = again
        self._sandbox = alerts.sandbox and news.is_money(event)

    def _told(self, texts: Texts) -> News | None:
        return news.of_account(self._event, texts, self._labels(texts))

    def _labels(self, texts: Texts, *, plain: bool | None = None) -> news.Labels:
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

    async def tell_person(self) -> None:
        """Tell the person who added credit what became of it, where they asked."""
        asked_by = getattr(self._event, "by", "").removeprefix("slack:")
        if not asked_by or not news.to_person(self._event, self._texts, self._labels(self._texts)):
            return
        channel = getattr(self._event, "channel", "")
        if channel == self._channel and self._told(self._texts):
            return
        texts = await self._alerts.texts_of(self._client, self._event.ref.tenant, asked_by)
        text = news.to_person(self._event, texts, self._labels(texts))
        action = news.actions(self._event, texts)
        message = news.message(text, texts, sandbox=self._sandbox, action=action)
        await self._alerts.poster.whisper(self._client, self._mark("person"), channel, asked_by, message)

    async def tell_channel(self, *, more: bool) -> None:
        """Tell the alert channel, and close the lines there whose matter this ends."""
        await self._tell(more=more)
        await self._alerts.close_lines(self._client, self._event, self._texts)

    async def _tell(self, *, more: bool) -> None:
        """Open an incident, follow it, or just say it."""
        told = self._told(self._texts)
        stood, place = await self._alerts.load(self._event.ref)
        if place["event"] and order(place["event"]) >= order(self._event.id):
            # Handled before a crash, and only the standing message may be behind; or handed over late.
            if told and place["event"] != self._event.id:
                await self._tell_late(told, place)
            await self._refresh(stood, place)
        elif told is None or isinstance(self._event, _APART):
            if told:
                await self._say(told)
            await self._catch_up(stood, place, more=more)
        else:
            await self._tell_incident(told, stood, place, more=more)

    async def _tell_late(self, told: News, place: dict[str, str]) -> None:
        """Later events were told already: say this one as well unless it was, and leave the incident as they left it.

        Order alone proves nothing here: an event whose delivery was lost is handed over again after later ones.
        """
        poster = self._alerts.poster
        if await poster.told(self._mark("news")) or await poster.told(self._mark("managers")):
            return
        log.warning("event_told_late", event_id=self._event.id, after=place["event"])
        if place["ts"]:
            try:
                await self._reply(told, place)
            except (MessageGoneError, ChannelClosedError):
                log.info("thread_out_of_reach", event_id=self._event.id)
            else:
                return
        await self._say(told)

    async def _tell_incident(self, told: News, stood: Incident, place: dict[str, str], *, more: bool) -> None:
        incident = incidents.after(stood if stood.open else Incident(), self._event)
        if self._moved(stood, place):
            await self._move(told, incident, place)
        elif stood.open and place["ts"] and not incidents.opens_anew(stood, self._event):
            await self._follow(told, incident, place, more=more)
        elif incident.open and self._channel:
            await self._begin(incident)
        else:
            await self._say(told)

    async def _reply(self, told: News, place: dict[str, str]) -> Posted:
        """In the incident's thread."""
        thread = Place(place["channel"], place["ts"], broadcast=told.loud)
        message = self._message(told, self._texts)
        return await self._alerts.poster.post(self._client, self._mark("news"), thread, message, again=self._again)

    async def _keep_line(self, there: Posted) -> None:
        """Remember a reply that the channel sees, until its matter is over."""
        mark, label = self._mark("news").id, self._labels(self._texts)
        where = {"channel": there.channel, "ts": there.ts, "mark": mark}
        line = lines.opened(self._event, self._texts, label, **where, sandbox=self._sandbox)
        if line:
            await self._alerts.keep_line(self._event, line)

    def _moved(self, stood: Incident, place: dict[str, str]) -> bool:
        """Whether another channel, or none, was chosen while the incident stands."""
        return stood.open and bool(place["ts"]) and place["channel"] != self._channel

    async def _begin(self, incident: Incident, left: dict[str, str] | None = None) -> None:
        """A new standing message; the one at `left`, in a channel no longer chosen, then points to it."""
        # Where settings were told by a message of their own, the standing one is another.
        mark = self._mark("standing" if isinstance(self._event, _APART) else "news")
        message = self._standing(incident)
        try:
            there = await self._alerts.poster.post(self._client, mark, Place(self._channel), message, again=self._again)
        except ChannelClosedError:
            await self._tell_managers(closed=True)
            if left:
                await self._alerts.save(self._event, incident, left)
            return
        if left:
            await self._close(left)
        where = {"channel": there.channel, "ts": there.ts, "opened": mark.id, "behind": ""}
        await self._alerts.save(self._event, incident, where)

    async def _follow(self, told: News, incident: Incident, place: dict[str, str], *, more: bool) -> None:
        try:
            there = await self._reply(told, place)
        except MessageGoneError:
            await self._move(told, incident, None)
            return
        except ChannelClosedError:
            await self._tell_managers(closed=True)
        else:
            if told.loud:
                await self._keep_line(there)
        await self._alerts.save(self._event, incident, {**place, "behind": "1" if more else ""})
        if not more:
            await self._refresh(incident, place)

    async def _move(self, told: News | None, incident: Incident, left: dict[str, str] | None) -> None:
        """The standing message is gone, or in a channel no longer chosen: go on with a new one where one is wanted."""
        if incident.open and self._channel:
            await self._begin(incident, left)
            return
        if told:
            await self._say(told)
        if left:
            await self._close(left)
        await self._alerts.save(self._event, Incident(), _NOWHERE)

    async def _close(self, left: dict[str, str]) -> None:
        """The message in the channel that was left points to the other one, and has no buttons any more."""
        texts, channel = self._texts, self._channel
        text = texts("incident-moved", channel=kit.channel(channel)) if channel else texts("incident-moved-nowhere")
        message = {**news.message(text, texts, sandbox=False), "metadata": metadata(left["opened"])}
        try:
            await self._alerts.poster.update(self._client, left["channel"], left["ts"], message)
        except (ChannelClosedError, SlackApiError) as error:
            log.info("left_message_not_closed", event_id=self._event.id, error=str(error))

    async def _catch_up(self, stood: Incident, place: dict[str, str], *, more: bool) -> None:
        """Show what was told while this event was waiting, and what other settings change; move to a new channel."""
        incident, settings = stood, isinstance(self._event, SettingsChanged)
        if settings:
            incident = incidents.after(stood, self._event)
        if settings and self._moved(stood, place):
            await self._move(None, incident, place)
        elif place["behind"] or (settings and stood.open):
            if not more:
                await self._refresh(incident, place)
            await self._alerts.save(self._event, incident, {**place, "behind": "1" if more else ""})

    async def _refresh(self, incident: Incident, place: dict[str, str]) -> None:
        """Bring the standing message up to date."""
        if not place["ts"]:
            return
        message = {**self._standing(incident), "metadata": metadata(place["opened"])}
        try:
            there = await self._alerts.poster.update(self._client, place["channel"], place["ts"], message)
        except ChannelClosedError:
            return
        if not there:
            await self._alerts.save(self._event, Incident(), _NOWHERE)

    async def _say(self, told: News) -> None:
        """A message of its own, with nothing that follows."""
        if not self._channel:
            await self._tell_managers(closed=False)
            return
        message = self._message(told, self._texts)
        try:
            await self._alerts.poster.post(
                self._client, self._mark("news"), Place(self._channel), message, again=self._again
            )
        except ChannelClosedError:
            await self._tell_managers(closed=True)

    async def _tell_managers(self, *, closed: bool) -> None:
        """Each in their own language; `closed` says that the channel is the reason."""
        tenant = self._event.ref.tenant
        managers = sorted(await self._alerts.managers(tenant))
        if not managers:
            log.warning("nobody_to_tell", tenant=tenant, event_id=self._event.id)
        for user_id in managers:
            texts = await self._alerts.texts_of(self._client, tenant, user_id)
            told = self._told(texts)
            where = texts("notice-elsewhere", channel=kit.channel(self._channel)) if closed else ""
            if told:
                message = self._message(told, texts, small=where)
                await self._alerts.poster.whisper(self._client, self._mark(f"to-{user_id}"), "", user_id, message)
        await self._alerts.poster.settle(self._mark("managers"))

    def _message(self, told: News, texts: Texts, *, small: str = "") -> dict[str, object]:
        """The news, with the buttons for what one would do about it."""
        action = news.actions(self._event, texts)
        return news.message(told.text, texts, sandbox=self._sandbox, small=small, action=action)

    def _standing(self, incident: Incident) -> dict[str, object]:
        sandbox = self._alerts.sandbox and bool(incident.part)
        method = self._labels(self._texts, plain=incidents.gives_reason(incident))(incident.method)
        wait = waits_until(self._account, self._texts) if self._account else ""
        return incidents.message(incident, self._texts, method=method, sandbox=sandbox, wait=wait)
