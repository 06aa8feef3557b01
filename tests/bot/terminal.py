"""An operator's terminal, and a Redis behind it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import pytest
from redis.asyncio import Redis
from typer.testing import CliRunner, Result

from bot.cli import app
from store.scripts import Client

T = TypeVar("T")


class Terminal:
    """Runs `credits …` against the Redis at `address`, and looks at what is in it."""

    def __init__(self, address: str) -> None:
        self.address = address

    @classmethod
    def open(
        cls, address: str, monkeypatch: pytest.MonkeyPatch, arrange: Callable[[Client], Awaitable[object]]
    ) -> Self:
        """On what `arrange` makes of an empty Redis; the log stays as it is, and the operator is Anna."""
        monkeypatch.setattr("bot.running.logs.configure", lambda **_given: None)
        monkeypatch.setattr(getpass, "getuser", lambda: "anna")
        terminal = cls(address)
        terminal.ask(lambda redis: redis.flushall())
        terminal.ask(arrange)
        return terminal

    def type(self, *words: str, address: str = "") -> Result:
        """Run `credits …`."""
        given = {"REDIS_URL": address or self.address, "CREDITS_LOG_LEVEL": "error"}
        return CliRunner().invoke(app, [*words, "--env-file", "nowhere"], env=given)

    def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        """What Redis answers."""

        async def asked() -> T:
            async with Redis.from_url(self.address, decode_responses=True) as redis:
                return await question(redis)

        return asyncio.run(asked())
