"""Redis' addresses as an operator writes them: of one server, or of several of a cluster's, divided by commas.

`redis://user:password@node-1:6379,node-2:6379/0` is `node-1` and `node-2`, each with all the rest. Any that answers
tells of the whole cluster; naming several lets the bot start while one is away.
"""

import re
from urllib.parse import SplitResult, urlsplit

_WHOLE = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<netloc>[^/?#]*)(?P<rest>.*)", re.DOTALL)


class MalformedAddressError(ValueError):
    """No address; the message does not quote it, because of its password."""

    def __init__(self) -> None:
        super().__init__("The address in REDIS_URL is malformed; in a password, / @ : # are %2F %40 %3A %23.")


def each_address(url: str) -> list[str]:
    """One address for each server that is named.

    Raises:
        MalformedAddressError: it is not well formed.
    """
    parts, login, places = _taken_apart(url)
    return [parts._replace(netloc=login + place).geturl() if place else url for place in places]


def is_address(url: str) -> bool:
    """Whether it could be one: of a scheme that we know, with a host or a socket's path in each."""
    try:
        found = [urlsplit(each) for each in each_address(url)]
    except MalformedAddressError:
        return False
    return all(
        bool(each.path) if each.scheme == "unix" else each.scheme in {"redis", "rediss"} and bool(each.hostname)
        for each in found
    )


def shown(url: str) -> str:
    """The address without user, password and options.

    Raises:
        MalformedAddressError: it is not well formed.
    """
    parts, _, places = _taken_apart(url)
    return f"{parts.scheme}://{','.join(places)}{parts.path}"


def _taken_apart(url: str) -> tuple[SplitResult, str, list[str]]:
    """The first address, the user and password in each with their @, and each host with its port."""
    found = _WHOLE.fullmatch(url)
    if not found:
        raise MalformedAddressError
    login, at, hosts = found["netloc"].rpartition("@")
    places = hosts.split(",")
    try:  # one by one: of several hosts at once some versions of Python take brackets amiss
        every = [urlsplit(f"{found['scheme']}://{login}{at}{place}{found['rest']}") for place in places]
        _ = [each.port for each in every]  # raises when it is no port number
    except ValueError:
        raise MalformedAddressError from None  # the cause quotes it
    if "@" in every[0].path:  # a password with an unescaped slash ends up there
        raise MalformedAddressError
    if len(places) > 1 and not all(places):
        raise MalformedAddressError
    return every[0], login + at, places
