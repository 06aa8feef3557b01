"""The browser of this machine, where there is one."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

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
PATIENCE_MS = 15_000


@contextlib.asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A headless Chromium; skips where there is none, which CI does not accept."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a Chromium")
        pytest.skip("no Chromium here: the browser tests are left out")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def open_page(
    browser: Browser, url: str, *, width: int = 1440, height: int = 900, time_zone: str = "Europe/Berlin"
) -> AsyncIterator[Page]:
    """A page without a past; an error on it fails the test."""
    page = await browser.new_page(
        viewport={"width": width, "height": height}, reduced_motion="reduce", timezone_id=time_zone
    )
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    await page.goto(url)
    yield page
    await page.close()
    assert errors == []
