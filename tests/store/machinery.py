"""What every machine that drives the store runs on: a loop, a clock and an empty Redis of its own."""

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

import fakeredis
import pytest
from hypothesis.stateful import RuleBasedStateMachine

from store.scripts import Client
from tests.store.clock import Clock

T = TypeVar("T")


class Machine(RuleBasedStateMachine):
    """Has no rules yet."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("store.scripts.load", self.clock.load)
        self.numbers = itertools.count(1)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(coroutine)

    def connect(self) -> Client:
        """An empty Redis."""
        return fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)

    def teardown(self) -> None:
        """Give loop and clock back."""
        self.runner.close()
        self.patch.undo()
