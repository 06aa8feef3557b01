"""User processes of an embedded server, and ways to look at it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from redis.asyncio import Redis

from bot.embedded import EmbeddedRedis

# A process that uses the folder's server, posts what it is told to, says so, and waits for its input to end.
USER = dedent("""
    import asyncio, sys
    from pathlib import Path
    from redis.asyncio import Redis
    from bot.embedded import EmbeddedRedis

    async def main(folder, posts):
        server = EmbeddedRedis(Path(folder))
        async with Redis.from_url(await server.start()) as client:
            for _ in range(posts):
                await client.incr("posted")
            print((await client.info("server"))["process_id"], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await server.stop()

    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
""")


def start_user(data_dir: Path, posts: int = 0) -> "subprocess.Popen[str]":
    """A process that posts so often, says the server that it uses, and waits for its input to end."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", USER, str(data_dir), str(posts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def server_pid(user: "subprocess.Popen[str]") -> int:
    """The server that a user process uses."""
    assert user.stdout
    return int(user.stdout.readline())


def kill(process: "subprocess.Popen[str]", *, also: int = 0) -> None:
    """`kill -9` of a user process, and of the server `also` at the same moment."""
    process.kill()
    if also:
        os.kill(also, signal.SIGKILL)
    process.communicate()


def leave(process: "subprocess.Popen[str]") -> None:
    """End a user process as it should end."""
    process.communicate(timeout=30)
    assert process.returncode == 0


def end_server(data_dir: Path) -> None:
    """End whatever server is left in that folder."""
    path = data_dir / "redis" / "valkey.sock"
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
            client.sendall(b"SHUTDOWN NOSAVE\r\n")
            client.recv(100)
        except OSError:
            return


async def until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`, at most ten seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("the condition did not come about within ten seconds")


async def posted(server: EmbeddedRedis) -> int:
    """How often was posted."""
    async with Redis.from_url(server.url) as client:
        return int(await client.get("posted") or 0)


async def pid_of(url: str) -> int:
    """The process of the server there."""
    async with Redis.from_url(url) as client:
        return int((await client.info("server"))["process_id"])
