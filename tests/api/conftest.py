"""An API that is served, and a bank with 100 dollars behind it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from bot.api import ApiServices, build_api
from bot.serving import WebServer
from bot.web import build_web
from store.scripts import Client
from store.tokens import Tokens
from tests.api.site import Site
from tests.controls import Bank

Opening = Callable[..., contextlib.AbstractAsyncContextManager[Site]]


@contextlib.asynccontextmanager
async def open_site(redis: Client, *, balance: int = 100, **given: Any) -> AsyncIterator[Site]:
    """Serve the API over this Redis; proven at the end."""
    bank = await Bank.open(redis, balance=balance)
    tokens = Tokens(redis, bank.roles)

    async def ready() -> dict[str, bool]:
        return {}

    api = build_api(ApiServices(bank.ledger, given.pop("tokens", tokens), **given))
    server = WebServer(build_web(None, ready, api=api), "127.0.0.1", 0, grace_s=1)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=10) as client:
        site = Site(client, bank, tokens)
        site.secret = await site.token()
        yield site
    await server.stop()
    await bank.prove()


@pytest.fixture
async def site(real_redis: Client) -> AsyncIterator[Site]:
    """With the usual rates and no tariff."""
    async with open_site(real_redis) as opened:
        yield opened


@pytest.fixture
def opening(real_redis: Client) -> Opening:
    """Opens a site as a test wants it."""
    return lambda **given: open_site(real_redis, **given)
