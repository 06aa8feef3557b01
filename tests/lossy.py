"""A connection to Redis that loses one reply, after the command was carried out."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from tests.listening import listening


class Lossy:
    """Relays commands; cuts the connection in place of the next reply after the first that holds `lose_after`.

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
            await self._both_ways(reader, up_writer, up_reader, writer)
        finally:
            up_writer.close()

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Until one of them ends, or a reply is lost."""
        marked = False

        async def commands() -> None:
            nonlocal marked
            while chunk := await reader.read(65536):
                marked = marked or (bool(self.lose_after) and self.lose_after in chunk)
                up_writer.write(chunk)
                await up_writer.drain()

        async def replies() -> None:
            while chunk := await up_reader.read(65536):
                if marked and not chunk.startswith(b"-NOSCRIPT"):
                    self.lost += 1
                    self.lose_after = b""
                    return
                writer.write(chunk)
                await writer.drain()

        pumps = [asyncio.create_task(commands()), asyncio.create_task(replies())]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for each in pumps:
            each.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


@contextlib.asynccontextmanager
async def lossy(server: str) -> AsyncIterator[Lossy]:
    """A relay before the server at the address `unix://…`."""
    with tempfile.TemporaryDirectory() as folder:
        proxy = Lossy(Path(server.removeprefix("unix://")), Path(folder) / "lossy.sock")
        async with listening(proxy.relay, path=proxy.path):
            yield proxy
