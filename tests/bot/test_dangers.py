"""What a server's settings endanger is told at the start, in the doctor's words."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.connect import connect
from bot.dangers import warn_of_dangers
from bot.diagnosis import Level, judge
from bot.examination import examine
from tests.bot.connecting import tcp_server

pytestmark = pytest.mark.redis


async def test_the_embedded_server_endangers_no_money(embedded_url: str) -> None:
    """Nothing is said of it."""
    client = await connect(embedded_url)

    with capture_logs() as logs:
        await warn_of_dangers(client)

    assert logs == []
    await client.aclose()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("--appendonly yes --appendfsync everysec --maxmemory-policy allkeys-lru", ["everysec", "allkeys-lru"]),
        ("--appendonly no", ["a restart loses postings"]),
        ("--appendonly yes --appendfsync always --replicaof 127.0.0.1 1", ["read-only replica"]),
    ],
)
async def test_dangers_are_logged(tmp_path: Path, settings: str, words: list[str]) -> None:
    """A line for each, with what to change; the doctor says the same of that server."""
    async with tcp_server(tmp_path, settings) as port:
        url = f"redis://127.0.0.1:{port}"
        client = await connect(url)

        with capture_logs() as logs:
            await warn_of_dangers(client)
        findings = judge(await examine(client, url, embedded=False))

        await client.aclose()
    unsafe = [(each.said, each.change) for each in findings if each.level is Level.UNSAFE]
    assert [(line["reason"], line["change"]) for line in logs] == unsafe
    assert [word in said for word, (said, _) in zip(words, unsafe, strict=True)] == [True] * len(words)
    assert {line["event"] for line in logs} == {"redis_endangers_money"}
