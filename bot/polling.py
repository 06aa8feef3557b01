"""The worker's polling of Microsoft Graph, where the settings say what there is to poll."""

import asyncio
import contextlib
import hashlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import structlog

from bot.charging import open_charging
from bot.ending import end
from bot.graph_settings import GraphSettings
from store.feeds import Feed
from store.keys import AccountRef
from store.ledger import Ledger
from store.scripts import Client

if TYPE_CHECKING:
    from bot.ingest.graph.client import Graph
    from bot.ingest.graph.polling import Poller

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def open_graph(settings: GraphSettings) -> AsyncIterator["Graph"]:
    """The organisation's records, as the settings say who asks for them; proxies are those of the environment."""
    from bot.ingest.graph.access import SITES, Access  # noqa: PLC0415 msal and pyarrow load slower than the bot
    from bot.ingest.graph.client import Graph  # noqa: PLC0415 as above
    from bot.ingest.graph.signin import SignIn  # noqa: PLC0415 as above

    secret = settings.graph_client_secret.get_secret_value() if settings.graph_client_secret else ""
    site = SITES[settings.graph_cloud]
    access = Access(settings.graph_tenant_id, settings.graph_client_id, secret, site)
    async with aiohttp.ClientSession(trust_env=True) as session:
        yield Graph(site.graph, SignIn(access), session)


def feed_of(settings: GraphSettings, redis: Client) -> Feed:
    """How far the organisation was read into the account that it feeds."""
    ref = AccountRef(settings.graph_workspace, settings.graph_account)
    name = hashlib.blake2b(settings.graph_tenant_id.lower().encode(), digest_size=6).hexdigest()
    owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    return Feed(redis, ref, f"graph-{name}", owner)


@contextlib.asynccontextmanager
async def open_poller(settings: GraphSettings, redis: Client) -> AsyncIterator["Poller"]:
    """What polls."""
    from bot.ingest.graph.polling import Plan, Poller  # noqa: PLC0415 as above

    plan = Plan(settings.graph_every_minutes * 60, settings.graph_days_back, settings.graph_first_days)
    ledger = Ledger(redis)

    async def has_account(ref: AccountRef) -> bool:
        return await ledger.account(ref) is not None

    async with open_graph(settings) as graph:
        yield Poller(graph, feed_of(settings, redis), open_charging(redis), has_account, plan=plan)


@contextlib.asynccontextmanager
async def polling(settings: GraphSettings, redis: Client) -> AsyncIterator[None]:
    """Poll in the background, if there is something to poll."""
    if not settings.polls_graph:
        yield
        return
    async with open_poller(settings, redis) as poller:
        log.info("graph_polling", account=settings.graph_account, every_minutes=settings.graph_every_minutes)
        task = asyncio.create_task(poller.run())
        try:
            yield
        finally:
            await end([task])
