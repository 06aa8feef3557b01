"""A browser that looks at a running playground."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.playground.server import Playground, PlaygroundConfig
from tests.playground.conftest import bot, client, meter, playground
from tests.playground.controls import SECRET, TOKEN, write_manifest

__all__ = ["bot", "client", "meter", "playground"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000


@pytest.fixture
def config(tmp_path: Path) -> PlaygroundConfig:
    """A playground in memory on any port, with Slack's own patience and real clocks."""
    return PlaygroundConfig(port=0, signing_secret=SECRET, bot_token=TOKEN, manifest=write_manifest(tmp_path))


@pytest.fixture
async def page(playground: Playground) -> AsyncIterator[Page]:
    """The page as the credit manager sees it; an error on the page fails the test."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        pytest.skip("no Chromium here")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=browser_path, args=SWITCHES)
        seen = await browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        seen.set_default_timeout(PATIENCE_MS)
        errors: list[str] = []
        seen.on("pageerror", lambda error: errors.append(str(error)))
        seen.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        await seen.goto(playground.url)
        await expect(seen.get_by_role("log", name="#general")).to_be_visible()
        yield seen
        await browser.close()
    assert errors == []
