"""A receiver of webhooks on this machine, which answers as a test says: late, never, wrongly, or not at all."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from standardwebhooks import Webhook as Standard

from tests.listening import listening

FINE = b"HTTP/1.1 204 No Content\r\n\r\n"
RESET, HANG = b"reset", b"hang"
"""Instead of an answer: the connection is reset, or nothing comes."""


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer with this status."""
    lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Request:
    """One that came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """By which a repetition is recognised."""
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> dict[str, object]:
        """The body as the reference implementation reads it; its error if the signature is not by `secret`."""
        found: dict[str, object] = Standard(secret).verify(self.body, self.headers)
        return found


@dataclass
class Receiver:
    """Answers `script` in turn, then with success; `rule` goes before both."""

    port: int = 0
    script: list[bytes] = field(default_factory=list)
    rule: Callable[[Request], bytes | None] = lambda _: None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    drip_s: float = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """Of the requests, in their order."""
        return [each.id for each in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        request = await _read(reader)
        self.requests.append(request)
        given = self.rule(request) or (self.script.pop(0) if self.script else FINE)
        if given == HANG:
            await reader.read()
        elif given == RESET:
            made: socket.socket = writer.get_extra_info("socket")
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            for each in (given[i : i + 1] for i in range(len(given))) if self.drip_s else [given]:
                writer.write(each)
                await asyncio.sleep(self.drip_s)
            await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Request:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@contextlib.asynccontextmanager
async def receiving(**given: object) -> AsyncIterator[Receiver]:
    """A receiver that listens on a port of its own."""
    receiver = Receiver(**given)  # type: ignore[arg-type]
    async with listening(receiver.serve) as receiver.port:
        yield receiver
