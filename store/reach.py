"""Where webhooks may go: which addresses a person may register, and which of the network's are ever connected to.

Whoever registers an address chooses what our machine connects to. So a name counts for nothing: what it resolves to is
looked at when the connection is made, each time, and only what is public on the internet is let through.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

HTTPS_PORT = 443
LONGEST_URL = 1_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A host's name as it is resolved, in ASCII; its last part begins with a letter, so that it is no number."""
_LOOPBACK_NAMES = {"localhost"}

_CLOSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own services, on an address that looks public
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
"""All that is assigned to the public internet; unique local, link-local, site-local and multicast lie outside."""
_CLOSED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Within it: Teredo and other protocols, examples, 6to4."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_MASK = 0xFFFF_FFFF
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}
"""The upper half of an interface's identifier behind which an IPv4 address is tunnelled."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a setting allows.

    Attributes:
        hosts: names that may be registered, `.example.com` standing for every name below it; none for every name.
        ports: ports beside 443.
        loopback: for trying: this machine may be reached as well, and only it without TLS, on any port.
    """

    hosts: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    loopback: bool = False

    def problem(self, url: str) -> str:
        """Why `url` may not be registered or sent to, in words that follow it; "" if it may."""
        parts = _parts(url)
        if parts is None:
            return "is no web address, such as https://example.com/hook"
        if parts.username is not None or parts.password is not None:
            return "must not hold a user name or a password"
        if parts.fragment:
            return "must not end in a #fragment, which is never sent"
        host = parts.hostname or ""
        if self.loopback and is_loopback(host):
            return ""
        if parts.scheme != "https":
            return "must begin with https://"
        if (parts.port or HTTPS_PORT) not in {HTTPS_PORT, *self.ports}:
            return f"may not use port {parts.port} (CREDITS_WEBHOOK_PORTS)"
        if not self._is_listed(host):
            return "is not on a host that the operator allows (CREDITS_WEBHOOK_HOSTS)"
        literal = _literal(host)
        if literal is not None and not is_public(literal):
            return "is not public"
        return ""

    def allows(self, address: Address, *, to_loopback: bool = False) -> bool:
        """Whether a connection may be made to `address`; `to_loopback`: for a URL that names this machine itself."""
        if to_loopback:
            return self.loopback and _unwrapped(address).is_loopback
        return is_public(address)

    def _is_listed(self, host: str) -> bool:
        if not self.hosts:
            return True
        return any(host == each or (each.startswith(".") and host.endswith(each)) for each in self.hosts)


def is_public(address: Address) -> bool:
    """Whether `address` is one of the public internet's; one that carries an IPv4 address is what that is."""
    plain = _unwrapped(address)
    if isinstance(plain, ipaddress.IPv4Address):
        return not any(plain in each for each in _CLOSED_V4)
    if plain not in _OPEN_V6 or (int(plain) >> 32) & _V4_MASK in _ISATAP:
        return False
    return not any(plain in each for each in _CLOSED_V6)


def is_loopback(host: str) -> bool:
    """Whether a URL's host names this machine itself."""
    literal = _literal(host)
    return host in _LOOPBACK_NAMES or (literal is not None and literal.is_loopback)


def checked_hosts(names: Iterable[str]) -> tuple[str, ...]:
    """Names for `Reach.hosts`, in small letters; ValueError for what is none."""
    found = tuple(each.strip().lower().replace("*.", ".", 1).rstrip(".") for each in names if each.strip())
    for each in found:
        if not (_NAME.fullmatch(each.removeprefix(".")) or _literal(each)):
            raise ValueError(each)
    return found


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, or as NAT64 writes it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return ipaddress.IPv4Address(int(address) & _V4_MASK) if address in _NAT64 else address


def _parts(url: str) -> SplitResult | None:
    """The parts of an http or https address whose host can be taken in one way only."""
    if not (url.isascii() and url.isprintable()) or len(url) > LONGEST_URL or {" ", "\\", '"', "<", ">"} & set(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no port number
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or parts.port == 0 or not (_NAME.fullmatch(host) or _literal(host)):
        return None
    return parts


def _literal(host: str) -> Address | None:
    """The address that `host` is, if it is written in full: no octal, no single number, no zone."""
    if "%" in host:
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
