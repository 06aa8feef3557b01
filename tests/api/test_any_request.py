"""Whatever the description allows, and whatever it does not, is answered as it says."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.api.conftest import open_site

EXAMPLES = 10
"""Of each operation and phase."""

CONFIG = """
[checks.positive_data_acceptance]
# What is right in form may still find too little credit, another account's name, or a hold that is over.
expected-statuses = ["2xx", "402", "404", "409"]
"""
HOOKS = '''
"""A key of its own for each request that has one: else it would be refused as used for another."""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
'''


@pytest.fixture
def live(server: str) -> Iterator[tuple[str, str]]:
    """The real API on a real Redis, served in a thread of its own, with an open hold to be met: address and token."""
    ready, end = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with Redis.from_url(server, decode_responses=True) as redis:
            await redis.flushall()
            async with open_site(redis, per_minute=1_000_000) as site:
                await site.hold("call-20261104-0001", "0.5")
                found.extend((str(site.client.base_url).rstrip("/"), site.secret))
                ready.set()
                await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield found[0], found[1]
    finally:
        end.set()
        thread.join(30)


@pytest.mark.timeout(240)
def test_answers_are_as_described(live: tuple[str, str], tmp_path: Path) -> None:
    """No request, right or wrong, has an answer that is an error of ours, or that the description does not tell."""
    url, secret = live
    (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "hooks.py").write_text(HOOKS, "utf-8")
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")]
    options = ["--max-examples", str(EXAMPLES), "--seed", "4", "--checks", "all", "--no-color", "--continue-on-failure"]
    options += ["--phases", "examples,coverage,fuzzing", "--header", f"Authorization: Bearer {secret}"]

    run = subprocess.run(  # noqa: S603 a program of the development environment
        [*program, "run", f"{url}/v1/openapi.json", *options],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
