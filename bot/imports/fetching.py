"""A file that lies in Slack, fetched to disk with the bot's token, which nobody but Slack is shown.

Slack answers a token that may not have a file with its page to sign in, and status 200: what looks like that is no
file.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.posting import ChannelClosedError, SlackAwayError, patiently
from handlers import failures
from store.orders import File

MOST_BYTES = 100 << 20
"""A file may be so large. A form of Slack's takes a tenth of it; more is for the command line."""
SILENCE_S = 30.0
"""So long nothing may come, seconds."""

_CHUNK = 1 << 18
_REDIRECTS = 3
_LENGTH = 16
_PAGE = (b"<!doctype html", b"<html")
_MOVED, _TOO_MANY, _BROKEN = range(300, 400), 429, range(500, 600)
_GONE = {"file_not_found", "file_deleted", "file_not_visible", "not_visible"}
_NO_LONGER = {"tombstone", "hidden_by_limit"}
_FORBIDDEN = {"missing_scope", "not_allowed_token_type", "access_denied", "no_permission"}


class Trouble(StrEnum):
    """Why a file cannot be had from Slack."""

    GONE = "gone"
    """Deleted, or not where the bot can see it."""
    NO_SCOPE = "no_scope"
    """The app was installed without the permission to read files."""
    FOREIGN = "foreign"
    """It belongs to another organisation, with whom a channel is shared."""
    LINKED = "linked"
    """It lies elsewhere, and Slack has only a link to it."""
    TOO_LARGE = "too_large"


class FetchError(Exception):
    """A file cannot be had, and waiting will not change that."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on disk: where, what it is called, and a digest of all that is in it."""

    path: Path
    name: str
    digest: str


async def fetch(
    client: AsyncWebClient, tenant: str, file: File, folder: Path, *, most_bytes: int = MOST_BYTES
) -> Fetched:
    """Fetch a file into the folder, under a name that is not its own.

    Raises:
        FetchError: why it cannot be had.
        bot.posting.SlackAwayError: Slack does not answer; ask again.
        OSError: the disk is full.
    """
    try:
        answer = await patiently(client.files_info, file=file.id)
    except ChannelClosedError as error:
        raise FetchError(Trouble.NO_SCOPE) from error
    except SlackApiError as error:
        raise _refused(failures.code(error)) from error
    known: Mapping[str, Any] = answer.get("file") or {}
    _check(known, tenant, most_bytes)
    url = str(known.get("url_private_download") or known.get("url_private") or "")
    path = folder / hashlib.blake2b(file.id.encode(), digest_size=_LENGTH).hexdigest()
    home, token = URL(client.base_url), client.token or ""
    try:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            digest = await _download(session, _of_slack(url, home), home, token, path, most_bytes)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SlackAwayError(repr(error)) from error
    return Fetched(path, str(known.get("name") or file.name), digest)


def _refused(code: str) -> Exception:
    """What `files.info` says no with."""
    if code in _GONE:
        return FetchError(Trouble.GONE)
    return FetchError(Trouble.NO_SCOPE) if code in _FORBIDDEN else SlackAwayError(code)


def _check(known: Mapping[str, Any], tenant: str, most_bytes: int) -> None:
    """FetchError if this is nothing that is to be fetched."""
    team = str(known.get("user_team") or "")
    if known.get("mode") in _NO_LONGER or known.get("file_access") == "file_not_found":
        raise FetchError(Trouble.GONE)
    if team.startswith("T") and team != tenant:
        raise FetchError(Trouble.FOREIGN)
    if known.get("is_external") or known.get("mode") == "external":
        raise FetchError(Trouble.LINKED)
    if int(known.get("size") or 0) > most_bytes:
        raise FetchError(Trouble.TOO_LARGE)


def _of_slack(address: str, home: URL, beside: URL | None = None) -> URL:
    """The address, if it is of the host whose Web API the token is for, or of one below it; with the same scheme.

    So the token is sent over https and to Slack only: to *.slack.com where the Web API is https://slack.com/api/. An
    address without a host is one `beside` that it was found at. None has a name and a password in it.
    """
    try:
        url = beside.join(URL(address)) if beside else URL(address)
    except ValueError:
        raise FetchError(Trouble.GONE) from None
    host, own = url.host or "", (home.host or "").removeprefix("www.")
    of_own = bool(own) and (host == own or host.endswith(f".{own}"))
    if not of_own or (url.scheme, url.port) != (home.scheme, home.port) or url.raw_user or url.raw_password:
        raise FetchError(Trouble.GONE)
    return url


async def _download(
    session: aiohttp.ClientSession, url: URL, home: URL, token: str, path: Path, most_bytes: int
) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(_REDIRECTS + 1):
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status in _MOVED:
                url = _of_slack(response.headers.get("Location", ""), home, url)
                continue
            _check_answer(response)
            return await _kept(response, path, most_bytes)
    raise FetchError(Trouble.NO_SCOPE)


def _check_answer(response: aiohttp.ClientResponse) -> None:
    if response.status in {_TOO_MANY, *_BROKEN}:
        raise SlackAwayError(f"HTTP {response.status}")
    if response.status in {404, 410}:
        raise FetchError(Trouble.GONE)
    if not response.ok:
        raise FetchError(Trouble.NO_SCOPE)


async def _kept(response: aiohttp.ClientResponse, path: Path, most_bytes: int) -> str:
    """Write what comes to disk; answers its digest."""
    told, length = hashlib.blake2b(digest_size=_LENGTH), 0
    with path.open("wb") as file:
        async for data in response.content.iter_chunked(_CHUNK):
            if not length and data.lstrip()[:14].lower().startswith(_PAGE):
                raise FetchError(Trouble.NO_SCOPE)
            length += len(data)
            if length > most_bytes:
                raise FetchError(Trouble.TOO_LARGE)
            told.update(data)
            await asyncio.to_thread(file.write, data)
    return told.hexdigest()
