"""A connection to Redis that loses one reply, after the command was carried out."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path


class Lossy:
    """Relays commands one at a time; cuts the connection in place of the reply to the first that holds `lose_after`.

    Not in place of a NOSCRIPT: such a command was not carried out, and comes again with its source.
    """

    def __init__(self, upstream: Path, path: Path) -> None:
        self._upstream = upstream
        self.path = path
        self.lose_after = b""
        self.lost = 0

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        up_reader, up_writer = await asyncio.open_unix_connection(self._upstream)
        try:
            while chunk := await reader.read(65536):
                marked = bool(self.lose_after) and self.lose_after in chunk
                up_writer.write(chunk)
                await up_writer.drain()
                reply = await up_reader.read(65536)
                if marked and not reply.startswith(b"-NOSCRIPT"):
                    self.lost += 1
                    self.lose_after = b""
                    return
                writer.write(reply)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            for each in (writer, up_writer):
                each.close()
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()


@contextlib.asynccontextmanager
async def lossy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the server at the address `unix://…`."""
    with tempfile.TemporaryDirectory() as folder:
        proxy = Lossy(Path(server.removeprefix("unix://")), Path(folder) / "lossy.sock")
        listening = await asyncio.start_unix_server(proxy.relay, proxy.path)
        try:
            yield proxy
        finally:
            listening.close()
