"""A browser that looks at a running playground."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.playground.server import Playground, PlaygroundConfig
from tests.chromium import open_browser, open_page
from tests.playground.conftest import bot, client, exchange, playground, purse
from tests.playground.controls import SECRET, TOKEN, write_manifest

__all__ = ["bot", "client", "exchange", "playground", "purse"]


@pytest.fixture
def config(tmp_path: Path) -> PlaygroundConfig:
    """A playground in memory on any port, with Slack's own patience and real clocks; calls take no time."""
    manifest = write_manifest(tmp_path)
    return PlaygroundConfig(port=0, signing_secret=SECRET, bot_token=TOKEN, manifest=manifest, speed=1_000_000)


@pytest.fixture
async def page(playground: Playground) -> AsyncIterator[Page]:
    """The page as the credit manager sees it; an error on the page fails the test."""
    async with open_browser() as browser, open_page(browser, playground.url) as seen:
        await expect(seen.get_by_role("log", name="#general")).to_be_visible()
        yield seen
