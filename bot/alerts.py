"""The reaction to what happened: tell it in the alert channel, once, with a button that does the next thing.

While something is the matter, one message stands in the channel and is updated; the news goes in its thread. Where
there is no channel, or the bot cannot post in it, the credit managers are told directly.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.matter import is_over
from bot.posting import ChannelClosedError, Poster, metadata, order, patiently
from bot.telling import Telling
from bot.workspaces import Workspaces
from handlers.locales import Texts
from handlers.people import Identity, People
from handlers.services import Methods, PaymentMethod
from handlers.views import lines
from handlers.views.incident import Incident
from handlers.views.lines import Line
from store import keys
from store.account import Account
from store.events import Event, PaymentDue, PoolEvent, PoolLow
from store.feed_events import FeedFailed
from store.keys import AccountRef
from store.leases import LeaseLostError, Leases
from store.ledger import Ledger
from store.payment import Payment
from store.plans import Plan, Plans
from store.pools import begins_ms, number_of
from store.roles import Roles
from store.scripts import Client

log = structlog.get_logger(__name__)

POOLS: Final = frozenset({"pool_low", "pool_exhausted"})
"""Told apart from the rest: a channel takes about one message a second, and what is said of money should not wait."""
_LABELS_S = 3.0
"""How long a message waits for what a payment method is called."""


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
        self._plans = Plans(redis, roles)
        self._poster = Poster(redis, leases)

    async def react(self, event: Event, *, again: bool, more: bool) -> None:
        """Tell what there is to tell; called again for the same event, it tells nothing twice."""
        if (isinstance(event, PaymentDue) and more) or (isinstance(event, PoolLow) and await self._is_used_up(event)):
            return
        account = await self._ledger.account(event.ref)
        client = await self._workspaces.of(event.ref.tenant)
        plan = await self._plans.plan(event.ref) if isinstance(event, PoolEvent) else Plan()
        over = again and await self._is_over(event, account, plan)
        methods = await self._offered(event.ref)
        telling = Telling(self, client, event, account, methods, again=again, over=over, plan=plan)
        try:
            await telling.tell_channel(more=more)
        except SlackApiError:
            # What is wrong with the channel's message does not concern the person's; a second try tells them nothing.
            await telling.tell_person()
            raise
        await telling.tell_person()

    async def _is_used_up(self, event: PoolEvent) -> bool:
        """Whether that is an event by now, which says all."""
        kept = await self._redis.hget(keys.pooled(event.ref), f"{event.pool}:{event.month}")
        return bool(kept) and kept.split(" ")[1] == "100"

    async def _is_over(self, event: Event, account: Account | None, plan: Plan) -> bool:
        if isinstance(event, PoolEvent):
            return begins_ms(number_of(event.month) + 1, plan.zone) <= time.time() * 1000
        if isinstance(event, FeedFailed):
            told = await self._redis.hget(keys.feed(event.ref, event.feed), "told")
            return event.problem not in (told or "").split()
        payment_id = getattr(event, "payment", "")
        record = await self._redis.hgetall(keys.payment(event.ref.tenant, payment_id)) if payment_id else None
        return is_over(event, account, Payment.decode(record) if record else None)

    async def _offered(self, ref: AccountRef) -> dict[str, PaymentMethod]:
        """The payment methods by id; without the provider their ids must do."""
        try:
            async with asyncio.timeout(_LABELS_S):
                return {each.id: each for each in await self._methods.methods(ref)}
        except Exception:
            log.warning("method_labels_unknown", tenant=ref.tenant, exc_info=True)
            return {}

    async def load(self, ref: AccountRef) -> tuple[Incident, dict[str, str]]:
        """The incident that stands, and where: channel, ts, the events that opened it and that it last told of.

        `behind` says that the standing message does not yet show what was told last.
        """
        record = await self._redis.hgetall(keys.incident(ref))
        place = {name: record.get(name, "") for name in ("channel", "ts", "opened", "event", "behind")}
        return Incident.decode(record), place

    async def save(self, event: Event, incident: Incident, place: dict[str, str]) -> None:
        """Keep the incident, provided that the partition is still ours; `event` or `place` names what was told last."""
        await self._write(event, {**incident.record(), **place, "event": place.get("event") or event.id})

    async def note(self, event: Event) -> None:
        """Keep that `event` was told, where it changes no incident: what comes later with an older one is late."""
        await self._write(event, {"event": event.id})

    async def keep_line(self, event: Event, line: Line) -> None:
        """Remember a line of the channel that asks for somebody; once."""
        known = await self._lines(event.ref)
        if all(each.mark != line.mark for each in known):
            await self._save_lines(event, [*known, line])

    async def close_lines(self, client: AsyncWebClient, event: Event, texts: Texts) -> None:
        """Update the lines whose matter this event ends; after a crash, the same once more.

        Each is forgotten only when it says how it ended. An event that is handed over late ends none that came after.
        """
        known, left = await self._lines(event.ref), []
        for line in known:
            end = lines.ending(line, event, texts) if order(line.mark) < order(event.id) else ""
            if end:
                await self._close(client, line, lines.closed(line, end, texts))
            else:
                left.append(line)
        if len(left) < len(known):
            await self._save_lines(event, left)

    async def _close(self, client: AsyncWebClient, line: Line, message: dict[str, object]) -> None:
        try:
            await self._poster.update(client, line.channel, line.ts, {**message, "metadata": metadata(line.mark)})
        except (ChannelClosedError, SlackApiError) as error:
            log.info("line_not_closed", mark=line.mark, error=str(error))

    async def _lines(self, ref: AccountRef) -> tuple[Line, ...]:
        return lines.decode(await self._redis.hget(keys.incident(ref), "lines") or "")

    async def _save_lines(self, event: Event, left: Sequence[Line]) -> None:
        await self._write(event, {"lines": lines.encode(left)})

    async def _write(self, event: Event, fields: dict[str, str]) -> None:
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
