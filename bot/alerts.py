"""The reaction to what happened: tell it in the alert channel, once, with a button that does the next thing.

While something is the matter, one message stands in the channel and is updated; the news goes in its thread. Where
there is no channel, or the bot cannot post in it, the credit managers are told directly.
"""

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import ChannelClosedError, Mark, MessageGoneError, Place, Poster, metadata, patiently
from bot.workspaces import UnknownWorkspaceError, Workspaces
from handlers.locales import Texts
from handlers.people import Identity, People
from handlers.services import Methods
from handlers.views import incident as incidents
from handlers.views import kit, news
from handlers.views.incident import Incident
from handlers.views.news import News
from store import keys
from store.account import Account
from store.events import Event, ManagersChanged, PaymentDue, SettingsChanged
from store.keys import AccountRef
from store.leases import LeaseLostError, Leases
from store.ledger import Ledger
from store.roles import Roles
from store.scripts import Client

log = structlog.get_logger(__name__)

_NOWHERE = dict.fromkeys(("channel", "ts", "opened", "behind"), "")


class Alerts:
    """Handles every event that people are told about."""

    def __init__(
        self,
        redis: Client,
        leases: Leases,
        ledger: Ledger,
        roles: Roles,
        methods: Methods,
        workspaces: Workspaces,
        people: People,
    ) -> None:
        self._redis = redis
        self._people = people
        self._leases = leases
        self._ledger = ledger
        self._roles = roles
        self._methods = methods
        self._workspaces = workspaces
        self._poster = Poster(redis, leases)

    async def react(self, event: Event, *, again: bool, more: bool) -> None:
        """Tell what there is to tell; called again for the same event, it tells nothing twice."""
        if isinstance(event, PaymentDue) and more:
            return
        account = await self._ledger.account(event.ref)
        try:
            client = await self._workspaces.of(event.ref.tenant)
        except UnknownWorkspaceError:
            log.warning("event_of_unknown_workspace", tenant=event.ref.tenant, event_id=event.id)
            return
        labels = {each.id: each.label for each in await self._methods.methods(event.ref)}
        telling = _Telling(self, client, event, account, labels, again=again)
        await telling.tell_person()
        await telling.tell_channel(more=more)

    async def load(self, ref: AccountRef) -> tuple[Incident, dict[str, str]]:
        """The incident that stands, and where: channel, ts, the events that opened it and that it last told of.

        `behind` says that the standing message does not yet show what was told last.
        """
        record = await self._redis.hgetall(keys.incident(ref))
        place = {name: record.get(name, "") for name in ("channel", "ts", "opened", "event", "behind")}
        return Incident.decode(record), place

    async def save(self, event: Event, incident: Incident, place: dict[str, str]) -> None:
        """Keep the incident, provided that the partition is still ours."""
        fields = {**incident.record(), **place, "event": event.id}
        partition = keys.partition_of(event.ref.tenant)
        if not await self._leases.write(partition, keys.incident(event.ref), fields):
            raise LeaseLostError(event.id)

    @property
    def poster(self) -> Poster:
        """Posts once."""
        return self._poster

    @property
    def sandbox(self) -> bool:
        """Whether no real money moves."""
        return self._methods.sandbox

    async def texts_of(self, client: AsyncWebClient, tenant: str, user_id: str) -> Texts:
        """The texts in a person's own language."""
        identity = Identity(tenant, user_id, is_stranger=False)
        try:
            profile = await patiently(self._people.profile, client=client, identity=identity)
        except (ChannelClosedError, SlackApiError):
            return Texts()
        return Texts.of(profile.locale)

    async def managers(self, tenant: str) -> frozenset[str]:
        """Whom to tell where there is no channel."""
        return await self._roles.managers(tenant)


class _Telling:
    """One event being told."""

    def __init__(
        self,
        alerts: Alerts,
        client: AsyncWebClient,
        event: Event,
        account: Account | None,
        labels: dict[str, str],
        *,
        again: bool,
    ) -> None:
        self._alerts = alerts
        self._client = client
        self._event = event
        self._channel = account.alerts.channel if account else ""
        self._texts = Texts.of(account.alerts.locale if account else "")
        self._labels = labels
        self._again = again
        self._sandbox = alerts.sandbox and news.is_money(event)

    def _label(self, method: str) -> str:
        return self._labels.get(method, method)

    def _mark(self, part: str) -> Mark:
        return Mark(self._event.ref.tenant, self._event.id, part, self._event.at_ms)

    async def tell_person(self) -> None:
        """Tell the person who added credit what became of it, where they asked."""
        asked_by = getattr(self._event, "by", "").removeprefix("slack:")
        if not asked_by or not news.to_person(self._event, self._texts, self._label):
            return
        channel = getattr(self._event, "channel", "")
        if channel == self._channel and news.of_account(self._event, self._texts, self._label):
            return
        texts = await self._alerts.texts_of(self._client, self._event.ref.tenant, asked_by)
        text, action = news.to_person(self._event, texts, self._label), news.person_actions(self._event, texts)
        message = news.message(text, texts, sandbox=self._sandbox, action=action)
        await self._alerts.poster.whisper(self._client, self._mark("person"), channel, asked_by, message)

    async def tell_channel(self, *, more: bool) -> None:
        """Tell the alert channel: open an incident, follow it, or just say it."""
        told = news.of_account(self._event, self._texts, self._label)
        stood, place = await self._alerts.load(self._event.ref)
        if place["event"] and _order(place["event"]) >= _order(self._event.id):
            # Told before a crash; only the standing message may be behind.
            await self._refresh(stood, place)
        elif told is None or isinstance(self._event, SettingsChanged | ManagersChanged):
            if told:
                await self._say(told)
            await self._catch_up(stood, place, more=more)
        else:
            await self._tell_incident(told, stood, place, more=more)

    async def _tell_incident(self, told: News, stood: Incident, place: dict[str, str], *, more: bool) -> None:
        incident = incidents.after(stood if stood.open else Incident(), self._event)
        if stood.open and place["ts"] and not incidents.opens_anew(stood, self._event):
            await self._follow(told, incident, place, more=more)
        elif incident.open and self._channel:
            await self._begin(incident)
        else:
            await self._say(told)

    async def _begin(self, incident: Incident) -> None:
        mark = self._mark("news")
        message = self._standing(incident)
        try:
            ts = await self._alerts.poster.post(self._client, mark, Place(self._channel), message, again=self._again)
        except ChannelClosedError:
            await self._tell_managers(closed=True)
            return
        where = {"channel": self._channel, "ts": ts, "opened": mark.id, "behind": ""}
        await self._alerts.save(self._event, incident, where)

    async def _follow(self, told: News, incident: Incident, place: dict[str, str], *, more: bool) -> None:
        thread = Place(place["channel"], place["ts"], broadcast=told.loud)
        message = news.message(told.text, self._texts, sandbox=self._sandbox)
        try:
            await self._alerts.poster.post(self._client, self._mark("news"), thread, message, again=self._again)
        except MessageGoneError:
            await self._move(told, incident)
            return
        except ChannelClosedError:
            if self._channel and self._channel != place["channel"]:
                await self._move(told, incident)
                return
            await self._tell_managers(closed=True)
        await self._alerts.save(self._event, incident, {**place, "behind": "1" if more else ""})
        if not more:
            await self._refresh(incident, place)

    async def _move(self, told: News, incident: Incident) -> None:
        """The standing message is out of reach: go on with a new one where one is still wanted."""
        if incident.open and self._channel:
            await self._begin(incident)
            return
        await self._say(told)
        await self._alerts.save(self._event, Incident(), _NOWHERE)

    async def _catch_up(self, incident: Incident, place: dict[str, str], *, more: bool) -> None:
        """Show what was told while this event, which changes nothing, was waiting."""
        if place["behind"] and not more:
            await self._refresh(incident, place)
            await self._alerts.save(self._event, incident, {**place, "behind": ""})

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
        message = news.message(told.text, self._texts, sandbox=self._sandbox)
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
            told = news.of_account(self._event, texts, self._label)
            where = texts("notice-elsewhere", channel=kit.channel(self._channel)) if closed else ""
            message = news.message(told.text if told else "", texts, sandbox=self._sandbox, small=where)
            await self._alerts.poster.whisper(self._client, self._mark(f"to-{user_id}"), "", user_id, message)

    def _standing(self, incident: Incident) -> dict[str, object]:
        sandbox = self._alerts.sandbox and bool(incident.part)
        return incidents.message(incident, self._texts, method=self._label(incident.method), sandbox=sandbox)


def _order(event_id: str) -> tuple[int, ...]:
    """Where an event stands in its stream; ids of one account lie in one partition."""
    return tuple(map(int, event_id.split("-")))
