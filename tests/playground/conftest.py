"""A playground with a stand-in bot, on clocks that stand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.controls import SECRET, TOKEN, CountingExchange, Hands, Purse, StandInBot, write_manifest


@pytest.fixture
def hands() -> Hands:
    """The clock's hands."""
    return Hands()


@pytest.fixture
def config(tmp_path: Path, hands: Hands) -> PlaygroundConfig:
    """A playground in memory on any port; an acknowledgement may take 1 s instead of Slack's 3 s, and calls none."""
    return PlaygroundConfig(
        port=0,
        signing_secret=SECRET,
        bot_token=TOKEN,
        manifest=write_manifest(tmp_path),
        clock=hands.clock(),
        acknowledge_timeout_s=1.0,
        event_retry_delays_s=(0.0, 0.0, 0.0),
        heartbeat_s=0.2,
        speed=1_000_000,
    )


@pytest.fixture
async def bot() -> AsyncIterator[StandInBot]:
    """A bot that acknowledges everything with an empty 200."""
    standing_in = StandInBot()
    await standing_in.start()
    yield standing_in
    await standing_in.stop()


@pytest.fixture
def purse() -> Purse:
    """The payment cards."""
    return Purse()


@pytest.fixture
def exchange() -> CountingExchange:
    """An API with 10.00 behind it."""
    return CountingExchange()


@pytest.fixture
async def playground(
    config: PlaygroundConfig, bot: StandInBot, purse: Purse, exchange: CountingExchange
) -> AsyncIterator[Playground]:
    """A running playground that knows the bot, and whose calls are paid."""
    async with Playground(config, purse) as running:
        running.bot_url = bot.url
        running.simulator.connect(exchange)
        yield running


@pytest.fixture
def client(playground: Playground) -> AsyncWebClient:
    """Slack's own client with the app's token, without retries."""
    return AsyncWebClient(token=TOKEN, base_url=playground.api_url, retry_handlers=[])
