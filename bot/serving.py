"""A web server inside the running event loop that leaves signals to its host."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn


def plainly(error: OSError) -> str:
    """Why an address cannot be had, in the system's own words and without an address that is said already."""
    return os.strerror(error.errno) if error.errno else str(error)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers, telling when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The host owns the signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for the end without looking for it ten times a second."""
        await self.stopping.wait()


class WebServer:
    """Serves an ASGI application; `port` 0 takes any free one."""

    def __init__(self, application: Any, host: str, port: int, *, grace_s: float, http: Any = "httptools") -> None:
        self.host = host
        self.port = port
        config = uvicorn.Config(
            application,
            http=http,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            timeout_graceful_shutdown=max(1, round(grace_s)),
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns when requests are answered, with `port` known.

        Raises:
            OSError: the address cannot be had, for instance because the port is taken.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, self.port), family=family)
        listener.setblocking(False)
        # What is accepted inherits this, which asyncio sets only where the socket's protocol is spelled out. Without it
        # an answer's body waits up to 40 ms, until its head is acknowledged.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = int(listener.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve([listener]))
        await self._server.ready.wait()

    async def stop(self) -> None:
        """Answer what is under way, at most the grace, and close."""
        if self._task is not None:
            self._server.should_exit = True
            self._server.stopping.set()
            await self._task
            self._task = None
