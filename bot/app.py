"""The composition root: settings to Redis, services, Bolt, web server and listeners; and their orderly end."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

import structlog
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncApp

from bot import socket_mode
from bot.alerts import POOLS, Alerts
from bot.api import ApiServices, build_api
from bot.api.pricing import TariffCharges, TariffRates
from bot.archiving import Archiving, open_archive
from bot.connect import connect
from bot.dangers import warn_of_dangers
from bot.ending import end
from bot.form import of_other_form
from bot.housekeeping import Housekeeper
from bot.imports.worker import Importer
from bot.leaving import Leaving
from bot.listener import Listener
from bot.looks import Looks
from bot.outages import redis_outage
from bot.payments.gateway import Gateway, NoGateway
from bot.payments.sandbox import Sandbox
from bot.polling import polling
from bot.reaching import address
from bot.readiness import Readiness, Stores
from bot.recharge import Charges
from bot.serving import WebServer, plainly
from bot.settings import Settings
from bot.settling import Settling
from bot.summing import Summing
from bot.ticker import Ticker
from bot.web import build_web
from bot.webhooks.courier import Courier
from bot.webhooks.pushes import Pushes
from bot.webhooks.sender import Sender
from bot.workspaces import Authorize, Workspaces
from handlers import register
from handlers.guard import Guard
from handlers.once import once
from handlers.people import People
from handlers.services import Services
from store import keys, schema
from store.cards import Cards
from store.dead import DeadLetters
from store.deliveries import Deliveries
from store.drafts import Drafts
from store.leases import Leases
from store.ledger import Ledger, Past
from store.orders import Orders
from store.outbox import Outbox
from store.payments import Payments
from store.plans import Plans
from store.policy import Limits, Policies
from store.roles import Roles
from store.schedule import Schedule
from store.scripts import Client
from store.seen import Seen
from store.tokens import Tokens
from store.usage import Usage
from store.webhooks import Webhooks
from store.why import Why
from store.workspaces import Workspaces as Accounts

AWAY = (
    "Slack does not tell me which workspace this is. Try again in a minute.\n"
    "Slack sagt mir nicht, welcher Workspace das ist. Versuchen Sie es in einer Minute noch einmal."
)
"""In both languages, because who asks is not known either."""

log = structlog.get_logger(__name__)


class StartError(Exception):
    """The process cannot start; `str()` says why and what to do."""


@contextlib.asynccontextmanager
async def open_stores(settings: Settings, *, of_any_form: bool = False) -> AsyncIterator[Stores]:
    """Connect to REDIS_URL, or to the embedded server in the data folder, which is started if need be.

    Raises:
        bot.connect.ConnectError: Redis cannot be used.
        StartError: another version has left there what this one cannot read, unless it may be `of_any_form`.
        bot.embedded.EmbeddedRedisError: the embedded server cannot be had.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = await address(settings, stack)
        redis = await connect(url)
        stack.push_async_callback(redis.aclose)
        blocking = await connect(url, blocking=True)
        stack.push_async_callback(blocking.aclose)
        form = None if of_any_form else await schema.other_form(redis)
        if form is not None:
            raise StartError(of_other_form(form))
        await warn_of_dangers(redis)
        yield Stores(redis, blocking, cluster=not isinstance(redis, Redis))


def build_gateway(settings: Settings, redis: Client) -> Gateway:
    """The payment provider: the sandbox only where a setting says so."""
    return Sandbox(redis) if settings.sandbox else NoGateway()


def build_services(settings: Settings, redis: Client, gateway: Gateway, past: Past | None = None) -> Services:
    """The credit domain over this Redis; `past` is where entries are archived."""
    roles = Roles(redis)
    limits = Limits(settings.topup_minimum_micros, settings.topup_maximum_micros)
    cooldown_s, per_day = settings.recharge_cooldown_s, settings.recharges_per_day
    return Services(
        ledger=Ledger(redis, cooldown_s=cooldown_s, per_day=per_day, past=past),
        policies=Policies(redis, roles, limits),
        payments=Payments(redis, roles, limits),
        roles=roles,
        drafts=Drafts(redis),
        tokens=Tokens(redis, roles),
        seen=Seen(redis),
        limits=limits,
        methods=gateway,
        currency=settings.currency,
        webhooks=Webhooks(redis, roles, settings.reach),
        usage=Usage(redis, past=past),
        cards=Cards(redis, roles),
        plans=Plans(redis, roles),
        why=Why(redis, past=past),
        orders=Orders(redis, roles),
        accounts=Accounts(redis),
    )


def _api_services(settings: Settings, redis: Client, services: Services) -> ApiServices:
    charger, rates = TariffCharges(redis, services.cards, services.plans), TariffRates(services.cards)
    return ApiServices(services.ledger, services.tokens, charger, rates, per_minute=settings.api_requests_per_minute)


class Worker:
    """The background half: one listener for money, one for messages, one for what is pushed to webhooks."""

    def __init__(
        self,
        stores: Stores,
        services: Services,
        gateway: Gateway,
        workspaces: Workspaces,
        archiving: Callable[[Callable[[], Iterable[int]]], Archiving] | None = None,
        past: Past | None = None,
    ) -> None:
        """`archiving` makes what archives the partitions that this worker holds; `past` is where entries are then."""
        redis, owner = stores.redis, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        outbox, outage = Outbox(redis, stores.blocking), redis_outage()
        every = tuple(range(keys.PARTITIONS))
        reading = tuple((each,) for each in every) if stores.cluster else (every,)
        charges = Charges(services.payments, gateway)
        paying = Leases(redis, "payments", owner)
        telling = Leases(redis, "alerts", owner)
        pushing = Leases(redis, "webhooks", owner)
        alerts = Alerts(redis, telling, services.ledger, services.roles, gateway, workspaces, People())
        self._payments = Listener(outbox, paying, charges.react, lanes_of_reading=reading, redis=outage)
        self._alerts = Listener(
            outbox,
            telling,
            alerts.react,
            lanes_of_reading=reading,
            give_up_after=12,
            hopeless=workspaces.hopeless,
            put_aside=Leaving(services.policies).put_aside,
            redis=outage,
            apart=POOLS,
        )
        webhooks, deliveries = services.webhooks, Deliveries(redis, pushing)
        self._courier = Courier(
            deliveries, webhooks, Sender(webhooks.reach), lambda: sorted(self._webhooks.mine), redis=outage
        )
        pushes = Pushes(webhooks, deliveries, services.ledger, self._courier.begin)
        self._webhooks = Listener(
            outbox, pushing, pushes.react, lanes_of_reading=reading, give_up_after=12, redis=outage
        )
        self._ticker = Ticker(Schedule(redis), self._payments, Looks(charges, services.ledger).look, outage)
        self._housekeeper = Housekeeper(
            outbox, lambda: sorted(self._payments.mine), dead=DeadLetters(redis).count, redis=outage
        )
        self._summing = Summing(redis, past, lambda: sorted(self._payments.mine))
        self._archiving = archiving(lambda: sorted(self._payments.mine)) if archiving else None
        self._settling = Settling(redis, lambda: sorted(self._payments.mine), past, outage=outage)
        self._importer = Importer(redis, workspaces, owner, lambda: sorted(self._payments.mine), outage=outage)
        self._tasks: list[asyncio.Task[None]] = []
        self._chores: list[asyncio.Task[None]] = []

    @property
    def healthy(self) -> bool:
        """Whether the listeners hold their leases."""
        return all(each.healthy for each in (self._payments, self._alerts, self._webhooks))

    def start(self) -> None:
        """Work in the background until `stop`."""
        listeners = self._payments, self._alerts, self._webhooks
        self._tasks = [asyncio.create_task(each.run()) for each in listeners]
        self._tasks += [asyncio.create_task(each) for each in (self._courier.run(), self._importer.run())]
        chores = [self._ticker.run(), self._housekeeper.run(), self._settling.run(), self._summing.run()]
        if self._archiving:
            chores.append(self._archiving.run())
        self._chores = [asyncio.create_task(each) for each in chores]

    async def stop(self, grace_s: float) -> None:
        """Finish what is in hand; the rest stays in the outbox."""
        # The courier's leases are the pushing listener's, which gives them back when nothing is on its way any more.
        parts = self._payments, self._alerts, self._courier, self._importer
        await asyncio.gather(end(self._chores), *(each.stop(grace_s) for each in parts))
        await self._webhooks.stop(grace_s)
        await asyncio.gather(*self._tasks, *self._chores, return_exceptions=True)


def build_bolt(settings: Settings, services: Services, workspaces: Workspaces) -> tuple[AsyncApp, Guard]:
    """The Bolt app with every handler on it."""
    secret = settings.slack_signing_secret
    # Bolt reads the environment as well, and would warn at every start that what it found there is not used.
    bolt_log = logging.getLogger("slack_bolt.AsyncApp")
    bolt_log.addFilter(_errors_only)
    try:
        app = AsyncApp(
            client=workspaces.client,
            signing_secret=secret.get_secret_value() if secret else "",
            authorize=Authorize(workspaces),  # type: ignore[arg-type] # Bolt takes None for "not authorized"
            user_facing_authorize_error_message=AWAY,
        )
    finally:
        bolt_log.removeFilter(_errors_only)
    people = People()
    app.middleware(once(services.seen, people))
    return app, register(app, services, people)


def _errors_only(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


async def serve(settings: Settings, stop: asyncio.Event, *, web: bool = True, worker: bool = True) -> None:
    """Run until `stop` is set, then drain what is in flight.

    Raises:
        bot.connect.ConnectError, bot.embedded.EmbeddedRedisError: Redis cannot be used.
        StartError: the address cannot be had, or Redis holds what this version cannot read.
    """
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    workspaces = Workspaces(token, settings.slack_api_url, left_s=settings.left_workspace_s)
    async with open_stores(settings) as stores:
        gateway = build_gateway(settings, stores.redis)
        past = open_archive(settings)
        services = build_services(settings, stores.redis, gateway, past)
        archiving = partial(Archiving, stores.redis, past, settings.archive_after_days) if past else None
        background = Worker(stores, services, gateway, workspaces, archiving, past) if worker else None
        app, guard = build_bolt(settings, services, workspaces)
        readiness = Readiness(stores, workspaces, background)
        over_http = web and not settings.socket_mode
        server = WebServer(
            build_web(
                app if over_http else None,
                readiness,
                secret=settings.slack_signing_secret,
                dead=readiness.dead,
                api=build_api(_api_services(settings, stores.redis, services)),
            ),
            settings.host,
            settings.port,
            grace_s=settings.shutdown_grace_s,
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(end, [asyncio.create_task(workspaces.keep_signing_in())])
            # The end goes the other way: no new requests, then those in flight, then the background work.
            if background:
                background.start()
                stack.push_async_callback(background.stop, settings.shutdown_grace_s)
                await stack.enter_async_context(polling(settings, stores.redis))
            if web:
                stack.push_async_callback(guard.drain, settings.shutdown_grace_s)
                await _open_port(server)
                stack.push_async_callback(server.stop)
                log.info("listening", host=server.host, port=server.port)
            if web and settings.slack_app_token:
                await socket_mode.listen(stack, app, settings.slack_app_token.get_secret_value())
            await stop.wait()
            log.info("stopping")


async def _open_port(server: WebServer) -> None:
    try:
        await server.start()
    except OSError as error:
        where = f"{server.host}:{server.port}"
        raise StartError(f"{where} cannot be used ({plainly(error)}). Choose another with CREDITS_PORT.") from error
