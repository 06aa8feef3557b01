"""A web server inside the running event loop, that leaves signals to its host and can break a connection."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOST = "127.0.0.1"
GRACE_S = 2

Address = tuple[str, int]


class Connections:
    """The open connections by the peer's address, so that a fault can cut one."""

    def __init__(self) -> None:
        self._open: dict[Address, asyncio.Transport] = {}

    def opened(self, peer: Address, transport: asyncio.Transport) -> None:
        """Note a connection."""
        self._open[peer] = transport

    def closed(self, peer: Address) -> None:
        """Forget it."""
        self._open.pop(peer, None)

    def cut(self, peer: Address) -> None:
        """Break it without another byte."""
        if (transport := self._open.get(peer)) is not None:
            transport.abort()


def _protocol(connections: Connections) -> type[asyncio.Protocol]:
    class Cuttable(HttpToolsProtocol):
        """Uvicorn's protocol, whose connections are known by their peer."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Note the connection."""
            super().connection_made(transport)
            self._peer: Address = tuple(transport.get_extra_info("peername"))
            connections.opened(self._peer, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget the connection."""
            connections.closed(self._peer)
            super().connection_lost(exc)

    return Cuttable


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
    """Serves an ASGI application on the loopback."""

    def __init__(self, application: Any, port: int) -> None:
        self.connections = Connections()
        self.port = port
        config = uvicorn.Config(
            application,
            http=_protocol(self.connections),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns when requests are answered, with `port` known.

        Raises:
            OSError: the port is taken.
        """
        listener = socket.create_server((HOST, self.port))
        listener.setblocking(False)
        self.port = int(listener.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve([listener]))
        await self._server.ready.wait()

    async def stop(self) -> None:
        """Answer what is under way, at most 2 s, and close."""
        if self._task is not None:
            self._server.should_exit = True
            self._server.stopping.set()
            await self._task
            self._task = None
