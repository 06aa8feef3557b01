"""How one event is told: in the incident's thread, as a new standing message, by itself, or to the managers.

Every step may be done again after a crash: what is on record as told is passed over.
"""

import time

import structlog
from slack_sdk.errors import SlackApiError

from bot.directly import Directly
from bot.posting import ChannelClosedError, MessageGoneError, Place, Posted, metadata, order
from handlers.views import incident as incidents
from handlers.views import kit, lines, news, service
from handlers.views.balance import waits_until
from handlers.views.incident import Incident
from handlers.views.news import News
from store.events import ManagersChanged, PoolEvent, SettingsChanged
from store.feed_events import FeedFailed, FeedRecovered
from store.pushes import WebhookFailed
from store.token_events import TokenMade, TokenRevoked

log = structlog.get_logger(__name__)

_APART = SettingsChanged | ManagersChanged | TokenMade | TokenRevoked | WebhookFailed | FeedFailed | FeedRecovered
"""Told by a message of its own, whatever stands."""
OLD_MS = 600_000
"""An event that is over and so old is told as history, milliseconds."""
_NOWHERE = dict.fromkeys(("channel", "ts", "opened", "behind"), "")


class Telling(Directly):
    """One event being told."""

    _last = ""
    """The event of this account that was told last."""

    async def tell_channel(self, *, more: bool) -> None:
        """Tell the alert channel, and close the lines there whose matter this ends."""
        await self._tell(more=more)
        await self._alerts.close_lines(self._client, self._event, self._texts)

    async def _tell(self, *, more: bool) -> None:
        """Open an incident, follow it, or just say it."""
        told = self._told(self._texts)
        if isinstance(self._event, PoolEvent):  # handled beside the others, so it leaves alone what these keep
            if told:
                await self._say(told)
            return
        stood, place = await self._alerts.load(self._event.ref)
        self._last = place["event"]
        if self._last == self._event.id:  # handled before a crash, and only the standing message may be behind
            await self._refresh(stood, place)
        elif self._is_behind():
            await self._tell_late(told, stood, place)
        elif told is None or isinstance(self._event, _APART):
            if told:
                await self._say(told)
                await self._alerts.note(self._event)
            await self._catch_up(stood, place, more=more)
        elif self._over and await self._is_old(more=more):
            await self._tell_late(told, stood, place)
        else:
            self._over = False  # what ended it comes next, and is told then
            await self._tell_incident(told, stood, place, more=more)

    def _is_behind(self) -> bool:
        """Whether a later event was handled already: this one's delivery was lost, or it comes back from the dead."""
        return bool(self._last) and order(self._last) > order(self._event.id)

    async def _is_old(self, *, more: bool) -> bool:
        """Whether nothing that comes next would put a standing message right: it comes long after, and was not posted.

        What a crash left behind comes back within seconds, and is told as if there had been none.
        """
        long_ago = time.time() * 1000 - self._event.at_ms > OLD_MS
        return long_ago and not more and not await self._alerts.poster.posted(self._client, self._mark("news"))

    async def _tell_late(self, told: News | None, stood: Incident, place: dict[str, str]) -> None:
        """Say it unless it was said, and leave the incident as it is; what is still the matter opens one if none is.

        Order alone proves nothing here: an event whose delivery was lost is handed over again after later ones.
        """
        poster = self._alerts.poster
        if told and not (await poster.told(self._mark("news")) or await poster.told(self._mark("managers"))):
            log.warning("event_told_late", event_id=self._event.id, after=self._last)
            if not (stood.open or self._over or isinstance(self._event, _APART)):
                await self._tell_incident(told, stood, place, more=False)
                return
            await self._say_late(told, place)
        await self._refresh(stood, place)

    async def _say_late(self, told: News, place: dict[str, str]) -> None:
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
            if not self._is_behind():
                await self._alerts.note(self._event)

    async def _reply(self, told: News, place: dict[str, str]) -> Posted:
        """In the incident's thread."""
        thread = Place(place["channel"], place["ts"], broadcast=told.loud and not self._over)
        message = self._message(told.text, self._texts)
        return await self._alerts.poster.post(self._client, self._mark("news"), thread, message, again=self._again)

    async def _keep_line(self, there: Posted) -> None:
        """Remember what the channel sees because somebody is wanted, until its matter is over."""
        if self._over:
            return
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
                await self._save(incident, left)
            return
        if left:
            await self._close(left)
        where = {"channel": there.channel, "ts": there.ts, "opened": mark.id, "behind": ""}
        await self._save(incident, where)

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
        await self._save(incident, {**place, "behind": "1" if more else ""})
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
        await self._save(Incident(), _NOWHERE)

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
            await self._save(incident, {**place, "behind": "1" if more else ""})

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
            await self._save(Incident(), _NOWHERE)

    async def _say(self, told: News) -> None:
        """A message of its own, with nothing that follows."""
        if not self._channel:
            await self._tell_managers()
            return
        place, message = Place(self._channel), self._message(told.text, self._texts)
        try:
            there = await self._alerts.poster.post(
                self._client,
                self._mark("news"),
                place,
                message,
                again=self._again,
                urgent=not isinstance(self._event, PoolEvent),
            )
        except ChannelClosedError:
            await self._tell_managers(closed=True)
        else:
            if told.loud:
                await self._keep_line(there)

    async def _save(self, incident: Incident, place: dict[str, str]) -> None:
        await self._alerts.save(self._event, incident, {**place, "event": self._last if self._is_behind() else ""})

    def _standing(self, incident: Incident) -> dict[str, object]:
        sandbox = self._alerts.sandbox and bool(incident.part)
        method = self._labels(self._texts, plain=incidents.gives_reason(incident))(incident.method)
        wait = waits_until(self._account, self._texts) if self._account else ""
        calls = service.calls(self._account, self._texts) if self._account else ""
        return incidents.message(incident, self._texts, method=method, sandbox=sandbox, wait=wait, calls=calls)
