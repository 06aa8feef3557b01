"""Files are fetched from Slack: whole, of the right host, not too large, and never a page for people in their place."""

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.imports import fetching
from bot.imports.fetching import FetchError, Trouble, fetch
from bot.posting import SlackAwayError
from store.orders import File

TENANT = "T0TEST"
CONTENT = b"UsageId,Call Type\r\n" * 1000
FILE = File("F0000000001", "october.csv")
FILES, FILES_GOV, FILES_ALIKE = "files.slack.com", "files.slack-gov.com", "files.sl\u0430ck.com"
"""Hosts of Slack's files, and one that looks like it: its letter is Cyrillic."""
ELSEWHERE = "files.example.com"
SIGN_IN = b"\n<!DOCTYPE html><html><body>Sign in</body></html>"


@dataclass
class Slack:
    """Answers `files.info` and one address as it is told to."""

    url: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    content: bytes = CONTENT
    location: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def info(self, _request: web.Request) -> web.Response:
        """`files.info`."""
        known = {"id": FILE.id, "name": "october.csv", "size": 1, "url_private_download": f"{self.url}/file"}
        return web.json_response({"ok": True, "file": {**known, **self.facts}})

    async def file(self, request: web.Request) -> web.Response:
        """Wherever a file may be."""
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        if self.location and request.path == "/file":
            return web.Response(status=302, headers={"Location": self.location})
        return web.Response(status=self.status, body=self.content, content_type="text/csv")

    @property
    def client(self) -> AsyncWebClient:
        """The bot's client."""
        return AsyncWebClient(token="xoxb-invented", base_url=f"{self.url}/api/", retry_handlers=[])


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A stand-in on the loopback."""
    found, app = Slack(), web.Application()
    app.router.add_route("*", "/api/files.info", found.info)
    app.router.add_get("/{anywhere}", found.file)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


async def trouble(slack: Slack, folder: Path, **more: Any) -> Trouble:
    """Why the file cannot be had."""
    with pytest.raises(FetchError) as caught:
        await fetch(slack.client, TENANT, FILE, folder, **more)
    return caught.value.trouble


async def test_fetched_whole(slack: Slack, tmp_path: Path) -> None:
    """What is on disk is what lay in Slack, known by a digest of all of it; the token came in the header."""
    found = await fetch(slack.client, TENANT, FILE, tmp_path)

    assert found.path.read_bytes() == CONTENT
    assert found.path.parent == tmp_path
    assert (found.name, found.digest) == ("october.csv", hashlib.blake2b(CONTENT, digest_size=16).hexdigest())
    assert slack.asked == [("/file", "Bearer xoxb-invented")]


async def test_name_chooses_no_place(slack: Slack, tmp_path: Path) -> None:
    """A file is never written where its name says."""
    slack.facts = {"name": "../../outside.csv"}

    found = await fetch(slack.client, TENANT, FILE, tmp_path)

    assert found.path.parent == tmp_path
    assert os.listdir(tmp_path) == [found.path.name]  # noqa: PTH208 within a running loop


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"mode": "tombstone"}, Trouble.GONE),
        ({"mode": "hidden_by_limit"}, Trouble.GONE),
        ({"file_access": "file_not_found"}, Trouble.GONE),
        ({"user_team": "T0ELSEWHERE"}, Trouble.FOREIGN),
        ({"is_external": True}, Trouble.LINKED),
        ({"mode": "external"}, Trouble.LINKED),
        ({"size": fetching.MOST_BYTES + 1}, Trouble.TOO_LARGE),
    ],
)
async def test_what_is_not_fetched(slack: Slack, tmp_path: Path, facts: dict[str, Any], expected: Trouble) -> None:
    """What Slack says of a file is enough to leave it where it is."""
    slack.facts = facts

    assert await trouble(slack, tmp_path) is expected
    assert slack.asked == []


async def test_own_file_is_fetched(slack: Slack, tmp_path: Path) -> None:
    """That it is this workspace's, or an organisation's, is no reason against it."""
    for team in (TENANT, "E0ORG"):
        slack.facts = {"user_team": team, "size": fetching.MOST_BYTES}

        assert await fetch(slack.client, TENANT, FILE, tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        *(
            f"https://{ELSEWHERE}/x",
            "http://127.0.0.1.example.com/x",
            "ftp://127.0.0.1/x",
            "//[",
            "",
            "/etc/passwd",
        ),
        *("http://127.0.0.1:1/x", "https://127.0.0.1/x", "http://example.com:80/x"),
    ],
)
async def test_token_goes_to_slack_only(slack: Slack, tmp_path: Path, address: str) -> None:
    """An address elsewhere, with another scheme or another port, is not asked."""
    slack.facts = {"url_private_download": address, "url_private": ""}

    assert await trouble(slack, tmp_path) is Trouble.GONE
    assert slack.asked == []


@pytest.mark.parametrize(
    ("address", "home", "fine"),
    [
        (f"https://{FILES}/files-pri/T-F/download/x", "https://slack.com/api/", True),
        ("https://files-origin.slack.com/x", "https://www.slack.com/api/", True),
        ("https://slack.com/x", "https://slack.com/api/", True),
        (f"https://{FILES_GOV}/x", "https://slack-gov.com/api/", True),
        (f"http://{FILES}/x", "https://slack.com/api/", False),
        (f"https://{FILES}:8443/x", "https://slack.com/api/", False),
        ("https://evilslack.com/x", "https://slack.com/api/", False),
        ("https://slack.com.example.com/x", "https://slack.com/api/", False),
        ("https://slack.com@example.com/x", "https://slack.com/api/", False),
        ("https://somebody:secret@files.slack.com/x", "https://slack.com/api/", False),
        ("https://somebody@files.slack.com/x", "https://slack.com/api/", False),
        (f"https://{FILES}./x", "https://slack.com/api/", False),
        (f"https://{FILES_ALIKE}/x", "https://slack.com/api/", False),
        ("https://example.com/.slack.com", "https://slack.com/api/", False),
        ("https://example.com\\.slack.com/x", "https://slack.com/api/", False),
        ("https://example.com#.slack.com", "https://slack.com/api/", False),
        (f"https://{FILES}:many/x", "https://slack.com/api/", False),
        ("https://[files.slack.com/x", "https://slack.com/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_hosts_of_slack(address: str, home: str, fine: bool) -> None:
    """The token is sent to the host whose Web API it is for, and to those below it."""
    if fine:
        assert fetching._of_slack(address, URL(home)) == URL(address)
        return
    with pytest.raises(FetchError):
        fetching._of_slack(address, URL(home))


async def test_redirect_within_slack_is_followed(slack: Slack, tmp_path: Path) -> None:
    """Slack may say that it lies elsewhere with it."""
    slack.location = "/origin"

    found = await fetch(slack.client, TENANT, FILE, tmp_path)

    assert found.path.read_bytes() == CONTENT
    assert [path for path, _ in slack.asked] == ["/file", "/origin"]


@pytest.mark.parametrize(
    "location",
    [f"http://{ELSEWHERE}/x", f"//{ELSEWHERE}/x", "http://[", "http://127.0.0.1:many/", "data:,x"],
)
async def test_redirect_elsewhere_is_not(slack: Slack, tmp_path: Path, location: str) -> None:
    """The token does not leave Slack that way either, and an address that is none leads nowhere."""
    slack.location = location

    assert await trouble(slack, tmp_path) is Trouble.GONE


async def test_redirects_without_end(slack: Slack, tmp_path: Path) -> None:
    """Round and round leads to no file."""
    slack.location = "/file"

    assert await trouble(slack, tmp_path) is Trouble.NO_SCOPE
    assert len(slack.asked) <= 4


async def test_page_in_place_of_the_file(slack: Slack, tmp_path: Path) -> None:
    """Slack's page to sign in is no file: the permission is missing."""
    slack.content = SIGN_IN

    assert await trouble(slack, tmp_path) is Trouble.NO_SCOPE


@pytest.mark.parametrize(("status", "expected"), [(404, Trouble.GONE), (410, Trouble.GONE), (403, Trouble.NO_SCOPE)])
async def test_status_says_why(slack: Slack, tmp_path: Path, status: int, expected: Trouble) -> None:
    """What is not there, and what may not be had."""
    slack.status = status

    assert await trouble(slack, tmp_path) is expected


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_slack_in_trouble_is_asked_again(slack: Slack, tmp_path: Path, status: int) -> None:
    """That is nothing about the file."""
    slack.status = status

    with pytest.raises(SlackAwayError):
        await fetch(slack.client, TENANT, FILE, tmp_path)


async def test_larger_than_was_said(slack: Slack, tmp_path: Path) -> None:
    """What comes is counted, whatever Slack said of its size; so much may be."""
    assert await trouble(slack, tmp_path, most_bytes=len(CONTENT) - 1) is Trouble.TOO_LARGE

    assert await fetch(slack.client, TENANT, FILE, tmp_path, most_bytes=len(CONTENT))


async def test_nobody_answers(slack: Slack, tmp_path: Path) -> None:
    """A broken connection is tried again later."""
    slack.content = CONTENT
    client = AsyncWebClient(token="xoxb-invented", base_url="http://127.0.0.1:1/api/", retry_handlers=[])

    with pytest.raises(SlackAwayError):
        await fetch(client, TENANT, FILE, tmp_path)
