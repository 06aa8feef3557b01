"""The kinds of values that settings have: what is taken, and in whose words the rest is refused.

A ValueError's text completes "NAME …" for people, and never holds the value.
"""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from babel.core import get_global
from pydantic import AfterValidator, SecretStr

from bot.addresses import is_address
from store.reach import checked_hosts

LAST_PORT: Final = 65_535


def matching(pattern: str, expected: str) -> AfterValidator:
    """A secret whose text must match `pattern`; `expected` completes "NAME …" for people."""
    compiled = re.compile(pattern)

    def check(value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        if not compiled.fullmatch(text):
            raise ValueError(expected)
        return SecretStr(text)

    return AfterValidator(check)


def web_address(value: str) -> str:
    """An http(s) address that ends in a slash, as Slack's client joins method names to it."""
    expected = "must be an http:// or https:// address"
    parts = _split(value, expected)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(expected)
    return value if value.endswith("/") else value + "/"


def redis_address(value: SecretStr) -> SecretStr:
    """One that Redis' client takes; it may hold a password."""
    expected = "must be a redis://, rediss:// (TLS) or unix:// address, a password's / @ : # as %2F %40 %3A %23"
    if not is_address(value.get_secret_value()):
        raise ValueError(expected)
    return value


def _split(address: str, expected: str) -> SplitResult:
    """The parts of an address. The library's own errors quote it, password and all, so they are replaced."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises when it is no port number
    except ValueError:
        raise ValueError(expected) from None
    return parts


def port_text(value: object) -> object:
    """A port's number, still as text; an address is what Kubernetes puts there."""
    if isinstance(value, str) and value.startswith("tcp://"):
        raise ValueError(
            "was set by Kubernetes for a Service named `credits`, not by you: give the pod"
            " `enableServiceLinks: false` or name the Service differently"
        )
    return value


def currency_code(value: str) -> str:
    """One that ISO 4217 knows, in capitals."""
    code = value.strip().upper()
    if code not in get_global("all_currencies"):
        raise ValueError("must be the three letters of an ISO 4217 currency")
    return code


def host_names(value: object) -> object:
    """Names divided by commas or spaces."""
    if not isinstance(value, str):
        return value
    try:
        return checked_hosts(value.replace(",", " ").split())
    except ValueError:
        raise ValueError(
            "must be names of hosts, divided by commas, each without https:// and without a port"
        ) from None


def port_numbers(value: object) -> object:
    """Numbers divided by commas or spaces."""
    if not isinstance(value, str):
        return value
    found = value.replace(",", " ").split()
    if not all(each.isascii() and each.isdigit() and 0 < int(each) <= LAST_PORT for each in found):
        raise ValueError("must be ports from 1 to 65535, divided by commas")
    return frozenset(map(int, found))
