"""The gate that every connection to an endpoint goes through: what a name resolves to is looked at, then connected to.

The connection is made to the very addresses that were looked at, so a name that resolves to something else a moment
later gains nothing; and the socket is made only for an address that passes again, which is where one that was written
as a number, and so never was resolved, is looked at.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from store.reach import Reach

Found = list[tuple[Any, ...]]
"""What `socket.getaddrinfo` answers."""

Lookup = Callable[[str, int, int], Awaitable[Found]]
"""Host, port and address family -> where that is."""


class ForbiddenAddressError(OSError):
    """A connection to what the endpoint's name resolves to is not made."""


async def look_up(host: str, port: int, family: int) -> Found:
    """Ask the system, on a thread of its own: one that gets no answer keeps nobody waiting, not even the process' end.

    Raises:
        OSError: the name cannot be resolved.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def tell(found: Found | OSError) -> None:
        if answer.done():  # nobody waits any more
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: Found | OSError
        try:
            found = list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
        except OSError as error:
            found = error
        except UnicodeError as error:
            found = OSError(str(error))
        with contextlib.suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    return await answer


class Gate(AbstractResolver):
    """Resolves for one request, and makes its socket."""

    def __init__(self, reach: Reach, *, to_loopback: bool, lookup: Lookup = look_up) -> None:
        """`to_loopback`: the endpoint's address names this machine itself."""
        self._reach = reach
        self._to_loopback = to_loopback
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Where `host` is.

        Raises:
            ForbiddenAddressError: one of the answers is not public.
            OSError: there is no answer.
        """
        found = await self._lookup(host, port, family)
        if not found:
            raise OSError(f"{host} has no address")
        for each in found:
            self._check(each[4][0])
        return [
            ResolveResult(
                hostname=host, host=where[0], port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, where in found
        ]

    async def close(self) -> None:
        """Nothing is held."""

    def socket(self, found: tuple[Any, ...]) -> socket.socket:
        """The socket for one address; ForbiddenAddressError where that is not public."""
        family, kind, proto, _, where = found
        self._check(where[0])
        return socket.socket(family=family, type=kind, proto=proto)

    def connector(self, context: ssl.SSLContext | None) -> aiohttp.TCPConnector:
        """Connections through this gate, none of which is used twice."""
        return aiohttp.TCPConnector(
            resolver=self,
            socket_factory=self.socket,
            use_dns_cache=False,
            force_close=True,
            ssl=context or True,
        )

    def _check(self, written: str) -> None:
        address = ipaddress.ip_address(written)
        if not self._reach.allows(address, to_loopback=self._to_loopback):
            raise ForbiddenAddressError(f"{address} is not an address that webhooks may be sent to")
