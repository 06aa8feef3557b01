"""Whether the parts that are needed to work answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import RedisError
from slack_sdk.errors import SlackClientError

from bot.workspaces import Workspaces
from store.dead import DeadLetters
from store.scripts import Client


class Working(Protocol):
    """The background work."""

    @property
    def healthy(self) -> bool:
        """Whether it goes on."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Redis as this process uses it: a client for commands, one for reads that wait."""

    redis: Client
    blocking: Client
    cluster: bool


class Readiness:
    """Which parts answer."""

    def __init__(self, stores: Stores, workspaces: Workspaces, worker: Working | None) -> None:
        self._stores = stores
        self._workspaces = workspaces
        self._worker = worker

    async def __call__(self) -> Mapping[str, bool]:
        """Redis, Slack, and where it runs here the listener; `workspace` is false while events wait for another's."""
        parts = {"redis": await self._redis(), "slack": await self._slack()}
        if self._worker is None:
            return parts
        return {**parts, "listener": self._worker.healthy, "workspace": self._workspaces.right}

    async def dead(self) -> int | None:
        """How many events lie aside for an operator; None while Redis does not say. Not a matter of being ready."""
        try:
            async with asyncio.timeout(2):
                return await DeadLetters(self._stores.redis).count()
        except (RedisError, OSError):
            return None

    async def _redis(self) -> bool:
        try:
            async with asyncio.timeout(2):
                return bool(await self._stores.redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def _slack(self) -> bool:
        try:
            async with asyncio.timeout(3):
                return bool(await self._workspaces.sign_in())
        except (SlackClientError, OSError, TimeoutError):
            return False
