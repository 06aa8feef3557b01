"""`credits demo`: one command starts everything and Ctrl-C ends everything; what was there is there again."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.bot.stage import eventually
from tests.faults.processes import Process, free_port

pytestmark = pytest.mark.redis
TIMEOUT_S = 30


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever still runs on it after the test is ended."""
    folder = tmp_path / "data"
    yield folder
    # Again until none is left: one that was just being started, or is brought back, is not on the first list.
    end = time.monotonic() + TIMEOUT_S
    while left := of_folder(folder):
        assert time.monotonic() < end, left
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


async def demo(folder: Path, command: str = "demo") -> Process:
    """Start it on a folder of its own."""
    return await Process.start(command, port=free_port(), CREDITS_DATA_DIR=str(folder))


async def running(folder: Path) -> Process:
    """Start it and wait until it prints its address."""
    process = await demo(folder)

    def said() -> bool:
        assert process.process.returncode is None, process.text
        return "Credits is running" in process.text

    await eventually(said, TIMEOUT_S)
    return process


def of_folder(folder: Path) -> list[int]:
    """The processes that belong to this data folder: by their environment or their working folder."""
    found, mark = [], f"CREDITS_DATA_DIR={folder.resolve()}".encode()
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            try:
                ours = mark in (each / "environ").read_bytes().split(b"\0")
                ours |= (each / "cwd").readlink().is_relative_to(folder.resolve())
            except OSError:
                continue
            if ours:
                found.append(int(each.name))
    return found


def messages_of(folder: Path) -> list[Path]:
    """The files in which the demo keeps its messages."""
    return list(folder.glob("playground.sqlite3*"))


async def balance(process: Process) -> int:
    """The balance that the page's panel shows, in millionths."""
    async with aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{process.port}"
        async with session.get(f"{address}/") as page:
            assert page.status == 200
        async with session.get(f"{address}/play/simulator") as answer:
            return int((await answer.json())["balance_micros"])


async def test_the_demo_from_start_to_reset(folder: Path) -> None:
    """It answers, refuses a second one, ends without leaving a process, remembers, and is emptied by demo-reset."""
    first = await running(folder)
    before = await balance(first)
    second = await demo(folder)
    assert await second.ended() == 1
    assert "running already" in second.text
    assert len(of_folder(folder)) >= 2

    first.signal(signal.SIGINT)
    assert await first.ended() == 0
    await eventually(lambda: not of_folder(folder))
    assert "Traceback" not in first.text

    again = await running(folder)
    assert await balance(again) == before
    refused = await demo(folder, "demo-reset")
    assert await refused.ended() == 1
    again.signal(signal.SIGTERM)
    assert await again.ended() == 0

    emptied = await demo(folder, "demo-reset")
    assert await emptied.ended() == 0
    assert "empty again" in emptied.text
    await eventually(lambda: not of_folder(folder))
    assert messages_of(folder) == []


async def test_a_killed_demo_leaves_no_bot_and_starts_again(folder: Path) -> None:
    """After kill -9 the bot ends by itself, as its standard input does; a restart attaches to what is there."""
    first = await running(folder)
    bots = children(first.process.pid)
    assert bots
    first.signal(signal.SIGKILL)
    await eventually(lambda: not any(b"serve" in cmdline(bot) for bot in bots), TIMEOUT_S)

    again = await running(folder)
    assert await balance(again) == 25_000_000
    again.signal(signal.SIGINT)
    assert await again.ended() == 0
    await asyncio.wait_for(first.process.wait(), TIMEOUT_S)
    await eventually(lambda: not of_folder(folder))


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cmdline(pid: int) -> bytes:
    """A process's command, b"" once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
