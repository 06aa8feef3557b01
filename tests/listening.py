"""Servers of tests: whatever serves a connection ends with its server, and nothing of it is left to the next test."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection, which is closed when it returns."""


@contextlib.asynccontextmanager
async def listening(serve: Serve, *, path: Path | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a unix socket, or on a loopback port of its own; yields the port, 0 for none."""
    open_: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_[writer] = asyncio.current_task()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            try:
                await serve(reader, writer)
            finally:
                writer.close()
            await writer.wait_closed()
        del open_[writer]

    if path:
        server: asyncio.Server = await asyncio.start_unix_server(served, path)
    else:
        server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    try:
        yield 0 if path else int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        left = list(open_.items())
        for writer, task in left:
            writer.transport.abort()
            if task:
                task.cancel()
        await asyncio.gather(*(task for _, task in left if task), return_exceptions=True)
        await asyncio.sleep(0)  # the transports tell that they are closed
