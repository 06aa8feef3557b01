"""The demo as a newcomer starts it, and a browser in front of it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.chromium import open_browser

READY_S = 40


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """`credits demo` on any port, with a data folder of its own; answers the page's address."""
    environment = {**os.environ, "CREDITS_PORT": "0", "CREDITS_DATA_DIR": str(tmp_path / "data")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "demo", env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield await asyncio.wait_for(_address(process), READY_S)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), READY_S) == 0
        assert process.stdout
        assert b"Stopped. Balance and history are kept in" in await process.stdout.read()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with open_browser() as opened:
        yield opened


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    async for line in process.stdout:
        text = line.decode()
        if "http://" in text:
            return text[text.index("http://") :].strip()
    raise AssertionError("the demo ended before it told its address")
