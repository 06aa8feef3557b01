"""The playground's web server, on the loopback, which can break a connection."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot import serving

HOST = "127.0.0.1"
GRACE_S = 2

Address = tuple[str, int]


class Connections:
    """The open connections by the peer's address, so that a fault can cut one."""

    def __init__(self) -> None:
        self._open: dict[Address, asyncio.BaseTransport] = {}

    def opened(self, peer: Address, transport: asyncio.BaseTransport) -> None:
        """Note a connection."""
        self._open[peer] = transport

    def closed(self, peer: Address) -> None:
        """Forget it."""
        self._open.pop(peer, None)

    def cut(self, peer: Address) -> None:
        """Break it without another byte."""
        transport = self._open.get(peer)
        if isinstance(transport, asyncio.Transport):
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


class WebServer(serving.WebServer):
    """Serves an ASGI application on the loopback; `connections` can be cut."""

    def __init__(self, application: Any, port: int) -> None:
        self.connections = Connections()
        super().__init__(application, HOST, port, grace_s=GRACE_S, http=_protocol(self.connections))
