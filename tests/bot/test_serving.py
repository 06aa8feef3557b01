"""The web server that everything of ours listens with."""

import asyncio
import socket

import aiohttp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.serving import WebServer
from bot.web import build_web


class Watched(HttpToolsProtocol):
    """Notes of each connection whether it sends at once."""

    at_once: list[int] = []  # noqa: RUF012 what uvicorn makes of it is out of reach

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note it."""
        accepted = transport.get_extra_info("socket")
        self.at_once.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        super().connection_made(transport)


async def test_body_does_not_wait_until_its_head_is_acknowledged() -> None:
    """Whatever is written is sent at once."""

    async def ready() -> dict[str, bool]:
        return {}

    server = WebServer(build_web(None, ready), "127.0.0.1", 0, grace_s=1, http=Watched)
    await server.start()

    async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{server.port}/healthz") as answer:
        await answer.read()
    await server.stop()

    assert Watched.at_once == [1]
