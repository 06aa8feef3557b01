"""`python -m tests.benchmarks.api_server REDIS_URL`: the HTTP API in a process of its own, until its input ends.

Prints its port and a token that may do everything, on one line.
"""

import asyncio
import sys

import uvloop

from bot.api import ApiServices, build_api
from bot.api.pricing import TariffCharges, TariffRates
from bot.connect import connect
from bot.running import collected_seldom
from bot.serving import WebServer
from bot.web import build_web
from store.cards import Cards
from store.ledger import Ledger
from store.plans import Plans
from store.roles import Operator, Roles
from store.tokens import Made, Scope, Tokens
from tests.benchmarks.account import REF


async def main(url: str) -> None:
    """Serve as `credits serve` does, without Slack."""
    redis = await connect(url)
    tokens = Tokens(redis, Roles(redis))
    made = await tokens.make(Operator("bench"), REF.tenant, name="bench", scopes=list(Scope), operation_id="bench")
    if not isinstance(made, Made):
        raise TypeError(made)

    async def ready() -> dict[str, bool]:
        return {}

    cards, plans = Cards(redis, Roles(redis)), Plans(redis, Roles(redis))
    charger, rates = TariffCharges(redis, cards, plans), TariffRates(cards)
    api = build_api(ApiServices(Ledger(redis), tokens, charger, rates, per_minute=1_000_000))
    server = WebServer(build_web(None, ready, api=api), "127.0.0.1", 0, grace_s=1)
    await server.start()
    sys.stdout.write(f"{server.port} {made.secret}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()
    await redis.aclose()


if __name__ == "__main__":
    with collected_seldom():
        uvloop.run(main(sys.argv[1]))
