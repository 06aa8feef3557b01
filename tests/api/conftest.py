"""An API that is served, and a bank with 100 dollars behind it."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from redis.asyncio import Redis

from bot.api import ApiServices, build_api
from bot.api.pricing import TariffCharges, TariffRates
from bot.serving import WebServer
from bot.web import build_web
from store.cards import Cards
from store.plans import Plans
from store.scripts import Client
from store.tokens import Tokens
from tests.api.site import Site
from tests.controls import Bank

NOW_MS = 1_795_000_000_000
"""In November 2026, when the calls of these tests are said to have been."""
Opening = Callable[..., contextlib.AbstractAsyncContextManager[Site]]


@contextlib.asynccontextmanager
async def open_site(redis: Client, *, balance: int = 100, **given: Any) -> AsyncIterator[Site]:
    """Serve the API over this Redis; proven at the end."""
    bank = await Bank.open(redis, balance=balance)
    tokens = Tokens(redis, bank.roles)

    async def ready() -> dict[str, bool]:
        return {}

    cards, plans = Cards(redis, bank.roles), Plans(redis, bank.roles)
    usual = {
        "tokens": tokens,
        "charger": TariffCharges(redis, cards, plans, clock=lambda: NOW_MS),
        "rates": TariffRates(cards),
    }
    api = build_api(ApiServices(ledger=bank.ledger, **{**usual, **given}))
    server = WebServer(build_web(None, ready, api=api), "127.0.0.1", 0, grace_s=1)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
            site = Site(client, bank, tokens)
            site.secret = await site.token()
            yield site
    finally:
        await server.stop()
    await bank.prove()


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Log lines without drawings of tracebacks, which take seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def site(real_redis: Client) -> AsyncIterator[Site]:
    """With the usual rates and no tariff."""
    async with open_site(real_redis) as opened:
        yield opened


@pytest.fixture
def opening(real_redis: Client) -> Opening:
    """Opens a site as a test wants it."""
    return lambda **given: open_site(real_redis, **given)


@pytest.fixture
def live(server: str) -> Iterator[tuple[str, str]]:
    """The real API on a real Redis, served in a thread of its own, with an open hold to be met: address and token."""
    ready, end = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with Redis.from_url(server, decode_responses=True) as redis:
            await redis.flushall()
            async with open_site(redis, per_minute=1_000_000) as site:
                await site.hold("call-20261104-0001", "0.5")
                found.extend((str(site.client.base_url).rstrip("/"), site.secret))
                ready.set()
                await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield found[0], found[1]
    finally:
        end.set()
        thread.join(30)
